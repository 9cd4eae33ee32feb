import type { Bar } from '../engine/src/index.ts';

/** Recorded bars as typed columns: every contender reads the same memory in the same way. */
export interface Columns {
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export function columnsOf(bars: readonly Bar[]): Columns {
  const column = (of: (bar: Bar) => number): Float64Array => Float64Array.from(bars, of);
  return {
    timeMs: column((b) => b.timeMs),
    open: column((b) => b.open),
    high: column((b) => b.high),
    low: column((b) => b.low),
    close: column((b) => b.close),
    volume: column((b) => b.volume),
  };
}

/**
 * A bar that is filled anew for every step. A class, since V8 allocates a number at every write to an object that a
 * literal made: that would be counted against whoever is fed bars.
 */
export class MutableBar implements Bar {
  timeMs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;
}

export function emptyBar(): MutableBar {
  return new MutableBar();
}

export function fillBar(bar: MutableBar, columns: Columns, i: number): void {
  bar.timeMs = columns.timeMs[i]!;
  bar.open = columns.open[i]!;
  bar.high = columns.high[i]!;
  bar.low = columns.low[i]!;
  bar.close = columns.close[i]!;
  bar.volume = columns.volume[i]!;
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
    // Before the 20th bar there is no mean yet, and one NaN would make the whole sum one.
    if (i >= 19) checksum += (4 * Math.sqrt(m2 / 20)) / mean + atr + adx;
  }
  return checksum;
}
