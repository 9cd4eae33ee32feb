import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { KERNELS } from '../../native/kernels.mjs';
import { compiled, original, outcome, type Argument, type Kernel } from './Compiled.ts';

const CASES = 1_000;

const any = fc.double();
const positive = fc.oneof(
  fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
  fc.double({ min: 0.5, max: 2, noNaN: true }),
);
const price = fc.double({ min: 1e-8, max: 6e7, noNaN: true });
const fraction = fc.double({ min: 0, max: 0.2, noNaN: true });
const amount = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const side = fc.constantFrom(1, -1);
const count = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const doubles = (of: fc.Arbitrary<number>, length: number): fc.Arbitrary<Float64Array> =>
  fc.array(of, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
const words = (length: number): fc.Arbitrary<Int32Array> =>
  fc.array(fc.integer(), { minLength: length, maxLength: length }).map((values) => Int32Array.from(values));

/** Up to twelve tiers, each dearer than the one before. */
const lines = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fraction), { minLength: 1, maxLength: 12 })
  .map((tiers) => {
    let [floor, rate, cum] = [0, 0.005, 0];
    return Float64Array.from(
      tiers.flatMap(([width, more], k) => {
        if (k > 0) floor += width;
        cum += floor * (k > 0 ? more / 3 : 0);
        rate += k > 0 ? more / 3 : 0;
        return [floor, rate, cum];
      }),
    );
  });
const rate = fc.double({ min: -0.01, max: 0.01, noNaN: true });
const terms = fc
  .tuple(
    ...[side, price, price, fraction, amount, amount, price, fraction, rate, rate, fraction],
    ...[fc.constantFrom(1, 4, 8), fc.double({ min: 0, max: 8, noNaN: true }), fraction, price, count(5)],
  )
  .map((values) => Float64Array.from(values));
const masses = doubles(fc.double({ min: 0, max: 1e9, noNaN: true }), 1_024);
const opened = fc
  .tuple(
    fc.double({ min: 200, max: 800, noNaN: true }),
    fc.double({ min: 0, max: 6, noNaN: true }),
    price,
    price,
  )
  .map(([low, width, edge, centre]) => Float64Array.of(low, low + width / 3, low + width, edge, centre));
/** Prices and sizes by turns, as they come: in order or not. */
const levels = fc.oneof(
  doubles(price, 80),
  fc.array(price, { minLength: 80, maxLength: 80 }).map((values) => Float64Array.from(values).sort()),
);
const rows = fc
  .tuple(count(40), count(40))
  .map(([from, length]) => [2 * from, 2 * Math.min(40, from + length)]);
const scale = fc.constantFrom(1, 10, 1_000, 1e8);
const walk = (...rest: fc.Arbitrary<number>[]): fc.Arbitrary<Argument[]> =>
  fc
    .tuple(levels, rows, scale, scale, fc.tuple(...rest))
    .map(([values, [first, end], prices, sizes, more]) => [values, first!, end!, prices, sizes, ...more]);

/** Arguments as each kernel may be given them. */
const ARGUMENTS: Readonly<Record<string, fc.Arbitrary<Argument[]>>> = {
  exp: fc.tuple(fc.oneof(any, fc.double({ min: -750, max: 750 }))),
  logOf: fc.tuple(positive),
  logRatio: fc.oneof(
    fc.tuple(price, price),
    fc.tuple(price, fraction).map(([a, b]) => [a, a * (1 + b)]),
  ),
  touchProbability: fc.tuple(any),
  marginOf: fc.tuple(lines, amount),
  rootOf: fc.tuple(lines, side, fc.oneof(price, fc.constant(0)), price, amount, fraction),
  capOf: fc.tuple(lines, side, price, fraction, fraction, fc.double({ min: 0, max: 3, noNaN: true })),
  project: fc.tuple(terms, lines, doubles(count(24), 25), doubles(any, 250)),
  barrierZ: fc.tuple(side, price, fc.oneof(price, fc.constantFrom(0, Infinity)), fraction, count(24)),
  correlate: fc.tuple(
    ...[doubles(rate, 25), doubles(rate, 25), doubles(rate, 50), doubles(rate, 50)],
    ...[count(24), fc.integer({ min: 3, max: 24 }), doubles(rate, 5)],
  ),
  spread: fc.tuple(
    masses,
    doubles(fc.double({ min: -190, max: 190, noNaN: true }), 8),
    doubles(fraction, 8),
    count(8),
    opened,
  ),
  sumOf: fc.tuple(masses, fc.integer({ min: -300, max: 1_300 }), fc.integer({ min: -300, max: 1_300 })),
  take: walk(price, fraction).chain((given) => doubles(any, 3).map((taken) => [...given, taken])),
  quantityWithin: walk(side, price),
  restingTo: walk(side, price),
  takeWords: fc
    .tuple(doubles(any, 80), words(200), count(100), count(80))
    .map(([to, from, at, length]) => [to, Uint32Array.from(from), at, length]),
  isInOrder: fc.oneof(
    fc.tuple(levels, count(20), count(20)),
    // Bids fall, asks rise; one amount may be wrong.
    fc
      .tuple(count(20), count(20), count(79), fc.constantFrom(1, 1, 0, -1, NaN))
      .map(([bids, asks, at, factor]) => {
        const book = Float64Array.from({ length: 80 }, (_, i) => (i < 2 * bids ? 200 - i : 200 + i));
        book[at]! *= factor;
        return [book, bids, asks];
      }),
  ),
  lay: fc.tuple(doubles(any, 60), count(12), doubles(fc.oneof(any, fc.constantFrom(-0, NaN, Infinity)), 48)),
  compress: fc.tuple(
    words(8),
    words(64),
    fc.integer({ min: 0, max: 48 }),
    count(2 ** 31 - 1),
    count(64),
    count(255),
  ),
};

const kernels = new Map<string, Kernel>();
const originals = new Map<string, Kernel>();
beforeAll(async () => {
  for (const path of new Set(KERNELS.map((kernel) => kernel.path))) {
    const names = KERNELS.filter((kernel) => kernel.path === path).map(({ name }) => name);
    for (const [name, kernel] of compiled(path, names)) kernels.set(name, kernel);
    for (const [name, kernel] of await original(path, names)) originals.set(name, kernel);
  }
}, 60_000);

describe('a kernel of the canister gives and leaves the bits that its TypeScript does', () => {
  it.each(KERNELS.map(({ name }) => name))('%s', (name) => {
    let tried = 0;
    fc.assert(
      fc.property(ARGUMENTS[name]!, (given) => {
        const expected = outcome(originals.get(name)!, given);
        expect(expected).not.toBe('throw');
        expect(outcome(kernels.get(name)!, given)).toBe(expected);
        tried++;
      }),
      { numRuns: CASES },
    );
    expect(tried).toBe(CASES);
  });
});
