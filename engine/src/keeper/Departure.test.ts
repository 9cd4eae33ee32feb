import { expect, it } from 'vitest';
import type { Decision } from '../Decision.ts';
import { departureOf } from './Departure.ts';

const decided = (changes: object): Decision =>
  ({
    action: 'HOLD',
    side: 1,
    plan: null,
    markPrice: 10,
    timeMs: 1_000,
    targetQuantity: 0,
    ...changes,
  }) as Decision;
const fill = (side: 1 | -1 | 0, quantity: number, price: number, timeMs: number) => ({
  side,
  quantity,
  price,
  timeMs,
});

it('an entry is held against its plan: what is missing, what it cost, how late it was', () => {
  const plan = { side: 1, quantity: 100, referencePrice: 10 };
  const entered = decided({ action: 'ENTER', plan });
  const departure = departureOf(entered, 0, [fill(1, 30, 10.01, 3_000), fill(1, 50, 10.03, 5_500)]);
  expect(departure).toMatchObject({
    side: 1,
    expectedQuantity: 100,
    filledQuantity: 80,
    expectedPrice: 10,
    delayMs: 4_500,
  });
  expect(departure.meanPrice).toBeCloseTo(10.0225, 10);
  expect(departure.costBps).toBeCloseTo(22.5, 8);
  const short = decided({ action: 'ENTER', side: -1, plan: { ...plan, side: -1 } });
  const sold = departureOf(short, 0, [fill(-1, 100, 9.99, 2_000)]);
  expect(sold).toMatchObject({ side: -1, filledQuantity: 100 });
  expect(sold.costBps).toBeCloseTo(10, 8);
});

it('a close is held against what was held, a reduction against the difference, at the mark', () => {
  expect(departureOf(decided({ action: 'CLOSE' }), 40, [fill(-1, 40, 9.9, 1_500)])).toMatchObject({
    side: -1,
    expectedQuantity: 40,
    filledQuantity: 40,
    costBps: expect.closeTo(100, 8) as number,
  });
  const reduced = decided({ action: 'REDUCE', side: -1, targetQuantity: 25 });
  expect(departureOf(reduced, 40, [])).toEqual({
    side: 1,
    expectedQuantity: 15,
    filledQuantity: 0,
    expectedPrice: 10,
    meanPrice: 0,
    costBps: 0,
    delayMs: 0,
  });
});

it('fills where no order was asked for show as what they are', () => {
  expect(departureOf(decided({ action: 'WAIT', side: 0 }), 0, [fill(-1, 7, 10, 1_200)])).toMatchObject({
    side: 0,
    expectedQuantity: 0,
    filledQuantity: -7,
    delayMs: 200,
  });
});
