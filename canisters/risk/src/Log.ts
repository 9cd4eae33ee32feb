import { recordKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

/** A record and the frame that it answers: what its hash covers, and what a replay takes. */
export interface Entry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

/** Length of the record as u32, the record, the frame. */
const LEAD_BYTES = 4;

const log = stableMap(MEMORY.log);

export function appendToLog(slot: number, sequence: number, { record, frame }: Entry): void {
  const bytes = new Uint8Array(LEAD_BYTES + record.length + frame.length);
  new DataView(bytes.buffer).setUint32(0, record.length, true);
  bytes.set(record, LEAD_BYTES);
  bytes.set(frame, LEAD_BYTES + record.length);
  log.insert(recordKey(slot, sequence), bytes);
}

export function removeFromLog(slot: number, sequence: number): void {
  log.remove(recordKey(slot, sequence));
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
  const bytes = log.get(recordKey(slot, sequence));
  if (bytes === undefined) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset, LEAD_BYTES).getUint32(0, true);
  const end = LEAD_BYTES + length;
  return { record: bytes.subarray(LEAD_BYTES, end), frame: bytes.subarray(end) };
}
