import { HASH_BYTES } from '@plimsoll/engine';
import { ABSENT, nodeHash } from './Hashes.ts';
import { MEMORY, stableMap } from './Memory.ts';

/*
 * The tree over owners, in stable memory. A leaf is an owner's head, its place the owner's slot; where there is no owner
 * stands nothing. Nodes lie in pages of four levels (16 + 8 + 4 + 2 hashes), so that a change of one leaf writes one
 * page for every four levels; a node of the fifth level is the first row of the page above.
 */

const ROWS = 4;
const WIDTH = 16;
/** First hash of each row of a page. */
const ROW_AT = [0, 16, 24, 28] as const;
const PAGE_BYTES = 30 * HASH_BYTES;

const pages = stableMap(MEMORY.tree);

/** Levels between leaf and root: the fewest that hold so many owners. */
export function depthOf(owners: number): number {
  let depth = 0;
  for (let room = 1; room < owners; room *= 2) depth++;
  return depth;
}

/**
 * Sets leaves and renews the nodes above them.
 *
 * @param leaves head by slot
 * @returns the root
 */
export function setLeaves(leaves: ReadonlyMap<number, Uint8Array>, depth: number): Uint8Array {
  let changed = leaves;
  for (let level = 0; ; level += ROWS) {
    const above = new Map<number, Uint8Array>();
    for (const [index, nodes] of byPage(changed)) {
      const page = readPage(level, index);
      const top = setPage(page, nodes, Math.min(ROWS, depth - level));
      writePage(level, index, page);
      above.set(index, top);
    }
    if (level + ROWS >= depth) return above.get(0) ?? ABSENT;
    changed = above;
  }
}

/** The siblings on the way from a leaf up to the root. */
export function siblingsOf(slot: number, depth: number): Uint8Array[] {
  const siblings: Uint8Array[] = [];
  let index = slot;
  for (let level = 0; level < depth; level += ROWS) {
    const page = readPage(level, Math.floor(index / WIDTH));
    for (let row = 0; row < ROWS && level + row < depth; row++) {
      const at = (index % (WIDTH >> row)) ^ 1;
      siblings.push(hashAt(page, ROW_AT[row]! + at));
      index = Math.floor(index / 2);
    }
  }
  return siblings;
}

function byPage(nodes: ReadonlyMap<number, Uint8Array>): Map<number, Map<number, Uint8Array>> {
  const grouped = new Map<number, Map<number, Uint8Array>>();
  for (const [index, hash] of nodes) {
    const page = Math.floor(index / WIDTH);
    let group = grouped.get(page);
    if (group === undefined) grouped.set(page, (group = new Map<number, Uint8Array>()));
    group.set(index % WIDTH, hash);
  }
  return grouped;
}

/** Puts nodes into the first row and renews those above them in `rows` rows. @returns the node above the last row */
function setPage(page: Uint8Array, nodes: ReadonlyMap<number, Uint8Array>, rows: number): Uint8Array {
  let changed = nodes;
  for (let row = 0; row < ROWS; row++) {
    for (const [at, hash] of changed) page.set(hash, (ROW_AT[row]! + at) * HASH_BYTES);
    if (row === rows) return hashAt(page, ROW_AT[row]!);
    const above = new Map<number, Uint8Array>();
    for (const at of changed.keys()) {
      const parent = at >> 1;
      if (above.has(parent)) continue;
      const left = ROW_AT[row]! + 2 * parent;
      above.set(parent, nodeHash(hashAt(page, left), hashAt(page, left + 1)));
    }
    changed = above;
  }
  return changed.get(0) ?? ABSENT;
}

function hashAt(page: Uint8Array, at: number): Uint8Array {
  return page.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

function pageKey(level: number, index: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = level;
  new DataView(key.buffer).setUint32(1, index);
  return key;
}

function readPage(level: number, index: number): Uint8Array {
  return pages.get(pageKey(level, index)) ?? new Uint8Array(PAGE_BYTES);
}

function writePage(level: number, index: number, page: Uint8Array): void {
  pages.insert(pageKey(level, index), page);
}
