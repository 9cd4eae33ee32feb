import { createSlidingMoments, slidingMomentsStep } from '../math/SlidingMoments.ts';
import type { SlidingMoments } from '../math/SlidingMoments.ts';

/*
 * Bollinger bands: simple mean and population deviation (ddof 0) of the last n closes. The reference bandwidth is an
 * exponential mean of the bandwidths before this bar, so that a wider bar can only lower the cap made from it.
 */
export class Bollinger {
  moments: SlidingMoments;
  /** Half-width of the bands in standard deviations. */
  deviations = 0;
  /** Weight of a new bandwidth in the reference: 2/(period + 1). */
  referenceAlpha = 0;
  /** The reference after this bar; 0 while no bandwidth has been seen. */
  reference = 0;
  /** Whether the bands below mean something. */
  ready = false;
  middle = 0;
  sd = 0;
  upper = 0;
  lower = 0;
  /** (upper - lower)/middle. */
  bandwidth = 0;
  /** The reference before this bar; 0 = none yet. */
  bandwidthReference = 0;

  constructor(n: number, deviations: number, referencePeriod: number) {
    this.moments = createSlidingMoments(n);
    this.deviations = deviations;
    this.referenceAlpha = 2 / (referencePeriod + 1);
  }
}

export function createBollinger(n: number, deviations: number, referencePeriod: number): Bollinger {
  return new Bollinger(n, deviations, referencePeriod);
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
