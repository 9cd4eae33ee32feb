import { StableBTreeMap, type Serializable } from './Platform.js';

/**
 * Which memory holds which map. A memory cannot be given back, so an id, once used, is never given to another map
 * (254 and 255 belong to azle).
 */
export const MEMORY = {
  /** Owner's principal → slot. */
  owners: 0,
  /** Agent's principal → slot of the one owner it serves. */
  agents: 1,
  /** Slot → account. */
  accounts: 2,
  /** Slot, sequence → record and frame, of the first of the log's trees: before schema 2, of all owners. */
  log: 3,
  /** Slot → snapshot of the keeper and the newest ids as of some record. */
  snapshots: 4,
  /** Slot → number of records and head. */
  standings: 5,
  /** One key → what is certified, and the journal. */
  certification: 6,
  /** Level, index → sixteen neighbouring nodes of the tree over owners, and the nodes above them. */
  tree: 7,
  /** Slot → sequence that is certified of it, for owners with newer records that wait for the next batch. */
  waiting: 8,
  /** One key → schema version, self-test, counters of the canister's own. */
  canister: 9,
  /** Slot → oldest record that is kept, and the checkpoints whose state is. */
  checkpoints: 10,
  /** Slot, sequence of a checkpoint, part → that part of the owner's state as of then. */
  states: 11,
  /** Slot, place → snapshot of the desk as of the owner's snapshot. */
  desks: 16,
  /** Principal → slot of the owner that it recovered. */
  successors: 17,
  /** One key → who may register, and what a day may cost. */
  policy: 18,
  /** Hash of an invite code → nothing. */
  invites: 19,
  /** Slot → leases, heartbeats and what the day cost. */
  presence: 20,
  /** The same as `log`, of the second tree; the others follow, up to 51. */
  log2: 21,
} as const;

export type StableMap = StableBTreeMap<Uint8Array, Uint8Array>;

/** Keys and values are bytes already: azle's JSON would cost a million instructions each time. */
const BYTES: Serializable<Uint8Array> = { toBytes: (bytes) => bytes, fromBytes: (bytes) => bytes };

export function stableMap(memoryId: number): StableMap {
  return new StableBTreeMap<Uint8Array, Uint8Array>(memoryId, BYTES, BYTES);
}
