import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openedMsOf } from './Opening.ts';
import type { Fill } from './Venue.ts';

function fillsOf(amounts: readonly number[]): Fill[] {
  return amounts.map((amount, i) => ({
    id: String(i),
    venueOrderId: String(i),
    side: amount > 0 ? 'buy' : 'sell',
    quantity: Math.abs(amount),
    price: 10,
    feeUsdt: 0,
    realizedUsdt: 0,
    timeMs: 1_000 + i,
  }));
}

test('the opening is the first fill after the position was last flat, or turned', () => {
  expect(openedMsOf(fillsOf([10]), 10)).toBe(1_000);
  expect(openedMsOf(fillsOf([10, -10, 5, 5, -3]), 7)).toBe(1_002);
  expect(openedMsOf(fillsOf([10, -15]), -5)).toBe(1_001);
  expect(openedMsOf(fillsOf([-2, -3]), -5)).toBe(1_000);
});

test('a first fill that is not among those given is not made up', () => {
  expect(openedMsOf(fillsOf([]), 5)).toBeNull();
  expect(openedMsOf(fillsOf([3]), 5)).toBeNull();
});

test('it agrees with adding the fills up from the beginning, in tenths as in whole units', () => {
  const amount = fc.integer({ min: -50, max: 50 }).filter((tenths) => tenths !== 0);
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 40 }), (tenths) => {
      let held = 0;
      let openedMs = 0;
      tenths.forEach((each, i) => {
        const before = held;
        held += each;
        if (before === 0 || Math.sign(before) !== Math.sign(held)) openedMs = 1_000 + i;
      });
      fc.pre(held !== 0);
      expect(openedMsOf(fillsOf(tenths.map((each) => each / 10)), held / 10)).toBe(openedMs);
    }),
  );
});
