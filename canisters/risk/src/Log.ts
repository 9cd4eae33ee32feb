import { recordKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

const log = stableMap(MEMORY.log);

export function appendToLog(slot: number, sequence: number, record: Uint8Array): void {
  log.insert(recordKey(slot, sequence), record);
}

/** @throws StoreError when there is no such record. */
export function readLog(slot: number, sequence: number): Uint8Array {
  const record = log.get(recordKey(slot, sequence));
  if (record === undefined) {
    throw new StoreError(`record ${String(sequence)} of account ${String(slot)}`, 'present', 'nothing');
  }
  return record;
}
