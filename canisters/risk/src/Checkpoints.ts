import {
  checkpointInput,
  decodeRecord,
  encodeKeeper,
  partKeys,
  type Answer,
  type HashedPart,
  type StatePart,
} from '@plimsoll/engine';
import { blake3 } from './Blake3.ts';
import type { Call } from './Call.ts';
import { readDeskBytes } from './Desks.ts';
import { statePartKey, slotKey } from './Keys.ts';
import { findInLog } from './Log.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { appendRecord } from './Records.ts';
import { currentStanding, type Session } from './Sessions.ts';
import { StoreError } from './StoreError.ts';

/*
 * Checkpoints: records whose essence is the hash of the owner's whole state, and that state beside them, so that a replay
 * may begin there and what lies before may go (`Retention.ts`).
 */

/** Checkpoints of one owner whose state is kept; beyond, the one closest to its elder loses it. */
export const MAX_STATES = 8;

/** A checkpoint whose state is kept. */
export interface Checkpoint {
  readonly sequence: number;
  /** IC time, milliseconds. */
  readonly timeMs: number;
  /** The keeper and its desks. */
  readonly parts: number;
}

/** What of an owner's log is there. */
export interface Kept {
  /** Sequence of the oldest record. */
  readonly first: number;
  /** Oldest first. */
  readonly checkpoints: readonly Checkpoint[];
}

const KEPT_VERSION = 0;
const LEAD_BYTES = 9;
const CHECKPOINT_BYTES = 17;
const WHOLE: Kept = { first: 0, checkpoints: [] };

const kepts = stableMap(MEMORY.checkpoints);
const states = stableMap(MEMORY.states);

export function readKept(slot: number): Kept {
  const bytes = kepts.get(slotKey(slot));
  return bytes === undefined ? WHOLE : decodeKept(bytes);
}

export function writeKept(slot: number, kept: Kept): void {
  kepts.insert(slotKey(slot), encodeKept(kept));
}

/** IC time of the newest checkpoint, or of the registration. */
export function newestCheckpointMs(slot: number, { checkpoints }: Kept): number {
  const newest = checkpoints[checkpoints.length - 1];
  if (newest !== undefined) return newest.timeMs;
  const registration = findInLog(slot, 0);
  return registration === null ? 0 : decodeRecord(registration.record).icTimeMs;
}

/** Whether there are records that no checkpoint has taken in. */
export function hasNewRecords(slot: number, { checkpoints }: Kept): boolean {
  const { records } = currentStanding(slot);
  const newest = checkpoints[checkpoints.length - 1];
  return newest === undefined || newest.sequence < records - 1;
}

/** Appends a checkpoint of the owner's state as it is after the newest record, and keeps that state. */
export function takeCheckpoint(
  session: Session,
  call: Pick<Call, 'frame' | 'timeMs'>,
  id: Uint8Array | null,
): Answer {
  const { slot, books, log } = session;
  const sequence = log.records;
  // With it the stored desks are those of now; the record brings the snapshot that belongs to them.
  books.desks.store();
  const keys = partKeys(books.keeper);
  const parts: HashedPart[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    // By its place: the sixteenth market of the sixteenth account has the keeper's number for a key.
    const bytes = i === 0 ? encodeKeeper(books.keeper) : readDeskBytes(slot, key);
    states.insert(statePartKey(slot, sequence, i), withKey(key, bytes));
    parts.push({ key, length: bytes.length, hash: blake3(bytes) });
  }
  log.checkpoint = sequence;
  const essence = blake3(checkpointInput(parts));
  const answer = appendRecord(session, call, 'checkpoint', id, undefined, essence);
  const { first, checkpoints } = readKept(slot);
  const all = [...checkpoints, { sequence, timeMs: call.timeMs, parts: keys.length }];
  writeKept(slot, { first, checkpoints: all.length > MAX_STATES ? thinned(slot, all) : all });
  return answer;
}

/** Part of a kept checkpoint's state, by its place; null where there is none. */
export function readStatePart(slot: number, sequence: number, part: number): StatePart | null {
  const bytes = states.get(statePartKey(slot, sequence, part));
  return bytes === undefined ? null : { key: bytes[0]!, bytes: bytes.subarray(1) };
}

/** A part is stored behind its key. */
function withKey(key: number, bytes: Uint8Array): Uint8Array {
  const stored = new Uint8Array(1 + bytes.length);
  stored[0] = key;
  stored.set(bytes, 1);
  return stored;
}

/** Forgets a checkpoint's state; its record stays as long as the others. */
export function dropState(slot: number, { sequence, parts }: Checkpoint): void {
  for (let part = 0; part < parts; part++) states.remove(statePartKey(slot, sequence, part));
}

/** Without the state that is missed least: the oldest one and the newest stay. */
function thinned(slot: number, checkpoints: readonly Checkpoint[]): Checkpoint[] {
  let closest = 1;
  const sinceElder = (i: number): number => checkpoints[i]!.timeMs - checkpoints[i - 1]!.timeMs;
  for (let i = 2; i < checkpoints.length - 1; i++) if (sinceElder(i) < sinceElder(closest)) closest = i;
  dropState(slot, checkpoints[closest]!);
  return checkpoints.filter((_, i) => i !== closest);
}

export function encodeKept({ first, checkpoints }: Kept): Uint8Array {
  const bytes = new Uint8Array(LEAD_BYTES + checkpoints.length * CHECKPOINT_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = KEPT_VERSION;
  view.setFloat64(1, first, true);
  checkpoints.forEach(({ sequence, timeMs, parts }, i) => {
    const at = LEAD_BYTES + i * CHECKPOINT_BYTES;
    view.setFloat64(at, sequence, true);
    view.setFloat64(at + 8, timeMs, true);
    bytes[at + 16] = parts;
  });
  return bytes;
}

/** @throws StoreError when another version wrote the bytes */
export function decodeKept(bytes: Uint8Array): Kept {
  if (bytes[0] !== KEPT_VERSION || bytes.length % CHECKPOINT_BYTES !== LEAD_BYTES % CHECKPOINT_BYTES) {
    throw new StoreError('checkpoints', `version ${String(KEPT_VERSION)}`, String(bytes[0]));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const checkpoints: Checkpoint[] = [];
  for (let at = LEAD_BYTES; at < bytes.length; at += CHECKPOINT_BYTES) {
    checkpoints.push({
      sequence: view.getFloat64(at, true),
      timeMs: view.getFloat64(at + 8, true),
      parts: bytes[at + 16]!,
    });
  }
  return { first: view.getFloat64(1, true), checkpoints };
}
