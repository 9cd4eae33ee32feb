import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarser, gridOf, stepOf, textOnGrid } from './Grid.ts';
import { VenueError } from './VenueError.ts';

test('a filter’s decimal text is its rational, exactly, trailing zeros or not', () => {
  expect(gridOf('0.001')).toEqual({ numerator: 1, denominator: 1000 });
  expect(gridOf('0.0010000')).toEqual({ numerator: 1, denominator: 1000 });
  expect(gridOf('1')).toEqual({ numerator: 1, denominator: 1 });
  expect(gridOf('10')).toEqual({ numerator: 10, denominator: 1 });
  expect(gridOf('0.25')).toEqual({ numerator: 25, denominator: 100 });
  for (const text of ['', '0', '0.000', '-0.1', '1e-3', 'x', '0.0000000000001']) {
    expect(() => gridOf(text)).toThrow(VenueError);
  }
});

test('every multiple of the grid is written as the very decimal, and reads back as the same number', () => {
  const grid = fc.constantFrom('0.001', '0.01', '0.05', '0.25', '1', '5', '0.00001');
  fc.assert(
    fc.property(grid, fc.integer({ min: 1, max: 50_000_000 }), (text, count) => {
      const { numerator, denominator } = gridOf(text);
      const value = (count * numerator) / denominator;
      const written = textOnGrid({ numerator, denominator }, value, 'the price');
      expect(written).toMatch(/^\d+(\.\d+)?$/);
      expect(Number(written)).toBe(value);
      // Compared as whole numbers: no double in between.
      expect(BigInt(written.replace('.', ''))).toBe(BigInt(count) * BigInt(numerator));
    }),
  );
});

test('arithmetic noise is forgiven, a value off the grid is refused before anything is sent', () => {
  const grid = gridOf('0.001');
  expect(textOnGrid(grid, 0.1 + 0.2, 'the price')).toBe('0.300');
  for (const value of [0.0005, 1.0004, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => textOnGrid(grid, value, 'the price')).toThrow(
      expect.objectContaining({ leaf: 'off-grid', outcome: 'denied' }),
    );
  }
});

test('of two grids the coarser counts', () => {
  expect(stepOf(coarser(gridOf('0.001'), gridOf('1')))).toBe(1);
  expect(stepOf(coarser(gridOf('0.1'), gridOf('0.001')))).toBe(0.1);
});
