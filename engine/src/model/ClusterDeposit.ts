import { BUCKETS } from './ClusterGrid.ts';
import type { Clusters } from './Clusters.ts';
import { NARROW, RANGE_BUCKETS, type CrowdMix } from './CrowdMix.ts';

/*
 * Where what a bar opened would be liquidated: entries at its low, middle and high, under each of the crowd's leverages.
 */

/** Shares of a bar's entries at its middle price, and at its low and high each. */
export const WEIGHT_MIDDLE = 0.5;
export const WEIGHT_EDGE = 0.25;

/**
 * Adds mass at `u`, in buckets from the centre of the window's first, split between the two nearest centres. Returns what
 * of it lies within the range that begins at bucket `from`.
 */
function put(masses: Float64Array, u: number, mass: number, from: number): number {
  if (!(u >= 0 && u < BUCKETS - 1)) return 0;
  // Below 2^31 and not negative: the cheaper way to a whole number.
  const bucket = u | 0;
  const upper = mass * (u - bucket);
  masses[bucket] = (masses[bucket] as number) + (mass - upper);
  masses[bucket + 1] = (masses[bucket + 1] as number) + upper;
  const within = bucket - from;
  if (within < 0) return within === -1 ? upper : 0;
  if (within < RANGE_BUCKETS - 1) return mass;
  return within === RANGE_BUCKETS - 1 ? mass - upper : 0;
}

/** What a bar opened: its entries' low, middle and high as `put` wants them, and the mass at an edge and in the middle. */
const opened = new Float64Array(5);

/** Spreads what a narrow bar opened over the crowd's liquidation prices of one side, none of which lies near an end. */
function spread(
  masses: Float64Array,
  shifts: Float64Array,
  weights: Float64Array,
  count: number,
  opened: Float64Array,
): void {
  const low = opened[0]!;
  const middle = opened[1]!;
  const high = opened[2]!;
  const edge = opened[3]!;
  const centre = opened[4]!;
  for (let i = 0; i < count; i++) {
    const outer = weights[i]! * edge;
    split(masses, low + shifts[i]!, outer);
    split(masses, middle + shifts[i]!, weights[i]! * centre);
    split(masses, high + shifts[i]!, outer);
  }
}

/** As `put`, of what lies within the window. */
function split(masses: Float64Array, u: number, mass: number): void {
  const bucket = u | 0;
  const upper = mass * (u - bucket);
  masses[bucket]! += mass - upper;
  masses[bucket + 1]! += upper;
}

/** Spreads what was opened over the crowd's liquidation prices. Entries are given as `put` wants them. */
export function deposit(
  state: Clusters,
  mix: CrowdMix,
  low: number,
  middle: number,
  high: number,
  mass: number,
): void {
  const edge = WEIGHT_EDGE * mass;
  const centre = WEIGHT_MIDDLE * mass;
  if (high - low < NARROW && mix.isClear && low + mix.farLong >= 0 && high + mix.farShort < BUCKETS - 1) {
    const { count, weights } = mix;
    opened[0] = low;
    opened[1] = middle;
    opened[2] = high;
    opened[3] = edge;
    opened[4] = centre;
    spread(state.longs, mix.longShifts, weights, count, opened);
    spread(state.shorts, mix.shortShifts, weights, count, opened);
    countAhead(state, mass * mix.aheadLong, mass * mix.aheadShort);
  } else {
    putAll(state, mix, low, edge);
    putAll(state, mix, middle, centre);
    putAll(state, mix, high, edge);
  }
  const top = Math.floor(high + mix.nearLong) + 1;
  const bottom = Math.floor(low + mix.nearShort);
  if (top > state.topLong) state.topLong = top < BUCKETS ? top : BUCKETS - 1;
  if (bottom < state.bottomShort) state.bottomShort = bottom > 0 ? bottom : 0;
}

/** What a deposit leaves within 30 % of price; by itself, since map and mix call it the same. */
function countAhead(state: Clusters, long: number, short: number): void {
  state.aheadLong += long;
  state.aheadShort += short;
}

/** One entry under every leverage of both sides, wherever it comes to lie. */
function putAll(state: Clusters, mix: CrowdMix, entry: number, mass: number): void {
  const { longs, shorts, place } = state;
  const { count, weights, longShifts, shortShifts } = mix;
  for (let i = 0; i < count; i++) {
    const share = weights[i]! * mass;
    state.aheadLong += put(longs, entry + longShifts[i]!, share, place - RANGE_BUCKETS + 1);
    state.aheadShort += put(shorts, entry + shortShifts[i]!, share, place);
  }
}
