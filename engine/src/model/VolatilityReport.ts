import { logRatio } from '../math/Log.ts';
import { createSlidingMoments, slidingMomentsStep } from '../math/SlidingMoments.ts';
import type { SlidingMoments } from '../math/SlidingMoments.ts';

/*
 * The classical range estimators, variance per bar, for reports and comparison. No cap uses them.
 */
const FOUR_LN_2 = 2.772588722239781;
const TWO_LN_2_MINUS_1 = 0.38629436111989063;

/** Parkinson (1980). */
export function parkinson(high: number, low: number): number {
  const range = logRatio(high, low);
  return (range * range) / FOUR_LN_2;
}

/** Garman and Klass (1980); never negative for a valid bar. */
export function garmanKlass(open: number, high: number, low: number, close: number): number {
  const range = logRatio(high, low);
  const body = logRatio(close, open);
  return 0.5 * range * range - TWO_LN_2_MINUS_1 * body * body;
}

/** Rogers and Satchell (1991): unaffected by drift, never negative for a valid bar. */
export function rogersSatchell(open: number, high: number, low: number, close: number): number {
  return logRatio(high, close) * logRatio(high, open) + logRatio(low, close) * logRatio(low, open);
}

/** Yang and Zhang (2000) over a sliding window of n bars. */
export type YangZhang = {
  gaps: SlidingMoments;
  bodies: SlidingMoments;
  ranges: SlidingMoments;
  previousClose: number;
  ready: boolean;
  /** Variance per bar. */
  value: number;
};

export function createYangZhang(n: number): YangZhang {
  return {
    gaps: createSlidingMoments(n),
    bodies: createSlidingMoments(n),
    ranges: createSlidingMoments(n),
    previousClose: 0,
    ready: false,
    value: 0,
  };
}

/** Weight of the bodies' variance against the ranges', which makes the estimate's own variance least. */
export function yangZhangWeight(n: number): number {
  return 0.34 / (1.34 + (n + 1) / (n - 1));
}

/** Takes one closed bar. The first value comes with bar n (counted from 0), as the first bar has no gap. */
export function yangZhangStep(
  state: YangZhang,
  open: number,
  high: number,
  low: number,
  close: number,
): void {
  const previous = state.previousClose;
  state.previousClose = close;
  if (previous === 0) return;
  slidingMomentsStep(state.gaps, logRatio(open, previous));
  slidingMomentsStep(state.bodies, logRatio(close, open));
  slidingMomentsStep(state.ranges, rogersSatchell(open, high, low, close));
  const n = state.gaps.ring.length;
  if (state.gaps.count < n) return;
  const k = yangZhangWeight(n);
  state.value = state.gaps.m2 / (n - 1) + (k * state.bodies.m2) / (n - 1) + (1 - k) * state.ranges.mean;
  state.ready = true;
}
