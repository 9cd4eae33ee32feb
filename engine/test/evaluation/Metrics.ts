import { phi } from '../../src/math/Normal.ts';

/* The small metrics by which trade lists are judged. Risk model, section 11. */

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Mean of the k-th power of the deviations from the mean. */
function moment(values: readonly number[], k: number): number {
  const middle = mean(values);
  return mean(values.map((value) => power(value - middle, k)));
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result *= base;
  return result;
}

/** Mean over standard deviation, per period; the deviation with ddof 1. */
export function sharpe(returns: readonly number[]): number {
  const n = returns.length;
  return mean(returns) / Math.sqrt((moment(returns, 2) * n) / (n - 1));
}

export function skewness(returns: readonly number[]): number {
  const variance = moment(returns, 2);
  return moment(returns, 3) / (variance * Math.sqrt(variance));
}

/** Raw kurtosis: 3 for the normal law. */
export function kurtosis(returns: readonly number[]): number {
  const variance = moment(returns, 2);
  return moment(returns, 4) / (variance * variance);
}

/** Deepest fall of the compounded curve from its highest point so far (the start included), as a fraction of it. */
export function maxDrawdown(returns: readonly number[]): number {
  let equity = 1;
  let peak = 1;
  let worst = 0;
  for (const r of returns) {
    equity *= 1 + r;
    peak = Math.max(peak, equity);
    worst = Math.max(worst, 1 - equity / peak);
  }
  return worst;
}

/** Loss that the worst `share` of returns reach at least, and its mean; both positive. */
export function tail(
  returns: readonly number[],
  share: number,
): { readonly var: number; readonly cvar: number } {
  const worst = returns.toSorted((a, b) => a - b).slice(0, Math.ceil(share * returns.length));
  return { var: -worst[worst.length - 1]!, cvar: -mean(worst) };
}

export function winRate(returns: readonly number[]): number {
  return returns.filter((r) => r > 0).length / returns.length;
}

export function profitFactor(returns: readonly number[]): number {
  let won = 0;
  let lost = 0;
  for (const r of returns) {
    if (r > 0) won += r;
    else lost -= r;
  }
  return won / lost;
}

/** Mean over the root of the mean squared loss, per period. */
export function sortino(returns: readonly number[]): number {
  return mean(returns) / Math.sqrt(mean(returns.map((r) => (r < 0 ? r * r : 0))));
}

/** Probability that the true ratio exceeds `benchmark` (Bailey and López de Prado 2012; kurtosis raw). */
export function probabilisticSharpe(returns: readonly number[], benchmark: number): number {
  const ratio = sharpe(returns);
  const scale = 1 - skewness(returns) * ratio + ((kurtosis(returns) - 1) / 4) * ratio * ratio;
  return phi(((ratio - benchmark) * Math.sqrt(returns.length - 1)) / Math.sqrt(scale));
}

const EULER_GAMMA = 0.5772156649015329;
const E = 2.718281828459045;

/** Value that a standard normal stays below with probability p; by bisection. */
function quantile(p: number): number {
  let low = -40;
  let high = 40;
  for (;;) {
    const middle = low + 0.5 * (high - low);
    if (middle === low || middle === high) return middle;
    if (phi(middle) < p) low = middle;
    else high = middle;
  }
}

/** Ratio that the best of `trials` worthless strategies is expected to show, given the variance of their ratios. */
export function luckySharpe(variance: number, trials: number): number {
  const expected =
    (1 - EULER_GAMMA) * quantile(1 - 1 / trials) + EULER_GAMMA * quantile(1 - 1 / (trials * E));
  return Math.sqrt(variance) * expected;
}

/** The order statistic below which lies `share` of the values, without interpolation. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)]!;
}

const TWO_32 = 4_294_967_296;

/** Means of `resamples` stationary bootstraps (Politis and Romano 1994) drawn by a linear congruential generator. */
export function bootstrapMeans(
  returns: readonly number[],
  seed: number,
  meanBlock: number,
  resamples: number,
): number[] {
  let state = seed >>> 0;
  const draw = (): number => (state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0);
  const m = returns.length;
  const place = (): number => Math.floor((draw() * m) / TWO_32);
  const restartBelow = Math.floor(TWO_32 / meanBlock);
  const means: number[] = [];
  for (let b = 0; b < resamples; b++) {
    let i = place();
    let sum = 0;
    for (let step = 0; step < m; step++) {
      sum += returns[i]!;
      i = draw() < restartBelow ? place() : i + 1 === m ? 0 : i + 1;
    }
    means.push(sum / m);
  }
  return means;
}
