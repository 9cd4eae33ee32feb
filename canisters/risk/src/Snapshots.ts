import { encodeKeeper, type Keeper } from '@plimsoll/engine';
import { keeperIn } from './Account.ts';
import { slotKey } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { RECENT_BYTES } from './Recent.ts';
import { StoreError } from './StoreError.ts';

/** Layout of a snapshot in stable memory, beside the keeper's own. A new layout gets a new number. */
export const SNAPSHOT_VERSION = 0;

/** An owner's keeper and the ids of the newest records, as of some record. The desks as of then lie in `Desks`. */
export interface Snapshot {
  /** Number of records that it has taken in. */
  readonly records: number;
  readonly keeper: Keeper;
  /** See `Recent`. */
  readonly ring: Uint8Array;
}

const AT = { version: 0, records: 1, ring: 9, keeper: 9 + RECENT_BYTES } as const;

const snapshots = stableMap(MEMORY.snapshots);

/** @throws StoreError when it is missing or of another version. */
export function readSnapshot(slot: number): Snapshot {
  const bytes = snapshots.get(slotKey(slot));
  if (bytes === undefined) throw new StoreError(`snapshot ${String(slot)}`, 'present', 'nothing');
  const version = bytes[AT.version];
  if (version !== SNAPSHOT_VERSION)
    throw new StoreError('snapshot version', String(SNAPSHOT_VERSION), String(version));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    records: view.getFloat64(AT.records, true),
    ring: bytes.slice(AT.ring, AT.keeper),
    keeper: keeperIn(bytes.slice(AT.keeper)),
  };
}

export function writeSnapshot(slot: number, { records, keeper, ring }: Snapshot): void {
  const state = encodeKeeper(keeper);
  const bytes = new Uint8Array(AT.keeper + state.length);
  bytes[AT.version] = SNAPSHOT_VERSION;
  new DataView(bytes.buffer).setFloat64(AT.records, records, true);
  bytes.set(ring, AT.ring);
  bytes.set(state, AT.keeper);
  snapshots.insert(slotKey(slot), bytes);
}
