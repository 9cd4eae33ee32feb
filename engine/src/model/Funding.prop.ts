import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, side } from '../../test/Arbitrary.ts';
import {
  adverseRate,
  carryInR,
  createFunding,
  factorFunding,
  forecastSum,
  fundDay,
  fundingFast,
  fundingSlow,
  fundingStep,
  isFavourable,
} from './Funding.ts';

const rate = real(-0.01, 0.01);

describe('funding', () => {
  it('means stay within the rates seen, and equal a constant rate', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 60 }), (rates) => {
        const state = createFunding();
        for (const r of rates) fundingStep(state, r);
        const [low, high] = [Math.min(...rates) - 1e-15, Math.max(...rates) + 1e-15];
        return [fundingFast(state), fundingSlow(state)].every((mean) => mean >= low && mean <= high);
      }),
      RUNS,
    );
  });

  it('forecasts lie between the next rate and the mean, so a constant rate sums to itself', () => {
    fc.assert(
      fc.property(rate, rate, fc.constantFrom(1, 2, 4, 8), (rBar, rNext, hours) => {
        const n = 24 / hours;
        const day = fundDay(rBar, rNext, 0.8, hours);
        const [low, high] = [n * Math.min(rBar, rNext) - 1e-15, n * Math.max(rBar, rNext) + 1e-15];
        return day >= low && day <= high && Math.abs(fundDay(rBar, rBar, 0.8, hours) - n * rBar) < 1e-15;
      }),
      RUNS,
    );
    expect(forecastSum(0.0001, 0.0006, 0.8, 0)).toBe(0);
  });

  it('shrinks size when paid, never grows it when received', () => {
    fc.assert(
      fc.property(side, real(0, 0.05), real(0.006, 0.08), real(1, 3), (s, day, x, more) => {
        const paid = factorFunding(carryInR(s, s * day, x), 0.1, 0.5);
        const paidMore = factorFunding(carryInR(s, s * day * more, x), 0.1, 0.5);
        const received = factorFunding(carryInR(s, -s * day, x), 0.1, 0.5);
        return paid >= 0.25 && paid <= 1 && paidMore <= paid && received === 1;
      }),
      RUNS,
    );
  });

  it('an unknown rate is assumed against the side, at least at the usual size', () => {
    fc.assert(
      fc.property(side, rate, fc.constantFrom(1, 2, 4, 8), (s, slow, hours) => {
        const assumed = s * adverseRate(s, slow, hours);
        return assumed >= (0.0001 * hours) / 8 && assumed >= Math.abs(slow);
      }),
      RUNS,
    );
  });

  it('hints at an entry only where the side receives and the trend does not turn against it', () => {
    expect(isFavourable(1, -0.0001, -0.00001)).toBe(true);
    expect(isFavourable(1, -0.0001, 0.00001)).toBe(false);
    expect(isFavourable(-1, -0.0001, 0)).toBe(false);
  });
});
