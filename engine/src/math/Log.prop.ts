import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real } from '../../test/Arbitrary.ts';
import { EngineError } from '../EngineError.ts';
import { exp } from './Exp.ts';
import { log, logRatio } from './Log.ts';

const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
const price = real(1e-4, 1e6);

describe('log', () => {
  it('is within 2 ulp of the platform, whose own is within 1', () => {
    fc.assert(
      fc.property(fc.oneof(positive, real(0.5, 2)), (x) => {
        const expected = Math.log(x);
        return Math.abs(log(x) - expected) <= 4.5e-16 * Math.abs(expected);
      }),
      RUNS,
    );
  });

  it('undoes exp', () => {
    fc.assert(
      fc.property(real(-700, 700), (x) => Math.abs(log(exp(x)) - x) <= 3e-16 * Math.max(1, Math.abs(x))),
      RUNS,
    );
  });

  it('refuses what has no logarithm', () => {
    for (const x of [0, -1, NaN, Infinity]) expect(() => log(x)).toThrow(EngineError);
  });
});

describe('logRatio', () => {
  it('has the sign of a - b, is odd under exchange, and exactly 0 for equals', () => {
    fc.assert(
      fc.property(price, price, (a, b) => {
        const r = logRatio(a, b);
        return Math.sign(r) === Math.sign(a - b) && logRatio(b, a) + r === 0 && logRatio(a, a) === 0;
      }),
      RUNS,
    );
  });

  it('does not change when both are scaled by a power of two', () => {
    fc.assert(
      fc.property(price, price, fc.integer({ min: -20, max: 20 }), (a, b, k) => {
        return logRatio(a * 2 ** k, b * 2 ** k) === logRatio(a, b);
      }),
      RUNS,
    );
  });

  it('agrees with the logarithm of the quotient', () => {
    fc.assert(
      fc.property(
        price,
        real(0.9, 1.1),
        (a, q) => Math.abs(logRatio(a * q, a) - Math.log((a * q) / a)) <= 3e-16,
      ),
      RUNS,
    );
  });
});
