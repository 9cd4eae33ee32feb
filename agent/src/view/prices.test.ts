import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceDecimals, pricesOf, pricesWith } from './prices.ts';

const tick = (tickNumerator: number, tickDenominator: number) => ({ tickNumerator, tickDenominator });

test.each([
  [tick(1, 1000), 3],
  [tick(5, 1000), 3],
  [tick(1, 2), 1],
  [tick(25, 100), 2],
  [tick(10, 10), 0],
  [tick(5, 1), 0],
  [tick(1, 100_000_000), 8],
  // No decimals say a third.
  [tick(1, 3), 8],
])('prices of a market with tick %o have %i decimals', (market, decimals) => {
  expect(priceDecimals(market)).toBe(decimals);
});

test('every price on the grid is told exactly, and all with as many decimals', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom(1, 2, 5, 25),
      fc.integer({ min: 1, max: 1_000_000 }),
      (places, numerator, steps) => {
        const market = tick(numerator, 10 ** places);
        const price = (steps * numerator) / 10 ** places;
        const told = pricesOf(market)(price);
        expect(Number(told)).toBe(price);
        expect(told.split('.')[1]?.length ?? 0).toBe(priceDecimals(market));
      },
    ),
  );
});

test('a price between two ticks is told as the nearer one', () => {
  expect(pricesWith(3)(5.12345)).toBe('5.123');
  expect(pricesWith(3)(5.1236)).toBe('5.124');
  expect(pricesWith(0)(61_234.5)).toBe('61235');
});

test('before the tick is known a price is told as it is', () => {
  expect(pricesOf(null)(5.1)).toBe('5.1');
  expect(pricesOf(null)(1 / 3)).toBe('0.333333');
});
