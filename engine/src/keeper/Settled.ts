import type { Keeper } from './Keeper.ts';
import { settlePending } from './Wish.ts';

/** The keeper with every loosening in force whose time has come; the very argument when there is none. */
export function settled(keeper: Keeper, icTimeMs: number): Keeper {
  const allowed = settlePending(keeper, icTimeMs);
  if (allowed === keeper) return keeper;
  const { limits, pending } = allowed;
  return { ...keeper, limits, pending, limitsVersion: keeper.limitsVersion + 1 };
}
