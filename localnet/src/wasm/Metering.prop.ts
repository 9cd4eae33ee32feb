import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assemble, code, op } from '../../test/Assembler.ts';
import type { Code } from '../../test/Assembler.ts';
import { engine } from './Engine.ts';
import { EXPORT, instrumentModule } from './Instrumentation.ts';

/** A piece of program on one local variable, and what it does and costs when it runs. */
interface Piece {
  readonly code: Code;
  readonly run: (x: number) => { readonly x: number; readonly cost: number };
}

const step = (delta: number): Piece => ({
  code: code(op.localGet(0), op.i32(delta), op.i32Add, op.localSet(0)),
  run: (x) => ({ x: (x + delta) | 0, cost: 4 }),
});

const sequence = (pieces: readonly Piece[]): Piece => ({
  code: pieces.flatMap((piece) => piece.code),
  run: (x) =>
    pieces.reduce(
      (state, piece) => {
        const next = piece.run(state.x);
        return { x: next.x, cost: state.cost + next.cost };
      },
      { x, cost: 0 },
    ),
});

/** `if (x & 1) yes else no`: local.get, i32.const, i32.and, if. */
const choice = (yes: Piece, no: Piece): Piece => ({
  code: code(op.localGet(0), op.i32(1), [0x71], op.if, yes.code, op.else, no.code, op.end),
  run: (x) => {
    const { x: after, cost } = (x & 1) === 1 ? yes.run(x) : no.run(x);
    return { x: after, cost: cost + 1 + 1 + 1 + 2 };
  },
});

const { piece } = fc.letrec<{ piece: Piece }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small' },
    fc.integer({ min: -1000, max: 1000 }).map(step),
    fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map(sequence),
    fc.tuple(tie('piece'), tie('piece')).map(([yes, no]) => choice(yes, no)),
  ),
}));

it('a metered program gives the same result, and its count is the cost of the path taken', () => {
  fc.assert(
    fc.property(piece, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (program, input) => {
      const bytes = assemble({
        functions: [
          { name: 'f', params: ['i32'], results: ['i32'], body: code(program.code, op.localGet(0)) },
        ],
      });
      const { exports } = new engine.Instance(new engine.Module(instrumentModule(bytes).bytes), {});
      const counter = exports[EXPORT.counter] as { value: bigint };
      counter.value = 1_000_000n;
      const result = (exports['f'] as (x: number) => number)(input);
      const expected = program.run(input);
      expect(result).toBe(expected.x);
      expect(1_000_000n - counter.value).toBe(BigInt(1 + expected.cost + 1));
    }),
    { numRuns: 200 },
  );
});
