import { HASH_BYTES } from '@plimsoll/engine';
import { deriveFrom, keyedBlake3 } from './Blake3.ts';

/*
 * The hashes between a head and the root, each BLAKE3 of one block: a head is the plain hash, a node the derived key, a
 * link the keyed one. The three modes differ in their flags, so that none can be mistaken for another.
 */

export const NODE_CONTEXT_NAME = 'plimsoll 2026 node';

/** The derived-key mode hashes its context first: this is that hash, the same for every node. */
export const NODE_CONTEXT = new Int32Array(
  Uint32Array.of(1376153105, 1017086693, 1478302904, 961719112, 2080686206, 160440722, 3263924735, 2173017094)
    .buffer,
);

/** What stands where there is no owner. */
export const ABSENT = new Uint8Array(HASH_BYTES);

/** A node over two children; over nothing it is nothing. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return isAbsent(left) && isAbsent(right) ? ABSENT : deriveFrom(NODE_CONTEXT, left, right);
}

/** The journal's value after one more head. */
export function linkHash(previous: Uint8Array, slot: number, head: Uint8Array): Uint8Array {
  const link = new Uint8Array(4 + HASH_BYTES);
  new DataView(link.buffer).setUint32(0, slot, true);
  link.set(head, 4);
  return keyedBlake3(previous, link);
}

function isAbsent(hash: Uint8Array): boolean {
  for (let i = 0; i < HASH_BYTES; i++) if (hash[i] !== 0) return false;
  return true;
}
