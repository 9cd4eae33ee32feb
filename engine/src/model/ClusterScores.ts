import { clamp01 } from '../math/Clamp.ts';
import { placeOf } from './ClusterGrid.ts';
import { scaledAhead, sumOf } from './ClusterMass.ts';
import type { Clusters } from './Clusters.ts';
import { BUCKET_LN, RANGE_BUCKETS } from './CrowdMix.ts';

/*
 * What the crowd map says of a price: densities against the mean of what lies ahead on the adverse side. An estimate of
 * estimates; it shrinks sizes and never closes a position by itself. Risk model, section 5.
 */
export const BARRIER_HALF_WIDTH = 2;

/** Mass (quote) of the buckets from grid index `from` to `to`, both included. */
export function massBetween(state: Clusters, side: number, from: number, to: number): number {
  return sumOf(side > 0 ? state.longs : state.shorts, from - state.base, to - state.base) * state.scale;
}

/** Mass (quote) of `count` buckets on the adverse side of a bucket, itself the first. */
function massAhead(state: Clusters, side: number, place: number, count: number): number {
  return side > 0
    ? massBetween(state, side, place - count + 1, place)
    : massBetween(state, side, place, place + count - 1);
}

/** Mean mass per bucket within 30 % on the adverse side of a bucket. */
function meanAhead(state: Clusters, side: number, place: number): number {
  const ahead = scaledAhead(state, side, place - state.base);
  return ahead > 0 ? (ahead * state.scale) / RANGE_BUCKETS : 0;
}

/** Mean mass per bucket within 30 % on the adverse side of a price. */
export function meanMass(state: Clusters, side: number, price: number): number {
  return meanAhead(state, side, placeOf(state, price));
}

/** Density around a level against the mean: 1 uniform, 2 and more dense; 0 on an empty map. */
export function barrierScore(state: Clusters, side: number, price: number, level: number): number {
  const mean = meanMass(state, side, price);
  return mean > 0 ? barrierScoreAgainst(state, side, level, mean) : 0;
}

/** As `barrierScore` with the mean (> 0) at hand. */
export function barrierScoreAgainst(state: Clusters, side: number, level: number, mean: number): number {
  const place = placeOf(state, level);
  const mass = massBetween(state, side, place - BARRIER_HALF_WIDTH, place + BARRIER_HALF_WIDTH);
  return mass / (2 * BARRIER_HALF_WIDTH + 1) / mean;
}

/** Density of the buckets that four hours' deviation reaches against the mean; 0 on an empty map. */
export function nearScore(state: Clusters, side: number, price: number, sigma4h: number): number {
  const count = Math.ceil(sigma4h / BUCKET_LN);
  const place = placeOf(state, price);
  const mean = meanAhead(state, side, place);
  return mean > 0 && count > 0 ? massAhead(state, side, place, count) / (count * mean) : 0;
}

/** Mass (quote) between price and a level. */
export function pathMass(state: Clusters, side: number, price: number, level: number): number {
  const place = placeOf(state, price);
  const end = placeOf(state, level);
  return side > 0 ? massBetween(state, side, end, place) : massBetween(state, side, place, end);
}

/** F_CLUSTER in [0.25, 1]: 1 up to a near score of 1.5, a quarter from 4 on. */
export function factorCluster(score: number): number {
  return 1 - 0.75 * clamp01((score - 1.5) / 2.5);
}
