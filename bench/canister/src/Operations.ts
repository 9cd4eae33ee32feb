import {
  churned,
  elementOutcomes,
  fieldOutcomes,
  nanOutcomes,
  orderOutcomes,
  turnOutcomes,
} from './Objects.ts';
import { kernelOutcomes, wronglyCalled, wronglyGiven, wronglyLent, wronglyShort } from './Kernels.ts';
import { shown } from './Shown.ts';

/*
 * What JavaScript does with two values, told as text: the canister's interpreter is held to it, whose build takes
 * shortcuts (`scripts/interpreter/`). Nothing here may be known before it runs.
 */

/** Numbers at the edges of what is kept as an integer, of doubles, and of what a shortcut asks about. */
export const EDGES: readonly number[] = [
  ...[0, -0, 1, -1, 2, 3, 7, 0.5, -0.5, 1.5, 1 / 3, 1e-320, 5e-324, -5e-324, 2.2250738585072014e-308],
  ...[
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 31 - 0.5,
    -(2 ** 31) - 0.5,
    2 ** 32,
    2 ** 32 + 1,
  ],
  ...[6442450943, -6442450945.5, 2 ** 63 - 1024, 2 ** 63, -(2 ** 63), 2 ** 64],
  ...[2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21, 1.7976931348623157e308, Infinity, -Infinity, NaN],
];

/** What is no number: of these the interpreter must ask what they are. Typed as numbers, since that is what is tried. */
export const OTHERS = [
  ...['', '0', '1', '0.5', 'x', null, undefined, true, false, 0n, 10n, -3n],
  ...[[], [2], {}, { valueOf: (): number => 1.5 }, { toString: (): string => '7' }],
] as unknown as readonly number[];

type Operation = (a: number, b: number) => unknown;

const OPERATIONS: readonly Operation[] = [
  (a, b) => a < b,
  (a, b) => a <= b,
  (a, b) => a > b,
  (a, b) => a >= b,
  (a, b) => a === b,
  (a, b) => a !== b,
  (a, b) => a + b,
  (a, b) => a - b,
  (a, b) => a * b,
  (a, b) => a / b,
  (a, b) => a % b,
  (a, b) => a | b,
  (a, b) => a & b,
  (a, b) => a >>> b,
  (a) => a | 0,
  (a) => -a,
  // With the result used on: as an index, in a loop's condition, and over what was there.
  (a, b) => [3, 5, 7][(a / b) | 0],
  (a, b) => {
    let sum = 0;
    for (let i = a; i < b && sum < 3; i += 1) sum += 1;
    return sum;
  },
  // As integers, which numbers out of calculations and arrays are not kept as.
  (a, b) => (a | 0) + (b | 0),
  (a, b) => (a | 0) - (b | 0),
  (a, b) => (a | 0) * (b | 0),
  (a, b) => (a | 0) / (b | 0),
  (a, b) => (a | 0) < (b | 0),
  (a, b) => (a | 0) >= (b | 0),
  (a, b) => (a | 0) === (b | 0),
  (a, b) => (a | 0) + b,
  (a, b) => a - (b | 0),
  (a, b) => a * (b | 0),
  (a, b) => (a | 0) === b,
  (a, b) => (a | 0) > b,
  (a, b) => a + (a | 0) * (b | 0),
  (a, b) => (a | 0) + (b | 0) * (b | 0),
  (a) => !a,
  (a, b) => a && b,
  (a, b) => a || b,
  (a, b) => (a && b && 1) || 2,
  // A sum with a product; where it is no number, the sum is a text's.
  (a, b) => a + a * b,
  (a, b) => b + a * 0.5,
  (a, b) => a * b + 1,
  (a, b) => a - a * b + b,
  // Questions whose answers only lead on.
  (a, b) => {
    if (a < b) return 'less';
    if (a >= b) return 'not less';
    return 'neither';
  },
  (a, b) => (a > b ? 'more' : a <= b ? 'not more' : 'neither'),
  (a, b) => (a === b ? 'same' : a !== b ? 'other' : 'neither'),
  (a, b) => (!a ? 'nothing' : !b ? 'something' : 'both'),
  (a, b) => (a > 0 && b > 0 ? a : a < 0 && b < 0 ? b : a === 0 || b === 0),
  (a, b) => {
    let count = 0;
    while (!(a < b) && count < 5) count++;
    for (; a !== b && count < 3; count += 2);
    return count;
  },
  (a, b) => {
    let product = a;
    product *= b;
    product -= a;
    return product / b;
  },
];

/** What comes of every operation with two values, in order. */
export function outcomesOf(a: number, b: number): string {
  const outcomes = OPERATIONS.map((operate) => {
    try {
      return shown(operate(a, b));
    } catch (error) {
      return error instanceof Error ? error.name : 'thrown';
    }
  });
  return outcomes.join(', ');
}

const VALUES = [...EDGES, ...OTHERS];
const CHURNED = 10_000;
const pairs = (first: readonly number[]): string[] =>
  first.flatMap((a) => VALUES.map((b) => outcomesOf(a, b)));

/** All that is tried, in parts that fit into a message each; the last with each of the numbers and the next. */
export const PARTS: readonly ((numbers: Float64Array) => string[])[] = [
  () => pairs(EDGES),
  () => pairs(OTHERS),
  () => fieldOutcomes(VALUES),
  () => [...elementOutcomes(VALUES.filter((_, i) => i % 4 === 0)), ...orderOutcomes(), ...nanOutcomes()],
  () => churned(CHURNED),
  () => turnOutcomes(),
  () => kernelOutcomes(EDGES),
  wronglyCalled,
  wronglyLent,
  wronglyGiven,
  wronglyShort,
  (numbers) => Array.from({ length: numbers.length - 1 }, (_, i) => outcomesOf(numbers[i]!, numbers[i + 1]!)),
];
