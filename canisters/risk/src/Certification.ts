import { HASH_BYTES } from '@plimsoll/engine';
import { later } from './Agenda.ts';
import { ABSENT, linkHash } from './Hashes.ts';
import { slotKey, slotOf } from './Keys.ts';
import { MEMORY, stableMap } from './Memory.ts';
import { countOwners } from './Owners.ts';
import { certifiedDataSet } from './Platform.js';
import { currentStanding } from './Sessions.ts';
import { StoreError } from './StoreError.ts';
import { depthOf, setLeaves } from './Tree.ts';

/*
 * One root over the heads of all owners is the canister's certified data. A new head is certified at once, at the price
 * of one hash however many owners there are: it makes one link of a short journal that starts with the tree's root. A
 * timer takes the journal into the tree, in batches. While the journal is full, heads wait for the next batch.
 */

/** Layout of the certification in stable memory. A new layout gets a new number and keeps reading the old ones. */
const CERTIFICATION_VERSION = 0;
/** Links of the journal: what a witness may carry besides its path. */
export const MAX_LINKS = 32;
/** So many links call for a batch, before the journal is full. */
const LINKS_FOR_BATCH = 16;
/** Owners whose heads one batch takes in. */
export const MAX_BATCH = 1_000;
/** Seconds until the batch that the journal or the first waiting head calls for. */
const BATCH_DELAY_S = 4;

/** A head in the journal. */
export interface Link {
  readonly slot: number;
  /** The journal's value before this link. */
  readonly before: Uint8Array;
  readonly sequence: number;
  readonly head: Uint8Array;
}

export interface Certification {
  /** What is certified. */
  root: Uint8Array;
  treeRoot: Uint8Array;
  /** Of the tree. */
  depth: number;
  /** Oldest first. */
  links: Link[];
  /** IC time, milliseconds, since when a head has been waiting; 0 where none is. */
  waitingSinceMs: number;
}

const AT = { version: 0, depth: 1, links: 2, waitingSince: 3, root: 11, treeRoot: 43, rest: 75 } as const;
const LINK_BYTES = 4 + 8 + 2 * HASH_BYTES;
const KEY = Uint8Array.of(0);

const stored = stableMap(MEMORY.certification);
const waiting = stableMap(MEMORY.waiting);

let held: Certification | null = null;
/** What is due later does not outlive an upgrade, and neither does this. */
let isBatchDue = false;

export function certification(): Certification {
  if (held === null) {
    const bytes = stored.get(KEY);
    held = bytes === undefined ? empty() : decodeCertification(bytes);
  }
  return held;
}

/** Certifies an owner's new head, or has it wait for the next batch. */
export function certifyHead(slot: number, sequence: number, head: Uint8Array, timeMs: number): void {
  const state = certification();
  if (state.links.length < MAX_LINKS) {
    const before = state.root;
    state.root = linkHash(before, slot, head);
    state.links.push({ slot, before, sequence, head });
  } else {
    wait(state, slot, sequence, timeMs);
    return;
  }
  keep(state);
  if (state.links.length >= LINKS_FOR_BATCH) callForBatch(BATCH_DELAY_S);
}

function wait(state: Certification, slot: number, sequence: number, timeMs: number): void {
  const key = slotKey(slot);
  if (!waiting.containsKey(key)) waiting.insert(key, sequenceBytes(sequence - 1));
  if (state.waitingSinceMs === 0) {
    state.waitingSinceMs = timeMs;
    stored.insert(KEY, encoded(state));
  }
  callForBatch(BATCH_DELAY_S);
}

/** Sequence of an owner's newest certified record; −1 where there is none. */
export function certifiedSequence(slot: number, records: number): number {
  const state = certification();
  for (let i = state.links.length - 1; i >= 0; i--) {
    const link = state.links[i]!;
    if (link.slot === slot) return link.sequence;
  }
  if (state.waitingSinceMs === 0) return records - 1;
  const bytes = waiting.get(slotKey(slot));
  return bytes === undefined ? records - 1 : sequenceIn(bytes);
}

export function countWaiting(): number {
  return certification().waitingSinceMs === 0 ? 0 : waiting.len();
}

/** After an upgrade: what was certified before is certified again, in one step however many owners there are. */
export function certifyAgain(): void {
  const state = certification();
  certifiedDataSet(state.root);
  if (state.links.length >= LINKS_FOR_BATCH || state.waitingSinceMs > 0) callForBatch(0);
}

function callForBatch(delayS: number): void {
  if (isBatchDue) return;
  isBatchDue = true;
  later(delayS, () => {
    isBatchDue = false;
    takeBatch();
  });
}

