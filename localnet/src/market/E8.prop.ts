import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ceilTo,
  divideDown,
  divideUp,
  floorTo,
  formatE8,
  multiplyDown,
  multiplyUp,
  ONE_E8,
  parseE8,
} from './E8.ts';

const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 18n });

describe('E8', () => {
  test('text written is read back as the same amount', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseE8(formatE8(value))).toBe(value);
      }),
    );
  });

  test('exponent notation names the same amount as plain decimals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999, max: 99_999 }),
        fc.integer({ min: -3, max: 6 }),
        (digits, exponent) => {
          expect(parseE8(`${digits}e${exponent}`)).toBe(BigInt(digits) * 10n ** BigInt(exponent + 8));
        },
      ),
    );
    expect(parseE8('4.099e-05')).toBe(4099n);
  });

  test('more than eight decimals are refused, or dropped towards zero when asked', () => {
    expect(parseE8('0.000000001')).toBeUndefined();
    expect(parseE8('-1.000000019', 'truncate')).toBe(-100_000_001n);
    expect(parseE8('1.0000000000')).toBe(ONE_E8);
  });

  test.each(['', ' ', '1,5', '0x10', 'NaN', 'Infinity', '1e', '--1', '.5', '1e9999'])(
    '"%s" is no decimal',
    (text) => {
      expect(parseE8(text)).toBeUndefined();
    },
  );

  test('rounding down and up enclose the exact quotient within one unit', () => {
    fc.assert(
      fc.property(amount, positive, (dividend, divisor) => {
        const down = divideDown(dividend, divisor);
        const up = divideUp(dividend, divisor);
        expect(down * divisor <= dividend && dividend < (down + 1n) * divisor).toBe(true);
        expect(up - down).toBe(dividend % divisor === 0n ? 0n : 1n);
      }),
    );
  });

  test('products are rounded in the direction they name', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(multiplyDown(a, b) * ONE_E8 <= a * b).toBe(true);
        expect(multiplyUp(a, b) * ONE_E8 >= a * b).toBe(true);
      }),
    );
  });

  test('the grid neighbours of a value are multiples of the step around it', () => {
    fc.assert(
      fc.property(amount, positive, (value, step) => {
        const below = floorTo(value, step);
        const above = ceilTo(value, step);
        expect(below % step).toBe(0n);
        expect(above % step).toBe(0n);
        expect(below <= value && value <= above && above - below <= step).toBe(true);
      }),
    );
  });
});
