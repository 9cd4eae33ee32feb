/** A billionth of a step is forgiven: the error of an ordinary quotient. */
const SLACK = 1e-9;

/**
 * Largest multiple of `step` at most `quantity`. Steps below 1 are taken as one over a whole number, so that the
 * result is the double nearest to its decimal text.
 */
export function floorToStep(quantity: number, step: number): number {
  if (step >= 1) return Math.floor(quantity / step + SLACK) * step;
  const perUnit = Math.round(1 / step);
  return Math.floor(quantity * perUnit + SLACK) / perUnit;
}
