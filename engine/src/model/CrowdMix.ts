import { log } from '../math/Log.ts';

/*
 * How the crowd is levered, and how far from its entries it would be liquidated, on the grid of the crowd map. Risk model,
 * section 5.
 */
export const BUCKET_LN = 0.0025;
/** 400, but as a double: a product of a double and an integer costs QuickJS twice as much. */
export const BUCKETS_PER_LN = 1 / BUCKET_LN;
/** Buckets in 30 % of log price. */
export const RANGE_BUCKETS = 120;

/** Most leverages that a mix may tell apart. */
export const MAX_CROWD = 8;

/** The crowd's leverage: shares (sum 1) and the shifts from entry to liquidation in buckets, the first `count` of each. */
export class CrowdMix {
  count = 0;
  weights = new Float64Array(MAX_CROWD);
  longShifts = new Float64Array(MAX_CROWD);
  shortShifts = new Float64Array(MAX_CROWD);
  /** The shifts that lie nearest to price, and farthest from it. */
  nearLong = -Infinity;
  farLong = 0;
  nearShort = Infinity;
  farShort = 0;
  /** Shares whose shift lies within 30 % of price. */
  aheadLong = 0;
  aheadShort = 0;
  /** Whether no shift lies so near to price or to the end of the 30 % that a narrow bar's entries fall on both sides. */
  isClear = true;
}

/** Buckets from low to high below which a bar is narrow: 1.5 %, as all but one in a hundred are. */
export const NARROW = 6;
/** A shift this far from an end of the range leaves all of a narrow bar's entries on one side of it. */
const CLEARANCE = NARROW + 2;

/** Shifts ln((1 - 1/L)/(1 - mmr)) below a long's entry and ln((1 + 1/L)/(1 + mmr)) above a short's. At most 8. */
export function crowdMix(leverages: readonly number[], weights: readonly number[], mmr: number): CrowdMix {
  const mix = new CrowdMix();
  mix.count = leverages.length;
  for (let i = 0; i < leverages.length; i++) {
    const inverse = 1 / (leverages[i] as number);
    const weight = weights[i] as number;
    const long = log((1 - inverse) / (1 - mmr)) * BUCKETS_PER_LN;
    const short = log((1 + inverse) / (1 + mmr)) * BUCKETS_PER_LN;
    mix.weights[i] = weight;
    mix.longShifts[i] = long;
    mix.shortShifts[i] = short;
    if (long > mix.nearLong) mix.nearLong = long;
    if (long < mix.farLong) mix.farLong = long;
    if (short < mix.nearShort) mix.nearShort = short;
    if (short > mix.farShort) mix.farShort = short;
    if (-long < RANGE_BUCKETS) mix.aheadLong += weight;
    if (short < RANGE_BUCKETS) mix.aheadShort += weight;
    if (!isClear(-long) || !isClear(short)) mix.isClear = false;
  }
  return mix;
}

function isClear(distance: number): boolean {
  if (distance < CLEARANCE) return false;
  return distance < RANGE_BUCKETS - CLEARANCE || distance > RANGE_BUCKETS + CLEARANCE;
}
