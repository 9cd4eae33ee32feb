import type { MarketState } from './Keeper.ts';

/** Whether an entry that a plan allowed can still be under way. */
export function mayBeEntered({ planned }: MarketState, timeMs: number): boolean {
  return planned !== null && timeMs < planned.enterUntilMs;
}

/**
 * Whether there is still something to flatten for a look that finds this side held. A flatten means what is open or
 * under way when it is said; nothing new is entered before it is over.
 */
export function isFlattening(market: MarketState, side: number, timeMs: number): boolean {
  return market.flattening && (side !== 0 || mayBeEntered(market, timeMs));
}
