import { requireFinite, requireNonNegative, requireSide } from '../EngineError.ts';
import { prudentCorrelation, sizePortfolio } from './Size.ts';

/** Another position of the same owner, as far as the portfolio's risk is concerned. */
export interface OtherPosition {
  /** +1 long, −1 short. */
  readonly side: number;
  readonly notionalUsdt: number;
  /** Volatility of its returns per square root of a day, a fraction. */
  readonly sigmaDay: number;
  /** Measured correlation of its returns with those of the position that is decided on; null where it is not known. */
  readonly correlation: number | null;
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
    if (correlation !== null) requireFinite('others.correlation', correlation);
  }
}

function correlationWith({ correlation, side }: OtherPosition, newSide: number): number {
  const isSameSide = side === newSide;
  if (correlation === null) return isSameSide ? 1 : 0;
  return prudentCorrelation(correlation, isSameSide);
}

function acrossSides(one: number | null, other: number | null): number {
  if (one === null || other === null) return 0;
  return prudentCorrelation(one < other ? one : other, false);
}

/**
 * N_PORT with prudent correlations: at least 0.5 within a side, at most 0.9 for a hedge. Correlations among the
 * others are not told: within a side they count as 1, across sides as the weaker of the two, at most 0.9. What is not
 * known counts as 1 within a side and as nothing across: it never hedges.
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
    toNew.push(correlationWith(one, side));
    for (let j = 0; j < n; j++) {
      const other = others[j]!;
      correlations.push(one.side === other.side ? 1 : acrossSides(one.correlation, other.correlation));
    }
  }
  return sizePortfolio(side, sigmaDay, budget, exposures, correlations, toNew);
}
