import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { fundingIntervalMs } from './FundingSchedule.ts';
import { Desk, e8, type Ohlc, START_MS } from './test/Scenario.ts';

const HOUR_MS = 3_600_000;
const QUIET: Ohlc = ['10', '10', '10', '10'];
const every = (hours: number) =>
  [0, 1, 2, 3].map((i) => ({ timeMs: START_MS + i * hours * HOUR_MS, rateE8: e8('0.001') }));

describe('the funding interval', () => {
  test.each([1, 4, 8])('of %i h is found in the recording and shown', (hours) => {
    expect(fundingIntervalMs(every(hours))).toBe(hours * HOUR_MS);
    const it = new Desk({ bars: [QUIET, QUIET], funding: every(hours) });
    const [info] = it.public('/fapi/v1/fundingInfo') as unknown as Record<string, unknown>[];
    expect(info).toMatchObject({ symbol: 'ICPUSDT', fundingIntervalHours: hours });
    expect(it.public('/fapi/v1/premiumIndex', { symbol: 'ICPUSDT' })).toMatchObject({
      nextFundingTime: START_MS + hours * HOUR_MS,
      lastFundingRate: '0.001',
    });
  });

  test('changed by command settles in between, at the last rate in proportion', () => {
    const bars = Array.from({ length: 14 * (HOUR_MS / BAR_MS) }, () => QUIET);
    const it = new Desk({ bars, funding: every(8) });
    it.isolate(5);
    it.market('BUY', '100');
    it.control('POST', '/localnet/v1/faults', { kind: 'funding-interval', symbol: 'ICPUSDT', hours: '4' });
    while (!it.exchange.done) it.exchange.advance('open');
    const paid = it.list('/fapi/v1/income', { incomeType: 'FUNDING_FEE' });
    expect(paid.map(({ time, income }) => [Number(time) - START_MS, income])).toEqual([
      [4 * HOUR_MS, '-0.5'],
      [8 * HOUR_MS, '-1'],
      [12 * HOUR_MS, '-0.5'],
    ]);
    const rates = it.public('/fapi/v1/fundingRate', { symbol: 'ICPUSDT' }) as unknown as Record<
      string,
      unknown
    >[];
    expect(rates.map(({ fundingRate }) => fundingRate)).toEqual(['0.001', '0.0005', '0.001', '0.0005']);
  });
});
