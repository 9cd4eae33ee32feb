import type { Bar } from '../engine/src/index.ts';

/** Six columns, as a hand-written loop wants them. */
export interface Columns {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

export function columnsOf(bars: readonly Bar[]): Columns {
  const column = (of: (bar: Bar) => number): Float64Array => Float64Array.from(bars, of);
  return { high: column((b) => b.high), low: column((b) => b.low), close: column((b) => b.close) };
}

/**
 * Bollinger 20/2, ATR 14 and ADX 14 as one loop over typed arrays with nothing around it: the yardstick. Returns a sum,
 * so that nothing is optimised away.
 */
export function bareLoop({ high, low, close }: Columns): number {
  const ring = new Float64Array(20);
  let at = 0;
  let mean = 0;
  let m2 = 0;
  let atr = 0;
  let sumTr = 0;
  let sumPlus = 0;
  let sumMinus = 0;
  let adx = 0;
  let checksum = 0;
  for (let i = 0; i < close.length; i++) {
    const c = close[i]!;
    const old = ring[at]!;
    ring[at] = c;
    at = at === 19 ? 0 : at + 1;
    if (i < 20) {
      if (i === 19) {
        for (let k = 0; k < 20; k++) mean += ring[k]! / 20;
        for (let k = 0; k < 20; k++) m2 += (ring[k]! - mean) * (ring[k]! - mean);
      }
    } else {
      const before = mean;
      mean += (c - old) / 20;
      m2 += (c - old) * (c - mean + old - before);
    }
    if (i === 0) continue;
    const previous = close[i - 1]!;
    const h = high[i]!;
    const l = low[i]!;
    const tr = (h > previous ? h : previous) - (l < previous ? l : previous);
    const up = h - high[i - 1]!;
    const down = low[i - 1]! - l;
    const plus = up > down && up > 0 ? up : 0;
    const minus = down > up && down > 0 ? down : 0;
    atr = i <= 14 ? atr + tr / 14 : (13 * atr + tr) / 14;
    sumTr += i < 14 ? tr : tr - sumTr / 14;
    sumPlus += i < 14 ? plus : plus - sumPlus / 14;
    sumMinus += i < 14 ? minus : minus - sumMinus / 14;
    if (i < 14) continue;
    const both = sumPlus + sumMinus;
    const difference = sumPlus > sumMinus ? sumPlus - sumMinus : sumMinus - sumPlus;
    const dx = both > 0 ? (100 * difference) / both : 0;
    adx = i < 28 ? adx + dx / 14 : (13 * adx + dx) / 14;
    checksum += (4 * Math.sqrt(m2 / 20)) / mean + atr + adx;
  }
  return checksum;
}
