import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StableMemory, WASM_PAGE_BYTES } from './StableMemory.ts';

/** The obvious memory: one array, copied whole at each commit. */
class Model {
  bytes = new Uint8Array(0);
  committed = new Uint8Array(0);

  grow(pages: number): void {
    const larger = new Uint8Array(this.bytes.length + pages * WASM_PAGE_BYTES);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

type Action =
  | { readonly do: 'grow' | 'commit' | 'rollback' | 'clear' }
  | { readonly do: 'write'; readonly at: number; readonly bytes: Uint8Array };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>({ do: 'grow' }, { do: 'commit' }, { do: 'rollback' }, { do: 'clear' }),
  fc.record({
    do: fc.constant('write' as const),
    at: fc.nat({ max: 3 * WASM_PAGE_BYTES }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
  }),
);

it('behaves as an array that is copied at each commit and put back at each rollback', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      const memory = new StableMemory();
      const model = new Model();
      for (const one of actions) {
        if (one.do === 'grow') {
          memory.grow(1);
          model.grow(1);
        } else if (one.do === 'commit') {
          memory.commit();
          model.committed = model.bytes.slice();
        } else if (one.do === 'rollback') {
          memory.rollback();
          model.bytes = model.committed.slice();
        } else if (one.do === 'clear') {
          memory.clear();
          model.bytes = new Uint8Array(0);
        } else if (one.do === 'write' && memory.contains(one.at, one.bytes.length)) {
          memory.write(one.at, one.bytes);
          model.bytes.set(one.bytes, one.at);
        }
        expect(memory.sizeBytes).toBe(model.bytes.length);
      }
      const seen = new Uint8Array(memory.sizeBytes).fill(0xff);
      memory.read(0, seen);
      expect(Buffer.compare(seen, model.bytes)).toBe(0);
    }),
    { numRuns: 150 },
  );
});

it('counts each 4 KiB page that a write would change for the first time since the commit', () => {
  const memory = new StableMemory();
  memory.grow(1);
  expect(memory.cleanPages(4090, 10)).toBe(2);
  memory.write(4090, new Uint8Array(10));
  expect(memory.cleanPages(0, 3 * 4096)).toBe(1);
  memory.commit();
  expect(memory.cleanPages(0, 3 * 4096)).toBe(3);
  expect(memory.cleanPages(0, 0)).toBe(0);
});

it('refuses to grow past 500 GiB and stays as it was', () => {
  const memory = new StableMemory();
  expect(memory.grow(8_192_000)).toBe(0);
  expect(memory.grow(1)).toBe(-1);
  expect(memory.pages).toBe(8_192_000);
});
