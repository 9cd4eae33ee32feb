import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, bars, real, scaled } from '../../test/Arbitrary.ts';
import type { Bar } from '../../test/Arbitrary.ts';
import { bollingerStep, createBollinger, percentB } from './Bollinger.ts';
import { choppinessStep, createChoppiness } from './Choppiness.ts';
import { createEfficiencyRatio, efficiencyRatioStep } from './EfficiencyRatio.ts';
import { PERCENTILE_UNKNOWN, createPercentile, percentileStep } from './Percentile.ts';
import { K_CHOP, K_TREND, kOf, trendScore } from './TrendScore.ts';
import { createWilder, directionalIndex, wilderStep } from './Wilder.ts';

function run(list: readonly Bar[]) {
  const bands = createBollinger(20, 2, 168);
  const wilder = createWilder(14);
  const efficiency = createEfficiencyRatio(20);
  const choppiness = createChoppiness(14);
  for (const { high, low, close } of list) {
    bollingerStep(bands, close);
    wilderStep(wilder, high, low, close);
    efficiencyRatioStep(efficiency, close);
    choppinessStep(choppiness, high, low, close);
  }
  return { bands, wilder, efficiency, choppiness };
}

describe('hourly indicators', () => {
  it('stay within their ranges', () => {
    fc.assert(
      fc.property(bars(30, 90), (list) => {
        const { bands, wilder, efficiency, choppiness } = run(list);
        expect(efficiency.value).toBeGreaterThanOrEqual(0);
        expect(efficiency.value).toBeLessThanOrEqual(1);
        const indices = [directionalIndex(wilder, 1), directionalIndex(wilder, -1)];
        for (const value of [wilder.adx, wilder.dx, ...indices, choppiness.value]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100 * (1 + 1e-12));
        }
        expect(wilder.atr).toBeGreaterThanOrEqual(0);
        expect(bands.bandwidth).toBeGreaterThanOrEqual(0);
        expect(bands.upper).toBeGreaterThanOrEqual(bands.lower);
      }),
      { numRuns: 300 },
    );
  });

  it('do not change when prices are scaled by a power of two', () => {
    fc.assert(
      fc.property(bars(30, 60), fc.integer({ min: -8, max: 8 }), (list, k) => {
        const one = run(list);
        const other = run(scaled(list, 2 ** k));
        expect(other.efficiency.value).toBe(one.efficiency.value);
        expect(other.wilder.adx).toBe(one.wilder.adx);
        expect(other.choppiness.value).toBe(one.choppiness.value);
        expect(other.bands.bandwidth).toBe(one.bands.bandwidth);
        expect(other.wilder.atr).toBe(one.wilder.atr * 2 ** k);
      }),
      { numRuns: 300 },
    );
  });

  it('say chop, and no bandwidth, on a market that does not move', () => {
    const flat = Array.from({ length: 60 }, () => ({ open: 5, high: 5, low: 5, close: 5 }));
    const { bands, wilder, efficiency, choppiness } = run(flat);
    expect(efficiency.value).toBe(0);
    expect(wilder.adx).toBe(0);
    expect(choppiness.value).toBe(100);
    expect(bands.bandwidth).toBe(0);
    expect(percentB(bands, 5)).toBe(0.5);
    expect(trendScore(efficiency.value, wilder.adx, choppiness.value)).toBe(0);
  });
});

describe('trend score', () => {
  const measures = fc.tuple(real(0, 1), real(0, 100), real(0, 100));

  it('is the median of its three scaled measures, so two of them bound it', () => {
    fc.assert(
      fc.property(measures, ([er, adx, ci]) => {
        const unit = (x: number): number => Math.min(1, Math.max(0, x));
        const sorted = [unit((er - 0.15) / 0.4), unit((adx - 15) / 25), unit((61.8 - ci) / 23.6)].sort(
          (a, b) => a - b,
        );
        return trendScore(er, adx, ci) === sorted[1];
      }),
      RUNS,
    );
  });

  it('rises with efficiency and ADX, falls with choppiness, and so narrows the stop', () => {
    fc.assert(
      fc.property(measures, real(0, 1), real(0, 50), real(0, 50), ([er, adx, ci], a, b, c) => {
        const before = trendScore(er, adx, ci);
        const after = trendScore(er + a, adx + b, ci - c);
        return after >= before && kOf(after) <= kOf(before) && kOf(after) >= K_TREND && kOf(before) <= K_CHOP;
      }),
      RUNS,
    );
  });
});

describe('percentile', () => {
  it('is the share of the last n values in lower bins plus half of those in the same', () => {
    const list = fc.array(real(4e-4, 2), { minLength: 50, maxLength: 130 });
    fc.assert(
      fc.property(list, (values) => {
        const window = 60;
        const state = createPercentile(window, 5e-4, 0.05, 160);
        const bins = values.map((value) => {
          percentileStep(state, value);
          return state.bin;
        });
        const last = bins.slice(-window);
        const below = last.filter((bin) => bin < state.bin).length;
        const equal = last.filter((bin) => bin === state.bin).length;
        expect(state.value).toBe((below + 0.5 * equal) / last.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is unknown below 50 observations', () => {
    const state = createPercentile(720, 5e-4, 0.05, 160);
    for (let i = 0; i < 49; i++) percentileStep(state, 0.01);
    expect(state.value).toBe(PERCENTILE_UNKNOWN);
    percentileStep(state, 0.01);
    expect(state.value).toBe(0.5);
  });
});
