import {
  BAR_MS,
  FLAT,
  instrumentHash,
  NO_BOOK,
  type Bar,
  type History,
  type Instrument,
  type Observation,
  type Position,
} from '../src/index.ts';

/** Deterministic 32-bit generator (mulberry32), so that a failing seed can be kept. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TICKS = 1_000;

function tick(price: number): number {
  return Math.max(1, Math.round(price * TICKS)) / TICKS;
}

/** Bars of a random walk on a tick of 0.001; `volatility` is the deviation of one bar's log return. */
export function randomBars(
  seed: number,
  count: number,
  startMs: number,
  volatility = 0.003,
  start = 10,
): Bar[] {
  const random = generator(seed);
  const bars: Bar[] = [];
  let close = start;
  for (let i = 0; i < count; i++) {
    const open = close;
    const drift = (random() + random() + random() - 1.5) * 2 * volatility;
    const next = tick(open * (1 + drift));
    const high = tick(Math.max(open, next) * (1 + random() * volatility));
    const low = tick(Math.min(open, next) * (1 - random() * volatility));
    bars.push({
      timeMs: startMs + i * BAR_MS,
      open,
      high: Math.max(high, open, next),
      low: Math.min(low, open, next),
      close: next,
      volume: Math.floor(random() * 1e5),
    });
    close = next;
  }
  return bars;
}

/** The margin tiers that the risk model quotes (ICPUSDT, October 2024). */
export const INSTRUMENT: Instrument = {
  symbol: 'ICPUSDT',
  tickNumerator: 1,
  tickDenominator: TICKS,
  quantityStep: 1,
  minNotionalUsdt: 5,
  takerFee: 0.0005,
  tiers: [
    { minNotional: 0, maxNotional: 5_000, mmr: 0.01, maxLeverage: 25, cum: 0 },
    { minNotional: 5_000, maxNotional: 25_000, mmr: 0.025, maxLeverage: 20, cum: 75 },
    { minNotional: 25_000, maxNotional: 600_000, mmr: 0.05, maxLeverage: 10, cum: 700 },
    { minNotional: 600_000, maxNotional: 1_600_000, mmr: 0.1, maxLeverage: 5, cum: 30_700 },
  ],
};

export const HOUR_MS = 3_600_000;
/** A Monday midnight, so that hours and settlements fall on bar opens. */
export const START_MS = 1_704_067_200_000;

export function idOf(n: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, n);
  return id;
}

export function historyOf(bars: readonly Bar[], overrides: Partial<History> = {}): History {
  return {
    id: idOf(0),
    kind: 'replay',
    venue: 'binanceusdm',
    accountHash: new Uint8Array(32),
    instrument: INSTRUMENT,
    leaderSymbol: 'ETHUSDT',
    bars,
    leaderBars: [],
    settlements: [],
    openInterest: [],
    ...overrides,
  };
}

/** What a flat account sees right after `bars` closed. */
export function observationOf(
  n: number,
  bars: readonly Bar[],
  timeMs: number,
  markPrice: number,
  overrides: Partial<Observation> = {},
): Observation {
  return {
    id: idOf(n),
    timeMs,
    markPrice,
    funding: { timeMs: Math.floor(timeMs / (8 * HOUR_MS) + 1) * 8 * HOUR_MS, rate: 0.0001, intervalHours: 8 },
    account: { equityUsdt: 1_000 },
    position: FLAT,
    restingStopPrice: 0,
    restingStopQuantity: 0,
    instrumentHash: instrumentHash(INSTRUMENT),
    instrument: null,
    bars,
    leaderBars: [],
    settlements: [],
    openInterest: 0,
    book: NO_BOOK,
    longPrintsUsdt: 0,
    shortPrintsUsdt: 0,
    ...overrides,
  };
}

export function longPosition(
  quantity: number,
  entryPrice: number,
  leverage: number,
  openedMs: number,
): Position {
  return {
    side: 1,
    quantity,
    entryPrice,
    walletUsdt: (quantity * entryPrice) / leverage,
    venueLiquidationPrice: 0,
    openedMs,
  };
}
