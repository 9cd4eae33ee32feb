import { decode } from '@dfinity/cbor';
import { reconstruct, type HashTree as AgentTree } from '@dfinity/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteKey, compareBytes } from './Bytes.ts';
import { EMPTY, encodeTree, hashOf, leaf, type HashTree } from './HashTree.ts';
import { insert, lookup, neighbours, remove, treeOf } from './LabelMap.ts';
import { strictLookup, visibleLabels, type WireTree } from './testing/StrictLookup.ts';
import { prune } from './Witness.ts';

/** Few distinct bytes and short lengths, so that prefixes and neighbours are common. */
const label = fc
  .uint8Array({ maxLength: 4 })
  .map((bytes) => bytes.map((byte) => [0, 1, 127, 128, 255][byte % 5]!));
const labels = fc.uniqueArray(label, { selector: byteKey, maxLength: 24 });

const wire = (tree: HashTree): WireTree => decode(encodeTree(tree)) as unknown as WireTree;

describe('a hash tree', () => {
  it('has the labels in byte order, whatever the order of insertion, and the same hash', () => {
    fc.assert(
      fc.property(labels, fc.infiniteStream(fc.nat()), (given, order) => {
        const build = (list: Uint8Array[]) => treeOf(list.map((each) => [each, each] as const));
        const shuffled = given
          .map((each) => [order.next().value as number, each] as const)
          .sort(([a], [b]) => a - b);
        const tree = build(given);
        expect(visibleLabels(wire(tree))).toEqual([...given].sort(compareBytes));
        expect(hashOf(build(shuffled.map(([, each]) => each)))).toEqual(hashOf(tree));
      }),
    );
  });

  it('after insertions and removals equals the tree built from what is left', () => {
    const edit = fc.tuple(label, fc.boolean(), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 60 }), (edits) => {
        const model = new Map<string, readonly [Uint8Array, Uint8Array]>();
        let tree: HashTree = EMPTY;
        for (const [at, isInsertion, value] of edits) {
          if (isInsertion) {
            model.set(byteKey(at), [at, Uint8Array.of(value)]);
            tree = insert(tree, at, leaf(Uint8Array.of(value)));
          } else {
            model.delete(byteKey(at));
            tree = remove(tree, at);
          }
        }
        expect(hashOf(tree)).toEqual(hashOf(treeOf(model.values())));
        for (const [at] of edits) {
          const found = lookup(tree, at);
          expect(found?.kind === 'leaf' ? found.value : undefined).toEqual(model.get(byteKey(at))?.[1]);
        }
      }),
    );
  });

  it('names as neighbours of a missing label exactly the entries around it', () => {
    fc.assert(
      fc.property(labels, label, (given, missing) => {
        fc.pre(!given.some((each) => compareBytes(each, missing) === 0));
        const sorted = [...given].sort(compareBytes);
        const before = sorted.filter((each) => compareBytes(each, missing) < 0).at(-1);
        const after = sorted.find((each) => compareBytes(each, missing) > 0);
        const expected = [before, after].filter((each) => each !== undefined);
        const tree = treeOf(given.map((each) => [each, each] as const));
        expect(neighbours(tree, missing).map((entry) => entry.label)).toEqual(expected);
      }),
    );
  });

  it('pruned to any paths keeps its hash, shows what is there and proves absent what is not', async () => {
    const twoLevels = fc.uniqueArray(fc.tuple(label, labels), {
      selector: ([outer]) => byteKey(outer),
      maxLength: 8,
    });
    const path = fc.array(label, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(twoLevels, fc.array(path, { maxLength: 5 }), async (content, paths) => {
        const tree = treeOf(
          content.map(
            ([outer, inner]) => [outer, treeOf(inner.map((each) => [each, each] as const))] as const,
          ),
        );
        const full = wire(tree);
        const witness = wire(prune(tree, paths));
        expect(Uint8Array.from(await reconstruct(witness as unknown as AgentTree))).toEqual(
          Uint8Array.from(hashOf(tree)),
        );
        for (const each of paths) expect(strictLookup(witness, each)).toEqual(strictLookup(full, each));
      }),
    );
  });

  it('pruned to one label of many shows that label only', () => {
    fc.assert(
      fc.property(labels, fc.nat(), (given, pick) => {
        fc.pre(given.length > 1);
        const chosen = given[pick % given.length]!;
        const tree = treeOf(given.map((each) => [each, each] as const));
        expect(visibleLabels(wire(prune(tree, [[chosen]])))).toEqual([chosen]);
      }),
    );
  });
});
