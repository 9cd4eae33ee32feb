import { EngineError, restoreDesk, snapshotDesk, type Desk, type Shelf } from '@plimsoll/engine';
import { deskSlotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { countOwners } from './Owners.ts';
import { StoreError } from './StoreError.ts';

/** Among so many of the newest owners one with a desk is looked for. */
const NEWEST_OWNERS = 16;

const desks = stableMap(MEMORY.desks);

/** One owner's desks: read from the newest snapshot when they are first asked for. */
export interface StoredShelf extends Shelf {
  /** Writes down those that were asked for since the last time. */
  store(): void;
  /** Its desks count as held no longer; who still works on it can. */
  close(): void;
}

let heldCount = 0;

/** Desks in the heap, of all owners. */
export function heldDesks(): number {
  return heldCount;
}

export function openShelf(slot: number): StoredShelf {
  const held = new Map<number, Desk>();
  const touched = new Set<number>();
  let isCounted = true;
  const hold = (key: number, desk: Desk): void => {
    if (isCounted && !held.has(key)) heldCount++;
    held.set(key, desk);
  };
  return {
    get(key) {
      let desk = held.get(key);
      if (desk === undefined) {
        desk = readDesk(slot, key);
        if (desk === undefined) return undefined;
        hold(key, desk);
      }
      touched.add(key);
      return desk;
    },
    set(key, desk) {
      touched.add(key);
      hold(key, desk);
    },
    store() {
      for (const key of touched) desks.insert(deskSlotKey(slot, key), snapshotDesk(held.get(key)!));
      touched.clear();
    },
    close() {
      if (isCounted) heldCount -= held.size;
      isCounted = false;
    },
  };
}

/** The desk's snapshot as it is stored. @throws StoreError where there is none */
export function readDeskBytes(slot: number, key: number): Uint8Array {
  const bytes = desks.get(deskSlotKey(slot, key));
  if (bytes === undefined)
    throw new StoreError(`desk ${String(key)} of owner ${String(slot)}`, 'present', 'nothing');
  return bytes;
}

/**
 * Whether this version reads the desks that are there, asked of two of them, since all would be too many for an upgrade: the
 * first, of whoever registered earliest and may have been away for longest, and one of the newest owners'.
 *
 * @throws StoreError when it does not; an upgrade must not take over what it cannot go on with
 */
export function assertDesksReadable(): void {
  const [first] = desks.keys(0, 1);
  if (first === undefined) return;
  const firstSlot = slotOf(first.subarray(0, 4));
  readDesk(firstSlot, first[4]!);
  const owners = countOwners();
  for (let slot = owners - 1; slot > firstSlot && slot >= owners - NEWEST_OWNERS; slot--) {
    if (readDesk(slot, 0) !== undefined) return;
  }
}

/** @throws StoreError when the bytes are of another version */
function readDesk(slot: number, key: number): Desk | undefined {
  const bytes = desks.get(deskSlotKey(slot, key));
  if (bytes === undefined) return undefined;
  try {
    return restoreDesk(bytes);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new StoreError(
      `desk ${String(key)} of owner ${String(slot)}: ${error.field}`,
      error.expected,
      error.came,
    );
  }
}
