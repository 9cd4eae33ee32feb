import { clamp } from '../math/Clamp.ts';
import { log } from '../math/Log.ts';
import { createMonotoneDeque, monotoneDequeStep } from '../math/MonotoneDeque.ts';
import type { MonotoneDeque } from '../math/MonotoneDeque.ts';
import { trueRange } from './Wilder.ts';

/*
 * Dreiss's choppiness index: 100 ln(sum of n true ranges / range of n bars)/ln n, held in [0, 100]; 100 where the
 * range is 0. The sum is recomputed each time the ring wraps.
 */
export class Choppiness {
  ranges: Float64Array;
  index = 0;
  bars = 0;
  previousClose = 0;
  sum = 0;
  highs: MonotoneDeque;
  /** Holds negated lows. */
  lows: MonotoneDeque;
  /** 100/ln n. */
  scale = 0;
  ready = false;
  value = 0;

  constructor(n: number) {
    this.ranges = new Float64Array(n);
    this.highs = createMonotoneDeque(n);
    this.lows = createMonotoneDeque(n);
    this.scale = 100 / log(n);
  }
}

export function createChoppiness(n: number): Choppiness {
  return new Choppiness(n);
}

/** Takes one closed bar. The first value comes with bar n (counted from 0), as the first bar has no true range. */
export function choppinessStep(state: Choppiness, high: number, low: number, close: number): void {
  const ranges = state.ranges;
  const n = ranges.length;
  const highest = monotoneDequeStep(state.highs, high);
  const lowest = -monotoneDequeStep(state.lows, -low);
  const index = state.index;
  const tr = state.bars > 0 ? trueRange(high, low, state.previousClose) : 0;
  let sum = state.sum + tr - (ranges[index] as number);
  ranges[index] = tr;
  state.index = index + 1 === n ? 0 : index + 1;
  if (state.index === 0) {
    sum = 0;
    for (let i = 0; i < n; i++) sum += ranges[i] as number;
  }
  state.sum = sum;
  state.previousClose = close;
  state.bars++;
  if (state.bars <= n) return;
  const range = highest - lowest;
  state.value = range > 0 && sum > 0 ? clamp(log(sum / range) * state.scale, 0, 100) : 100;
  state.ready = true;
}
