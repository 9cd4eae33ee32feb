/*
 * Prices and quantities live on a grid of `numerator/denominator` (mostly 1/1000): value = n * numerator/denominator
 * with integer n, never n * 0.001, so that every engine gets the same double. A billionth of a tick is forgiven, and
 * the two roundings (of the value and of the product) where ticks are so many that these are more than that.
 */
const SLACK = 1e-9;
const TWO_ROUNDINGS = 2.220446049250313e-16;

/** Largest grid value <= `value` (>= 0). `denominator` is the ticks per unit where `numerator` is 1. */
export function floorToTick(value: number, denominator: number, numerator = 1): number {
  const ticks = (value * denominator) / numerator;
  return (Math.floor(ticks + (SLACK + ticks * TWO_ROUNDINGS)) * numerator) / denominator;
}

/** Smallest grid value >= `value` (>= 0). */
export function ceilToTick(value: number, denominator: number, numerator = 1): number {
  const ticks = (value * denominator) / numerator;
  // + 0 turns the -0 of a ceiling into 0.
  return (Math.ceil(ticks - (SLACK + ticks * TWO_ROUNDINGS)) * numerator) / denominator + 0;
}
