import { byteKey } from './Bytes.ts';
import { fork, labeled, pruned, type HashTree } from './HashTree.ts';
import { bitAt, lookup, neighbours } from './LabelMap.ts';

/** Labels from the root of the tree downwards. */
export type Path = readonly Uint8Array[];

interface Wanted {
  readonly label: Uint8Array;
  /** What to show below the label; nothing: the label alone, its subtree pruned. */
  readonly below: Path[];
}

/**
 * The tree cut down to what proves `paths`, with the same root hash: whole subtrees where a path ends inside the
 * tree, and where a label is missing its two neighbours (subtrees pruned), so that a verifier sees that nothing
 * stands between them.
 */
export function prune(tree: HashTree, paths: readonly Path[]): HashTree {
  if (paths.length === 0) return pruned(tree);
  // A leaf has no labels below it: showing it proves that a longer path is absent.
  if (tree.kind === 'leaf' || paths.some((path) => path.length === 0)) return tree;
  const wanted = new Map<string, Wanted>();
  const want = (label: Uint8Array): Wanted => {
    const key = byteKey(label);
    let entry = wanted.get(key);
    if (entry === undefined) wanted.set(key, (entry = { label, below: [] }));
    return entry;
  };
  for (const [label, ...rest] of paths) {
    if (lookup(tree, label!) !== undefined) want(label!).below.push(rest);
    else for (const neighbour of neighbours(tree, label!)) want(neighbour.label);
  }
  return reveal(tree, [...wanted.values()]);
}

function reveal(node: HashTree, wanted: readonly Wanted[]): HashTree {
  if (wanted.length === 0) return pruned(node);
  if (node.kind === 'labeled') return labeled(node.label, prune(node.subtree, wanted[0]!.below));
  if (node.kind !== 'fork') return node;
  const { bit } = node;
  return fork(
    bit,
    reveal(
      node.left,
      wanted.filter(({ label }) => bitAt(label, bit) === 0),
    ),
    reveal(
      node.right,
      wanted.filter(({ label }) => bitAt(label, bit) === 1),
    ),
  );
}
