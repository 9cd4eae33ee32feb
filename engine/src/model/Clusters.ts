import { requirePositive } from '../EngineError.ts';
import { LAMBDA_576 } from '../math/Ewma.ts';
import { logRatio } from '../math/Log.ts';
import { deposit } from './ClusterDeposit.ts';
import { anchorNear, BUCKETS, bucketsOf } from './ClusterGrid.ts';
import { follow, recount } from './ClusterMass.ts';
import { BUCKETS_PER_LN, RANGE_BUCKETS, type CrowdMix } from './CrowdMix.ts';

/*
 * Where the crowd would be liquidated: an estimate from open interest, on a grid of log prices. Mass decays with a
 * half-life of 48 h through one global scale instead of touching every bucket. It shrinks sizes and never closes a
 * position by itself. Risk model, section 5.
 */
/** Price is kept this far from the window's edge: beyond the 159 buckets that a 3x long lies below its entry. */
const EDGE = 192;
const RENORMALISE_BELOW = 1e-100;
/** Bars after which running sums are taken anew: a day. */
const RECOUNT_BARS = 288;

/** What the map takes of a closed bar. */
export type MapBar = { readonly high: number; readonly low: number; readonly close: number };

export class Clusters {
  /** Scaled masses (quote) by bucket; the true mass is mass * scale. */
  longs = new Float64Array(BUCKETS);
  shorts = new Float64Array(BUCKETS);
  /** Grid index of bucket 0; meaningless until `bars > 0`. */
  base = 0;
  scale = 1;
  /** Buckets past which nothing lies: no long above `topLong`, no short below `bottomShort`. */
  topLong = -1;
  bottomShort = BUCKETS;
  openInterest = 0;
  bars = 0;
  /** Mass (quote, both sides) that the last bar swept away. */
  swept = 0;
  /** Bucket of the middle price of the last bar, and the scaled masses within 30 % of it on each adverse side. */
  place = 0;
  /** A price of late and its logarithm in buckets: those of prices near it follow by a short series, at a fifth of the cost. */
  anchor = 1;
  anchorBuckets = 0;
  aheadLong = 0;
  aheadShort = 0;
}

export function createClusters(): Clusters {
  return new Clusters();
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

function renormalise(state: Clusters): void {
  for (let i = 0; i < BUCKETS; i++) {
    state.longs[i] = (state.longs[i] as number) * state.scale;
    state.shorts[i] = (state.shorts[i] as number) * state.scale;
  }
  state.aheadLong *= state.scale;
  state.aheadShort *= state.scale;
  state.scale = 1;
}

/** One closed bar: decay, sweep, what closed (`kept` of the mass stays), then what opened (base units, on both sides). */
function advance(
  state: Clusters,
  mix: CrowdMix,
  { high, low, close }: MapBar,
  kept: number,
  opened: number,
): void {
  const middle = (high + low + close) / 3;
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
  if (kept < 1) state.scale *= kept;
  if (state.scale < RENORMALISE_BELOW) renormalise(state);
  if (place !== state.place) follow(state, place);
  if (opened > 0) {
    const entry = u - 0.5;
    deposit(state, mix, entry + toLow, entry, entry + toHigh, (opened * middle) / state.scale);
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
  state.openInterest = openInterest;
  if (openInterest < previous) advance(state, mix, bar, openInterest / previous, 0);
  else advance(state, mix, bar, 1, openInterest - previous);
}

/** Share of a bar's volume that is taken to have opened positions where open interest is unknown. */
const PROXY_SHARE = 0.02;

/** As `clustersStep` without open interest, from the bar's volume (base units): a picture, nothing may rest on it. */
export function clustersProxyStep(
  state: Clusters,
  mix: CrowdMix,
  bar: MapBar & { readonly volume: number },
): void {
  const { high, low, close, volume } = bar;
  // What opens is counted at the middle price: the turnover is that at the close.
  advance(state, mix, bar, 1, (PROXY_SHARE * volume * (3 * close)) / (high + low + close));
}

/** As `clustersStep` while open interest is missing: the map decays and is swept, and its next reading starts anew. */
export function clustersBlindStep(state: Clusters, mix: CrowdMix, bar: MapBar): void {
  state.openInterest = 0;
  advance(state, mix, bar, 1, 0);
}
