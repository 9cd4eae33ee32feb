/** What a certificate says of a path, by the letter of the interface specification. */
export type StrictResult =
  | { readonly found: Uint8Array }
  | 'subtree'
  | 'absent'
  /** The tree does not say: something that could hold the label is pruned. */
  | 'unknown';

/** A decoded tree: `[0] [1,l,r] [2,label,t] [3,value] [4,hash]`. */
export type WireTree = readonly [number, ...unknown[]];

type Slot = { readonly label: Uint8Array; readonly subtree: WireTree } | 'pruned' | 'leaf';

/**
 * Looks a path up in a decoded tree: absence is accepted only between two neighbouring visible labels (or at an
 * end of the visible order), which the clients' own look-up is lax about.
 */
export function strictLookup(tree: WireTree, path: readonly Uint8Array[]): StrictResult {
  const [label, ...rest] = path;
  if (label === undefined) {
    if (tree[0] === 3) return { found: tree[1] as Uint8Array };
    return tree[0] === 4 ? 'unknown' : tree[0] === 0 ? 'absent' : 'subtree';
  }
  const slots = flatten(tree);
  let previous: Slot | undefined;
  for (const slot of slots) {
    if (slot === 'leaf') return 'absent';
    if (slot !== 'pruned') {
      const order = Buffer.compare(label, slot.label);
      if (order === 0) return strictLookup(slot.subtree, rest);
      if (order < 0) return previous === 'pruned' ? 'unknown' : 'absent';
    }
    previous = slot;
  }
  return previous === 'pruned' ? 'unknown' : 'absent';
}

function flatten(tree: WireTree): Slot[] {
  switch (tree[0]) {
    case 0:
      return [];
    case 1:
      return [...flatten(tree[1] as WireTree), ...flatten(tree[2] as WireTree)];
    case 2:
      return [{ label: tree[1] as Uint8Array, subtree: tree[2] as WireTree }];
    case 3:
      return ['leaf'];
    default:
      return ['pruned'];
  }
}

/** The labels of a tree's top level in order of appearance. */
export function visibleLabels(tree: WireTree): Uint8Array[] {
  return flatten(tree).flatMap((slot) => (typeof slot === 'string' ? [] : [slot.label]));
}
