import { requireFinite, requireNonNegative, requireSide } from '../EngineError.ts';
import { prudentCorrelation, sizePortfolio } from './Size.ts';

/** Another position of the same owner, as far as the portfolio's risk is concerned. */
export interface OtherPosition {
  /** +1 long, −1 short. */
  readonly side: number;
  readonly notionalUsdt: number;
  /** Volatility of its returns per square root of a day, a fraction. */
  readonly sigmaDay: number;
  /** Measured correlation of its returns with those of the position that is decided on. */
  readonly correlation: number;
}

/** No other positions. */
export const ALONE: readonly OtherPosition[] = [];

/** @throws EngineError when a field is outside its domain. */
export function assertOthers(others: readonly OtherPosition[]): void {
  for (let j = 0; j < others.length; j++) {
    const { side, notionalUsdt, sigmaDay, correlation } = others[j]!;
    requireSide('others.side', side);
    requireNonNegative('others.notionalUsdt', notionalUsdt);
    requireNonNegative('others.sigmaDay', sigmaDay);
    requireFinite('others.correlation', correlation);
  }
}

/**
 * N_PORT with prudent correlations: at least 0.5 within a side, at most 0.9 for a hedge. Correlations among the
 * others are not told: within a side they count as 1, across sides as the weaker of the two, at most 0.9.
 * Quote; unrounded. Risk model, 3.4.
 */
export function notionalPortfolio(
  side: number,
  sigmaDay: number,
  budget: number,
  others: readonly OtherPosition[],
): number {
  const n = others.length;
  const exposures: number[] = [];
  const toNew: number[] = [];
  const correlations: number[] = [];
  for (let i = 0; i < n; i++) {
    const one = others[i]!;
    exposures.push(one.side * one.notionalUsdt * one.sigmaDay);
    toNew.push(prudentCorrelation(one.correlation, one.side === side));
    for (let j = 0; j < n; j++) {
      const other = others[j]!;
      const weaker = one.correlation < other.correlation ? one.correlation : other.correlation;
      correlations.push(one.side === other.side ? 1 : prudentCorrelation(weaker, false));
    }
  }
  return sizePortfolio(side, sigmaDay, budget, exposures, correlations, toNew);
}
