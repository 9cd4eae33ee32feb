import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { concat, domainSeparator, sha256 } from './Bytes.ts';

/**
 * The IC's hash tree. Nodes are immutable and shared between versions of a tree; each remembers its hash once
 * computed, so that a new version costs only the path that changed.
 *
 * A fork divides its labels by one bit of their order-preserving encoding (see LabelMap): everything in `left`
 * has that bit 0, everything in `right` has it 1. The wire format knows nothing of it.
 */
export type HashTree = EmptyTree | LeafTree | LabeledTree | ForkTree | PrunedTree;

export interface EmptyTree {
  readonly kind: 'empty';
}
export interface LeafTree {
  readonly kind: 'leaf';
  readonly value: Uint8Array;
  hash?: Uint8Array;
}
export interface LabeledTree {
  readonly kind: 'labeled';
  readonly label: Uint8Array;
  readonly subtree: HashTree;
  hash?: Uint8Array;
}
export interface ForkTree {
  readonly kind: 'fork';
  readonly bit: number;
  readonly left: HashTree;
  readonly right: HashTree;
  hash?: Uint8Array;
}
export interface PrunedTree {
  readonly kind: 'pruned';
  readonly hash: Uint8Array;
}

const LEAF = domainSeparator('ic-hashtree-leaf');
const LABELED = domainSeparator('ic-hashtree-labeled');
const FORK = domainSeparator('ic-hashtree-fork');
const EMPTY_HASH = sha256(domainSeparator('ic-hashtree-empty'));

export const EMPTY: EmptyTree = { kind: 'empty' };

export function leaf(value: Uint8Array): LeafTree {
  return { kind: 'leaf', value };
}

export function labeled(label: Uint8Array, subtree: HashTree): LabeledTree {
  return { kind: 'labeled', label, subtree };
}

export function fork(bit: number, left: HashTree, right: HashTree): ForkTree {
  return { kind: 'fork', bit, left, right };
}

/** The same hash with nothing of the content. Of an empty tree there is nothing to hide. */
export function pruned(tree: HashTree): PrunedTree | EmptyTree {
  return tree.kind === 'empty' || tree.kind === 'pruned' ? tree : { kind: 'pruned', hash: hashOf(tree) };
}

/** Root hash of a tree, 32 bytes (IC interface specification, "Certificate"). */
export function hashOf(tree: HashTree): Uint8Array {
  switch (tree.kind) {
    case 'empty':
      return EMPTY_HASH;
    case 'pruned':
      return tree.hash;
    case 'leaf':
      return (tree.hash ??= sha256(concat(LEAF, tree.value)));
    case 'labeled':
      return (tree.hash ??= sha256(concat(LABELED, tree.label, hashOf(tree.subtree))));
    case 'fork':
      return (tree.hash ??= sha256(concat(FORK, hashOf(tree.left), hashOf(tree.right))));
  }
}

/** The tree as self-described CBOR, as witnesses are handed around. */
export function encodeTree(tree: HashTree): Uint8Array {
  return encodeWithSelfDescribedTag(treeToCbor(tree));
}

/** Nested arrays, to be encoded as part of something larger. */
export function treeToCbor(tree: HashTree): unknown[] {
  switch (tree.kind) {
    case 'empty':
      return [0];
    case 'fork':
      return [1, treeToCbor(tree.left), treeToCbor(tree.right)];
    case 'labeled':
      return [2, tree.label, treeToCbor(tree.subtree)];
    case 'leaf':
      return [3, tree.value];
    case 'pruned':
      return [4, tree.hash];
  }
}
