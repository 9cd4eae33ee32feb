import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { Desk, e8, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;
const noSlip = { stopSlippage: 'none' } as const;

describe('liquidation', () => {
  test('takes the whole isolated margin at the liquidation price, and nothing else', () => {
    const desk = new Desk({ bars: [['10', '10', '8', '9'], QUIET] });
    desk.isolate(10);
    desk.market('BUY', '100');
    const wallet = desk.exchange.venue.walletE8;
    const { liquidationPrice } = desk.position();
    const resting = desk.limit('BUY', '10', '7')['orderId'];
    const stop = desk.algo('STOP_MARKET', 'SELL', '100', '8.5')['algoId'];
    desk.happened();
    desk.exchange.advance('point');
    expect(desk.happened()).toEqual([
      `fill ${String(liquidationPrice)}`,
      `liquidation ${String(liquidationPrice)}`,
    ]);
    expect(wallet - desk.exchange.venue.walletE8).toBe(e8('100'));
    expect(desk.position()).toMatchObject({ positionAmt: '0', isolatedWallet: '0' });
    expect(desk.algoOf(stop)['algoStatus']).toBe('CANCELED');
    const order = desk.call('GET', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(resting) });
    expect(order['status']).toBe('CANCELED');
    const [forced] = desk.list('/fapi/v1/forceOrders', { symbol: 'ICPUSDT' });
    expect(forced).toMatchObject({ side: 'SELL', executedQty: '100' });
    expect(String(forced?.['clientOrderId'])).toMatch(/^autoclose-/);
    const lost = desk
      .list('/fapi/v1/income')
      .slice(-2)
      .map(({ incomeType, income }) => [incomeType, Number(income)] as const);
    expect(lost.map(([type]) => type)).toEqual(['REALIZED_PNL', 'INSURANCE_CLEAR']);
    expect(lost.reduce((sum, [, income]) => sum + income, 0)).toBeCloseTo(-100, 8);
  });

  test('comes before a stop when a gap jumps both, and never costs more than the margin', () => {
    const desk = new Desk({ bars: [QUIET, ['7', '7', '7', '7'], QUIET] });
    desk.isolate(10);
    desk.market('BUY', '100');
    const wallet = desk.exchange.venue.walletE8;
    const stop = desk.algo('STOP_MARKET', 'SELL', '100', '9.5')['algoId'];
    desk.exchange.advance('open');
    expect(desk.algoOf(stop)['algoStatus']).toBe('CANCELED');
    expect(wallet - desk.exchange.venue.walletE8).toBe(e8('100'));
    // Closed at bankruptcy, 9, not at 7: the insurance fund bears the difference and pays nothing out.
    expect(desk.list('/fapi/v1/forceOrders')[0]).toMatchObject({ avgPrice: '9' });
    expect(desk.list('/fapi/v1/income', { incomeType: 'INSURANCE_CLEAR' })).toEqual([]);
  });

  test('does not come while a stop stands before it', () => {
    const desk = new Desk({ bars: [['10', '10', '8', '9'], QUIET], options: noSlip });
    desk.isolate(10);
    desk.market('BUY', '100');
    desk.algo('STOP_MARKET', 'SELL', '100', '9.5');
    desk.exchange.advance('point');
    expect(desk.list('/fapi/v1/forceOrders')).toEqual([]);
  });

  test('in cross mode costs the loss and the maintenance margin, and leaves the rest of the wallet', () => {
    const desk = new Desk({ bars: [['10', '10', '5', '6'], QUIET], options: { walletE8: e8('1000') } });
    desk.market('BUY', '400');
    const liquidation = Number(desk.position()['liquidationPrice']);
    // Collateral 998 against a cost of 4,000, 1 % maintenance: (4000 − 998) / (400 × .99)
    expect(liquidation).toBeCloseTo(7.580808, 6);
    desk.exchange.advance('point');
    expect(desk.position()['positionAmt']).toBe('0');
    expect(desk.exchange.venue.walletE8 >= 0n && desk.exchange.venue.walletE8 < e8('1')).toBe(true);
  });

  test('of a short is at the price above', () => {
    const desk = new Desk({ bars: [['10', '12', '10', '11'], QUIET] });
    desk.isolate(10);
    desk.market('SELL', '100');
    const liquidation = Number(desk.position()['liquidationPrice']);
    expect(liquidation).toBeGreaterThan(10.8);
    desk.exchange.advance('point');
    expect(desk.list('/fapi/v1/forceOrders')[0]).toMatchObject({
      side: 'BUY',
      avgPrice: String(liquidation),
    });
  });

  test('follows the margin table in force: a stricter one brings it nearer under an open position', () => {
    const tiers = (sinceMs: number, mmrE8: bigint) => ({
      sinceMs,
      tiers: [{ minNotionalE8: 0n, maxNotionalE8: e8('100000'), mmrE8, maxLeverageE8: e8('20'), cumE8: 0n }],
    });
    const desk = new Desk({ bars: [QUIET, QUIET, QUIET] });
    const contract = desk.exchange.market;
    Object.assign(contract.recording, {
      tiers: [tiers(0, 1_000_000n), tiers(START_MS + BAR_MS, 5_000_000n)],
    });
    desk.isolate(10);
    desk.market('BUY', '100');
    const before = Number(desk.position()['liquidationPrice']);
    desk.exchange.advance('open');
    expect(Number(desk.position()['liquidationPrice'])).toBeGreaterThan(before);
  });
});
