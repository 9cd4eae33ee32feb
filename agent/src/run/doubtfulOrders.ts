import { SYSTEM_CLOCK } from '../execute/Context.ts';
import type { Journal } from '../journal/Journal.ts';
import type { OrderRow } from '../journal/Rows.ts';

/** An order that went out this lately is on its way, not in doubt. */
const ON_ITS_WAY_MS = 2_000;

/** Orders of unknown fate, oldest first. */
export function doubtfulOrders(journal: Journal): readonly OrderRow[] {
  const nowMs = SYSTEM_CLOCK.now();
  return journal
    .unresolved()
    .filter(({ state, updatedWallMs }) => state === 'ambiguous' || nowMs - updatedWallMs > ON_ITS_WAY_MS);
}
