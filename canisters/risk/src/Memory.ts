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
  /** Slot, sequence → record. */
  log: 3,
  /** Slot → snapshot of the desk as of the newest record. */
  desks: 4,
} as const;

export type StableMap = StableBTreeMap<Uint8Array, Uint8Array>;

/** Keys and values are bytes already: azle's JSON would cost a million instructions each time. */
const BYTES: Serializable<Uint8Array> = { toBytes: (bytes) => bytes, fromBytes: (bytes) => bytes };

export function stableMap(memoryId: (typeof MEMORY)[keyof typeof MEMORY]): StableMap {
  return new StableBTreeMap<Uint8Array, Uint8Array>(memoryId, BYTES, BYTES);
}
