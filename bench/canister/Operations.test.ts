import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { Meter, meterWasm } from './Meter.ts';
import { EDGES, PARTS } from './src/Operations.ts';

let meter: Meter;
beforeAll(async () => {
  meter = new Meter(await meterWasm(), 0);
}, 300_000);

/** Integers as often as doubles, near to one another as often as far apart. */
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -9, max: 9 }),
  fc.double(),
  fc.double({ min: -3e9, max: 3e9 }),
  fc.integer({ min: -64, max: 64 }).map((n) => n / 8),
  fc.constantFrom(...EDGES),
);

/** What the canister tells otherwise than this process, the first few. */
function differences(part: number, numbers: readonly number[] = [], teller = meter): string[] {
  // QuickJS, however it is built, makes a text of a key before it asks for the value.
  const expected = PARTS[part]!(Float64Array.from(numbers)).map((line) =>
    line.replace('index value text', 'index text value'),
  );
  const asked = Float64Array.of(part, ...numbers);
  const told = new TextDecoder().decode(teller.send('calculate', new Uint8Array(asked.buffer))).split('\n');
  expect(told.length).toBe(expected.length);
  return told
    .flatMap((line, i) => (line === expected[i] ? [] : [`${i}: ${line}, not ${expected[i]!}`]))
    .slice(0, 5);
}

const LAST = PARTS.length - 1;

it('the canister’s interpreter calculates, compares and chooses as V8 does, with values at the edges and of every kind', () => {
  expect([differences(0), differences(1)]).toEqual([[], []]);
});

it('so it does with any numbers', () => {
  const numbers = fc.array(number, { minLength: 400, maxLength: 400 });
  fc.assert(
    fc.property(numbers, (drawn) => void expect(differences(LAST, drawn)).toEqual([])),
    { numRuns: 10, endOnFailure: true },
  );
}, 300_000);

it('it reads and writes fields as V8 does, of objects of every kind in turn', () => {
  expect(differences(2)).toEqual([]);
});

it('so it does where three kinds of objects take turns under one name, and where one holds another or itself', () => {
  expect(differences(5)).toEqual([]);
});

it('it reads, writes and changes elements as V8 does, of arrays of every kind, within them and beside', () => {
  expect(differences(3)).toEqual([]);
});

it('what it has held it lets go of: the heap of a canister stays as large as it was', async () => {
  // A fresh one, whose heap has no room left by what was larger.
  const fresh = new Meter(await meterWasm(), 0);
  const again = (times: number): number => {
    for (let i = 0; i < times; i++) expect(differences(4, [], fresh)).toEqual([]);
    return fresh.heapBytes();
  };
  const before = again(1);
  expect(again(4)).toBe(before);
});

const KERNELS = 6;

it('kernels give through their door what they give here, with integers and doubles at the edges, and keep arrays alike', () => {
  expect(differences(KERNELS)).toEqual([]);
});

it.each([1, 2, 3, 4])('a kernel that is called with something else traps (%i)', (more) => {
  const asked = Float64Array.of(KERNELS + more);
  expect(() => meter.send('calculate', new Uint8Array(asked.buffer))).toThrow('unreachable');
});
