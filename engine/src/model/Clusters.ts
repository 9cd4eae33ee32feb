import { requirePositive } from '../EngineError.ts';
import { clamp01 } from '../math/Clamp.ts';
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
const RANGE_BUCKETS = 120;
const BARRIER_HALF_WIDTH = 2;
const RENORMALISE_BELOW = 1e-100;
const WEIGHT_LOW = 0.25;
const WEIGHT_MIDDLE = 0.5;
const WEIGHT_HIGH = 0.25;

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
}

/** Grid index of a price. */
export function gridIndex(price: number): number {
  return Math.floor(log(price) / BUCKET_LN);
}

/** Moves the window so that `index` is in its middle; what falls off lay more than 120 % from price, in logs. */
function recentre(state: Clusters, index: number): void {
  const base = index - BUCKETS / 2;
  const shift = base - state.base;
  state.longs = shifted(state.longs, shift);
  state.shorts = shifted(state.shorts, shift);
  state.base = base;
  state.topLong = Math.max(-1, Math.min(BUCKETS - 1, state.topLong - shift));
  state.bottomShort = Math.max(0, Math.min(BUCKETS, state.bottomShort - shift));
}

function shifted(masses: Float64Array, shift: number): Float64Array {
  const moved = new Float64Array(BUCKETS);
  for (let i = 0; i < BUCKETS; i++) {
    const from = i + shift;
    if (from >= 0 && from < BUCKETS) moved[i] = masses[from] as number;
  }
  return moved;
}

/** Empties what prices reached; `swept` is what was there, quote. */
function sweep(state: Clusters, lowIndex: number, highIndex: number): void {
  const { longs, shorts } = state;
  let mass = 0;
  const first = lowIndex - state.base;
  while (state.topLong >= 0 && state.topLong >= first) {
    mass += longs[state.topLong] as number;
    longs[state.topLong--] = 0;
  }
  const last = highIndex - state.base;
  while (state.bottomShort < BUCKETS && state.bottomShort <= last) {
    mass += shorts[state.bottomShort] as number;
    shorts[state.bottomShort++] = 0;
  }
  state.swept = mass * state.scale;
}

/** Spreads what was opened at one price over the crowd's liquidation prices, each split between two bucket centres. */
function deposit(state: Clusters, mix: CrowdMix, lnEntry: number, mass: number): void {
  const { longs, shorts, base } = state;
  const { count, weights, longShifts, shortShifts } = mix;
  for (let i = 0; i < count; i++) {
    const part = mass * (weights[i] as number);
    const u = (lnEntry + (longShifts[i] as number)) * BUCKETS_PER_LN - 0.5 - base;
    const long = Math.floor(u);
    if (long >= 0 && long + 1 < BUCKETS) {
      const share = u - long;
      longs[long] = (longs[long] as number) + part * (1 - share);
      longs[long + 1] = (longs[long + 1] as number) + part * share;
      if (long + 1 > state.topLong) state.topLong = long + 1;
    }
    const v = (lnEntry + (shortShifts[i] as number)) * BUCKETS_PER_LN - 0.5 - base;
    const short = Math.floor(v);
    if (short >= 0 && short + 1 < BUCKETS) {
      const share = v - short;
      shorts[short] = (shorts[short] as number) + part * (1 - share);
      shorts[short + 1] = (shorts[short + 1] as number) + part * share;
      if (short < state.bottomShort) state.bottomShort = short;
    }
  }
}

function renormalise(state: Clusters): void {
  for (let i = 0; i < BUCKETS; i++) {
    state.longs[i] = (state.longs[i] as number) * state.scale;
    state.shorts[i] = (state.shorts[i] as number) * state.scale;
  }
  state.scale = 1;
}

/** One closed bar: decay, sweep, what closed (`kept` of the mass stays), then what opened (quote, on both sides). */
function advance(
  state: Clusters,
  mix: CrowdMix,
  high: number,
  low: number,
  close: number,
  kept: number,
  opened: number,
): void {
  // One logarithm a bar: the other prices lie near the middle, where the ratio's series is cheap.
  const middle = (high + low + close) / 3;
  const lnMiddle = log(middle);
  const lnHigh = lnMiddle + logRatio(high, middle);
  const lnLow = lnMiddle + logRatio(low, middle);
  const place = Math.floor((lnMiddle + logRatio(close, middle)) / BUCKET_LN);
  if (state.bars === 0) state.base = place - BUCKETS / 2;
  else if (place - state.base < EDGE || place - state.base >= BUCKETS - EDGE) recentre(state, place);
  state.scale *= LAMBDA_576;
  sweep(state, Math.floor(lnLow / BUCKET_LN), Math.floor(lnHigh / BUCKET_LN));
  state.scale *= kept;
  if (state.scale < RENORMALISE_BELOW) renormalise(state);
  if (opened > 0) {
    const mass = opened / state.scale;
    deposit(state, mix, lnLow, mass * WEIGHT_LOW);
    deposit(state, mix, lnMiddle, mass * WEIGHT_MIDDLE);
    deposit(state, mix, lnHigh, mass * WEIGHT_HIGH);
  }
  state.bars++;
}

