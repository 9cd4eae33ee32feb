import { HASH_BYTES, headInput } from '@plimsoll/engine';
import { blake3 } from './Blake3.ts';
import { slotKey } from './Keys.ts';
import { findInLog, type Entry } from './Log.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

/** Layout of a standing in stable memory. A new layout gets a new number and keeps reading the old ones. */
export const STANDING_VERSION = 0;

/** Where an owner's log stands: the little that every record changes. It is written down with each snapshot. */
export interface Standing {
  /** Number of records in the log; the newest has the sequence `records - 1`. */
  records: number;
  /** BLAKE3 hash of the newest record and its frame. */
  head: Uint8Array;
  /** Sequence of the newest checkpoint, or 0: the registration. */
  checkpoint: number;
}

/** Counters are doubles: exact up to 2^53. */
const AT = { version: 0, records: 1, checkpoint: 9, head: 17 } as const;
const BYTES = AT.head + HASH_BYTES;

const standings = stableMap(MEMORY.standings);

export function createStanding(): Standing {
  return { records: 0, head: new Uint8Array(HASH_BYTES), checkpoint: 0 };
}

/**
 * As it was written with the last snapshot, carried on over what the log has had since: eleven records at most. Writing it
 * with every record would cost a bar the depth of one more tree; reading those eleven is paid once, by an owner's first look
 * after an upgrade.
 *
 * @throws StoreError when the slot has none, or one of another version
 */
export function readStanding(slot: number): Standing {
  const bytes = standings.get(slotKey(slot));
  if (bytes === undefined) throw new StoreError(`standing ${String(slot)}`, 'present', 'nothing');
  const standing = decodeStanding(bytes);
  let newest: Entry | null = null;
  for (;;) {
    const entry = findInLog(slot, standing.records);
    if (entry === null) break;
    newest = entry;
    standing.records++;
  }
  if (newest !== null) standing.head = blake3(headInput(newest.record, newest.frame));
  return standing;
}

export function writeStanding(slot: number, standing: Standing): void {
  standings.insert(slotKey(slot), encodeStanding(standing));
}

export function encodeStanding(standing: Standing): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  bytes[AT.version] = STANDING_VERSION;
  view.setFloat64(AT.records, standing.records, true);
  view.setFloat64(AT.checkpoint, standing.checkpoint, true);
  bytes.set(standing.head, AT.head);
  return bytes;
}

/** @throws StoreError when another version wrote the bytes, or when they are of another length */
export function decodeStanding(bytes: Uint8Array): Standing {
  if (bytes[AT.version] !== STANDING_VERSION) {
    throw new StoreError('standing version', String(STANDING_VERSION), String(bytes[AT.version]));
  }
  if (bytes.length !== BYTES)
    throw new StoreError('standing', `${String(BYTES)} bytes`, String(bytes.length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    records: view.getFloat64(AT.records, true),
    checkpoint: view.getFloat64(AT.checkpoint, true),
    head: bytes.slice(AT.head),
  };
}
