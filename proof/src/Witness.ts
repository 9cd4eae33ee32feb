import { blake3 } from '@noble/hashes/blake3.js';
import { ProofError } from './ProofError.ts';

/*
 * From an owner's head to the root that the canister certifies, as docs/frame.md lays it out. A head is the plain BLAKE3
 * hash of a record and its frame, a node of the tree a derived key, a link of the journal a keyed hash: three modes that
 * cannot be mistaken for one another.
 */

const WITNESS_VERSION = 1;
const HASH_BYTES = 32;
const LINK_BYTES = 4 + HASH_BYTES;
/** Version, place, slot, number of hashes. */
const LEAD_BYTES = 7;
const MAX_DEPTH = 32;
const NODE_CONTEXT = new TextEncoder().encode('plimsoll 2026 node');
const ABSENT = new Uint8Array(HASH_BYTES);

/** A head in the journal. */
interface Link {
  readonly slot: number;
  readonly head: Uint8Array;
}

export interface Witness {
  /** The owner's place, by the order of registration. */
  readonly slot: number;
  /** The siblings on the way up where the head is in the tree; else null. */
  readonly siblings: readonly Uint8Array[] | null;
  /** The journal's value before the head where the head is in the journal; else null. */
  readonly before: Uint8Array | null;
  /** The journal's links that come after the head. */
  readonly later: readonly Link[];
}

/** BLAKE3 of a record and its frame: the head of a log. */
export function headHash(input: Uint8Array): Uint8Array {
  return blake3(input);
}

/** @throws ProofError `malformed` for bytes that are not exactly one witness */
export function decodeWitness(bytes: Uint8Array): Witness {
  const [version, place] = bytes;
  if (bytes.length < LEAD_BYTES + 1) throw malformed('at least 8 bytes', bytes.length);
  if (version !== WITNESS_VERSION) {
    throw new ProofError(
      'version',
      `Expected a witness of version ${WITNESS_VERSION}, got ${String(version)}. Use the release that reads it.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slot = view.getUint32(2, true);
  const count = view.getUint8(6);
  if (place !== 0 && place !== 1) throw malformed('place 0 or 1', place ?? -1);
  if (place === 1 ? count !== 1 : count > MAX_DEPTH) throw malformed('a path of at most 32 hashes', count);
  const laterAt = LEAD_BYTES + count * HASH_BYTES;
  if (laterAt >= bytes.length) throw malformed(`more than ${laterAt} bytes`, bytes.length);
  const end = laterAt + 1 + view.getUint8(laterAt) * LINK_BYTES;
  if (end !== bytes.length) throw malformed(`${end} bytes`, bytes.length);
  const hashes: Uint8Array[] = [];
  for (let at = LEAD_BYTES; at < laterAt; at += HASH_BYTES) hashes.push(bytes.slice(at, at + HASH_BYTES));
  const later: Link[] = [];
  for (let at = laterAt + 1; at < end; at += LINK_BYTES) {
    later.push({ slot: view.getUint32(at, true), head: bytes.slice(at + 4, at + LINK_BYTES) });
  }
  return { slot, siblings: place === 0 ? hashes : null, before: place === 1 ? hashes[0]! : null, later };
}

/**
 * The root that a witness gives for a head.
 *
 * @throws ProofError `witness` when it shows a newer head of the same owner, or a place that its path does not have
 */
export function rootOf(witness: Witness, head: Uint8Array): Uint8Array {
  const { slot, siblings, before, later } = witness;
  let root = before === null ? treeRoot(slot, siblings ?? [], head) : linkHash(before, { slot, head });
  for (const link of later) {
    if (link.slot === slot) {
      throw new ProofError(
        'witness',
        'Expected the newest certified head, got one with a newer one after it. The answering node shows an old state: ask another.',
      );
    }
    root = linkHash(root, link);
  }
  return root;
}

function treeRoot(slot: number, siblings: readonly Uint8Array[], head: Uint8Array): Uint8Array {
  let index = slot;
  let root = head;
  for (const sibling of siblings) {
    root = index % 2 === 0 ? nodeHash(root, sibling) : nodeHash(sibling, root);
    index = Math.floor(index / 2);
  }
  if (index !== 0) {
    throw new ProofError(
      'witness',
      `Expected a path for owner number ${slot}, got one of ${siblings.length} levels, which has no such place.`,
    );
  }
  return root;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const children = new Uint8Array(2 * HASH_BYTES);
  children.set(left);
  children.set(right, HASH_BYTES);
  return children.every((byte) => byte === 0) ? ABSENT : blake3(children, { context: NODE_CONTEXT });
}

function linkHash(before: Uint8Array, { slot, head }: Link): Uint8Array {
  const link = new Uint8Array(LINK_BYTES);
  new DataView(link.buffer).setUint32(0, slot, true);
  link.set(head, 4);
  return blake3(link, { key: before });
}

function malformed(expected: string, came: number): ProofError {
  return new ProofError('malformed', `Expected a witness of ${expected}, got ${came}. Ask again.`);
}
