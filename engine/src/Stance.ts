import type { Reason } from './Decision.ts';
import type { DeskLimits } from './Limits.ts';

/**
 * What the keeper of the owner's rules tells a desk before it decides. It can only take risk away: entries are blocked
 * or a position is closed. Nothing in it keeps an exit from happening.
 */
export interface Stance {
  /** Why no entry is allowed now, or null: a waiting plan is void then and a wish is refused. */
  readonly entriesBlocked: Reason | null;
  /** Why whatever is held has to be closed, or null. */
  readonly mustClose: Reason | null;
  /** Whether the owner steers by hand: the exits are computed as ever, and carried out by the owner. */
  readonly manual: boolean;
  /** Limits that came into force since the desk was last told; null leaves it with those it has. */
  readonly limits: DeskLimits | null;
}

/** Nothing stands in the way. */
export const OPEN_STANCE: Stance = { entriesBlocked: null, mustClose: null, manual: false, limits: null };
