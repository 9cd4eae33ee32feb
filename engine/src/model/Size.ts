import { outOfDomain, requireNonNegative, requirePositive, requireSide } from '../EngineError.ts';
import { clamp } from '../math/Clamp.ts';

/*
 * The caps on notional (quote). Each only shrinks a request; none promises a profit. Risk model, 3.4.
 */

/** N_RISK: a stop at `stopDistance` with costs loses at most `risk` of equity. */
export function sizeRisk(
  equity: number,
  risk: number,
  stopDistance: number,
  feesRoundTrip: number,
  slipExit: number,
): number {
  requirePositive('equity', equity);
  requireNonNegative('risk', risk);
  requirePositive('stopDistance', stopDistance);
  return (risk * equity) / (stopDistance + feesRoundTrip + slipExit);
}

/** N_VOL: one daily standard deviation moves equity by at most `target`. */
export function sizeVolatility(equity: number, sigmaDay: number, target: number): number {
  requirePositive('equity', equity);
  requirePositive('sigmaDay', sigmaDay);
  return (equity * target) / sigmaDay;
}

/** N_MARGIN: the position's margin takes at most `fraction` of equity. */
export function sizeMargin(equity: number, leverage: number, fraction: number): number {
  requirePositive('equity', equity);
  return fraction * equity * leverage;
}

/** N_OI: a share of the venue's open interest (base units) at a price. */
export function sizeOpenInterest(openInterest: number, price: number, fraction: number): number {
  requireNonNegative('openInterest', openInterest);
  requirePositive('price', price);
  return fraction * openInterest * price;
}

/** N_PORT without other positions: the whole budget is this one's. */
export function sizeAlone(sigmaDay: number, budget: number): number {
  requirePositive('sigmaDay', sigmaDay);
  requirePositive('budget', budget);
  return budget / sigmaDay;
}

/**
 * N_PORT: largest notional that keeps the portfolio's daily deviation within `budget` (quote).
 * `exposures[j]` = s_j N_j sigma_j of the others, `correlations` their matrix row by row, `toNew[j]` each one's
 * correlation with the new position. Over budget already and no hedge: 0.
 */
export function sizePortfolio(
  side: number,
  sigmaDay: number,
  budget: number,
  exposures: readonly number[],
  correlations: readonly number[],
  toNew: readonly number[],
): number {
  requireSide('side', side);
  const alone = sizeAlone(sigmaDay, budget);
  const n = exposures.length;
  if (n === 0) return alone;
  const variance = portfolioVariance(exposures, correlations);
  let along = 0;
  for (let j = 0; j < n; j++) along += (toNew[j] as number) * (exposures[j] as number);
  along *= side;
  const discriminant = along * along + budget * budget - variance;
  if (!(discriminant > 0)) return 0;
  const notional = (-along + Math.sqrt(discriminant)) / sigmaDay;
  return notional > 0 ? notional : 0;
}

/** a'Ra: squared daily deviation (quote) of the given exposures. */
export function portfolioVariance(exposures: readonly number[], correlations: readonly number[]): number {
  const n = exposures.length;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const rho = i === j ? 1 : (correlations[i * n + j] as number);
      variance += (exposures[i] as number) * (exposures[j] as number) * rho;
    }
  }
  return variance;
}

const SAME_SIDE_MIN = 0.5;
const HEDGE_MAX = 0.9;

/** A measured correlation made prudent: at least 0.5 for positions of one side, at most 0.9 for a hedge. */
export function prudentCorrelation(rho: number, sameSide: boolean): number {
  return sameSide ? clamp(rho, SAME_SIDE_MIN, 1) : clamp(rho, -1, HEDGE_MAX);
}

export const PRIOR_HALF = 10;
export const WIN_RATE_MAX = 0.6;

/** Win rate as believed: ten wins and ten losses are added, and no record counts for more than 60 %. */
export function believedWinRate(wins: number, trades: number): number {
  requireNonNegative('wins', wins);
  requireNonNegative('trades', trades);
  if (wins > trades) throw outOfDomain('wins', `at most the ${trades} trades`, wins);
  const rate = (wins + PRIOR_HALF) / (trades + 2 * PRIOR_HALF);
  return rate < WIN_RATE_MAX ? rate : WIN_RATE_MAX;
}

/** Kelly fraction of equity to risk for a payoff ratio (> 0), on the believed win rate; 0 without an edge. */
export function kelly(wins: number, trades: number, payoff: number): number {
  requirePositive('payoff', payoff);
  const p = believedWinRate(wins, trades);
  const fraction = p - (1 - p) / payoff;
  return fraction > 0 ? fraction : 0;
}
