import { GAIN_72, GAIN_288, GAIN_864, LAMBDA_72, LAMBDA_288, LAMBDA_864 } from '../math/Ewma.ts';
import { logRatio } from '../math/Log.ts';

/*
 * Risk volatility, what every cap uses: overnight gap squared plus Rogers-Satchell, exponentially averaged fast (6 h)
 * and slow (3 d), the larger of the two, raised where hourly moves exceed what 5-minute noise suggests.
 * Side volatility adds the drift against one side. Risk model, section 1.
 */
export class Volatility {
  /** Real bars seen; synthetic ones teach nothing. */
  bars = 0;
  previousClose = 0;
  /** ln return of the last real bar; 0 before the second. */
  lastReturn = 0;
  fastS = 0;
  fastW = 0;
  slowS = 0;
  slowW = 0;
  /** EWMA of squared 5-minute returns, and of squared returns over twelve bars. */
  oneS = 0;
  oneW = 0;
  twelveS = 0;
  twelveW = 0;
  /** The last twelve closes. */
  closes = new Float64Array(BARS_PER_HOUR);
  index = 0;
  /** Exponential mean of returns, not bias-corrected: the drift that raises one side's volatility. */
  drift = 0;
  /** Volatility per sqrt(hour) after the clamp alone, and after the rule for a young series. */
  clamped = SIGMA_HOUR_MIN;
  sigma = SIGMA_HOUR_YOUNG;
}

export const BARS_PER_HOUR = 12;
/** The same as a double: a product of a double and an integer costs QuickJS twice as much. */
const TWELVE = 0.5 * 24;
export const VARIANCE_RATIO_MAX = 2;
/** Real bars before which an estimate is not trusted to be low. */
const YOUNG_BARS = 288;

const SQRT_24 = Math.sqrt(24);
/** Daily 1.5 %, 8 % and 40 %, per sqrt(hour). */
export const SIGMA_HOUR_MIN = 0.015 / SQRT_24;
export const SIGMA_HOUR_YOUNG = 0.08 / SQRT_24;
export const SIGMA_HOUR_MAX = 0.4 / SQRT_24;
const VARIANCE_MAX = (0.4 * 0.4) / 24;

/** Half of the squared drift over 24 h, per hour: 0.5 * 12 * (1 + lambda288)/(1 - lambda288). A literal: 1 - lambda cancels. */
export const DRIFT_GAIN = 4985.956468073152;

export function createVolatility(): Volatility {
  return new Volatility();
}

/** The prices of a closed bar. */
export type PriceBar = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

/**
 * Squared gap plus Rogers-Satchell: variance of one bar, free of drift, never negative.
 *
 * @param gap ln of the open against the previous close.
 * @param body ln of the close against the open.
 * @param rise ln of the high against the close, not below 0.
 * @param fall ln of the low against the close, not above 0.
 */
export function barVariance(gap: number, body: number, rise: number, fall: number): number {
  // High and low against the open: of the right sign but for rounding.
  const up = rise + body;
  const down = fall + body;
  return gap * gap + (up > 0 ? rise * up : 0) + (down < 0 ? fall * down : 0);
}

/**
 * Takes one closed 5-minute bar (valid: low <= open, close <= high, all > 0). A synthetic bar changes nothing: its
 * close is the previous one, and an outage must never look calm.
 */
export function volatilityStep(
  state: Volatility,
  { open, high, low, close }: PriceBar,
  synthetic: boolean,
): void {
  if (synthetic) return;
  const closes = state.closes;
  const index = state.index;
  const bar = state.bars;
  if (bar > 0) {
    const gap = logRatio(open, state.previousClose);
    const body = logRatio(close, open);
    const u = barVariance(gap, body, logRatio(high, close), logRatio(low, close));
    const r = gap + body;
    state.lastReturn = r;
    const fastW = LAMBDA_72 * state.fastW + GAIN_72;
    const fastS = LAMBDA_72 * state.fastS + GAIN_72 * u;
    const slowW = LAMBDA_864 * state.slowW + GAIN_864;
    const slowS = LAMBDA_864 * state.slowS + GAIN_864 * u;
    state.fastS = fastS;
    state.fastW = fastW;
    state.slowS = slowS;
    state.slowW = slowW;
    state.oneS = LAMBDA_288 * state.oneS + GAIN_288 * (r * r);
    state.oneW = LAMBDA_288 * state.oneW + GAIN_288;
    state.drift = LAMBDA_288 * state.drift + GAIN_288 * r;
    if (bar >= BARS_PER_HOUR) {
      const r12 = logRatio(close, closes[index] as number);
      state.twelveS = LAMBDA_288 * state.twelveS + GAIN_288 * (r12 * r12);
      state.twelveW = LAMBDA_288 * state.twelveW + GAIN_288;
    }
    const fast = fastS / fastW;
    const slow = slowS / slowW;
    const sigma = Math.sqrt(TWELVE * varianceRatio(state) * (fast > slow ? fast : slow));
    state.clamped = sigma < SIGMA_HOUR_MIN ? SIGMA_HOUR_MIN : sigma > SIGMA_HOUR_MAX ? SIGMA_HOUR_MAX : sigma;
  }
  closes[index] = close;
  state.index = index + 1 === BARS_PER_HOUR ? 0 : index + 1;
  state.previousClose = close;
  state.bars = bar + 1;
  state.sigma = bar < YOUNG_BARS && state.clamped < SIGMA_HOUR_YOUNG ? SIGMA_HOUR_YOUNG : state.clamped;
}

/** Variance of hourly against 5-minute returns, in [1, 2]: it only ever raises volatility. 1 until both are known. */
export function varianceRatio(state: Volatility): number {
  const { oneS, twelveW } = state;
  if (twelveW === 0 || oneS === 0) return 1;
  const ratio = (state.twelveS * state.oneW) / (TWELVE * oneS * twelveW);
  return ratio < 1 ? 1 : ratio > VARIANCE_RATIO_MAX ? VARIANCE_RATIO_MAX : ratio;
}

/** Volatility per sqrt(hour), in [1.5 %, 40 %] a day, and at least 8 % a day until 288 real bars have passed. */
export function sigmaHour(state: Volatility): number {
  return state.sigma;
}

/**
 * Volatility per sqrt(hour) for a long (+1) or short (-1): never below sigmaHour, above it only for the side the
 * recent drift went against, at most 40 % a day.
 */
export function sigmaSide(state: Volatility, side: number): number {
  const sigma = state.sigma;
  const adverse = -side * state.drift;
  if (!(adverse > 0)) return sigma;
  const variance = sigma * sigma + DRIFT_GAIN * adverse * adverse;
  const raised = Math.sqrt(variance < VARIANCE_MAX ? variance : VARIANCE_MAX);
  return raised > sigma ? raised : sigma;
}
