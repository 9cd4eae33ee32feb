import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real } from '../../test/Arbitrary.ts';
import { exp } from './Exp.ts';

describe('exp', () => {
  it('is within 2 ulp of the platform, whose own is within 1', () => {
    fc.assert(
      fc.property(real(-700, 700), (x) => Math.abs(exp(x) / Math.exp(x) - 1) <= 2.3e-16 * 2),
      RUNS,
    );
  });

  it('never falls as x rises', () => {
    fc.assert(
      fc.property(real(-30, 30), real(1e-12, 1), (x, d) => exp(x + d) >= exp(x)),
      RUNS,
    );
  });

  it('is exact at 0, 0 and Infinity beyond the doubles, and rounds subnormals once', () => {
    expect(exp(0)).toBe(1);
    expect(exp(710)).toBe(Infinity);
    expect(exp(-746)).toBe(0);
    expect(exp(-745)).toBe(5e-324);
    fc.assert(
      fc.property(real(-745, -708), (x) => Math.abs(exp(x) - Math.exp(x)) <= 1e-323 + 4.5e-16 * Math.exp(x)),
      RUNS,
    );
  });
});
