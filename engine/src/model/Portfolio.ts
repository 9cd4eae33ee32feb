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
  /** The same with each of the positions before it in the list; left out: not known of any. */
  readonly among?: readonly (number | null)[];
}

/** No other positions. */
export const ALONE: readonly OtherPosition[] = [];

/** @throws EngineError when a field is outside its domain. */
export function assertOthers(others: readonly OtherPosition[]): void {
  for (let j = 0; j < others.length; j++) {
    const { side, notionalUsdt, sigmaDay, correlation, among = [] } = others[j]!;
    requireSide('others.side', side);
    requireNonNegative('others.notionalUsdt', notionalUsdt);
    requireNonNegative('others.sigmaDay', sigmaDay);
    if (correlation !== null) requireFinite('others.correlation', correlation);
    for (let i = 0; i < among.length; i++) {
      if (among[i] !== null) requireFinite('others.among', among[i]!);
    }
  }
}

/** What a correlation counts: not known, it is 1 within a side and never hedges. */
function counted(correlation: number | null, isSameSide: boolean): number {
  if (correlation === null) return isSameSide ? 1 : 0;
  return prudentCorrelation(correlation, isSameSide);
}

/**
 * N_PORT with prudent correlations, of the others with the new position and among themselves: at least 0.5 within a
 * side, at most 0.9 for a hedge; what is not known counts as 1 within a side and as nothing across.
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
    toNew.push(counted(one.correlation, one.side === side));
    for (let j = 0; j < n; j++) {
      // The later of two knows of the earlier one.
      const known = i < j ? others[j]!.among?.[i] : one.among?.[j];
      correlations.push(i === j ? 1 : counted(known ?? null, one.side === others[j]!.side));
    }
  }
  return sizePortfolio(side, sigmaDay, budget, exposures, correlations, toNew);
}
