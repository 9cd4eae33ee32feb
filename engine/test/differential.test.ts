import { ADX, ATR, BollingerBands } from 'technicalindicators';
import * as signals from 'trading-signals';
import { describe, expect, test } from 'vitest';
import { bollingerStep, createBollinger } from '../src/model/Bollinger.ts';
import { choppinessStep, createChoppiness } from '../src/model/Choppiness.ts';
import { createEfficiencyRatio, efficiencyRatioStep } from '../src/model/EfficiencyRatio.ts';
import { createWilder, wilderStep } from '../src/model/Wilder.ts';
import { randomBars, START_MS } from './market.ts';

/**
 * The indicators against libraries that nobody here wrote, where the conventions agree. Where they do not, the risk
 * model says which was chosen (section 1): trading-signals seeds its ATR one bar earlier, and its ADX counts a tie of
 * up and down moves otherwise. technicalindicators agrees with TA-Lib on both once its seed has faded.
 */
const bars = randomBars(11, 1_500, START_MS, 0.004);
const open = bars.map((bar) => bar.open);
const high = bars.map((bar) => bar.high);
const low = bars.map((bar) => bar.low);
const close = bars.map((bar) => bar.close);

function expectNear(ours: readonly number[], theirs: readonly number[], tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  const worst = ours.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - theirs[i]!) / Math.abs(theirs[i]!)),
    0,
  );
  expect(worst).toBeLessThan(tolerance);
}

describe('technicalindicators', () => {
  test('Bollinger bands: simple mean, population deviation', () => {
    const theirs = BollingerBands.calculate({ period: 20, stdDev: 2, values: close });
    const state = createBollinger(20, 2, 168);
    const ours: [number, number, number][] = [];
    for (const price of close) {
      bollingerStep(state, price);
      if (state.ready) ours.push([state.lower, state.middle, state.upper]);
    }
    for (const [i, name] of (['lower', 'middle', 'upper'] as const).entries()) {
      expectNear(
        ours.map((band) => band[i]!),
        theirs.map((band) => band[name]),
        1e-10,
      );
    }
  });

  test("Wilder's average true range and directional index", () => {
    const state = createWilder(14);
    const atr: number[] = [];
    const adx: number[] = [];
    for (const bar of bars) {
      wilderStep(state, bar.high, bar.low, bar.close);
      if (state.atrReady) atr.push(state.atr);
      if (state.adxReady) adx.push(state.adx);
    }
    expectNear(atr, ATR.calculate({ period: 14, high, low, close }), 1e-10);
    // The library seeds the directional sums otherwise; a seed's weight is (13/14)^n.
    const theirs = ADX.calculate({ period: 14, high, low, close }).map((value) => value.adx);
    expectNear(adx.slice(400), theirs.slice(400), 1e-10);
  });
});

describe('trading-signals', () => {
  test('Bollinger bandwidth', () => {
    const theirs = new signals.BollingerBands(20, 2);
    const state = createBollinger(20, 2, 168);
    const pairs: [number, number][] = [];
    for (const price of close) {
      bollingerStep(state, price);
      const result = theirs.update(price, false);
      if (result !== null) pairs.push([state.bandwidth, (result.upper - result.lower) / result.middle]);
    }
    expectNear(
      pairs.map(([ours]) => ours),
      pairs.map(([, other]) => other),
      1e-10,
    );
  });

  test('average true range and directional index have the same limit, though not the same seed', () => {
    const theirs = new signals.ATR(14);
    const state = createWilder(14);
    let last = 0;
    for (const bar of bars) {
      wilderStep(state, bar.high, bar.low, bar.close);
      last = theirs.update({ high: bar.high, low: bar.low, close: bar.close }, false) ?? last;
    }
    expect(state.atr / last).toBeCloseTo(1, 6);
  });
});

describe('definitions written out', () => {
  test('efficiency ratio over 20 bars', () => {
    const state = createEfficiencyRatio(20);
    close.forEach((price, i) => {
      efficiencyRatioStep(state, price);
      if (i < 20) return;
      let path = 0;
      for (let j = i - 19; j <= i; j++) path += Math.abs(close[j]! - close[j - 1]!);
      expect(state.value).toBeCloseTo(path > 0 ? Math.abs(price - close[i - 20]!) / path : 0, 10);
    });
  });

  test('choppiness over 14 bars', () => {
    const state = createChoppiness(14);
    bars.forEach((bar, i) => {
      choppinessStep(state, bar.high, bar.low, bar.close);
      if (i < 14) return;
      let sum = 0;
      for (let j = i - 13; j <= i; j++) {
        sum += Math.max(high[j]!, close[j - 1]!) - Math.min(low[j]!, close[j - 1]!);
      }
      const range = Math.max(...high.slice(i - 13, i + 1)) - Math.min(...low.slice(i - 13, i + 1));
      const value = (100 * Math.log(sum / range)) / Math.log(14);
      expect(state.value).toBeCloseTo(Math.min(100, Math.max(0, value)), 8);
    });
  });
});

test('the generated bars are not so tame that nothing could differ', () => {
  expect(new Set(close).size).toBeGreaterThan(500);
  expect(open.some((price, i) => price !== close[i])).toBe(true);
});
