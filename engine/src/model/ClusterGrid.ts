import { log, logRatio } from '../math/Log.ts';
import type { Clusters } from './Clusters.ts';
import { BUCKETS_PER_LN } from './CrowdMix.ts';

/*
 * The grid of the crowd map: prices as logarithms in buckets. Prices near one of late follow from its logarithm by a short
 * series.
 */

/** Buckets of the window in which masses are kept. */
export const BUCKETS = 1024;
/** An anchor within this factor of a price serves it: 2 %. */
const ANCHOR_FAR = 1.02;

/** Grid index of a price. */
export function gridIndex(price: number): number {
  return Math.floor(log(price) * BUCKETS_PER_LN);
}

/** Logarithm of a price in buckets, by way of the anchor's. */
export function bucketsOf({ anchor, anchorBuckets }: Clusters, price: number): number {
  return anchorBuckets + logRatio(price, anchor) * BUCKETS_PER_LN;
}

/** Grid index of a price, by way of the anchor's. */
export function placeOf(state: Clusters, price: number): number {
  return Math.floor(bucketsOf(state, price));
}

/** Takes another price as the anchor once the series for it would be long. */
export function anchorNear(state: Clusters, price: number): void {
  const { anchor } = state;
  if (price < ANCHOR_FAR * anchor && anchor < ANCHOR_FAR * price) return;
  state.anchor = price;
  state.anchorBuckets = log(price) * BUCKETS_PER_LN;
}
