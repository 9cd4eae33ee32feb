import { describe, expect, test } from 'vitest';
import { Desk } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;

describe('a limit order', () => {
  test('rests, fills at its limit as maker when the price comes to it, and pays the maker fee', () => {
    const desk = new Desk({ bars: [['10', '10', '9', '9.5'], QUIET] });
    desk.isolate(2);
    const { orderId } = desk.limit('BUY', '100', '9.4');
    desk.exchange.advance('point');
    const [trade] = desk.list('/fapi/v1/userTrades', { symbol: 'ICPUSDT' });
    expect(trade).toMatchObject({ orderId, price: '9.4', maker: true, commission: '0.188' });
  });

  test('that crosses fills at the last price as taker', () => {
    const desk = new Desk({ bars: [QUIET, QUIET] });
    desk.isolate(2);
    desk.limit('BUY', '100', '10.5');
    expect(desk.list('/fapi/v1/userTrades', { symbol: 'ICPUSDT' })[0]).toMatchObject({
      price: '10',
      maker: false,
    });
  });

  test('that only reduces expires with the position it would reduce', () => {
    const desk = new Desk({ bars: [QUIET, QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const { orderId } = desk.limit('SELL', '10', '11', { reduceOnly: 'true' });
    desk.market('SELL', '10');
    const order = desk.call('GET', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(orderId) });
    expect(order['status']).toBe('EXPIRED');
  });

  test('fills with the very margin it has bound', () => {
    const desk = new Desk({ bars: [['10', '10', '9', '9'], QUIET] });
    desk.isolate(2);
    const { orderId } = desk.limit('BUY', '2000', '9.5');
    desk.exchange.advance('point');
    const order = desk.call('GET', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(orderId) });
    expect(order['status']).toBe('FILLED');
  });

  test('binds its margin while it rests', () => {
    const desk = new Desk({ bars: [QUIET, QUIET] });
    desk.isolate(2);
    desk.limit('BUY', '1000', '9');
    const account = desk.call('GET', '/fapi/v3/account');
    // 9,000 / 2 and the taker fee of 4.5
    expect(account).toMatchObject({ availableBalance: '5495.5', totalOpenOrderInitialMargin: '4504.5' });
    expect(desk.market('BUY', '1200')).toMatchObject({ code: -2019 });
  });
});
