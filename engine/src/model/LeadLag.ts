import { clamp, clamp01 } from '../math/Clamp.ts';
import { LAMBDA_6, LAMBDA_864 } from '../math/Ewma.ts';

/*
 * Does the leader (ETH) move first? Exponential cross-covariances at lags -24..24 of 5-minute returns, and how
 * severe a shock of the leader is for a side. Without a significant lead only a contemporaneous factor remains; it
 * never raises anything. Risk model, section 7.
 *
 * Instead of letting every sum decay at every bar, each new pair weighs more than the one before by 1/lambda: one
 * product and one sum a lag. Whatever is read is a ratio of such sums, in which their common scale cancels.
 */
export const MAX_LAG = 24;
const WINDOW = MAX_LAG + 1;
export const MIN_LAG = 3;
export const LONG_WINDOW = 12;

export class LeadLag {
  /** Pairs of returns seen. */
  count = 0;
  /** The leader's returns as they came, summed up to each of the last 25. Rings write twice: a window is contiguous. */
  path = new Float64Array(2 * WINDOW);
  /** The last 25 winsorised returns of the leader and of our own. */
  xs = new Float64Array(2 * WINDOW);
  ys = new Float64Array(2 * WINDOW);
  index = 0;
  /** Cross-covariances by lag, scaled: the leader leads by 0..24 bars, or follows by 1..24. */
  leads = new Float64Array(WINDOW);
  follows = new Float64Array(WINDOW);
  sxx = 0;
  syy = 0;
  /** Sum of weights and of their squares, and the weight of the next pair. */
  weight = 0;
  weight2 = 0;
  gain = 1;
  /** Shock severity per side, held with a half-life of 30 min. */
  severityLong = 0;
  severityShort = 0;
  /** The leader's last 15 and 60 minutes in standard deviations, as of the last pair. */
  shockShort = 0;
  shockLong = 0;
  /** What the correlations say, as of the last pair. */
  lead = createLead();
}

const GROWTH = 1 / LAMBDA_864;
const TWO_64 = 4_294_967_296 * 4_294_967_296;
/** Every 110,000 pairs the scale is taken back: a power of two, so that no digit changes. */
const GAIN_MAX = TWO_64 * TWO_64;
export const WINSOR_SQUARED = 36;
export const WINSOR_AFTER = 100;
export const Z_CRITICAL = 3.5;
export const Z_BETA = 2;
const ROOT_SHORT = Math.sqrt(MIN_LAG);
const ROOT_LONG = Math.sqrt(LONG_WINDOW);

export function createLeadLag(): LeadLag {
  return new LeadLag();
}

/** Held within six standard deviations. */
function winsorise(value: number, squares: number, weight: number): number {
  // A series that has not moved yet sets no limit, or it could never begin to.
  if (!(value * value * weight > WINSOR_SQUARED * squares) || squares === 0) return value;
  const limit = Math.sqrt((WINSOR_SQUARED * squares) / weight);
  return value > 0 ? limit : -limit;
}

/** Takes the leader's return x and our own y over the same five minutes. A time that either lacks is skipped. */
export function leadLagStep(state: LeadLag, leaderReturn: number, ownReturn: number): void {
  const { path, xs, ys, count } = state;
  const winsor = count >= WINSOR_AFTER;
  const x = winsor ? winsorise(leaderReturn, state.sxx, state.weight) : leaderReturn;
  const y = winsor ? winsorise(ownReturn, state.syy, state.weight) : ownReturn;
  // Rings are filled downwards, so that what was `lag` bars ago lies at `index + lag`.
  const before = state.index;
  const index = before === 0 ? WINDOW - 1 : before - 1;
  const way = (path[before] as number) + leaderReturn;
  path[index] = way;
  path[index + WINDOW] = way;
  xs[index] = x;
  xs[index + WINDOW] = x;
  ys[index] = y;
  ys[index + WINDOW] = y;
  state.index = index;
  state.count = count + 1;
  if (count < MAX_LAG) return;
  const { gain } = state;
  const gainX = gain * x;
  const gainY = gain * y;
  const sxx = (state.sxx += gainX * x);
  state.syy += gainY * y;
  const weight = (state.weight += gain);
  state.weight2 += gain * gain;
  state.gain = gain * GROWTH;
  pair[0] = gainX;
  pair[1] = gainY;
  const bestLag = correlate(state.leads, state.follows, xs, ys, index, state.lead.bestLag, pair);
  readLead(state, bestLag, pair[2]!, pair[3]!, pair[4]!);
  const sigma = Math.sqrt(sxx / weight);
  if (sigma > 0) {
    state.shockShort = (way - (path[index + MIN_LAG] as number)) / (sigma * ROOT_SHORT);
    state.shockLong = (way - (path[index + LONG_WINDOW] as number)) / (sigma * ROOT_LONG);
  }
  if (state.gain > GAIN_MAX) rescale(state);
}

