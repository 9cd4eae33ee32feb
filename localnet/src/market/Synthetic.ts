import { BAR_LENGTHS_MS, BAR_MS, BARS_PER_DAY, gapsOf, type Bar } from './Bar.ts';
import { defaultTiers } from './DefaultTiers.ts';
import type { Settlement } from './FundingFile.ts';
import { createPrng, type Prng } from './Prng.ts';
import type { Recording, SymbolRecording } from './Recording.ts';
import { withIndex } from './SyntheticIndex.ts';

/** What a made-up market may be told. */
export interface SyntheticOptions {
  readonly seed: number;
  /** Bars in all: those before the replay starts and those it plays. */
  readonly bars: number;
  /** Open of the first bar, a multiple of 8 hours so that funding falls on bar opens. */
  readonly startMs: number;
  /** Length of a bar, ms. */
  readonly barMs: number;
  /** Whether it has an index of its own, and with it a mark that differs from last, and open interest. */
  readonly index: boolean;
}

export const SYNTHETIC_DEFAULTS: SyntheticOptions = {
  seed: 1,
  // Ten days of history for a warm-up, then a week to play.
  bars: 17 * BARS_PER_DAY,
  startMs: Date.UTC(2025, 0, 1),
  barMs: BAR_MS,
  index: false,
};

const FUNDING_MS = 8 * 3_600_000;
/** Correlation of the diffusive parts; with the shared jumps about .67 overall. */
const CORRELATION = 0.65;
const DEGREES_OF_FREEDOM = 5;
/** Jumps come about once in two days and hit both symbols. */
const JUMPS_PER_DAY = 0.5;
const DAY_MS = 86_400_000;
/** Half-life of log volatility about a day, stationary standard deviation .35, in steps of five minutes. */
const PERSISTENCE = 0.9976;
const VOLATILITY_OF_VOLATILITY = 0.0242;
const SUB_STEPS = 10;

/** Character of one made-up symbol. `ticksPerUnit` keeps every price on the venue's grid. */
interface Character {
  readonly symbol: string;
  readonly startPrice: number;
  readonly ticksPerUnit: number;
  readonly dailyVolatility: number;
  readonly jumpSize: number;
  readonly baseVolume: number;
}

const ICP: Character = {
  symbol: 'ICPUSDT',
  startPrice: 10,
  ticksPerUnit: 1000,
  dailyVolatility: 0.05,
  jumpSize: 0.025,
  baseVolume: 12_000,
};
const ETH: Character = {
  symbol: 'ETHUSDT',
  startPrice: 3000,
  ticksPerUnit: 100,
  dailyVolatility: 0.033,
  jumpSize: 0.012,
  baseVolume: 2_500,
};

/**
 * A seeded market of ICPUSDT led by ETHUSDT: mean-reverting log volatility common to both, Student-t returns (5 degrees
 * of freedom, scaled to unit variance), shared jumps that open a bar away from the last close, funding every 8 h.
 * It shows mechanics; nothing about real markets follows from it.
 */
