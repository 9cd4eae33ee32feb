import { decodeKeeper, encodeKeeper, EngineError, type Keeper } from '@plimsoll/engine';
import { PRINCIPAL_KEY_BYTES, principalKey, principalOf } from './Keys.ts';
import { StoreError } from './StoreError.ts';

/** Layout of an account in stable memory. A new layout gets a new number and keeps reading the old ones. */
export const ACCOUNT_VERSION = 0;

/** Who an owner is and what they allow, as of their newest act: what access asks without loading anything else. */
export interface Account {
  /** The founding principal, under which the log runs for ever; who acts as the owner is the keeper's to say. */
  readonly owner: Uint8Array;
  readonly keeper: Keeper;
}

const AT = { version: 0, owner: 1, keeper: 1 + PRINCIPAL_KEY_BYTES } as const;

export function encodeAccount({ owner, keeper }: Account): Uint8Array {
  const state = encodeKeeper(keeper);
  const bytes = new Uint8Array(AT.keeper + state.length);
  bytes[AT.version] = ACCOUNT_VERSION;
  bytes.set(principalKey(owner), AT.owner);
  bytes.set(state, AT.keeper);
  return bytes;
}

/** @throws StoreError when another version wrote the bytes, or when they are no account. */
export function decodeAccount(bytes: Uint8Array): Account {
  const version = bytes[AT.version];
  if (version !== ACCOUNT_VERSION) {
    throw new StoreError('account version', String(ACCOUNT_VERSION), String(version));
  }
  return {
    owner: principalOf(bytes.subarray(AT.owner, AT.keeper)),
    keeper: keeperIn(bytes.slice(AT.keeper)),
  };
}

/** The keeper that stable memory holds. @throws StoreError when the bytes are none of this version */
export function keeperIn(bytes: Uint8Array): Keeper {
  try {
    return decodeKeeper(bytes);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new StoreError(`keeper: ${error.field}`, error.expected, error.came);
  }
}
