import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderRow } from '../journal/Rows.ts';
import type { Fill } from '../venue/Venue.ts';
import { clientOrderIdOf } from './ClientOrderId.ts';
import { countDuplicates, longestUnprotectedMs } from './Protection.ts';
import { restingOrder } from './testing/ModelVenue.ts';

function row(changes: Partial<OrderRow>): OrderRow {
  return {
    clientOrderId: 'plm-sl-0-00000000000000000000',
    tradeId: '00',
    role: 'stop',
    version: 0,
    kind: 'conditional',
    side: 'sell',
    quantity: 10,
    triggerPrice: 9,
    because: 'test',
    decisionId: null,
    state: 'confirmed',
    attempts: 1,
    venueId: '1',
    filledQuantity: 0,
    averagePrice: 0,
    failure: null,
    confirmedMarketMs: 0,
    endedMarketMs: null,
    intendedWallMs: 0,
    updatedWallMs: 0,
    ...changes,
  };
}

function fill(timeMs: number, amount: number): Fill {
  return {
    id: String(timeMs),
    venueOrderId: '1',
    side: amount > 0 ? 'buy' : 'sell',
    quantity: Math.abs(amount),
    price: 10,
    feeUsdt: 0,
    realizedUsdt: 0,
    timeMs,
  };
}

test('a position without a stop counts from its fill to its end, or to now', () => {
  expect(longestUnprotectedMs([fill(100, 10), fill(700, -10)], [], 1_000)).toBe(600);
  expect(longestUnprotectedMs([fill(100, 10)], [], 1_000)).toBe(900);
  expect(longestUnprotectedMs([], [], 1_000)).toBe(0);
});

test('a stop counts while it rests, for the side it exits, and for its quantity', () => {
  const fills = [fill(100, 10), fill(900, -10)];
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: 100 })], 1_000)).toBe(0);
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: 250 })], 1_000)).toBe(150);
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: 100, endedMarketMs: 400 })], 1_000)).toBe(500);
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: 100, side: 'buy' })], 1_000)).toBe(800);
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: 100, quantity: 9 })], 1_000)).toBe(800);
  expect(longestUnprotectedMs(fills, [row({ confirmedMarketMs: null, state: 'denied' })], 1_000)).toBe(800);
});

test('a gap between two stops counts, an overlap does not', () => {
  const replaced = (from: number) => [
    row({ confirmedMarketMs: 100, endedMarketMs: 500 }),
    row({ confirmedMarketMs: from, version: 1 }),
  ];
  expect(longestUnprotectedMs([fill(100, 10)], replaced(400), 1_000)).toBe(0);
  expect(longestUnprotectedMs([fill(100, 10)], replaced(500), 1_000)).toBe(0);
  expect(longestUnprotectedMs([fill(100, 10)], replaced(620), 1_000)).toBe(120);
});

test('no stop more ever makes it longer, and it never exceeds the time held', () => {
  const time = fc.integer({ min: 0, max: 1_000 });
  const stop = fc
    .record({
      from: time,
      length: fc.integer({ min: 0, max: 500 }),
      quantity: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ from, length, quantity }) =>
      row({ confirmedMarketMs: from, endedMarketMs: from + length, quantity }),
    );
  fc.assert(
    fc.property(time, time, fc.array(stop, { maxLength: 5 }), stop, (a, b, stops, more) => {
      const [openedMs, closedMs] = a < b ? [a, b] : [b, a];
      const fills = [fill(openedMs, 10), fill(closedMs, -10)];
      const without = longestUnprotectedMs(fills, stops, 1_000);
      expect(without).toBeLessThanOrEqual(closedMs - openedMs);
      expect(longestUnprotectedMs(fills, [...stops, more], 1_000)).toBeLessThanOrEqual(without);
    }),
  );
});

test('two accepted orders of one id are one duplicate; the order a trigger became is none', () => {
  const id = clientOrderIdOf({ planId: new Uint8Array(16), role: 'stop', version: 0 });
  const rows = [row({ clientOrderId: id })];
  const accepted = restingOrder({ clientOrderId: id });
  const became = restingOrder({ clientOrderId: id, kind: 'ordinary', type: 'market' });
  expect(countDuplicates(rows, [accepted, became])).toBe(0);
  expect(countDuplicates(rows, [accepted, became, { ...accepted, venueId: '2' }])).toBe(1);
  expect(countDuplicates(rows, [accepted, { ...accepted, venueId: '2', state: 'rejected' }])).toBe(0);
  const foreign = restingOrder({});
  expect(countDuplicates(rows, [foreign, foreign])).toBe(0);
});
