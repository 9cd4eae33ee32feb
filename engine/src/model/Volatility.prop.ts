import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bars, scaled, side } from '../../test/Arbitrary.ts';
import type { Bar } from '../../test/Arbitrary.ts';
import { logRatio } from '../math/Log.ts';
import {
  SIGMA_HOUR_MAX,
  SIGMA_HOUR_MIN,
  SIGMA_HOUR_YOUNG,
  barVariance,
  createVolatility,
  sigmaHour,
  sigmaSide,
  varianceRatio,
  volatilityStep,
} from './Volatility.ts';
import type { Volatility } from './Volatility.ts';
import { garmanKlass, parkinson, rogersSatchell } from './VolatilityReport.ts';

/** A bar that did not move. */
const flat = (price: number) => ({ open: price, high: price, low: price, close: price });

function run(list: readonly Bar[], state = createVolatility()): Volatility {
  for (const { open, high, low, close } of list) volatilityStep(state, { open, high, low, close }, false);
  return state;
}

const FLAT: Bar = { open: 5, high: 5, low: 5, close: 5 };

describe('volatility', () => {
  it('estimators are never negative on valid bars', () => {
    fc.assert(
      fc.property(bars(2, 40), (list) => {
        return list.every(({ open, high, low, close }, i) => {
          const before = list[i - 1]?.close ?? open;
          return (
            rogersSatchell(open, high, low, close) >= 0 &&
            garmanKlass(open, high, low, close) >= -1e-18 &&
            parkinson(high, low) >= 0 &&
            barVariance(
              logRatio(open, before),
              logRatio(close, open),
              logRatio(high, close),
              logRatio(low, close),
            ) >= 0
          );
        });
      }),
    );
  });

  it('stays within its clamps and the variance ratio only raises', () => {
    fc.assert(
      fc.property(bars(1, 400), (list) => {
        const state = run(list);
        const sigma = sigmaHour(state);
        expect(sigma).toBeGreaterThanOrEqual(list.length <= 288 ? SIGMA_HOUR_YOUNG : SIGMA_HOUR_MIN);
        expect(sigma).toBeLessThanOrEqual(SIGMA_HOUR_MAX);
        expect(varianceRatio(state)).toBeGreaterThanOrEqual(1);
        expect(varianceRatio(state)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('does not change when prices are scaled by a power of two', () => {
    fc.assert(
      fc.property(bars(20, 60), fc.integer({ min: -8, max: 8 }), side, (list, k, s) => {
        const one = run(list);
        const other = run(scaled(list, 2 ** k));
        expect(other.clamped).toBe(one.clamped);
        expect(sigmaSide(other, s)).toBe(sigmaSide(one, s));
      }),
    );
  });

  it('a synthetic bar changes nothing', () => {
    fc.assert(
      fc.property(bars(1, 40), (list) => {
        const state = run(list);
        const before = structuredClone(state);
        const close = state.previousClose;
        volatilityStep(state, flat(close), true);
        expect(state).toEqual(before);
      }),
    );
  });

  it('of a side is never below that of both, and differs on one side at most', () => {
    fc.assert(
      fc.property(bars(1, 120), (list) => {
        const state = run(list);
        const both = sigmaHour(state);
        const long = sigmaSide(state, 1);
        const short = sigmaSide(state, -1);
        expect(long).toBeGreaterThanOrEqual(both);
        expect(short).toBeGreaterThanOrEqual(both);
        expect(Math.max(long, short)).toBeLessThanOrEqual(SIGMA_HOUR_MAX);
        expect(long === both || short === both).toBe(true);
      }),
    );
  });

  it('of a side rises with the adverse drift and with the volatility of both', () => {
    fc.assert(
      fc.property(bars(1, 60), fc.double({ min: 0, max: 0.01, noNaN: true }), side, (list, more, s) => {
        const state = run(list);
        const drifted = { ...state, drift: state.drift - s * more };
        const wilder = { ...state, sigma: Math.min(SIGMA_HOUR_MAX, state.sigma * (1 + 100 * more)) };
        return (
          sigmaSide(drifted, s) >= sigmaSide(state, s) &&
          sigmaSide(wilder, s) >= sigmaSide(state, s) * (1 - 1e-15)
        );
      }),
    );
  });

  it('of a flat market is the floor for both sides, 8 % a day until 288 real bars have passed', () => {
    const state = run(Array.from({ length: 288 }, () => FLAT));
    expect(sigmaHour(state)).toBe(SIGMA_HOUR_YOUNG);
    run([FLAT], state);
    expect(sigmaHour(state)).toBe(SIGMA_HOUR_MIN);
    expect(sigmaSide(state, 1)).toBe(SIGMA_HOUR_MIN);
    expect(sigmaSide(state, -1)).toBe(SIGMA_HOUR_MIN);
  });
});