/** Takes the journal and the owners who waited into the tree: at most `MAX_BATCH` of them, then the next batch follows. */
function takeBatch(): void {
  const state = certification();
  const leaves = new Map<number, Uint8Array>();
  for (const { slot } of state.links) {
    leaves.set(slot, currentStanding(slot).head);
    if (state.waitingSinceMs > 0) waiting.remove(slotKey(slot));
  }
  const keys = state.waitingSinceMs === 0 ? [] : waiting.keys(0, MAX_BATCH);
  for (const key of keys) {
    const slot = slotOf(key);
    leaves.set(slot, currentStanding(slot).head);
    waiting.remove(key);
  }
  if (leaves.size === 0) return;
  state.links = [];
  if (waiting.len() === 0) state.waitingSinceMs = 0;
  else callForBatch(0);
  renewTree(state, leaves, depthOf(countOwners()));
  keep(state);
}

function renewTree(state: Certification, leaves: Map<number, Uint8Array>, depth: number): void {
  // A deeper tree has new nodes above the old root, on the way up from the first leaf.
  if (depth > state.depth && !leaves.has(0)) leaves.set(0, currentStanding(0).head);
  state.treeRoot = setLeaves(leaves, depth);
  state.depth = depth;
  state.root = state.treeRoot;
}

function keep(state: Certification): void {
  stored.insert(KEY, encoded(state));
  certifiedDataSet(state.root);
}

function empty(): Certification {
  return { root: ABSENT, treeRoot: ABSENT, depth: 0, links: [], waitingSinceMs: 0 };
}

/** What is held as it is stored, and how many of its links lie there already: a message adds one to up to 31. */
const room = new Uint8Array(AT.rest + MAX_LINKS * LINK_BYTES);
let linksThere = 0;

function encoded(state: Certification): Uint8Array {
  const count = state.links.length;
  // The journal only grows until a batch empties it.
  linksThere = putCertification(room, state, linksThere < count ? linksThere : 0);
  return room.subarray(0, AT.rest + count * LINK_BYTES);
}

export function encodeCertification(state: Certification): Uint8Array {
  const bytes = new Uint8Array(AT.rest + state.links.length * LINK_BYTES);
  putCertification(bytes, state, 0);
  return bytes;
}

/** @param from the first link that is not there yet. @returns how many are there then */
function putCertification(bytes: Uint8Array, state: Certification, from: number): number {
  const { links } = state;
  const view = new DataView(bytes.buffer);
  bytes[AT.version] = CERTIFICATION_VERSION;
  bytes[AT.depth] = state.depth;
  bytes[AT.links] = links.length;
  view.setFloat64(AT.waitingSince, state.waitingSinceMs, true);
  bytes.set(state.root, AT.root);
  bytes.set(state.treeRoot, AT.treeRoot);
  for (let i = from; i < links.length; i++) {
    const { slot, sequence, head, before } = links[i]!;
    const at = AT.rest + i * LINK_BYTES;
    view.setUint32(at, slot, true);
    view.setFloat64(at + 4, sequence, true);
    bytes.set(head, at + 12);
    bytes.set(before, at + 12 + HASH_BYTES);
  }
  return links.length;
}

/** @throws StoreError when another version wrote the bytes, or when they are of another length */
export function decodeCertification(bytes: Uint8Array): Certification {
  if (bytes[AT.version] !== CERTIFICATION_VERSION) {
    throw new StoreError('certification version', String(CERTIFICATION_VERSION), String(bytes[AT.version]));
  }
  const count = bytes[AT.links] ?? 0;
  const length = AT.rest + count * LINK_BYTES;
  if (bytes.length !== length)
    throw new StoreError('certification', `${String(length)} bytes`, String(bytes.length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const links: Link[] = [];
  for (let at: number = AT.rest; at < length; at += LINK_BYTES) {
    links.push({
      slot: view.getUint32(at, true),
      sequence: view.getFloat64(at + 4, true),
      head: bytes.slice(at + 12, at + 12 + HASH_BYTES),
      before: bytes.slice(at + 12 + HASH_BYTES, at + LINK_BYTES),
    });
  }
  return {
    root: bytes.slice(AT.root, AT.treeRoot),
    treeRoot: bytes.slice(AT.treeRoot, AT.rest),
    depth: bytes[AT.depth] ?? 0,
    links,
    waitingSinceMs: view.getFloat64(AT.waitingSince, true),
  };
}

function sequenceBytes(sequence: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, sequence, true);
  return bytes;
}

function sequenceIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}
