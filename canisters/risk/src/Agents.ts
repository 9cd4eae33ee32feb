import { textOf } from '@plimsoll/engine';
import { principalKey, slotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';

/** Agents whose slot the heap has at hand; with more, all are looked up anew. */
const MAX_HELD = 10_000;

const agents = stableMap(MEMORY.agents);
const held = new Map<string, number>();

/**
 * Slot of the one owner that the agent was granted by; until when, the owner's account says.
 *
 * @param key the principal as a text, for whoever has it at hand
 */
export function slotOfAgent(principal: Uint8Array, key: string = textOf(principal)): number | undefined {
  const known = held.get(key);
  if (known !== undefined) return known;
  const bytes = agents.get(principalKey(principal));
  if (bytes === undefined) return undefined;
  const slot = slotOf(bytes);
  if (held.size >= MAX_HELD) held.clear();
  held.set(key, slot);
  return slot;
}

export function addAgent(principal: Uint8Array, slot: number): void {
  agents.insert(principalKey(principal), slotKey(slot));
  held.delete(textOf(principal));
}

export function removeAgent(principal: Uint8Array): void {
  agents.remove(principalKey(principal));
  held.delete(textOf(principal));
}