/** Takes a common factor out of all sums. */
function rescale(state: LeadLag): void {
  const { leads, follows } = state;
  const factor = 1 / GAIN_MAX;
  for (let lag = 0; lag < WINDOW; lag++) {
    leads[lag] = (leads[lag] as number) * factor;
    follows[lag] = (follows[lag] as number) * factor;
  }
  state.sxx *= factor;
  state.syy *= factor;
  state.weight *= factor;
  state.weight2 *= factor * factor;
  state.gain *= factor;
}

/** What `correlate` takes, the newest returns, weighed; and what it found: the best covariance and both sums of squares. */
const pair = new Float64Array(5);

/**
 * Adds one pair of returns to the cross-covariances and looks for the best lag in the same pass. The lag that was best most
 * likely still is: begun with it, the search hardly ever finds a better one, which processors foresee.
 *
 * @returns the best lag
 */
function correlate(
  leads: Float64Array,
  follows: Float64Array,
  xs: Float64Array,
  ys: Float64Array,
  index: number,
  lagBefore: number,
  pair: Float64Array,
): number {
  const gainX = pair[0]!;
  const gainY = pair[1]!;
  let bestLag = lagBefore | 0;
  let best = leads[bestLag]! + gainY * xs[index + bestLag]!;
  leads[0]! += gainY * xs[index]!;
  leads[1]! += gainY * xs[index + 1]!;
  leads[2]! += gainY * xs[index + 2]!;
  follows[1]! += gainX * ys[index + 1]!;
  follows[2]! += gainX * ys[index + 2]!;
  let forward = 0;
  let backward = 0;
  let at = index + MIN_LAG;
  for (let lag = MIN_LAG; lag < WINDOW; lag++) {
    const lead = leads[lag]! + gainY * xs[at]!;
    const follow = follows[lag]! + gainX * ys[at]!;
    leads[lag] = lead;
    follows[lag] = follow;
    forward += lead * lead;
    backward += follow * follow;
    if (lead > best) {
      best = lead;
      bestLag = lag | 0;
    }
    at++;
  }
  pair[2] = best;
  pair[3] = forward;
  pair[4] = backward;
  return bestLag;
}

/** Squares of one direction's covariances, each at most `square`: correlations are held in [-1, 1]. */
function boundedSquares(covariances: Float64Array, square: number): number {
  let sum = 0;
  for (let lag = MIN_LAG; lag < WINDOW; lag++) {
    const value = covariances[lag]! * covariances[lag]!;
    sum += value < square ? value : square;
  }
  return sum;
}

/** Covariances as correlations; the sums of squares need no division by lag, as the scale cancels in their ratio. */
function readLead(state: LeadLag, bestLag: number, best: number, forward: number, backward: number): void {
  const { lead } = state;
  const square = state.sxx * state.syy;
  const isMoving = square > 0;
  // No single square is out of bounds where their sum is not.
  const led = forward <= square ? forward : boundedSquares(state.leads, square);
  const followed = backward <= square ? backward : boundedSquares(state.follows, square);
  const ratioBest = isMoving ? best / Math.sqrt(square) : 0;
  const rho = ratioBest > 1 ? 1 : ratioBest < -1 ? -1 : ratioBest;
  const zBest = rho * Math.sqrt(effectiveCount(state));
  const ratio = isMoving && followed > 0 ? led / followed : 0;
  const isSignificant = zBest >= Z_CRITICAL && ratio > 1;
  lead.bestLag = isMoving ? bestLag : MIN_LAG;
  lead.rhoBest = rho;
  lead.zBest = zBest;
  lead.ratio = ratio;
  lead.significant = isSignificant;
  lead.confidence = isSignificant ? clamp(zBest / 7, 0.5, 1) : 0;
}

