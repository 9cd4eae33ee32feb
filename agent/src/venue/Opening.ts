import type { Fill } from './Venue.ts';

/** Fills are summed as decimals; less than this is arithmetic noise and not a position. */
const NOISE = 1e-9;

/**
 * Time of the first fill of the position of signed quantity `amount`, or null when it lies before the fills given.
 * Walks back from now: the fill before which nothing was held on this side is the first.
 * @param fills oldest first, up to the present
 */
export function openedMsOf(fills: readonly Fill[], amount: number): number | null {
  const side = Math.sign(amount);
  let held = amount;
  for (let i = fills.length - 1; i >= 0; i--) {
    const fill = fills[i];
    if (fill === undefined) break;
    held -= fill.side === 'buy' ? fill.quantity : -fill.quantity;
    if (held * side <= NOISE) return fill.timeMs;
  }
  return null;
}
