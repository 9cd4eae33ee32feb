// A calm market made up for tests, from nothing but the bar's number: no recorded price, no randomness.
import {
  BAR_MS,
  FLAT,
  instrumentHash,
  NO_BOOK,
  type Bar,
  type History,
  type Instrument,
  type Observation,
} from '@plimsoll/engine';

/** Open time of bar 0, a multiple of eight hours. */
export const START_MS = 1_700_006_400_000;
export const WARM_UP = 2_880;

export const INSTRUMENT: Instrument = {
  symbol: 'ICPUSDT',
  tickNumerator: 1,
  tickDenominator: 1_000,
  quantityStep: 1,
  minNotionalUsdt: 5,
  takerFee: 0.0005,
  tiers: [
    { minNotional: 0, maxNotional: 5_000, mmr: 0.01, maxLeverage: 50, cum: 0 },
    { minNotional: 5_000, maxNotional: 1_000_000, mmr: 0.025, maxLeverage: 20, cum: 75 },
  ],
};

const round = (price: number): number => Math.round(price * 1_000) / 1_000;

/** Bar number `n` of a price that swings around `middle`. */
export function barOf(n: number, middle = 10): Bar {
  const at = (k: number): number => middle * (1 + 0.012 * Math.sin(k / 37) + 0.004 * Math.sin(k * 1.7));
  const open = round(at(n));
  const close = round(at(n + 1));
  return {
    timeMs: START_MS + n * BAR_MS,
    open,
    close,
    high: round(Math.max(open, close) * 1.001),
    low: round(Math.min(open, close) * 0.999),
    volume: 1_000 + (n % 17),
  };
}

export function barsOf(from: number, count: number, middle = 10): Bar[] {
  return Array.from({ length: count }, (_, i) => barOf(from + i, middle));
}

export function historyOf(id: Uint8Array): History {
  return {
    id,
    kind: 'replay',
    venue: 'fake',
    accountHash: new Uint8Array(32).fill(7),
    instrument: INSTRUMENT,
    leaderSymbol: 'ETHUSDT',
    bars: barsOf(0, WARM_UP),
    leaderBars: barsOf(0, WARM_UP, 2_000),
    settlements: [{ timeMs: START_MS + 96 * BAR_MS, rate: 0.0001 }],
    openInterest: [],
  };
}

/** What is seen `afterMs` after bar `n` closed; its bars are those from `from` to `n`. */
export function observationOf(id: Uint8Array, n: number, from = n, afterMs = 1_000): Observation {
  return {
    id,
    timeMs: START_MS + (n + 1) * BAR_MS + afterMs,
    markPrice: barOf(n).close,
    funding: { timeMs: START_MS + Math.ceil((n + 2) / 96) * 96 * BAR_MS, rate: 0.0001, intervalHours: 8 },
    account: { equityUsdt: 10_000 },
    position: FLAT,
    restingStopPrice: 0,
    restingStopQuantity: 0,
    instrumentHash: instrumentHash(INSTRUMENT),
    instrument: null,
    bars: barsOf(from, n - from + 1),
    leaderBars: barsOf(from, n - from + 1, 2_000),
    settlements: [],
    openInterest: 0,
    book: NO_BOOK,
    longPrintsUsdt: 0,
    shortPrintsUsdt: 0,
  };
}

/** Ids that are never the same: a counter in sixteen bytes. */
export function countingIds(): () => Uint8Array {
  let count = 0;
  return () => {
    count += 1;
    const id = new Uint8Array(16);
    new DataView(id.buffer).setUint32(12, count);
    return id;
  };
}