/** Observations the weights are worth; 0 before the 25th. */
export function effectiveCount(state: LeadLag): number {
  return state.weight2 > 0 ? (state.weight * state.weight) / state.weight2 : 0;
}

/** Correlation at a lag in [-24, 24]; positive: the leader leads. 0 while a series has not moved. */
export function correlationAt(state: LeadLag, lag: number): number {
  const scale = Math.sqrt(state.sxx * state.syy);
  const covariance = lag < 0 ? state.follows[-lag]! : state.leads[lag]!;
  return scale > 0 ? clamp(covariance / scale, -1, 1) : 0;
}

/** What the correlations say. */
export class Lead {
  /** Strongest lag of 15 to 120 minutes, in bars, and its correlation and z score. */
  bestLag = MIN_LAG;
  rhoBest = 0;
  zBest = 0;
  /** Huth-Abergel ratio: how much more the leader explains us than we it. 0 while nothing is known. */
  ratio = 0;
  significant = false;
  /** In [0.5, 1] where significant, else 0. */
  confidence = 0;
}

function createLead(): Lead {
  return new Lead();
}

/** Covariance from which on a lag's z score reaches 2; infinite while a series has not moved. */
function leastOfBeta(state: LeadLag): number {
  const square = state.sxx * state.syy;
  const count = effectiveCount(state);
  // Correlations are held at 1: fewer than four observations reach no such score.
  return square > 0 && count >= Z_BETA * Z_BETA ? Z_BETA * Math.sqrt(square / count) : Infinity;
}

/** Regression weight of the leader's return `lag` (1..24) bars ago; 0 unless its z score reaches 2. */
export function betaAt(state: LeadLag, lag: number): number {
  const covariance = state.leads[lag]!;
  return covariance >= leastOfBeta(state) ? covariance / state.sxx : 0;
}

/** Move of our own still to come from the leader's last 24 returns; for display and shock severity only. */
export function expectedMove(state: LeadLag): number {
  const { leads, xs, index } = state;
  const least = leastOfBeta(state);
  let weights = 0;
  let sum = 0;
  let at = index + MAX_LAG - 1;
  for (let lag = MAX_LAG; lag >= 1; lag--) {
    const covariance = leads[lag]!;
    if (covariance >= least) weights += covariance;
    sum += xs[at]! * weights;
    at--;
  }
  return state.sxx > 0 ? sum / state.sxx : 0;
}

/** How adverse the leader's last 15 or 60 minutes are for a side, in standard deviations. Warn from 3 on. */
export function adverseMove(state: LeadLag, side: number): number {
  const short = -side * state.shockShort;
  const long = -side * state.shockLong;
  // No move at all is 0, not -0.
  return (short > long ? short : long) + 0;
}

/** Severity in [0, 0.75] of this bar alone, before it is held. */
export function severity(state: LeadLag, side: number, sigmaHour: number, confidence: number): number {
  const now = clamp01((adverseMove(state, side) - 2) / 3) * (0.25 + 0.5 * confidence);
  if (confidence === 0) return now;
  const coming = 0.5 * confidence * clamp01((-side * expectedMove(state)) / sigmaHour - 0.5);
  return now > coming ? now : coming;
}

/** After each bar: lets the held severities decay (half in 30 min) and takes this bar's where it is worse. */
export function leadLagHold(state: LeadLag, sigmaHour: number): void {
  const { lead, shockShort: short, shockLong: long } = state;
  const { confidence } = lead;
  leadLagDecay(state);
  // Most bars are calm: neither side sees two deviations, and no lead promises more.
  if (confidence === 0 && short < 2 && short > -2 && long < 2 && long > -2) return;
  const nowLong = severity(state, 1, sigmaHour, confidence);
  const nowShort = severity(state, -1, sigmaHour, confidence);
  if (nowLong > state.severityLong) state.severityLong = nowLong;
  if (nowShort > state.severityShort) state.severityShort = nowShort;
}

/** After a bar without a pair of returns: the held severities decay, nothing new is read. */
export function leadLagDecay(state: LeadLag): void {
  state.severityLong *= LAMBDA_6;
  state.severityShort *= LAMBDA_6;
}

/** F_LEADLAG in [0.25, 1]. */
export function factorLeadLag(state: LeadLag, side: number): number {
  return 1 - (side > 0 ? state.severityLong : state.severityShort);
}
