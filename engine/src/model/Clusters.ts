import { requirePositive } from '../EngineError.ts';
import { LAMBDA_576 } from '../math/Ewma.ts';
import { log, logRatio } from '../math/Log.ts';

/*
 * Where the crowd would be liquidated: an estimate from open interest, on a grid of log prices. Mass decays with a
 * half-life of 48 h through one global scale instead of touching every bucket. It shrinks sizes and never closes a
 * position by itself. Risk model, section 5.
 */
export const BUCKET_LN = 0.0025;
/** 400, but as a double: a product of a double and an integer costs QuickJS twice as much. */
export const BUCKETS_PER_LN = 1 / BUCKET_LN;
export const BUCKETS = 1024;
/** Price is kept this far from the window's edge: beyond the 159 buckets that a 3x long lies below its entry. */
const EDGE = 192;
/** Buckets in 30 % of log price. */
export const RANGE_BUCKETS = 120;
const RENORMALISE_BELOW = 1e-100;
/** An anchor within this factor of a price serves it: 2 %. */
const ANCHOR_FAR = 1.02;
/** Shares of a bar's entries at its middle price, and at its low and high each. */
const WEIGHT_MIDDLE = 0.5;
const WEIGHT_EDGE = 0.25;
/** Bars after which running sums are taken anew: a day. */
const RECOUNT_BARS = 288;

/** Most leverages that a mix may tell apart. */
export const MAX_CROWD = 8;

/** The crowd's leverage: shares (sum 1) and the shifts from entry to liquidation in buckets, the first `count` of each. */
export type CrowdMix = {
  count: number;
  weights: Float64Array;
  longShifts: Float64Array;
  shortShifts: Float64Array;
  /** The shifts that lie nearest to price, and farthest from it. */
  nearLong: number;
  farLong: number;
  nearShort: number;
  farShort: number;
  /** Shares whose shift lies within 30 % of price. */
  aheadLong: number;
  aheadShort: number;
  /** Whether no shift lies so near to price or to the end of the 30 % that a narrow bar's entries fall on both sides. */
  isClear: boolean;
};

/** Buckets from a bar's low to its high that make it narrow: 1 %. */
const NARROW = 4;
/** A shift this far from an end of the range leaves all of a narrow bar's entries on one side of it. */
const CLEARANCE = NARROW + 2;

