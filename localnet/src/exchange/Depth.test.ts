import { describe, expect, test } from 'vitest';
import { levelsFor } from './Depth.ts';
import { Desk, e8, type Ohlc } from './test/Scenario.ts';

const QUIET: Ohlc = ['10', '10', '10', '10'];
const ICP = { symbol: 'ICPUSDT' };
const deep = { book: 'depth', stopSlippage: 'none', walletE8: e8('100000') } as const;

function desk(bars: readonly Ohlc[] = [QUIET, QUIET], seed = '1'): Desk {
  const made = new Desk({ bars, options: { ...deep, seed } });
  made.isolate(10);
  return made;
}

const asks = ({ exchange }: Desk, count: number) =>
  [...levelsFor(exchange.venue, exchange.market, 'BUY')].slice(0, count);
const orderOf = (it: Desk, orderId: unknown) =>
  it.call('GET', '/fapi/v1/order', { ...ICP, orderId: String(orderId) });

describe('a book with depth', () => {
  test('is the same for the same seed and time, another for another seed, and never crossed', () => {
    expect(asks(desk(), 50)).toEqual(asks(desk(), 50));
    expect(asks(desk([QUIET, QUIET], '2'), 50)).not.toEqual(asks(desk(), 50));
    const it = desk();
    const [bid] = [...levelsFor(it.exchange.venue, it.exchange.market, 'SELL')];
    expect((bid?.priceE8 ?? 0n) < (asks(it, 1)[0]?.priceE8 ?? 0n)).toBe(true);
  });

  test('is walked by a market order: one trade a level, best first, and what it took is gone until time goes on', () => {
    const it = desk();
    const before = asks(it, 3);
    const [first, second, third] = before;
    const all = (first?.quantityE8 ?? 0n) + (second?.quantityE8 ?? 0n);
    const order = it.market('BUY', String((all + e8('10')) / e8('1')));
    expect(order).toMatchObject({ status: 'FILLED' });
    const trades = it.list('/fapi/v1/userTrades', ICP);
    expect(trades.map(({ price, qty }) => [e8(String(price)), e8(String(qty))])).toEqual([
      [first?.priceE8, first?.quantityE8],
      [second?.priceE8, second?.quantityE8],
      [third?.priceE8, e8('10')],
    ]);
    const quote = trades.reduce((sum, { quoteQty }) => sum + e8(String(quoteQty)), 0n);
    expect(e8(String(order['cumQuote']))).toBe(quote);
    expect(asks(it, 1)[0]).toEqual({
      priceE8: third?.priceE8,
      quantityE8: (third?.quantityE8 ?? 0n) - e8('10'),
    });
    it.exchange.advance('point');
    expect((asks(it, 1)[0]?.priceE8 ?? 0n) <= (first?.priceE8 ?? 0n)).toBe(true);
  });

  test('fills an immediate-or-cancel order as far as its limit and lets the rest expire; fill-or-kill takes all or nothing', () => {
    const it = desk();
    const [first] = asks(it, 1);
    const price = String(Number(first?.priceE8) / 1e8);
    const offered = Number(first?.quantityE8) / 1e8;
    const ioc = { timeInForce: 'IOC' };
    expect(it.limit('BUY', String(offered + 50), price, { timeInForce: 'FOK' })).toMatchObject({
      code: -5021,
    });
    expect(it.limit('BUY', String(offered + 50), price, ioc)).toMatchObject({
      status: 'EXPIRED',
      executedQty: String(offered),
      origQty: String(offered + 50),
    });
    expect(it.position()['positionAmt']).toBe(String(offered));
  });

  test('lets a limit order trade what is offered and rest with what is left, its margin bound for that alone', () => {
    const it = desk();
    const [first] = asks(it, 1);
    const price = Number(first?.priceE8) / 1e8;
    const offered = Number(first?.quantityE8) / 1e8;
    const order = it.limit('BUY', String(offered + 40), String(price));
    expect(order).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: String(offered) });
    expect(it.list('/fapi/v1/openOrders')).toHaveLength(1);
    const bound = Number(it.call('GET', '/fapi/v3/account')['totalOpenOrderInitialMargin']);
    expect(bound).toBeCloseTo(40 * price * (0.1 + 0.0005), 6);
    it.call('DELETE', '/fapi/v1/order', { ...ICP, orderId: String(order['orderId']) });
    expect(orderOf(it, order['orderId'])).toMatchObject({ status: 'CANCELED', executedQty: String(offered) });
  });

  test('fills a resting order in part when the price comes to it, and whole once the price goes through it', () => {
    const it = desk([['10', '10', '9.5', '9.6'], ['9.6', '9.6', '9.4', '9.5'], QUIET]);
    const { orderId } = it.limit('BUY', '5000', '9.5');
    it.exchange.advance('point');
    const touched = orderOf(it, orderId);
    expect(touched['status']).toBe('PARTIALLY_FILLED');
    it.exchange.advance('open');
    it.exchange.advance('open');
    expect(orderOf(it, orderId)).toMatchObject({ status: 'FILLED', avgPrice: '9.5', executedQty: '5000' });
    expect(it.list('/fapi/v1/userTrades', ICP).every(({ maker }) => maker === true)).toBe(true);
  });

  test('refuses a post-only order at the best offer, and keeps one below it', () => {
    const it = desk();
    const price = String(Number(asks(it, 1)[0]?.priceE8) / 1e8);
    expect(it.limit('BUY', '10', price, { timeInForce: 'GTX' })).toMatchObject({ code: -5022 });
    expect(it.limit('BUY', '10', '9.99', { timeInForce: 'GTX' })).toMatchObject({ status: 'NEW' });
  });

  test('is wider and thinner after a wild bar', () => {
    const usual: readonly Ohlc[] = Array.from({ length: 40 }, () => ['10', '10.01', '9.99', '10'] as const);
    const it = desk([...usual, ['10', '11', '9', '10'], QUIET]);
    while (it.exchange.status().barsDone < 40) it.exchange.advance('open');
    const measure = () => {
      const levels = asks(it, 20);
      const depthE8 = levels.reduce((sum, { quantityE8 }) => sum + quantityE8, 0n);
      return { depthE8, spreadE8: (levels[0]?.priceE8 ?? 0n) - it.exchange.market.lastE8 };
    };
    const calm = measure();
    it.exchange.advance('open');
    const wild = measure();
    expect(wild.depthE8 * 2n < calm.depthE8).toBe(true);
    expect(wild.spreadE8 > calm.spreadE8).toBe(true);
  });

  test('ends fifteen percent from mark: what a market order cannot get there expires', () => {
    const thin = new Desk({
      bars: [['10', '10', '10', '10'], QUIET],
      options: { ...deep, walletE8: e8('100000000') },
    });
    thin.isolate(1);
    const order = thin.market('BUY', '900000');
    expect(order['status']).toBe('EXPIRED');
    expect(Number(order['executedQty'])).toBeGreaterThan(0);
    const worst = Math.max(...thin.list('/fapi/v1/userTrades', ICP).map(({ price }) => Number(price)));
    expect(worst).toBeLessThanOrEqual(11.5);
  });

  test('is what the depth endpoint and the book ticker show', () => {
    const it = desk();
    const [ask] = asks(it, 1);
    const seen = JSON.stringify([Number(ask?.priceE8) / 1e8, Number(ask?.quantityE8) / 1e8].map(String));
    const shown = it.public('/fapi/v1/depth', { ...ICP, limit: '5' }) as { asks: unknown[]; bids: unknown[] };
    expect(JSON.stringify(shown.asks[0])).toBe(seen);
    expect(shown.bids).toHaveLength(5);
    const ticker = it.public('/fapi/v1/ticker/bookTicker', ICP);
    expect(JSON.stringify([ticker['askPrice'], ticker['askQty']])).toBe(seen);
  });
});
