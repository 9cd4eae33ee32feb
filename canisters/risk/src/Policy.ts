import { EngineError, outOfDomain, textOf } from '@plimsoll/engine';
import { MEMORY, stableMap } from './Memory.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { StoreError } from './StoreError.ts';

/** Who may register: nobody, whoever brings an unused invite code, anybody. */
export const REGISTRATIONS = ['closed', 'invite', 'open'] as const;
export type Registration = (typeof REGISTRATIONS)[number];

/** What the deployer decides, and all that a controller can: it reaches into no owner's data. */
export interface Policy {
  readonly registration: Registration;
  /** What one owner, its agents, and all of them together, may have executed in a UTC day. */
  readonly ownerUpdatesPerDay: number;
  readonly ownerInstructionsPerDay: number;
  readonly instructionsPerDay: number;
  /** Full records are kept at least so long; then what lies before a checkpoint goes. */
  readonly retentionDays: number;
}

/**
 * Until the deployer says otherwise: by invitation; one owner as much as sixteen feeds at a tick each fifteen seconds;
 * together as much as about ten dollars buy.
 */
export const DEFAULT_POLICY: Policy = {
  registration: 'invite',
  ownerUpdatesPerDay: 100_000,
  ownerInstructionsPerDay: 600_000_000_000,
  instructionsPerDay: 12_000_000_000_000,
  retentionDays: 30,
};

/** Bounds of the retention: nobody's evidence is gone within a week, nobody's pages are filled for ever. */
export const MIN_RETENTION_DAYS = 7;
export const MAX_RETENTION_DAYS = 365;

/** Unused codes that may wait at a time. */
export const MAX_INVITES = 1_000;
const HASH_BYTES = 32;
/** Version 0 ended before the retention. */
const POLICY_VERSION = 1;
const KEY = Uint8Array.of(0);
const NOTHING = new Uint8Array(0);
const AT = { version: 0, registration: 1, updates: 2, owner: 10, all: 18, retention: 26, end: 28 } as const;

const stored = stableMap(MEMORY.policy);
const invites = stableMap(MEMORY.invites);

let held: Policy | null = null;

export function policy(): Policy {
  if (held === null) {
    const bytes = stored.get(KEY);
    held = bytes === undefined ? DEFAULT_POLICY : decodePolicy(bytes);
  }
  return held;
}

export function setPolicy(next: Policy): void {
  stored.insert(KEY, encodePolicy(next));
  held = next;
}

function encodePolicy(next: Policy): Uint8Array {
  const bytes = new Uint8Array(AT.end);
  const view = new DataView(bytes.buffer);
  bytes[AT.version] = POLICY_VERSION;
  bytes[AT.registration] = REGISTRATIONS.indexOf(next.registration);
  view.setFloat64(AT.updates, next.ownerUpdatesPerDay, true);
  view.setFloat64(AT.owner, next.ownerInstructionsPerDay, true);
  view.setFloat64(AT.all, next.instructionsPerDay, true);
  view.setUint16(AT.retention, next.retentionDays, true);
  return bytes;
}

/** @throws StoreError when another version wrote the bytes */
function decodePolicy(bytes: Uint8Array): Policy {
  const registration = REGISTRATIONS[bytes[AT.registration] ?? 255];
  const version = bytes[AT.version];
  const length = version === 0 ? AT.retention : AT.end;
  if (
    version === undefined ||
    version > POLICY_VERSION ||
    bytes.length !== length ||
    registration === undefined
  ) {
    throw new StoreError('policy', `version ${String(POLICY_VERSION)} at most`, String(version));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    registration,
    ownerUpdatesPerDay: view.getFloat64(AT.updates, true),
    ownerInstructionsPerDay: view.getFloat64(AT.owner, true),
    instructionsPerDay: view.getFloat64(AT.all, true),
    retentionDays: version === 0 ? DEFAULT_POLICY.retentionDays : view.getUint16(AT.retention, true),
  };
}

/**
 * Takes invite codes back and adds others, by their SHA-256: the canister never holds one that it could leak. All of it or,
 * where a hash is of another length or more codes than may wait would, nothing.
 *
 * @throws EngineError `request/out-of-domain`
 */
export function changeInvites(removed: readonly Uint8Array[], added: readonly Uint8Array[]): void {
  for (const { length } of [...removed, ...added]) {
    if (length !== HASH_BYTES) throw outOfDomain('invite hash', `${String(HASH_BYTES)} bytes`, length);
  }
  const isThere = (hash: Uint8Array): boolean => invites.containsKey(hash);
  const gone = new Set(removed.filter(isThere).map((hash) => textOf(hash)));
  const come = new Set(added.map((hash) => textOf(hash)));
  const stay = new Set(added.filter(isThere).map((hash) => textOf(hash)));
  for (const hash of gone) stay.delete(hash);
  const waiting = invites.len() - gone.size + come.size - stay.size;
  if (waiting > MAX_INVITES)
    throw outOfDomain('invites', `at most ${String(MAX_INVITES)} unused ones`, waiting);
  for (const hash of removed) invites.remove(hash);
  for (const hash of added) invites.insert(hash, NOTHING);
}

export function countInvites(): number {
  return invites.len();
}

/** @throws EngineError `closed` */
export function assertNotClosed(): void {
  if (policy().registration === 'closed') {
    throw new EngineError('request', 'closed', 'registration', 'open or by invitation', 'closed');
  }
}

/** Where registration is not closed. @throws EngineError `invite-needed`, `invite-unknown` */
export function assertAdmitted(code: Uint8Array | null): void {
  if (code === null) {
    if (policy().registration === 'open') return;
    throw new EngineError('request', 'invite-needed', 'invitation', 'a code from the deployer', 'none');
  }
  if (!invites.containsKey(sha256(code))) {
    throw new EngineError('request', 'invite-unknown', 'invitation', 'an unused code', 'another');
  }
}

/** A code works once. */
export function useInvite(code: Uint8Array): void {
  invites.remove(sha256(code));
}
