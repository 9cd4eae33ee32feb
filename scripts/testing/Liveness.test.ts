import binaryen from 'binaryen';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engine } from '../../localnet/src/wasm/Engine.ts';
import { beginningOf, readsFrom } from '../interpreter/liveness.mjs';

/** Whether local 1 is read from each label of a function with two parameters on. */
function reads(code: string): Record<string, boolean> {
  const module = binaryen.parseText(`(module (func $f (param i32 i32) (result i32) ${code}))`);
  expect(module.validate()).toBe(1);
  const { body } = binaryen.getFunctionInfo(module.getFunction('f'));
  return Object.fromEntries(readsFrom(body, 1, new Map()));
}

test('a local is read from where it is read before it is written', () => {
  expect(reads('(block $a (br_if $a (local.get 0))) (local.get 1)')).toEqual({ a: true });
  expect(reads('(block $a (br_if $a (local.get 0))) (local.set 1 (i32.const 1)) (local.get 1)')).toEqual({
    a: false,
  });
  expect(reads('(block $a (br_if $a (local.get 0))) (local.tee 1 (local.get 1))')).toEqual({ a: true });
  expect(reads('(block $a (br_if $a (local.get 0))) (return (i32.const 0)) (local.get 1)')).toEqual({
    a: false,
  });
});

test('either branch may read it, and what is written in one of them is read after the other', () => {
  const ends = (then: string, otherwise: string): boolean | undefined =>
    reads(`(block $a (br_if $a (local.get 0)))
      (if (local.get 0) (then ${then}) (else ${otherwise})) (local.get 1)`)['a'];
  const write = '(local.set 1 (i32.const 2))';
  expect([
    ends(write, write),
    ends(write, '(nop)'),
    ends('(nop)', write),
    ends('(unreachable)', write),
  ]).toEqual([false, true, true, false]);
});

test('what a turn of a loop leaves is read by the next one', () => {
  const turns = reads(`(loop $again
      (block $a (br_if $a (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0))
      (return (i32.const 0)))
    (unreachable)`);
  expect([turns['a'], turns[beginningOf('again')]]).toEqual([false, false]);
  const kept = reads(`(loop $again
      (local.set 0 (i32.add (local.get 0) (local.get 1)))
      (block $a (br_if $a (local.get 0)))
      (br_if $again (local.get 0))
      (return (i32.const 0)))
    (unreachable)`);
  expect([kept['a'], kept['again'], kept[beginningOf('again')]]).toEqual([true, true, true]);
});

/** Statements over two locals, with jumps out of labelled blocks. */
const statement = fc.letrec<{ one: string; many: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '(local.set 0 (i32.add (local.get 0) (i32.const 1)))',
      '(local.set 0 (i32.xor (local.get 0) (local.get 1)))',
      '(local.set 1 (i32.mul (local.get 0) (i32.const 3)))',
      '(local.set 1 (i32.add (local.tee 1 (i32.const 5)) (local.get 1)))',
      '(br_if $out (i32.and (local.get 0) (i32.const 1)))',
      '(br $out)',
      '(return (local.get 0))',
      '(return (local.get 1))',
      '(local.set 0 (select (local.get 0) (local.get 1) (i32.and (local.get 0) (i32.const 2))))',
    ),
    fc
      .tuple(tie('many'), tie('many'))
      .map(([then, or]) => `(if (i32.and (local.get 0) (i32.const 4)) (then ${then}) (else ${or}))`),
    tie('many').map((inner) => `(block $out ${inner})`),
  ),
  many: fc.array(tie('one'), { minLength: 1, maxLength: 5 }).map((all) => all.join('\n')),
}));

test('where it is not read, nobody notices what it holds', () => {
  fc.assert(
    fc.property(statement.many, statement.many, (before, after) => {
      const code = (mark: string) => `(module (func $f (export "f") (param i32 i32) (result i32)
        (block $out (block $mark (block $out ${before})) ${mark} ${after})
        (local.get 0)))`;
      const module = binaryen.parseText(code(''));
      const { body } = binaryen.getFunctionInfo(module.getFunction('f'));
      if (readsFrom(body, 1, new Map()).get('mark') !== false) return;
      const [plain, changed] = [code(''), code('(local.set 1 (i32.const 1234567))')].map((text) => {
        const wasm = binaryen.parseText(text).emitBinary();
        return new engine.Instance(new engine.Module(wasm), {}).exports['f'] as (
          a: number,
          b: number,
        ) => number;
      });
      for (const a of [0, 1, 2, 3, 4, 5, 6, 7]) {
        for (const b of [0, 1, 6, -1]) expect(changed!(a, b)).toBe(plain!(a, b));
      }
    }),
    { numRuns: 300 },
  );
});
