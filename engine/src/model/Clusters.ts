import { requirePositive } from '../EngineError.ts';
import { LAMBDA_576 } from '../math/Ewma.ts';
import { log, logRatio } from '../math/Log.ts';

/*
 * Where the crowd would be liquidated: an estimate from open interest, on a grid of log prices. Mass decays with a
 * half-life of 48 h through one global scale instead of touching every bucket. It shrinks sizes and never closes a
 * position by itself. Risk model, section 5.
 */
export const BUCKET_LN = 0.0025;
const BUCKETS_PER_LN = 400;
export const BUCKETS = 1024;
/** Price is kept this far from the window's edge: beyond the 159 buckets that a 3x long lies below its entry. */
const EDGE = 192;
/** Buckets in 30 % of log price. */
export const RANGE_BUCKETS = 120;
const RENORMALISE_BELOW = 1e-100;
/** Shares of a bar's entries at its middle price, and at its low and high each. */
const WEIGHT_MIDDLE = 0.5;
const WEIGHT_EDGE = 0.25;
/** Bars after which running sums are taken anew: a day. */
const RECOUNT_BARS = 288;

/** Most leverages that a mix may tell apart. */
export const MAX_CROWD = 8;

/** The crowd's leverage: shares (sum 1) and the log shifts from entry to liquidation, the first `count` of each. */
export type CrowdMix = {
  count: number;
  weights: Float64Array;
  longShifts: Float64Array;
  shortShifts: Float64Array;
};

/** Shifts ln((1 - 1/L)/(1 - mmr)) below a long's entry and ln((1 + 1/L)/(1 + mmr)) above a short's. At most 8. */
export function crowdMix(leverages: readonly number[], weights: readonly number[], mmr: number): CrowdMix {
  const mix: CrowdMix = {
    count: leverages.length,
    weights: new Float64Array(MAX_CROWD),
    longShifts: new Float64Array(MAX_CROWD),
    shortShifts: new Float64Array(MAX_CROWD),
  };
  for (let i = 0; i < leverages.length; i++) {
    const inverse = 1 / (leverages[i] as number);
    mix.weights[i] = weights[i] as number;
    mix.longShifts[i] = log((1 - inverse) / (1 - mmr));
    mix.shortShifts[i] = log((1 + inverse) / (1 + mmr));
  }
  return mix;
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
  /** That price and its logarithm: those of prices near it follow from its series, at a quarter of the cost. */
  middle: number;
  lnMiddle: number;
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
    middle: 1,
    lnMiddle: 0,
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
  state.middle = 1;
  state.lnMiddle = 0;
  state.aheadLong = 0;
  state.aheadShort = 0;
}

/** Grid index of a price. */
export function gridIndex(price: number): number {
  return Math.floor(log(price) / BUCKET_LN);
}

/** Grid index of a price, by way of the last bar's. */
export function placeOf({ middle, lnMiddle }: Clusters, price: number): number {
  return Math.floor((lnMiddle + logRatio(price, middle)) / BUCKET_LN);
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
  const { longs, shorts } = state;
  const { count, weights, longShifts, shortShifts } = mix;
  const fromLong = state.place - RANGE_BUCKETS + 1;
  const fromShort = state.place;
  let { aheadLong, aheadShort } = state;
  let nearestLong = -Infinity;
  let nearestShort = Infinity;
  for (let i = 0; i < count; i++) {
    const half = mass * WEIGHT_MIDDLE * (weights[i] as number);
    const quarter = mass * WEIGHT_EDGE * (weights[i] as number);
    const long = (longShifts[i] as number) * BUCKETS_PER_LN;
    const short = (shortShifts[i] as number) * BUCKETS_PER_LN;
    aheadLong +=
      put(longs, low + long, quarter, fromLong) +
      put(longs, middle + long, half, fromLong) +
      put(longs, high + long, quarter, fromLong);
    aheadShort +=
      put(shorts, low + short, quarter, fromShort) +
      put(shorts, middle + short, half, fromShort) +
      put(shorts, high + short, quarter, fromShort);
    if (long > nearestLong) nearestLong = long;
    if (short < nearestShort) nearestShort = short;
  }
  state.aheadLong = aheadLong;
  state.aheadShort = aheadShort;
  const top = Math.floor(high + nearestLong) + 1;
  const bottom = Math.floor(low + nearestShort);
  if (top > state.topLong) state.topLong = top < BUCKETS ? top : BUCKETS - 1;
  if (bottom < state.bottomShort) state.bottomShort = bottom > 0 ? bottom : 0;
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
  for (let i = from > 0 ? from : 0; i <= last; i++) sum += masses[i] as number;
  return sum;
}

