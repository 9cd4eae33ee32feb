import { expect, test } from 'vitest';
import {
  assertMayAct,
  BAR_MS,
  DEFAULT_LIMITS,
  encodeConfirmation,
  encodeHistory,
  encodeLimits,
  encodeObservation,
  openBooks,
  takeIntoBooks,
  type Books,
} from '../index.ts';
import { historyOf, idOf, observationOf, START_MS } from '../../test/market.ts';
import { played, plainBars, refusal } from '../../test/Stage.ts';

const OWNER = Uint8Array.of(1, 1, 1);
const moment = { icTimeMs: START_MS, sequence: 5 };
const PLACE = { account: 0, market: 0 };
const jumped = { ...played(0), high: 40, close: 40 };
const look = encodeObservation(observationOf(2, [jumped], jumped.timeMs + BAR_MS, 40));

function warmBooks(): Books {
  const books = openBooks(OWNER, encodeLimits(DEFAULT_LIMITS));
  takeIntoBooks(books, 'history', encodeHistory(historyOf(plainBars.slice(2_500, 2_880))), moment);
  return books;
}

const word = (barMs: number, place = PLACE): Uint8Array => encodeConfirmation({ id: idOf(9), place, barMs });

test('the owner’s word lets the jump of that very bar through, and the act goes on record', () => {
  const books = warmBooks();
  const observe = (): unknown => takeIntoBooks(books, 'observation', look, moment);
  expect(refusal(observe).leaf).toBe('quarantined');
  const before = books.keeper;
  expect(takeIntoBooks(books, 'confirmation', word(jumped.timeMs), moment)).toBeNull();
  expect(books.keeper).not.toBe(before);
  expect(books.keeper).toEqual(before);
  expect(observe).not.toThrow();
});

test('it is the owner’s alone, about a feed that there is, and about a bar', () => {
  const books = warmBooks();
  const may = (sender: Uint8Array): void =>
    assertMayAct(books.keeper, 'confirm_jump', word(jumped.timeMs), sender, START_MS);
  expect(() => may(OWNER)).not.toThrow();
  expect(refusal(() => may(idOf(3))).leaf).toBe('not-owner');
  for (const place of [
    { account: 1, market: 0 },
    { account: 0, market: 1 },
  ]) {
    const act = (): unknown => takeIntoBooks(books, 'confirmation', word(START_MS, place), moment);
    expect(refusal(act).leaf).toBe('no-history');
  }
  expect(refusal(() => word(START_MS + 1)).field).toBe('confirmation.barMs');
  expect(refusal(() => encodeConfirmation({ id: idOf(1).slice(1), place: PLACE, barMs: 0 })).field).toBe(
    'confirmation.id',
  );
});