export function createSynthetic(options: Partial<SyntheticOptions> = {}): Recording {
  const { seed, bars, startMs, barMs, index } = { ...SYNTHETIC_DEFAULTS, ...options };
  const isCountable = Number.isSafeInteger(seed) && Number.isSafeInteger(bars) && bars >= 2;
  if (!isCountable || startMs % FUNDING_MS !== 0 || !BAR_LENGTHS_MS.includes(barMs)) {
    throw new RangeError(
      `expected an integer seed, at least 2 bars of 1, 3, 5, 15, 30 or 60 minutes and a start on an 8-hour boundary, got seed ${seed}, ${bars} bars of ${barMs} ms, start ${startMs}`,
    );
  }
  const stretch = barMs / BAR_MS;
  const persistence = PERSISTENCE ** stretch;
  const shake = VOLATILITY_OF_VOLATILITY * Math.sqrt(stretch);
  const barsPerDay = DAY_MS / barMs;
  const prng = createPrng(seed);
  const series: readonly [Bar[], Bar[]] = [[], []];
  const prices: [number, number] = [ICP.startPrice, ETH.startPrice];
  let logVolatility = 0;
  for (let i = 0; i < bars; i++) {
    const timeMs = startMs + i * barMs;
    logVolatility = persistence * logVolatility + shake * prng.normal();
    const scale = Math.exp(logVolatility) * studentScale(prng);
    const common = prng.normal();
    const own = CORRELATION * common + Math.sqrt(1 - CORRELATION ** 2) * prng.normal();
    const jump = prng.uniform() < JUMPS_PER_DAY / barsPerDay ? prng.normal() : 0;
    const shocks = [own, common] as const;
    [ICP, ETH].forEach((character, j) => {
      const sigma = (character.dailyVolatility / Math.sqrt(barsPerDay)) * scale;
      const open = (prices[j] ?? 0) * Math.exp(jump * character.jumpSize);
      const { bar, close } = drawBar(prng, character, timeMs, open, (shocks[j] ?? 0) * sigma, sigma, stretch);
      prices[j] = close;
      series[j]?.push(bar);
    });
  }
  const spanMs = bars * barMs;
  const market = describe(ICP.symbol, series[0], drawFunding(prng, startMs, spanMs));
  const leader = describe(ETH.symbol, series[1], drawFunding(prng, startMs, spanMs));
  if (!index) return { market, leader, synthetic: true };
  // A stream of its own: the same seed gives the same prices with and without an index.
  const other = createPrng(seed + 0x1_0000_0000);
  return { market: withIndex(other, market), leader: withIndex(other, leader), synthetic: true };
}

/** Turns a unit normal into a unit-variance Student-t variate when multiplied. */
function studentScale(prng: Prng): number {
  let chiSquare = 0;
  for (let k = 0; k < DEGREES_OF_FREEDOM; k++) chiSquare += prng.normal() ** 2;
  return Math.sqrt((DEGREES_OF_FREEDOM - 2) / chiSquare);
}

/** A bar whose inside is a Brownian bridge from its open to its close, all prices on the tick. */
function drawBar(
  prng: Prng,
  it: Character,
  timeMs: number,
  open: number,
  drift: number,
  sigma: number,
  stretch: number,
): { bar: Bar; close: number } {
  let level = 0;
  const steps = Array.from(
    { length: SUB_STEPS },
    () => (level += (prng.normal() * sigma) / Math.sqrt(SUB_STEPS)),
  );
  const excess = level - drift;
  const path = steps.map((value, k) => Math.exp(value - (excess * (k + 1)) / SUB_STEPS) * open);
  const onTick = (price: number): bigint => BigInt(Math.max(1, Math.round(price * it.ticksPerUnit)));
  const tickE8 = 100_000_000n / BigInt(it.ticksPerUnit);
  const points = [open, ...path];
  const close = points.at(-1) ?? open;
  const activity =
    0.5 + (Math.abs(drift) / sigma) * 0.7 + (sigma / it.dailyVolatility / Math.sqrt(stretch)) * 4;
  const volume = it.baseVolume * stretch * activity * Math.exp(0.4 * prng.normal());
  const bar: Bar = {
    timeMs,
    openE8: onTick(open) * tickE8,
    highE8: onTick(Math.max(...points)) * tickE8,
    lowE8: onTick(Math.min(...points)) * tickE8,
    closeE8: onTick(close) * tickE8,
    volumeE8: BigInt(Math.round(volume)) * 100_000_000n,
  };
  return { bar, close };
}

function drawFunding(prng: Prng, startMs: number, spanMs: number): Settlement[] {
  const settlements: Settlement[] = [];
  let rate = 1e-4;
  for (let timeMs = startMs; timeMs < startMs + spanMs; timeMs += FUNDING_MS) {
    rate = 1e-4 + 0.8 * (rate - 1e-4) + 8e-5 * prng.normal();
    settlements.push({ timeMs, rateE8: BigInt(Math.round(rate * 1e8)) });
  }
  return settlements;
}

function describe(symbol: string, bars: readonly Bar[], funding: readonly Settlement[]): SymbolRecording {
  return { symbol, bars, funding, tiers: defaultTiers(symbol), gaps: gapsOf(bars) };
}
