import { assertSummary } from '@plimsoll/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUMMARY_LEVELS, summarise } from './BinanceBook.ts';

/** Asks from 10 upwards, a tick or more apart. */
const asks = fc
  .array(fc.record({ ticks: fc.integer({ min: 1, max: 9 }), size: fc.integer({ min: 1, max: 1_000 }) }), {
    maxLength: 100,
  })
  .map((steps) => {
    let price = 10_000;
    return steps.map(({ ticks, size }) => ({ price: (price += ticks) / 1_000, size }));
  });

/** What buying a quantity costs, or Infinity when the levels do not hold it. */
function costOf(levels: readonly { price: number; size: number }[], quantity: number): number {
  let left = quantity;
  let cost = 0;
  for (const { price, size } of levels) {
    const take = Math.min(left, size);
    cost += take * price;
    left -= take;
  }
  return left > 0 ? Infinity : cost;
}

describe('a summary of the book', () => {
  it('holds at most ten levels in order, all of the size, and never makes a purchase cheaper', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 50_000 }), (levels, quantity) => {
        const summary = summarise(levels);
        expect(summary.length).toBeLessThanOrEqual(SUMMARY_LEVELS);
        if (levels.length > 0) assertSummary({ bids: [{ price: 1, size: 1 }], asks: summary });
        expect(summary[0]).toEqual(levels[0]);
        expect(costOf(summary, quantity)).toBeGreaterThanOrEqual(costOf(levels, quantity) * (1 - 1e-12));
        const total = (of: readonly { size: number }[]): number =>
          of.reduce((sum, { size }) => sum + size, 0);
        expect(total(summary)).toBe(total(levels));
      }),
    );
  });
});
