import { principalKey, slotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';

const successors = stableMap(MEMORY.successors);

/** Slot of the owner whose account this principal recovered. */
export function slotOfSuccessor(principal: Uint8Array): number | undefined {
  const slot = successors.get(principalKey(principal));
  return slot === undefined ? undefined : slotOf(slot);
}

export function addSuccessor(principal: Uint8Array, slot: number): void {
  successors.insert(principalKey(principal), slotKey(slot));
}
