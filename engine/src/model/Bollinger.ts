import { createSlidingMoments, slidingMomentsStep } from '../math/SlidingMoments.ts';
import type { SlidingMoments } from '../math/SlidingMoments.ts';

/*
 * Bollinger bands: simple mean and population deviation (ddof 0) of the last n closes. The reference bandwidth is an
 * exponential mean of the bandwidths before this bar, so that a wider bar can only lower the cap made from it.
 */
export type Bollinger = {
  moments: SlidingMoments;
  /** Half-width of the bands in standard deviations. */
  deviations: number;
  /** Weight of a new bandwidth in the reference: 2/(period + 1). */
  referenceAlpha: number;
  /** The reference after this bar; 0 while no bandwidth has been seen. */
  reference: number;
  /** Whether the bands below mean something. */
  ready: boolean;
  middle: number;
  sd: number;
  upper: number;
  lower: number;
  /** (upper - lower)/middle. */
  bandwidth: number;
  /** The reference before this bar; 0 = none yet. */
  bandwidthReference: number;
};

export function createBollinger(n: number, deviations: number, referencePeriod: number): Bollinger {
  return {
    moments: createSlidingMoments(n),
    deviations,
    referenceAlpha: 2 / (referencePeriod + 1),
    reference: 0,
    ready: false,
    middle: 0,
    sd: 0,
    upper: 0,
    lower: 0,
    bandwidth: 0,
    bandwidthReference: 0,
  };
}

/** Takes one closed bar's close (> 0). */
export function bollingerStep(state: Bollinger, close: number): void {
  const moments = state.moments;
  const n = moments.ring.length;
  slidingMomentsStep(moments, close);
  if (moments.count < n) return;
  const middle = moments.mean;
  const sd = Math.sqrt(moments.m2 / n);
  const half = state.deviations * sd;
  const bandwidth = (2 * half) / middle;
  state.middle = middle;
  state.sd = sd;
  state.upper = middle + half;
  state.lower = middle - half;
  state.bandwidth = bandwidth;
  if (state.ready) {
    state.bandwidthReference = state.reference;
    state.reference += state.referenceAlpha * (bandwidth - state.reference);
  } else {
    state.ready = true;
    state.reference = bandwidth;
  }
}

/** Place of a price within the bands, 0 at the lower and 1 at the upper; 0.5 where they coincide. */
export function percentB({ middle, sd, deviations }: Bollinger, price: number): number {
  const half = deviations * sd;
  return half > 0 ? (price - middle + half) / (2 * half) : 0.5;
}
