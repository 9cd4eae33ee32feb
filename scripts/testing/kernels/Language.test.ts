import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiled, original, outcome, type Argument, type Kernel } from './Compiled.ts';

const FIXTURE = fileURLToPath(new URL('Fixture.ts', import.meta.url));
const edges = fc.constantFrom(
  ...[
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    31,
    32,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53 + 2,
  ],
  ...[2 ** 63, -(2 ** 63), 2 ** 64 + 2 ** 12, 1e300, 5e-324, NaN, Infinity, -Infinity],
);
const number = fc.oneof(edges, fc.double(), fc.integer(), fc.double({ min: -9, max: 9, noNaN: true }));
const whole = fc.integer({ min: -5_000, max: 5_000 });
const filled = <T>(make: (values: number[]) => T, length: number): fc.Arbitrary<T> =>
  fc.array(number, { minLength: length, maxLength: length }).map(make);

/** Each of them with any arguments. */
const ANY: Readonly<Record<string, fc.Arbitrary<Argument[]>>> = {
  arithmetic: fc.tuple(number, number),
  hiding: fc.tuple(number, number),
  rounding: fc.tuple(number, number),
  extremes: fc.tuple(number, number),
  words: fc.tuple(number, number),
  wrapping: fc.tuple(number, number),
  unsigned: fc.tuple(number),
  parts: fc.tuple(number, number),
  comparing: fc.tuple(fc.oneof(number, whole), fc.oneof(number, whole)),
  isBetween: fc.tuple(number, number),
  choosing: fc.tuple(number, number),
  counting: fc.tuple(number),
  elements: fc.tuple(
    filled((values) => Float64Array.from(values), 4),
    filled((values) => Int32Array.from(values), 4),
    filled((values) => Uint32Array.from(values), 12),
    filled((values) => Uint8Array.from(values), 4),
  ),
  assigning: fc.tuple(
    filled((values) => Float64Array.from(values), 3),
    number,
  ),
  nothing: fc.tuple(number),
};
/** Where something is wrong the compiled ones trap, while JavaScript goes on with `undefined`, or throws. */
const WRONG: readonly (readonly [string, readonly Argument[], string])[] = [
  ['reading', [new Float64Array(3), 3], 'beyond the end'],
  ['reading', [new Float64Array(3), -1], 'before the beginning'],
  ['reading', [new Float64Array(3), 1.5], 'between two elements'],
  ['reading', [new Float64Array(3), NaN], 'nowhere'],
  ['reading', [new Float64Array(0), 0], 'of an empty array'],
  ['writing', [new Float64Array(3), 3], 'beyond the end'],
  ['writing', [new Float64Array(3), 2 ** 32], 'far beyond it'],
  ['growing', [7], 'an integer that leaves 32 bits'],
  ['throwing', [1], 'an error'],
];
const RIGHT: readonly (readonly [string, readonly Argument[]])[] = [
  ['reading', [Float64Array.of(1, 2, 3), 2]],
  ['reading', [Float64Array.of(1, 2, 3), -0]],
  ['writing', [new Float64Array(3), 2]],
  ['growing', [6]],
  ['throwing', [-1]],
];

const names = [...new Set([...Object.keys(ANY), ...WRONG.map(([name]) => name)])];
let kernels: ReadonlyMap<string, Kernel>;
let originals: ReadonlyMap<string, Kernel>;
beforeAll(async () => {
  kernels = compiled(FIXTURE, names);
  originals = await original(FIXTURE, names);
});

describe('what a kernel may say means in WebAssembly what it means in JavaScript, bit for bit', () => {
  it.each(Object.entries(ANY))('%s', (name, values) => {
    fc.assert(
      fc.property(values, (given) => {
        expect(outcome(kernels.get(name)!, given)).toBe(outcome(originals.get(name)!, given));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(RIGHT)('%s within bounds', (name, given) => {
    expect(outcome(kernels.get(name)!, given)).toBe(outcome(originals.get(name)!, given));
  });
});

it.each(WRONG)('%s %j traps: %s', (name, given) => {
  expect(outcome(kernels.get(name)!, given)).toBe('trap');
});

describe('the compiler refuses, with the line, what it does not know', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['function f(a: { b: number }): number { return a.b; }', 'number or a typed array'],
    ['function f(a: number): number { return [a].length; }', 'a typed array that is a parameter'],
    ['function f(a: number): number { return Math.hypot(a); }', "one of Math's"],
    ['function f(a: number): number { return g(a); }', 'whose text is at hand'],
    ['function f(a: number): number { return a ? 1 : 0; }', 'a comparison'],
    ['function f(a: number): number { return a % 2; }', 'an operator of numbers'],
    ['function f(a: number): number { return a >>> 0; }', 'a shift by 1 to 31 places'],
    ['function f(a: number): number { return (a > 0) + 1; }', 'a number'],
    ['function f(a: number): number { try { return a; } finally { } }', 'a statement that a kernel may make'],
    ['function f(a: number): number { a; return a; }', 'an assignment or a call'],
    [
      'function f(a: number): number { if (a > 0) { const a = 1; return a; } return 0; }',
      'hides another variable',
    ],
    ['function f(a: number, b: number = 1): number { return a + b; }', 'number or a typed array'],
    ['function f(a?: number): number { return 1; }', 'number or a typed array'],
    ['let b = 1; function f(a: number): number { return a + b; }', 'what a kernel may say'],
    ['function f(a: Float64Array): void { a[0]!++; }', 'a variable of the function'],
    ['function f(a: number): number { return a > 0 ? f(a - 1) : a; }', 'not to call itself'],
  ])('%s', (text, expected) => {
    const path = join(folder, `${String(Math.random())}.ts`);
    writeFileSync(path, text);
    expect(() => compiled(path, ['f'])).toThrow(expected);
  });
});
