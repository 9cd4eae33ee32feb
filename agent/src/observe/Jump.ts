import { isJump, type Bar } from '@plimsoll/engine';

/** A close so far from the one before it that the canister waits for a next bar near it, or for the owner's word. */
export interface Jump {
  /** Open time of the bar. */
  readonly barMs: number;
  readonly fromPrice: number;
  readonly toPrice: number;
}

/** A next bar this near confirms it, as in the engine. */
const NEAR = 0.05;

/** The first jump among bars after this close that no next bar near it confirms; null where none waits. */
export function waitingJump(
  previousClose: number,
  bars: readonly Pick<Bar, 'timeMs' | 'close'>[],
): Jump | null {
  let fromPrice = previousClose;
  for (const [i, { timeMs, close }] of bars.entries()) {
    const next = bars[i + 1];
    const isConfirmed = next !== undefined && Math.abs(next.close / close - 1) <= NEAR;
    if (isJump(fromPrice, close) && !isConfirmed) return { barMs: timeMs, fromPrice, toPrice: close };
    fromPrice = close;
  }
  return null;
}
