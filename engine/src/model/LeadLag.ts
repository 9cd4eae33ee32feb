import { clamp, clamp01 } from '../math/Clamp.ts';
import { LAMBDA_6, LAMBDA_864 } from '../math/Ewma.ts';

/*
 * Does the leader (ETH) move first? Exponential cross-covariances at lags -24..24 of 5-minute returns, and how
 * severe a shock of the leader is for a side. Without a significant lead only a contemporaneous factor remains; it
 * never raises anything. Risk model, section 7.
 */
export const MAX_LAG = 24;
const LAGS = 2 * MAX_LAG + 1;
const WINDOW = MAX_LAG + 1;
const MIN_LAG = 3;
const LONG_WINDOW = 12;

export type LeadLag = {
  /** Pairs of returns seen. */
  count: number;
  /** The leader's last 25 returns as they came, for shocks. Rings write twice, so that a window is contiguous. */
  raw: Float64Array;
  /** The last 25 winsorised returns of the leader and of our own. */
  xs: Float64Array;
  ys: Float64Array;
  index: number;
  /** Cross-covariances by lag + 24; positive lags: the leader leads. Not bias-corrected, as the ratios cancel it. */
  cross: Float64Array;
  sxx: number;
  syy: number;
  /** Sum of weights and of their squares. */
  weight: number;
  weight2: number;
  /** Shock severity per side, held with a half-life of 30 min. */
  severityLong: number;
  severityShort: number;
  /** The leader's last 15 and 60 minutes in standard deviations, as of the last pair. */
  shockShort: number;
  shockLong: number;
  /** What the correlations say, as of the last pair. */
  lead: Lead;
};

const GAIN = 1 - LAMBDA_864;
const WINSOR_SIGMAS = 6;
const WINSOR_AFTER = 100;
const Z_CRITICAL = 3.5;
const Z_BETA = 2;

export function createLeadLag(): LeadLag {
  return {
    count: 0,
    raw: new Float64Array(2 * WINDOW),
    xs: new Float64Array(2 * WINDOW),
    ys: new Float64Array(2 * WINDOW),
    index: 0,
    cross: new Float64Array(LAGS),
    sxx: 0,
    syy: 0,
    weight: 0,
    weight2: 0,
    severityLong: 0,
    severityShort: 0,
    shockShort: 0,
    shockLong: 0,
    lead: createLead(),
  };
}

function winsorise(value: number, squares: number, weight: number): number {
  const limit = WINSOR_SIGMAS * Math.sqrt(squares / weight);
  // A series that has not moved yet sets no limit, or it could never begin to.
  if (!(limit > 0)) return value;
  return value > limit ? limit : value < -limit ? -limit : value;
}

/** Takes the leader's return x and our own y over the same five minutes. A time that either lacks is skipped. */
export function leadLagStep(state: LeadLag, leaderReturn: number, ownReturn: number): void {
  const winsor = state.count >= WINSOR_AFTER;
  const x = winsor ? winsorise(leaderReturn, state.sxx, state.weight) : leaderReturn;
  const y = winsor ? winsorise(ownReturn, state.syy, state.weight) : ownReturn;
  const { raw, xs, ys } = state;
  // Rings are filled downwards, so that the return `lag` bars ago lies at `index + lag`.
  const index = state.index === 0 ? WINDOW - 1 : state.index - 1;
  raw[index] = leaderReturn;
  raw[index + WINDOW] = leaderReturn;
  xs[index] = x;
  xs[index + WINDOW] = x;
  ys[index] = y;
  ys[index + WINDOW] = y;
  state.index = index;
  state.count++;
  if (state.count < WINDOW) return;
  state.sxx = LAMBDA_864 * state.sxx + GAIN * x * x;
  state.syy = LAMBDA_864 * state.syy + GAIN * y * y;
  state.weight = LAMBDA_864 * state.weight + GAIN;
  state.weight2 = LAMBDA_864 * LAMBDA_864 * state.weight2 + GAIN * GAIN;
  correlate(state, x, y, index);
  state.shockShort = leaderShock(state, MIN_LAG);
  state.shockLong = leaderShock(state, LONG_WINDOW);
}

/**
 * Moves the cross-covariances on by one pair of returns and reads `lead` from them in the same pass. Two lags a turn:
 * in QuickJS the loop itself would cost a third of the work.
 */