/** Sum of the buckets from `from` to before `to`; taken away where `to` comes first. */
function between(masses: Float64Array, from: number, to: number): number {
  return to >= from ? sumOf(masses, from, to - 1) : -sumOf(masses, to, from - 1);
}

/** Scaled mass within 30 % of a bucket on the adverse side: that of the last bar, moved to where it is asked for. */
export function scaledAhead(state: Clusters, side: number, place: number): number {
  const from = state.place;
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

/** One closed bar: decay, sweep, what closed (`kept` of the mass stays), then what opened (quote, on both sides). */
function advance(
  state: Clusters,
  mix: CrowdMix,
  { high, low, close }: MapBar,
  kept: number,
  opened: number,
): void {
  // One logarithm a bar: the other prices lie near the middle, where the ratio's series is cheap.
  const middle = (high + low + close) / 3;
  const lnMiddle = log(middle);
  const lnHigh = lnMiddle + logRatio(high, middle);
  const lnLow = lnMiddle + logRatio(low, middle);
  const place = Math.floor(lnMiddle / BUCKET_LN);
  state.middle = middle;
  state.lnMiddle = lnMiddle;
  if (state.bars === 0) {
    state.base = place - BUCKETS / 2;
    state.place = BUCKETS / 2;
  } else if (place - state.base < EDGE || place - state.base >= BUCKETS - EDGE) recentre(state, place);
  state.scale *= LAMBDA_576;
  const { base, aheadLong, aheadShort } = state;
  sweep(state, Math.floor(lnLow / BUCKET_LN) - base, Math.floor(lnHigh / BUCKET_LN) - base);
  const isHalved = 2 * state.aheadLong < aheadLong || 2 * state.aheadShort < aheadShort;
  state.scale *= kept;
  if (state.scale < RENORMALISE_BELOW) renormalise(state);
  if (place - base !== state.place) {
    const long = scaledAhead(state, 1, place - base);
    const short = scaledAhead(state, -1, place - base);
    state.aheadLong = long;
    state.aheadShort = short;
    state.place = place - base;
  }
  if (opened > 0) {
    const centre = 0.5 + base;
    deposit(
      state,
      mix,
      lnLow * BUCKETS_PER_LN - centre,
      lnMiddle * BUCKETS_PER_LN - centre,
      lnHigh * BUCKETS_PER_LN - centre,
      opened / state.scale,
    );
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
  const kept = openInterest < previous ? openInterest / previous : 1;
  const opened =
    openInterest > previous ? (openInterest - previous) * ((bar.high + bar.low + bar.close) / 3) : 0;
  state.openInterest = openInterest;
  advance(state, mix, bar, kept, opened);
}

/** Share of a bar's turnover that is taken to have opened positions where open interest is unknown. */
const PROXY_SHARE = 0.02;

/** As `clustersStep` without open interest, from the bar's volume (base units): a picture, nothing may rest on it. */
export function clustersProxyStep(
  state: Clusters,
  mix: CrowdMix,
  bar: MapBar & { readonly volume: number },
): void {
  advance(state, mix, bar, 1, PROXY_SHARE * bar.volume * bar.close);
}

/** As `clustersStep` while open interest is missing: the map decays and is swept, and its next reading starts anew. */
export function clustersBlindStep(state: Clusters, mix: CrowdMix, bar: MapBar): void {
  state.openInterest = 0;
  advance(state, mix, bar, 1, 0);
}
