/*
 * Prices and quantities live on a grid of `numerator/denominator` (mostly 1/1000): value = n * numerator/denominator
 * with integer n, never n * 0.001, so that every engine gets the same double. A billionth of a tick is forgiven, the
 * error of an ordinary product.
 */
const SLACK = 1e-9;

/** Largest grid value <= `value`. `denominator` is the ticks per unit where `numerator` is 1. */
export function floorToTick(value: number, denominator: number, numerator = 1): number {
  return (Math.floor((value * denominator) / numerator + SLACK) * numerator) / denominator;
}

/** Smallest grid value >= `value`. */
export function ceilToTick(value: number, denominator: number, numerator = 1): number {
  return (Math.ceil((value * denominator) / numerator - SLACK) * numerator) / denominator + 0;
}
