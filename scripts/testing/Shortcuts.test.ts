import binaryen from 'binaryen';
import { expect, test } from 'vitest';
import { engine } from '../../localnet/src/wasm/Engine.ts';
import { takeShortcuts } from '../interpreter/shortcuts.mjs';

/** An exported function before and after, and what was done to it. */
function both(code: string) {
  const module = binaryen.parseText(`(module (memory 1) (func $f (export "f") ${code}))`);
  const before = module.emitBinary();
  const taken = takeShortcuts(module);
  expect(module.validate()).toBe(1);
  const [plain, short] = [before, module.emitBinary()].map((wasm) => {
    const { exports } = new engine.Instance(new engine.Module(wasm), {});
    return exports['f'] as (...args: unknown[]) => unknown;
  });
  return { plain: plain!, short: short!, taken };
}

const NOTHING = { comparisons: 0, tables: 0, jumps: 0, interpreter: null };

const EDGES = [0n, 1n, -1n].flatMap((low) =>
  [0n, 1n, 6n, 7n, 8n, 0x7fffffffn, 0x80000000n, 0xfffffff6n, 0xfffffff7n, 0xfffffff8n, 0xffffffffn].map(
    (tag) => BigInt.asIntN(64, (tag << 32n) | BigInt.asUintN(32, low)),
  ),
);

test('a tag is compared as before, whatever lies below it', () => {
  for (const op of ['ge_u', 'lt_u', 'gt_u', 'le_u']) {
    for (const bound of [0, 1, 7, 0x7fffffff, -2147483648, -9, -1]) {
      const { plain, short, taken } = both(
        `(param i64) (result i32)
        (i32.${op} (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))) (i32.const ${String(bound)}))`,
      );
      expect(taken).toEqual({ ...NOTHING, comparisons: 1 });
      for (const value of EDGES) expect(short(value), `${op} ${String(bound)}`).toBe(plain(value));
    }
  }
});

test('signed comparisons, other shifts and bounds that are no constants are left as they are', () => {
  const kept = [
    '(i32.ge_s (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))) (i32.const -9))',
    '(i32.ge_u (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 31))) (i32.const -9))',
    '(i32.ge_u (i32.wrap_i64 (i64.shr_s (local.get 0) (i64.const 32))) (i32.const -9))',
    '(i32.ge_u (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))) (i32.wrap_i64 (local.get 0)))',
  ];
  for (const code of kept) {
    expect(both(`(param i64) (result i32) ${code}`).taken).toEqual(NOTHING);
  }
});

test('a jump table leads every number where it led before', () => {
  const { plain, short, taken } = both(`(param i32) (result i32)
    (block $c (block $b (block $a (br_table $a $b $c (i32.sub (local.get 0) (i32.const 1)))) (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)`);
  expect(taken).toEqual({ ...NOTHING, tables: 1 });
  for (const value of [0, 1, 2, 3, 4, 5, -1, -2147483648, 2147483647])
    expect(short(value)).toBe(plain(value));
  expect([0, 1, 2, 3].map((value) => short(value))).toEqual([30, 10, 20, 30]);
});

/** Counts to 100 by twos and threes, ends at a multiple of seven above. */
const COUNTING = (again: string): string => `(param i32) (result i32)
  (loop $again
    (br_if $again (i32.eqz (block $out (result i32)
      (block $done
        (local.set 0 (i32.add (local.get 0) (i32.const 2)))
        (br_if $done (i32.lt_s (local.get 0) (i32.const 50)))
        (local.set 0 (i32.add (local.get 0) (i32.const 3)))
        (if (i32.lt_s (local.get 0) (i32.const 100)) (br $done))
        (br $out (i32.eqz (i32.rem_s (local.get 0) (i32.const 7)))))
      (i32.const ${again})))))
  (local.get 0)`;

test('whoever leaves a block only to begin the loop again does so at once', () => {
  const { plain, short, taken } = both(COUNTING('0'));
  expect(taken).toEqual({ ...NOTHING, jumps: 2 });
  for (const start of [-3, 0, 1, 47, 49, 50, 97, 98, 1000]) expect(short(start)).toBe(plain(start));
});

test('a block that ends the loop is left as before', () => {
  expect(both(COUNTING('1')).taken.jumps).toBe(0);
});
