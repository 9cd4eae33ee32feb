import { EMPTY, fork, labeled, leaf, type HashTree, type LabeledTree } from './HashTree.ts';
import { equalBytes, utf8 } from './Bytes.ts';

/**
 * A persistent ordered map from labels to subtrees, kept directly in the shape of a hash tree: a crit-bit tree
 * whose forks are the hash tree's forks. Changing one of n labels makes about log2 n new nodes.
 *
 * Labels of any length are compared by an encoding that keeps their order and makes none a prefix of another:
 * each byte becomes 1 followed by its eight bits, the end becomes 0.
 */
const BITS_PER_BYTE = 9;

/** Bit `index` of a label's encoding. */
export function bitAt(label: Uint8Array, index: number): 0 | 1 {
  const byte = Math.floor(index / BITS_PER_BYTE);
  if (byte >= label.length) return 0;
  const within = index % BITS_PER_BYTE;
  return within === 0 || (label[byte]! >> (BITS_PER_BYTE - 1 - within)) & 1 ? 1 : 0;
}

/** First bit in which the encodings differ, or undefined if the labels are equal. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] !== b[i]) return i * BITS_PER_BYTE + 1 + Math.clz32(a[i]! ^ b[i]!) - 24;
  }
  return a.length === b.length ? undefined : shorter * BITS_PER_BYTE;
}

/** Where `label` belongs: the entry that shares most leading bits with it. */
function nearest(map: HashTree, label: Uint8Array): LabeledTree | undefined {
  let node = map;
  while (node.kind === 'fork') node = bitAt(label, node.bit) ? node.right : node.left;
  return node.kind === 'labeled' ? node : undefined;
}

/** The subtree under `label`, or undefined. */
export function lookup(map: HashTree, label: Uint8Array): HashTree | undefined {
  const near = nearest(map, label);
  return near !== undefined && equalBytes(near.label, label) ? near.subtree : undefined;
}

/** A map with `label` set to `subtree`; the given map is unchanged. */
export function insert(map: HashTree, label: Uint8Array, subtree: HashTree): HashTree {
  const entry = labeled(label, subtree);
  const near = nearest(map, label);
  return near === undefined ? entry : place(map, entry, firstDifference(near.label, label));
}

function place(node: HashTree, entry: LabeledTree, difference: number | undefined): HashTree {
  if (node.kind === 'fork' && (difference === undefined || node.bit < difference)) {
    return bitAt(entry.label, node.bit)
      ? fork(node.bit, node.left, place(node.right, entry, difference))
      : fork(node.bit, place(node.left, entry, difference), node.right);
  }
  if (difference === undefined) return entry;
  return bitAt(entry.label, difference) ? fork(difference, node, entry) : fork(difference, entry, node);
}

/** A map without `label`; the given map is unchanged. */
export function remove(map: HashTree, label: Uint8Array): HashTree {
  if (map.kind === 'labeled') return equalBytes(map.label, label) ? EMPTY : map;
  if (map.kind !== 'fork') return map;
  const goesRight = bitAt(label, map.bit) === 1;
  const child = goesRight ? map.right : map.left;
  const rest = remove(child, label);
  if (rest === child) return map;
  if (rest.kind === 'empty') return goesRight ? map.left : map.right;
  return goesRight ? fork(map.bit, map.left, rest) : fork(map.bit, rest, map.right);
}

/** The entries just before and just after where an absent `label` would be. */
export function neighbours(map: HashTree, label: Uint8Array): LabeledTree[] {
  const near = nearest(map, label);
  if (near === undefined) return [];
  const difference = firstDifference(near.label, label);
  if (difference === undefined) return [near];
  let before: HashTree | undefined;
  let after: HashTree | undefined;
  let node = map;
  while (node.kind === 'fork' && node.bit < difference) {
    if (bitAt(label, node.bit)) {
      before = node.left;
      node = node.right;
    } else {
      after = node.right;
      node = node.left;
    }
  }
  if (bitAt(label, difference)) before = node;
  else after = node;
  return [edge(before, 'right'), edge(after, 'left')].filter((entry) => entry !== undefined);
}

function edge(map: HashTree | undefined, side: 'left' | 'right'): LabeledTree | undefined {
  let node = map;
  while (node?.kind === 'fork') node = node[side];
  return node?.kind === 'labeled' ? node : undefined;
}

/** A map of text labels; values are leaves' bytes or subtrees. */
export function treeOf(entries: Iterable<readonly [string | Uint8Array, Uint8Array | HashTree]>): HashTree {
  let map: HashTree = EMPTY;
  for (const [label, value] of entries) {
    map = insert(
      map,
      typeof label === 'string' ? utf8(label) : label,
      value instanceof Uint8Array ? leaf(value) : value,
    );
  }
  return map;
}
