import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressLine, type Progress } from './progressLine.ts';

const FLAT: Progress = {
  timeMs: Date.UTC(2024, 7, 5, 3, 40),
  price: '5.100',
  held: null,
  barsDone: 131,
  barsTotal: 1440,
  barsPerSecond: 12.34,
};
const HELD: Progress = { ...FLAT, held: { position: 'long 195', stop: '4.937' } };

test('what a terminal of 40, 80 and 120 columns shows of it', () => {
  expect(progressLine(HELD, 119)).toBe(
    '2024-08-05 03:40  5.100  long 195  stop 4.937  bar  131 of 1440    9 %    12.3 bars/s',
  );
  expect(progressLine(HELD, 79)).toBe(
    '2024-08-05 03:40  5.100  long 195  stop 4.937  bar  131 of 1440    9 %',
  );
  expect(progressLine(HELD, 39)).toBe('5.100  long 195  stop 4.937    9 %');
  expect(progressLine(FLAT, 79)).toBe(
    '2024-08-05 03:40  5.100  flat  bar  131 of 1440    9 %    12.3 bars/s',
  );
  expect(progressLine(FLAT, 39)).toBe('2024-08-05 03:40  5.100  flat    9 %');
});

const arbitrary = fc.record({
  timeMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  price: fc.constantFrom('5.100', '61234.5', '0.01230'),
  held: fc.option(
    fc.record({
      position: fc.integer({ min: 1, max: 999_999 }).map((quantity) => `short ${String(quantity)}`),
      stop: fc.constantFrom('5.100', '61234.5', '0.01230'),
    }),
  ),
  barsDone: fc.integer({ min: 0, max: 100_000 }),
  barsTotal: fc.constant(100_000),
  barsPerSecond: fc.double({ min: 0, max: 9_999, noNaN: true }),
});

test('it has room at any width, and whatever is shown is shown whole', () => {
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 20, max: 200 }), (progress, columns) => {
      const line = progressLine(progress, columns);
      const whole = progressLine(progress, Infinity);
      expect(line.length).toBeLessThanOrEqual(columns);
      const parts = whole.split(/ {2,}/);
      // A date and its time of day stand one space apart, and the first may leave without the second.
      parts.push(...(parts[0]?.split(' ') ?? []));
      for (const part of line.trim().split(/ {2,}/)) expect(parts).toContain(part);
      expect(line).toContain(progress.price);
    }),
  );
});

test('nothing moves from bar to bar while the same is held', () => {
  fc.assert(
    fc.property(
      arbitrary,
      fc.integer({ min: 20, max: 200 }),
      fc.double({ min: 0, max: 9_999, noNaN: true }),
      (progress, columns, barsPerSecond) => {
        const next = { ...progress, barsDone: Math.min(progress.barsDone + 1, 100_000), barsPerSecond };
        expect(progressLine(next, columns)).toHaveLength(progressLine(progress, columns).length);
      },
    ),
  );
});
