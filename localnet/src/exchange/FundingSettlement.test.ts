import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { Desk, e8, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;

describe('funding', () => {
  const settlement = (timeMs: number, rate: string) => ({ timeMs, rateE8: e8(rate) });

  test('is paid out of the isolated margin at the open of its bar and moves the liquidation price nearer', () => {
    const bars = [QUIET, ['11', '11', '11', '11'], QUIET] as const;
    const desk = new Desk({ bars, funding: [settlement(START_MS + BAR_MS, '0.001')] });
    desk.isolate(5);
    desk.market('BUY', '100');
    const before = desk.position();
    desk.exchange.advance('open');
    // 100 × 11 × 0.001
    expect(desk.list('/fapi/v1/income', { incomeType: 'FUNDING_FEE' })).toMatchObject([
      { income: '-1.1', time: START_MS + BAR_MS },
    ]);
    expect(desk.position()['isolatedWallet']).toBe('198.9');
    expect(Number(desk.position()['liquidationPrice'])).toBeGreaterThan(Number(before['liquidationPrice']));
  });

  test('is received by a short while the rate is positive', () => {
    const desk = new Desk({ bars: [QUIET, QUIET], funding: [settlement(START_MS + BAR_MS, '0.001')] });
    desk.isolate(5);
    desk.market('SELL', '100');
    desk.exchange.advance('open');
    expect(desk.position()['isolatedWallet']).toBe('201');
  });

  test('between two points is settled at the price of the first', () => {
    const bars = [['10', '10', '9', '9'], QUIET] as const;
    const desk = new Desk({ bars, funding: [settlement(START_MS + 5, '0.001')] });
    desk.isolate(2);
    desk.market('BUY', '100');
    desk.exchange.advance('point');
    expect(desk.list('/fapi/v1/income', { incomeType: 'FUNDING_FEE' })).toMatchObject([{ income: '-1' }]);
  });

  test('is not charged to who holds nothing, nor known before it is settled', () => {
    const desk = new Desk({ bars: [QUIET, QUIET], funding: [settlement(START_MS + BAR_MS, '0.001')] });
    desk.exchange.advance('open');
    expect(desk.list('/fapi/v1/income', { incomeType: 'FUNDING_FEE' })).toEqual([]);
  });
});
