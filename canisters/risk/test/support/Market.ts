import {
  BAR_MS,
  deriveCum,
  FLAT,
  instrumentHash,
  type Bar,
  type BookLevel,
  type BookSummary,
  type FeedKind,
  type History,
  type Instrument,
  type Intent,
  type Observation,
  type Position,
  type Settlement,
} from '@plimsoll/engine';
import type { Bar as MarketBar } from '../../../../localnet/src/market/Bar.ts';
import { createSynthetic } from '../../../../localnet/src/market/Synthetic.ts';

export const START_MS = Date.UTC(2025, 0, 1);
export const ICP_PERPETUAL: Instrument = {
  symbol: 'ICPUSDT',
  tickNumerator: 1,
  tickDenominator: 1000,
  quantityStep: 1,
  minNotionalUsdt: 5,
  takerFee: 0.0005,
  tiers: deriveCum([
    { minNotional: 0, maxNotional: 10_000, mmr: 0.01, maxLeverage: 75 },
    { minNotional: 10_000, maxNotional: 100_000, mmr: 0.02, maxLeverage: 25 },
    { minNotional: 100_000, maxNotional: 1_000_000, mmr: 0.05, maxLeverage: 10 },
    { minNotional: 1_000_000, maxNotional: 10_000_000, mmr: 0.25, maxLeverage: 2 },
  ]),
};
const FUNDING_MS = 8 * 3_600_000;

/** A made-up market as the frames want it. */
export interface Market {
  readonly bars: readonly Bar[];
  readonly leaderBars: readonly Bar[];
  readonly settlements: readonly Settlement[];
}

export function createMarket(bars: number, seed: number): Market {
  const { market, leader } = createSynthetic({ seed, bars, startMs: START_MS });
  return {
    bars: market.bars.map(plainBar),
    leaderBars: leader.bars.map(plainBar),
    settlements: market.funding.map(({ timeMs, rateE8 }) => ({ timeMs, rate: Number(rateE8) / 1e8 })),
  };
}

function plainBar(bar: MarketBar): Bar {
  return {
    timeMs: bar.timeMs,
    open: Number(bar.openE8) / 1e8,
    high: Number(bar.highE8) / 1e8,
    low: Number(bar.lowE8) / 1e8,
    close: Number(bar.closeE8) / 1e8,
    volume: Number(bar.volumeE8 / 100_000_000n),
  };
}

/** An id that no other number gives. */
export function idOf(number: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setFloat64(8, number);
  return id;
}

/** The market's first `count` bars of both series. */
export function historyOf(market: Market, count: number, kind: FeedKind = 'replay', id = idOf(-1)): History {
  const endMs = market.bars[count - 1]!.timeMs + BAR_MS;
  return {
    id,
    kind,
    venue: 'binance-usdm',
    accountHash: new Uint8Array(32).fill(7),
    instrument: ICP_PERPETUAL,
    leaderSymbol: 'ETHUSDT',
    bars: market.bars.slice(0, count),
    leaderBars: market.leaderBars.slice(0, count),
    settlements: market.settlements.filter(({ timeMs }) => timeMs <= endMs),
    openInterest: [],
  };
}

/** What may differ from a look right at the close of bar `index`. */
export interface LookOptions {
  readonly id?: Uint8Array;
  /** Milliseconds after the close. */
  readonly afterMs?: number;
  /** A look between two bars. */
  readonly tick?: boolean;
  readonly position?: Position;
  readonly restingStopPrice?: number;
  readonly markPrice?: number;
  readonly equityUsdt?: number;
}

/** Ten levels a side, a tenth of a percent apart. */
function bookAround(price: number): BookSummary {
  const level = (side: number, i: number): BookLevel => ({
    price: Math.round(price * (1 + side * 0.001 * (i + 0.5)) * 1_000) / 1_000,
    size: 5_000 * (i + 1),
  });
  const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  return { bids: steps.map((i) => level(-1, i)), asks: steps.map((i) => level(1, i)) };
}

/** The look that closes bar `index`, or a later one in the same bar. */
export function lookOf(market: Market, index: number, options: LookOptions = {}): Observation {
  const bar = market.bars[index]!;
  const closeMs = bar.timeMs + BAR_MS;
  const position = options.position ?? FLAT;
  return {
    id: options.id ?? idOf(2 * index + (options.tick === true ? 1 : 0)),
    timeMs: closeMs + (options.afterMs ?? (options.tick === true ? 1000 : 0)),
    markPrice: options.markPrice ?? bar.close,
    funding: { timeMs: Math.ceil((closeMs + 1) / FUNDING_MS) * FUNDING_MS, rate: 1e-4, intervalHours: 8 },
    account: { equityUsdt: options.equityUsdt ?? 10_000 },
    position,
    restingStopPrice: options.restingStopPrice ?? 0,
    restingStopQuantity: options.restingStopPrice === undefined ? 0 : position.quantity,
    instrumentHash: instrumentHash(ICP_PERPETUAL),
    instrument: null,
    bars: options.tick === true ? [] : [bar],
    leaderBars: options.tick === true ? [] : [market.leaderBars[index]!],
    settlements:
      options.tick === true
        ? []
        : market.settlements.filter(({ timeMs }) => timeMs > bar.timeMs && timeMs <= closeMs),
    openInterest: 40_000_000 + 10_000 * (index % 50),
    book: bookAround(bar.close),
    longPrintsUsdt: 0,
    shortPrintsUsdt: 0,
  };
}

export function wishOf(timeMs: number, id: Uint8Array, side: 1 | -1 = 1, notionalUsdt = 2_000): Intent {
  return { id, timeMs, side, notionalUsdt };
}
