import { principalKey, slotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';

const agents = stableMap(MEMORY.agents);

/** Slot of the one owner that the agent was granted by; until when, the owner's account says. */
export function slotOfAgent(principal: Uint8Array): number | undefined {
  const slot = agents.get(principalKey(principal));
  return slot === undefined ? undefined : slotOf(slot);
}

export function addAgent(principal: Uint8Array, slot: number): void {
  agents.insert(principalKey(principal), slotKey(slot));
}

export function removeAgent(principal: Uint8Array): void {
  agents.remove(principalKey(principal));
}
