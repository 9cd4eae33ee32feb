import { describe, expect, test } from 'vitest';
import { barLengthMs, BARS_PER_DAY, type Bar } from './Bar.ts';
import { parseCandles } from './CandleFile.ts';
import { formatE8, toNumber } from './E8.ts';
import { createSynthetic } from './Synthetic.ts';

const returnsOf = (bars: readonly Bar[]): number[] =>
  bars.slice(1).map((bar, i) => Math.log(toNumber(bar.closeE8) / toNumber(bars[i]?.closeE8 ?? 0n)));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const covariance = (a: readonly number[], b: readonly number[]): number =>
  mean(a.map((value, i) => value * (b[i] ?? 0))) - mean(a) * mean(b);

describe('a synthetic market', () => {
  const recording = createSynthetic({ seed: 11, bars: 9_000 });
  const icp = returnsOf(recording.market.bars);
  const eth = returnsOf(recording.leader.bars);

  test('is the same for the same seed and another for another', () => {
    expect(createSynthetic({ seed: 5, bars: 50 })).toEqual(createSynthetic({ seed: 5, bars: 50 }));
    expect(createSynthetic({ seed: 6, bars: 50 }).market.bars).not.toEqual(
      createSynthetic({ seed: 5, bars: 50 }).market.bars,
    );
  });

  test('follows its leader with a correlation of about .67', () => {
    const correlation = covariance(icp, eth) / Math.sqrt(covariance(icp, icp) * covariance(eth, eth));
    expect(correlation).toBeGreaterThan(0.6);
    expect(correlation).toBeLessThan(0.74);
  });

  test('has fat tails and moves by some percent a day', () => {
    const variance = covariance(icp, icp);
    expect(mean(icp.map((value) => value ** 4)) / variance ** 2).toBeGreaterThan(6);
    const daily = Math.sqrt(variance * BARS_PER_DAY);
    expect(daily).toBeGreaterThan(0.03);
    expect(daily).toBeLessThan(0.09);
  });

  test('would pass as a recorded file, with every price on the tick', () => {
    const rows = recording.market.bars.map((bar) =>
      [bar.timeMs, ...[bar.openE8, bar.highE8, bar.lowE8, bar.closeE8, bar.volumeE8].map(formatE8)].join(','),
    );
    const text = ['timestamp_ms,open,high,low,close,volume', ...rows].join('\n');
    expect(parseCandles(text, 'synthetic')).toEqual(recording.market.bars);
    expect(
      recording.market.bars.every((bar) => bar.closeE8 % 100_000n === 0n && bar.lowE8 % 100_000n === 0n),
    ).toBe(true);
    expect(recording.leader.bars.every((bar) => bar.closeE8 % 1_000_000n === 0n)).toBe(true);
  });

  test('settles funding every eight hours', () => {
    const times = recording.market.funding.map(({ timeMs }) => timeMs);
    expect(times.slice(1).every((timeMs, i) => timeMs - (times[i] ?? 0) === 28_800_000)).toBe(true);
    expect(new Set(recording.market.funding.map(({ rateE8 }) => rateE8)).size).toBeGreaterThan(20);
  });

  test('refuses a start that is off the funding grid', () => {
    expect(() => createSynthetic({ startMs: 1 })).toThrow(/8-hour boundary/);
  });

  test('of minutes is as volatile in a day as one of five minutes', () => {
    const minutes = createSynthetic({ seed: 11, bars: 20_000, barMs: 60_000 });
    const daily = Math.sqrt(
      covariance(returnsOf(minutes.market.bars), returnsOf(minutes.market.bars)) * 1440,
    );
    expect(daily).toBeGreaterThan(0.03);
    expect(daily).toBeLessThan(0.09);
    expect(barLengthMs(minutes.market.bars)).toBe(60_000);
    expect(() => createSynthetic({ barMs: 120_000 })).toThrow(/1, 3, 5, 15, 30 or 60 minutes/);
  });

  test('may have an index some basis points away and open interest, with the very same prices', () => {
    const bare = createSynthetic({ seed: 9, bars: 2_000 });
    const { market, leader } = createSynthetic({ seed: 9, bars: 2_000, index: true });
    expect([market.bars, leader.bars]).toEqual([bare.market.bars, bare.leader.bars]);
    expect(bare.market.index).toBeUndefined();
    const premiums = market.bars.map(
      (bar, i) => toNumber(bar.closeE8) / toNumber(market.index?.[i]?.closeE8 ?? 1n) - 1,
    );
    expect(Math.abs(mean(premiums))).toBeLessThan(1e-4);
    const deviation = Math.sqrt(covariance(premiums, premiums));
    expect(deviation).toBeGreaterThan(2e-4);
    expect(deviation).toBeLessThan(6e-4);
    for (const { lowE8, openE8, closeE8, highE8 } of market.index ?? []) {
      expect(lowE8 <= openE8 && lowE8 <= closeE8 && highE8 >= openE8 && highE8 >= closeE8).toBe(true);
    }
    expect(market.openInterest).toHaveLength(2_000);
    expect(createSynthetic({ seed: 9, bars: 50, index: true })).toEqual(
      createSynthetic({ seed: 9, bars: 50, index: true }),
    );
  });
});
