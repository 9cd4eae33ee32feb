import { expect, test } from 'vitest';
import {
  booksFrom,
  checkpointInput,
  DEFAULT_LIMITS,
  deskKey,
  encodeHistory,
  encodeLimits,
  KEEPER_PART,
  openBooks,
  stateHash,
  stateParts,
  takeIntoBooks,
  type Books,
  type StatePart,
} from '../index.ts';
import { historyOf, START_MS } from '../../test/market.ts';
import { plainBars, refusal } from '../../test/Stage.ts';

const PLACES = [
  { account: 2, market: 1 },
  { account: 15, market: 15 },
];

function settledBooks(): Books {
  const books = openBooks(Uint8Array.of(1, 1, 1), encodeLimits(DEFAULT_LIMITS));
  PLACES.forEach((place, i) => {
    const history = encodeHistory(historyOf(plainBars.slice(0, 40 + i), { place }));
    takeIntoBooks(books, 'history', history, { icTimeMs: START_MS, sequence: i });
  });
  return books;
}

test('an owner’s state in parts gives the same books again, the last place of all included', () => {
  const books = settledBooks();
  const parts = stateParts(books);
  expect(parts.map(({ key }) => key)).toEqual([KEEPER_PART, ...PLACES.map(deskKey)]);
  const again = booksFrom(parts);
  expect(again.keeper).toEqual(books.keeper);
  for (const place of PLACES) {
    const [one, other] = [books, again].map(({ desks }) => stateHash(desks.get(deskKey(place))!));
    expect(one).toBe(other);
  }
});

test('parts that are not one keeper and exactly its desks are refused', () => {
  const parts = stateParts(settledBooks());
  const refused = (some: readonly StatePart[]): string => refusal(() => booksFrom(some)).field;
  expect(refused([])).toBe('state');
  expect(refused(parts.slice(1))).toBe('state');
  expect(refused(parts.slice(0, 2))).toBe('state');
  expect(refused([parts[0]!, parts[2]!, parts[1]!])).toBe('state');
  expect(refused([parts[0]!, ...Array.from({ length: 33 }, () => parts[1]!)])).toBe('state');
  const lost: Books = { ...settledBooks(), desks: new Map() };
  expect(refusal(() => stateParts(lost)).leaf).toBe('no-desk');
});

test('what a checkpoint’s hash is of tells every part’s key, length and hash', () => {
  const hash = new Uint8Array(32).fill(7);
  const input = checkpointInput([{ key: 5, length: 0x01020304, hash }]);
  expect([...input.subarray(0, 8)]).toEqual([1, 19, 1, 5, 4, 3, 2, 1]);
  expect(input.subarray(8)).toEqual(hash);
});
