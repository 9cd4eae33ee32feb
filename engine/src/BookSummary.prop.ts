import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  assertSummary,
  decodeObservation,
  encodeObservation,
  EngineError,
  observe,
  type BookLevel,
  type BookSummary,
} from './index.ts';
import { observationOf } from '../test/market.ts';
import { PLAY_MS, plainDesk, played, refusal } from '../test/Stage.ts';

const mark = played(0).open;

/** Levels in thousandths around the mark: often in order, sometimes not, now and then without a size. */
const levels = (side: -1 | 1): fc.Arbitrary<BookLevel[]> =>
  fc
    .array(fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: 0, max: 40 })), { maxLength: 6 })
    .map((steps) => {
      let ticks = Math.round(mark * 1_000);
      return steps.map(([step, size]) => {
        ticks += side * step;
        return { price: ticks / 1_000, size: size === 0 ? 0 : size / 2 };
      });
    });

function verdict(act: () => unknown): string {
  try {
    act();
    return 'taken';
  } catch (error) {
    if (error instanceof EngineError) return error.field;
    throw error;
  }
}

test('a book is taken or refused alike as objects and from a frame, by the same field', () => {
  fc.assert(
    fc.property(levels(-1), levels(1), (bids, asks) => {
      const book = { bids, asks };
      const bytes = encodeObservation(observationOf(2, [], PLAY_MS, mark, { book }));
      const framed = verdict(() => observe(plainDesk(), decodeObservation(bytes)));
      expect(framed).toBe(verdict(() => assertSummary(book)));
    }),
    { numRuns: 300 },
  );
});

test('what is wrong with a book is named', () => {
  const level = (price: number, size = 1): BookLevel => ({ price, size });
  const cases: [string, BookSummary][] = [
    ['book.bids', { bids: Array.from({ length: 21 }, (_, i) => level(9 - i / 100)), asks: [level(10)] }],
    ['book.asks', { bids: [level(9)], asks: Array.from({ length: 21 }, (_, i) => level(10 + i / 100)) }],
    ['book', { bids: [level(9)], asks: [] }],
    ['book', { bids: [], asks: [level(9)] }],
    ['book.asks.price', { bids: [level(9)], asks: [level(9)] }],
    ['book.bids.price', { bids: [level(9), level(9)], asks: [level(10)] }],
    ['book.asks.price', { bids: [level(9)], asks: [level(11), level(10.5), level(12)] }],
    ['book.bids.size', { bids: [level(9, 0)], asks: [level(10)] }],
    ['book.asks.size', { bids: [level(9)], asks: [level(10, Number.NaN)] }],
  ];
  for (const [field, book] of cases) expect(refusal(() => assertSummary(book)).field).toBe(field);
  expect(() => assertSummary({ bids: [], asks: [] })).not.toThrow();
});
