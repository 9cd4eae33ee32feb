/** Constraints in the fixed, alphabetical order in which records carry them. Ties bind the first. */
export const LEVERAGE_CAPS = [
  'L_BB',
  'L_FP',
  'L_FUND',
  'L_HARD',
  'L_REGIME',
  'L_STOPBUF',
  'L_TIER',
  'L_USER',
] as const;
export const NOTIONAL_CAPS = [
  'N_ENTRYBOOK',
  'N_EXITBOOK',
  'N_MARGIN',
  'N_OI',
  'N_PORT',
  'N_REQ',
  'N_RISK',
  'N_USER',
  'N_VOL',
] as const;
export const FACTORS = ['F_CLUSTER', 'F_FUNDING', 'F_LEADLAG'] as const;

export type LeverageCap = (typeof LEVERAGE_CAPS)[number];
export type NotionalCap = (typeof NOTIONAL_CAPS)[number];
export type Factor = (typeof FACTORS)[number];
export type Constraint = LeverageCap | NotionalCap | Factor;

/** Values in the order of the lists above; +∞ where a constraint does not apply. */
export interface ConstraintTable {
  readonly leverage: readonly number[];
  readonly notional: readonly number[];
  readonly factors: readonly number[];
}

/** Index of the smallest value, the first one of equals. */
export function bindingIndex(values: ArrayLike<number>): number {
  let index = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! < values[index]!) index = i;
  }
  return index;
}
