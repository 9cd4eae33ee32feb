import {
  decodeLimits,
  encodeLimits,
  FEED_KINDS,
  type FeedKind,
  type Grant,
  type Limits,
} from '@plimsoll/engine';
import { PRINCIPAL_KEY_BYTES, principalKey, principalOf } from './Keys.ts';
import { StoreError } from './StoreError.ts';

/** Layout of an account in stable memory. A new layout gets a new number and keeps reading the old ones. */
export const ACCOUNT_VERSION = 0;

/** Agents that one owner may have at a time. */
export const MAX_GRANTS = 8;

const NO_FEED = 255;

export interface Granted extends Grant {
  /** Sequence of the record that granted it. */
  readonly sequence: number;
}

/** What the canister keeps of one owner beside log and desk: what only their acts change. */
export interface Account {
  readonly owner: Uint8Array;
  limits: Limits;
  limitsVersion: number;
  /** Sequence of the record that set the limits in force. */
  limitsSequence: number;
  /** Live, paper or replay for ever, from the first history on. */
  feedKind: FeedKind | null;
  grants: Granted[];
}

export function createAccount(owner: Uint8Array, limits: Limits): Account {
  return {
    owner,
    limits,
    limitsVersion: 1,
    limitsSequence: 0,
    feedKind: null,
    grants: [],
  };
}

/** Offsets of the fixed part; grants and the limits frame follow it. Counters are doubles: exact up to 2^53. */
const AT = {
  version: 0,
  feedKind: 1,
  grantCount: 2,
  limitsVersion: 4,
  limitsSequence: 8,
  owner: 16,
} as const;
const FIXED_BYTES = AT.owner + PRINCIPAL_KEY_BYTES;
const GRANT_BYTES = PRINCIPAL_KEY_BYTES + 16;

export function encodeAccount(account: Account): Uint8Array {
  const limits = encodeLimits(account.limits);
  const grantsEnd = FIXED_BYTES + account.grants.length * GRANT_BYTES;
  const bytes = new Uint8Array(grantsEnd + limits.length);
  const view = new DataView(bytes.buffer);
  bytes[AT.version] = ACCOUNT_VERSION;
  bytes[AT.feedKind] = account.feedKind === null ? NO_FEED : FEED_KINDS.indexOf(account.feedKind);
  bytes[AT.grantCount] = account.grants.length;
  view.setUint32(AT.limitsVersion, account.limitsVersion, true);
  view.setFloat64(AT.limitsSequence, account.limitsSequence, true);
  bytes.set(principalKey(account.owner), AT.owner);
  let at = FIXED_BYTES;
  for (const grant of account.grants) {
    bytes.set(principalKey(grant.agent), at);
    view.setFloat64(at + PRINCIPAL_KEY_BYTES, grant.expiresMs, true);
    view.setFloat64(at + PRINCIPAL_KEY_BYTES + 8, grant.sequence, true);
    at += GRANT_BYTES;
  }
  bytes.set(limits, grantsEnd);
  return bytes;
}

/** @throws StoreError when another version wrote the bytes, or when they are too short to be an account. */
export function decodeAccount(bytes: Uint8Array): Account {
  const version = bytes[AT.version];
  if (version !== ACCOUNT_VERSION) {
    throw new StoreError('account version', String(ACCOUNT_VERSION), String(version));
  }
  const count = bytes[AT.grantCount] ?? 0;
  const grantsEnd = FIXED_BYTES + count * GRANT_BYTES;
  if (bytes.length <= grantsEnd) {
    throw new StoreError('account', `more than ${String(grantsEnd)} bytes`, String(bytes.length));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = view.getUint8(AT.feedKind);
  const feedKind = kind === NO_FEED ? null : FEED_KINDS[kind];
  if (feedKind === undefined)
    throw new StoreError('feed kind', `below ${String(FEED_KINDS.length)}`, String(kind));
  const grants: Granted[] = [];
  for (let at = FIXED_BYTES; at < grantsEnd; at += GRANT_BYTES) {
    grants.push({
      agent: principalOf(bytes.subarray(at, at + PRINCIPAL_KEY_BYTES)),
      expiresMs: view.getFloat64(at + PRINCIPAL_KEY_BYTES, true),
      sequence: view.getFloat64(at + PRINCIPAL_KEY_BYTES + 8, true),
    });
  }
  return {
    owner: principalOf(bytes.subarray(AT.owner, FIXED_BYTES)),
    limits: decodeLimits(bytes.slice(grantsEnd)),
    limitsVersion: view.getUint32(AT.limitsVersion, true),
    limitsSequence: view.getFloat64(AT.limitsSequence, true),
    feedKind,
    grants,
  };
}
