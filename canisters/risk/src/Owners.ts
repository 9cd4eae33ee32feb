import { EngineError } from '@plimsoll/engine';
import { decodeAccount, encodeAccount, type Account } from './Account.ts';
import { principalKey, slotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

/** Storage is finite and registration is open: beyond this many owners, another canister takes them. */
export const MAX_OWNERS = 100_000;

const owners = stableMap(MEMORY.owners);
const accounts = stableMap(MEMORY.accounts);

/** An owner's slot: the short name under which everything of theirs is stored. */
export function slotOfOwner(principal: Uint8Array): number | undefined {
  const slot = owners.get(principalKey(principal));
  return slot === undefined ? undefined : slotOf(slot);
}

/** The slot that the next owner would get. @throws EngineError `temporary/full` */
export function freeSlot(): number {
  const slot = countOwners();
  if (slot >= MAX_OWNERS) {
    throw new EngineError('temporary', 'full', 'owners', `fewer than ${String(MAX_OWNERS)}`, String(slot));
  }
  return slot;
}

export function countOwners(): number {
  return owners.len();
}

/** Owners are never removed, so that a slot is never another's. */
export function addOwner(principal: Uint8Array, slot: number): void {
  owners.insert(principalKey(principal), slotKey(slot));
}

/** @throws StoreError when the slot has no account or one of another version. */
export function readAccount(slot: number): Account {
  const bytes = accounts.get(slotKey(slot));
  if (bytes === undefined) throw new StoreError(`account ${String(slot)}`, 'present', 'nothing');
  return decodeAccount(bytes);
}

export function writeAccount(slot: number, account: Account): void {
  accounts.insert(slotKey(slot), encodeAccount(account));
}
