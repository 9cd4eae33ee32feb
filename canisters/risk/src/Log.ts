import { recordKey } from './Keys.ts';
import { MEMORY, stableMap, type StableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

/** A record and the frame that it answers: what its hash covers, and what a replay takes. */
export interface Entry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

/** Length of the record as u32, the record, the frame. */
const LEAD_BYTES = 4;

/**
 * Owners take turns in so many trees: on the way to its place a record passes all levels of one, and each costs as much as
 * a fiftieth of a closed bar.
 */
export const TREES = 32;

/** All there was before schema 2, and the tree of every thirty-second owner since. */
const first = stableMap(MEMORY.log);
/** Those that were asked for: each takes 8 MB of stable memory from its first record on. */
const trees: (StableMap | undefined)[] = [first];

function treeOf(slot: number): StableMap {
  const i = slot % TREES;
  return (trees[i] ??= stableMap(MEMORY.log2 + i - 1));
}

export function appendToLog(slot: number, sequence: number, { record, frame }: Entry): void {
  const bytes = new Uint8Array(LEAD_BYTES + record.length + frame.length);
  new DataView(bytes.buffer).setUint32(0, record.length, true);
  bytes.set(record, LEAD_BYTES);
  bytes.set(frame, LEAD_BYTES + record.length);
  treeOf(slot).insert(recordKey(slot, sequence), bytes);
}

export function removeFromLog(slot: number, sequence: number): void {
  const key = recordKey(slot, sequence);
  const tree = treeOf(slot);
  tree.remove(key);
  if (tree !== first) first.remove(key);
}

/** @throws StoreError when there is no such entry. */
export function readLog(slot: number, sequence: number): Entry {
  const entry = findInLog(slot, sequence);
  if (entry === null) {
    throw new StoreError(`record ${String(sequence)} of owner ${String(slot)}`, 'present', 'nothing');
  }
  return entry;
}

/** Null for an entry that never was, or is no longer kept. */
export function findInLog(slot: number, sequence: number): Entry | null {
  const key = recordKey(slot, sequence);
  const tree = treeOf(slot);
  const bytes = tree.get(key) ?? (tree === first ? undefined : first.get(key));
  if (bytes === undefined) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset, LEAD_BYTES).getUint32(0, true);
  const end = LEAD_BYTES + length;
  return { record: bytes.subarray(LEAD_BYTES, end), frame: bytes.subarray(end) };
}
