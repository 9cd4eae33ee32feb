import { EngineError, restoreDesk, snapshotDesk, type Desk } from '@plimsoll/engine';
import { slotKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { StoreError } from './StoreError.ts';

const desks = stableMap(MEMORY.desks);

/** The desk as of the owner's newest record. @throws StoreError when it is missing or of another version. */
export function readDesk(slot: number): Desk {
  const bytes = desks.get(slotKey(slot));
  if (bytes === undefined) throw new StoreError(`desk ${String(slot)}`, 'present', 'nothing');
  try {
    return restoreDesk(bytes);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new StoreError(`desk ${String(slot)}: ${error.field}`, error.expected, error.came);
  }
}

export function writeDesk(slot: number, desk: Desk): void {
  desks.insert(slotKey(slot), snapshotDesk(desk));
}