/** Shifts ln((1 - 1/L)/(1 - mmr)) below a long's entry and ln((1 + 1/L)/(1 + mmr)) above a short's. At most 8. */
export function crowdMix(leverages: readonly number[], weights: readonly number[], mmr: number): CrowdMix {
  const mix: CrowdMix = {
    count: leverages.length,
    weights: new Float64Array(MAX_CROWD),
    longShifts: new Float64Array(MAX_CROWD),
    shortShifts: new Float64Array(MAX_CROWD),
    nearLong: -Infinity,
    farLong: 0,
    nearShort: Infinity,
    farShort: 0,
    aheadLong: 0,
    aheadShort: 0,
    isClear: true,
  };
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

/** What the map takes of a closed bar. */
export type MapBar = { readonly high: number; readonly low: number; readonly close: number };

export type Clusters = {
  /** Scaled masses (quote) by bucket; the true mass is mass * scale. */
  longs: Float64Array;
  shorts: Float64Array;
  /** Grid index of bucket 0; meaningless until `bars > 0`. */
  base: number;
  scale: number;
  /** Buckets past which nothing lies: no long above `topLong`, no short below `bottomShort`. */
  topLong: number;
  bottomShort: number;
  openInterest: number;
  bars: number;
  /** Mass (quote, both sides) that the last bar swept away. */
  swept: number;
  /** Bucket of the middle price of the last bar, and the scaled masses within 30 % of it on each adverse side. */
  place: number;
  /** A price of late and its logarithm in buckets: those of prices near it follow by a short series, at a fifth of the cost. */
  anchor: number;
  anchorBuckets: number;
  aheadLong: number;
  aheadShort: number;
};

export function createClusters(): Clusters {
  return {
    longs: new Float64Array(BUCKETS),
    shorts: new Float64Array(BUCKETS),
    base: 0,
    scale: 1,
    topLong: -1,
    bottomShort: BUCKETS,
    openInterest: 0,
    bars: 0,
    swept: 0,
    place: 0,
    anchor: 1,
    anchorBuckets: 0,
    aheadLong: 0,
    aheadShort: 0,
  };
}

/** Forgets everything, in place. */
export function clearClusters(state: Clusters): void {
  state.longs.fill(0);
  state.shorts.fill(0);
  state.scale = 1;
  state.topLong = -1;
  state.bottomShort = BUCKETS;
  state.openInterest = 0;
  state.bars = 0;
  state.swept = 0;
  state.place = 0;
  state.anchor = 1;
  state.anchorBuckets = 0;
  state.aheadLong = 0;
  state.aheadShort = 0;
}

/** Grid index of a price. */
export function gridIndex(price: number): number {
  return Math.floor(log(price) * BUCKETS_PER_LN);
}

/** Logarithm of a price in buckets, by way of the anchor's. */
function bucketsOf({ anchor, anchorBuckets }: Clusters, price: number): number {
  return anchorBuckets + logRatio(price, anchor) * BUCKETS_PER_LN;
}

/** Grid index of a price, by way of the anchor's. */
export function placeOf(state: Clusters, price: number): number {
  return Math.floor(bucketsOf(state, price));
}

/** Moves the window so that `index` is in its middle; what falls off lay more than 120 % from price, in logs. */
function recentre(state: Clusters, index: number): void {
  const base = index - BUCKETS / 2;
  const shift = base - state.base;
  move(state.longs, shift);
  move(state.shorts, shift);
  state.base = base;
  state.topLong = Math.max(-1, Math.min(BUCKETS - 1, state.topLong - shift));
  state.bottomShort = Math.max(0, Math.min(BUCKETS, state.bottomShort - shift));
  state.place -= shift;
}

/** Masses `shift` buckets further down; what comes in is empty. */
function move(masses: Float64Array, shift: number): void {
  if (shift >= BUCKETS || shift <= -BUCKETS) masses.fill(0);
  else if (shift > 0) {
    masses.copyWithin(0, shift);
    masses.fill(0, BUCKETS - shift);
  } else {
    masses.copyWithin(-shift, 0);
    masses.fill(0, 0, -shift);
  }
}

/** Empties what prices reached; `swept` is what was there, quote. */
function sweep(state: Clusters, first: number, last: number): void {
  const { longs, shorts, place } = state;
  let mass = 0;
  let { topLong, bottomShort } = state;
  while (topLong >= 0 && topLong >= first) {
    const here = longs[topLong] as number;
    mass += here;
    if (topLong <= place && topLong > place - RANGE_BUCKETS) state.aheadLong -= here;
    longs[topLong--] = 0;
  }
  while (bottomShort < BUCKETS && bottomShort <= last) {
    const here = shorts[bottomShort] as number;
    mass += here;
    if (bottomShort >= place && bottomShort < place + RANGE_BUCKETS) state.aheadShort -= here;
    shorts[bottomShort++] = 0;
  }
  state.topLong = topLong;
  state.bottomShort = bottomShort;
  state.swept = mass * state.scale;
}

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

/** Spreads what was opened over the crowd's liquidation prices. Entries are given as `put` wants them. */
function deposit(
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
    spread(state.longs, mix.longShifts, mix, low, middle, high, edge, centre);
    spread(state.shorts, mix.shortShifts, mix, low, middle, high, edge, centre);
    state.aheadLong += mass * mix.aheadLong;
    state.aheadShort += mass * mix.aheadShort;
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

/** As `put` for three entries under every leverage of one side, where all of it is known to lie within the window. */
function spread(
  masses: Float64Array,
  shifts: Float64Array,
  { count, weights }: CrowdMix,
  low: number,
  middle: number,
  high: number,
  edge: number,
  centre: number,
): void {
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    const shift = shifts[i]!;
    const outer = weight * edge;
    const inner = weight * centre;
    let u = low + shift;
    let bucket = u | 0;
    let upper = outer * (u - bucket);
    // Compound assignments: in QuickJS they cost half of reading, adding and writing one by one.
    masses[bucket]! += outer - upper;
    masses[bucket + 1]! += upper;
    u = middle + shift;
    bucket = u | 0;
    upper = inner * (u - bucket);
    masses[bucket]! += inner - upper;
    masses[bucket + 1]! += upper;
    u = high + shift;
    bucket = u | 0;
    upper = outer * (u - bucket);
    masses[bucket]! += outer - upper;
    masses[bucket + 1]! += upper;
  }
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

function renormalise(state: Clusters): void {
  for (let i = 0; i < BUCKETS; i++) {
    state.longs[i] = (state.longs[i] as number) * state.scale;
    state.shorts[i] = (state.shorts[i] as number) * state.scale;
  }
  state.aheadLong *= state.scale;
  state.aheadShort *= state.scale;
  state.scale = 1;
}

/** Sums the masses ahead anew: what was added to and taken from them one by one has left its rounding there. */
function recount(state: Clusters): void {
  state.aheadLong = sumOf(state.longs, state.place - RANGE_BUCKETS + 1, state.place);
  state.aheadShort = sumOf(state.shorts, state.place, state.place + RANGE_BUCKETS - 1);
}

/** Sum of the buckets `from` to `to` of the window, both included, as far as there are any. */
export function sumOf(masses: Float64Array, from: number, to: number): number {
  const last = to < BUCKETS ? to : BUCKETS - 1;
  let sum = 0;
  let i = from > 0 ? from : 0;
  // Four a turn: in QuickJS the loop itself costs as much as two of them.
  for (; i + 3 <= last; i += 4) sum += masses[i]! + masses[i + 1]! + (masses[i + 2]! + masses[i + 3]!);
  for (; i <= last; i++) sum += masses[i]!;
  return sum;
}

/** Sum of the buckets from `from` to before `to`; taken away where `to` comes first. */
function between(masses: Float64Array, from: number, to: number): number {
  return to >= from ? sumOf(masses, from, to - 1) : -sumOf(masses, to, from - 1);
}

/** Scaled mass within 30 % of a bucket on the adverse side: that of the last bar, moved to where it is asked for. */
export function scaledAhead(state: Clusters, side: number, place: number): number {
  const from = state.place;
  if (place === from) return side > 0 ? state.aheadLong : state.aheadShort;
  const isFar = place - from > RANGE_BUCKETS / 2 || from - place > RANGE_BUCKETS / 2;
  if (side > 0) {
    if (isFar) return sumOf(state.longs, place - RANGE_BUCKETS + 1, place);
    return (
      state.aheadLong +
      between(state.longs, from + 1, place + 1) -
      between(state.longs, from - RANGE_BUCKETS + 1, place - RANGE_BUCKETS + 1)
    );
  }
  if (isFar) return sumOf(state.shorts, place, place + RANGE_BUCKETS - 1);
  return (
    state.aheadShort +
    between(state.shorts, from + RANGE_BUCKETS, place + RANGE_BUCKETS) -
    between(state.shorts, from, place)
  );
}

/** Moves the sums of what lies ahead to another bucket: what price leaves behind goes, what comes into range is added. */
function follow(state: Clusters, place: number): void {
  const { longs, shorts } = state;
  let { place: at, aheadLong, aheadShort } = state;
  state.place = place;
  if (place - at > RANGE_BUCKETS / 2 || at - place > RANGE_BUCKETS / 2) {
    recount(state);
    return;
  }
  for (; at < place; at++) {
    aheadLong += longs[at + 1]! - longs[at - RANGE_BUCKETS + 1]!;
    aheadShort += shorts[at + RANGE_BUCKETS]! - shorts[at]!;
  }
  for (; at > place; at--) {
    aheadLong += longs[at - RANGE_BUCKETS]! - longs[at]!;
    aheadShort += shorts[at - 1]! - shorts[at + RANGE_BUCKETS - 1]!;
  }
  state.aheadLong = aheadLong;
  state.aheadShort = aheadShort;
}

/** Takes another price as the anchor once the series for it would be long. */
function anchorNear(state: Clusters, price: number): void {
  const { anchor } = state;
  if (price < ANCHOR_FAR * anchor && anchor < ANCHOR_FAR * price) return;
  state.anchor = price;
  state.anchorBuckets = log(price) * BUCKETS_PER_LN;
}

/** One closed bar: decay, sweep, what closed (`kept` of the mass stays), then what opened (quote, on both sides). */
function advance(
  state: Clusters,
  mix: CrowdMix,
  { high, low }: MapBar,
  middle: number,
  kept: number,
  opened: number,
): void {
  anchorNear(state, middle);
  const buckets = bucketsOf(state, middle);
  const toHigh = logRatio(high, middle) * BUCKETS_PER_LN;
  const toLow = logRatio(low, middle) * BUCKETS_PER_LN;
  if (state.bars === 0) {
    state.base = Math.floor(buckets) - BUCKETS / 2;
    state.place = BUCKETS / 2;
  }
  let u = buckets - state.base;
  if (!(u >= EDGE && u < BUCKETS - EDGE)) {
    recentre(state, Math.floor(buckets));
    u = buckets - state.base;
  }
  const place = u | 0;
  const { aheadLong, aheadShort } = state;
  state.scale *= LAMBDA_576;
  sweep(state, (u + toLow) | 0, (u + toHigh) | 0);
  const isHalved = 2 * state.aheadLong < aheadLong || 2 * state.aheadShort < aheadShort;
  state.scale *= kept;
  if (state.scale < RENORMALISE_BELOW) renormalise(state);
  if (place !== state.place) follow(state, place);
  if (opened > 0) {
    const entry = u - 0.5;
    deposit(state, mix, entry + toLow, entry, entry + toHigh, opened / state.scale);
  }
  state.bars++;
  if (isHalved || state.bars % RECOUNT_BARS === 0) recount(state);
}

/**
 * Takes one closed bar and the open interest (base units, > 0) at its close. A synthetic bar passes
 * high = low = close and the last open interest: the map then only decays.
 */
export function clustersStep(state: Clusters, mix: CrowdMix, bar: MapBar, openInterest: number): void {
  requirePositive('openInterest', openInterest);
  const previous = state.bars === 0 || state.openInterest === 0 ? openInterest : state.openInterest;
  const middle = (bar.high + bar.low + bar.close) / 3;
  state.openInterest = openInterest;
  if (openInterest < previous) advance(state, mix, bar, middle, openInterest / previous, 0);
  else advance(state, mix, bar, middle, 1, (openInterest - previous) * middle);
}

/** Share of a bar's turnover that is taken to have opened positions where open interest is unknown. */
const PROXY_SHARE = 0.02;

/** As `clustersStep` without open interest, from the bar's volume (base units): a picture, nothing may rest on it. */
export function clustersProxyStep(
  state: Clusters,
  mix: CrowdMix,
  bar: MapBar & { readonly volume: number },
): void {
  const middle = (bar.high + bar.low + bar.close) / 3;
  advance(state, mix, bar, middle, 1, PROXY_SHARE * bar.volume * bar.close);
}

/** As `clustersStep` while open interest is missing: the map decays and is swept, and its next reading starts anew. */
export function clustersBlindStep(state: Clusters, mix: CrowdMix, bar: MapBar): void {
  state.openInterest = 0;
  advance(state, mix, bar, (bar.high + bar.low + bar.close) / 3, 1, 0);
}