function correlate(state: LeadLag, x: number, y: number, index: number): void {
  const { cross, xs, ys } = state;
  const lambda = LAMBDA_864;
  const gainX = GAIN * x;
  const gainY = GAIN * y;
  let forward = 0;
  let backward = 0;
  let best = -Infinity;
  let bestAt = 0;
  cross[24] = lambda * (cross[24] as number) + gainY * x;
  cross[25] = lambda * (cross[25] as number) + gainY * (xs[index + 1] as number);
  cross[23] = lambda * (cross[23] as number) + gainX * (ys[index + 1] as number);
  cross[26] = lambda * (cross[26] as number) + gainY * (xs[index + 2] as number);
  cross[22] = lambda * (cross[22] as number) + gainX * (ys[index + 2] as number);
  for (let ahead = MAX_LAG + MIN_LAG, behind = MAX_LAG - MIN_LAG, at = index + MIN_LAG; behind >= 0;) {
    const leads = lambda * (cross[ahead] as number) + gainY * (xs[at] as number);
    const follows = lambda * (cross[behind] as number) + gainX * (ys[at] as number);
    const leadsNext = lambda * (cross[ahead + 1] as number) + gainY * (xs[at + 1] as number);
    const followsNext = lambda * (cross[behind - 1] as number) + gainX * (ys[at + 1] as number);
    cross[ahead] = leads;
    cross[behind] = follows;
    cross[ahead + 1] = leadsNext;
    cross[behind - 1] = followsNext;
    forward += leads * leads + leadsNext * leadsNext;
    backward += follows * follows + followsNext * followsNext;
    if (leads > best) {
      best = leads;
      bestAt = ahead;
    }
    if (leadsNext > best) {
      best = leadsNext;
      bestAt = ahead + 1;
    }
    ahead += 2;
    behind -= 2;
    at += 2;
  }
  readLead(state, bestAt - MAX_LAG, best, forward, backward);
}

/** Squares of one direction's covariances, each at most `square`: correlations are held in [-1, 1]. */
function boundedSquares(cross: Float64Array, from: number, square: number): number {
  let sum = 0;
  for (let i = from; i <= from + MAX_LAG - MIN_LAG; i++) {
    const value = (cross[i] as number) * (cross[i] as number);
    sum += value < square ? value : square;
  }
  return sum;
}

/** Covariances as correlations; the sums of squares need no division by lag, as the scale cancels in their ratio. */
function readLead(state: LeadLag, bestLag: number, best: number, forward: number, backward: number): void {
  const { lead, cross } = state;
  const square = state.sxx * state.syy;
  const isMoving = square > 0;
  // No single square is out of bounds where their sum is not.
  const led = forward <= square ? forward : boundedSquares(cross, MAX_LAG + MIN_LAG, square);
  const followed = backward <= square ? backward : boundedSquares(cross, 0, square);
  const rho = isMoving ? best / Math.sqrt(square) : 0;
  const zBest = (rho > 1 ? 1 : rho < -1 ? -1 : rho) * Math.sqrt(effectiveCount(state));
  const ratio = isMoving && followed > 0 ? led / followed : 0;
  const isSignificant = zBest >= Z_CRITICAL && ratio > 1;
  lead.bestLag = isMoving ? bestLag : MIN_LAG;
  lead.rhoBest = rho > 1 ? 1 : rho < -1 ? -1 : rho;
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
  return scale > 0 ? clamp((state.cross[MAX_LAG + lag] as number) / scale, -1, 1) : 0;
}

/** What the correlations say. */
export type Lead = {
  /** Strongest lag of 15 to 120 minutes, in bars, and its correlation and z score. */
  bestLag: number;
  rhoBest: number;
  zBest: number;
  /** Huth-Abergel ratio: how much more the leader explains us than we it. 0 while nothing is known. */
  ratio: number;
  significant: boolean;
  /** In [0.5, 1] where significant, else 0. */
  confidence: number;
};

function createLead(): Lead {
  return { bestLag: MIN_LAG, rhoBest: 0, zBest: 0, ratio: 0, significant: false, confidence: 0 };
}

/** Regression weight of the leader's return `lag` (1..24) bars ago; 0 unless its z score reaches 2. */
export function betaAt(state: LeadLag, lag: number): number {
  const z = correlationAt(state, lag) * Math.sqrt(effectiveCount(state));
  return z >= Z_BETA ? (state.cross[MAX_LAG + lag] as number) / state.sxx : 0;
}

/** Move of our own still to come from the leader's last 24 returns; for display and shock severity only. */
export function expectedMove(state: LeadLag): number {
  const newest = state.index;
  let weights = 0;
  let sum = 0;
  for (let lag = MAX_LAG; lag >= 1; lag--) {
    weights += betaAt(state, lag);
    sum += (state.xs[newest + lag - 1] as number) * weights;
  }
  return sum;
}

/** The leader's move over its last n bars (n <= 25) in standard deviations; 0 while it has not moved. */
export function leaderShock(state: LeadLag, n: number): number {
  const variance = state.weight > 0 ? state.sxx / state.weight : 0;
  if (!(variance > 0)) return 0;
  const { raw, index } = state;
  let sum = 0;
  for (let i = index; i < index + n; i++) sum += raw[i] as number;
  return sum / Math.sqrt(variance * n);
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
  const { confidence } = state.lead;
  const long = severity(state, 1, sigmaHour, confidence);
  const short = severity(state, -1, sigmaHour, confidence);
  const heldLong = state.severityLong * LAMBDA_6;
  const heldShort = state.severityShort * LAMBDA_6;
  state.severityLong = long > heldLong ? long : heldLong;
  state.severityShort = short > heldShort ? short : heldShort;
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