/**
 * Takes one closed bar and the open interest (base units, > 0) at its close. A synthetic bar passes
 * high = low = close and the last open interest: the map then only decays.
 */
export function clustersStep(
  state: Clusters,
  mix: CrowdMix,
  high: number,
  low: number,
  close: number,
  openInterest: number,
): void {
  requirePositive('openInterest', openInterest);
  const previous = state.bars === 0 || state.openInterest === 0 ? openInterest : state.openInterest;
  const kept = openInterest < previous ? openInterest / previous : 1;
  const opened = openInterest > previous ? (openInterest - previous) * ((high + low + close) / 3) : 0;
  state.openInterest = openInterest;
  advance(state, mix, high, low, close, kept, opened);
}

/** Share of a bar's turnover that is taken to have opened positions where open interest is unknown. */
const PROXY_SHARE = 0.02;

/** As `clustersStep` without open interest, from the bar's volume (base units): a picture, nothing may rest on it. */
export function clustersProxyStep(
  state: Clusters,
  mix: CrowdMix,
  high: number,
  low: number,
  close: number,
  volume: number,
): void {
  advance(state, mix, high, low, close, 1, PROXY_SHARE * volume * close);
}

/** As `clustersStep` while open interest is missing: the map decays and is swept, and its next reading starts anew. */
export function clustersBlindStep(
  state: Clusters,
  mix: CrowdMix,
  high: number,
  low: number,
  close: number,
): void {
  state.openInterest = 0;
  advance(state, mix, high, low, close, 1, 0);
}

/** Mass (quote) of the buckets from grid index `from` to `to`, both included. */
export function massBetween(state: Clusters, side: number, from: number, to: number): number {
  const masses = side > 0 ? state.longs : state.shorts;
  const first = from > state.base ? from - state.base : 0;
  const last = to - state.base < BUCKETS ? to - state.base : BUCKETS - 1;
  let sum = 0;
  for (let i = first; i <= last; i++) sum += masses[i] as number;
  return sum * state.scale;
}

/** Mass of `count` buckets on the adverse side of a bucket, itself the first. */
function massAhead(state: Clusters, side: number, place: number, count: number): number {
  return side > 0
    ? massBetween(state, side, place - count + 1, place)
    : massBetween(state, side, place, place + count - 1);
}

/** Mean mass per bucket within 30 % on the adverse side. */
export function meanMass(state: Clusters, side: number, price: number): number {
  return massAhead(state, side, gridIndex(price), RANGE_BUCKETS) / RANGE_BUCKETS;
}

/** Density around a level against the mean: 1 uniform, 2 and more dense; 0 on an empty map. */
export function barrierScore(state: Clusters, side: number, price: number, level: number): number {
  const mean = meanMass(state, side, price);
  return mean > 0 ? barrierScoreAgainst(state, side, level, mean) : 0;
}

/** As `barrierScore` with the mean (> 0) at hand. */
export function barrierScoreAgainst(state: Clusters, side: number, level: number, mean: number): number {
  const place = gridIndex(level);
  const mass = massBetween(state, side, place - BARRIER_HALF_WIDTH, place + BARRIER_HALF_WIDTH);
  return mass / (2 * BARRIER_HALF_WIDTH + 1) / mean;
}

/** Density of the buckets that four hours' deviation reaches against the mean; 0 on an empty map. */
export function nearScore(state: Clusters, side: number, price: number, sigma4h: number): number {
  const count = Math.ceil(sigma4h / BUCKET_LN);
  const place = gridIndex(price);
  const mean = massAhead(state, side, place, RANGE_BUCKETS) / RANGE_BUCKETS;
  return mean > 0 && count > 0 ? massAhead(state, side, place, count) / (count * mean) : 0;
}

/** Mass (quote) between price and a level. */
export function pathMass(state: Clusters, side: number, price: number, level: number): number {
  const place = gridIndex(price);
  const end = gridIndex(level);
  return side > 0 ? massBetween(state, side, end, place) : massBetween(state, side, place, end);
}

/** F_CLUSTER in [0.25, 1]: 1 up to a near score of 1.5, a quarter from 4 on. */
export function factorCluster(score: number): number {
  return 1 - 0.75 * clamp01((score - 1.5) / 2.5);
}
