import { describe, expect, test } from 'vitest';
import { Desk, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;
const ICP = { symbol: 'ICPUSDT' };

function desk(): Desk {
  const made = new Desk({ bars: [['10', '11', '9.5', '10'], QUIET, QUIET] });
  made.isolate(5);
  return made;
}

describe('history', () => {
  test('of conditional orders keeps what was cancelled and what fired', () => {
    const it = desk();
    it.market('BUY', '100');
    const stop = it.algo('STOP_MARKET', 'SELL', '100', '9.6')['algoId'];
    const profit = it.algo('TAKE_PROFIT_MARKET', 'SELL', '100', '12')['algoId'];
    expect(it.call('DELETE', '/fapi/v1/algoOrder', { algoId: String(profit) })).toMatchObject({
      code: '200',
      algoId: profit,
    });
    it.exchange.advance('point');
    expect(it.list('/fapi/v1/allAlgoOrders', ICP)).toMatchObject([
      { algoId: stop, algoStatus: 'FINISHED' },
      { algoId: profit, algoStatus: 'CANCELED' },
    ]);
    expect(it.list('/fapi/v1/openAlgoOrders')).toEqual([]);
    expect(it.list('/fapi/v1/allOrders', ICP)).toHaveLength(2);
    expect(
      it.list('/fapi/v1/userTrades', { ...ICP, orderId: String(it.algoOf(stop)['actualOrderId']) }),
    ).toHaveLength(1);
  });
});

describe('what is asked for', () => {
  const ids = (rows: readonly Record<string, unknown>[], name: string) => rows.map((row) => row[name]);

  test('from an id comes as its first rows, without one as the latest', () => {
    const it = desk();
    for (let i = 0; i < 5; i++) it.market('BUY', '10');
    const orders = ids(it.list('/fapi/v1/allOrders', ICP), 'orderId');
    const trades = ids(it.list('/fapi/v1/userTrades', ICP), 'id');
    const from = (path: string, name: string, id: unknown) =>
      it.list(path, { ...ICP, limit: '2', [name]: String(id) });
    expect(ids(from('/fapi/v1/allOrders', 'orderId', orders[1]), 'orderId')).toEqual(orders.slice(1, 3));
    expect(ids(from('/fapi/v1/userTrades', 'fromId', trades[1]), 'id')).toEqual(trades.slice(1, 3));
    expect(ids(it.list('/fapi/v1/userTrades', { ...ICP, limit: '2' }), 'id')).toEqual(trades.slice(-2));
  });

  test('by pages comes to an end with every row once', () => {
    const it = desk();
    for (let i = 0; i < 4; i++) it.market('BUY', '10');
    const all = ids(it.list('/fapi/v1/income'), 'tranId');
    const page = (number: number, more = {}) =>
      ids(it.list('/fapi/v1/income', { limit: '2', page: String(number), ...more }), 'tranId');
    const forward = [1, 2, 3, 4].map((number) => page(number, { startTime: '0' }));
    expect(forward).toEqual([all.slice(0, 2), all.slice(2, 4), all.slice(4), []]);
    expect([1, 2, 3, 4].map((number) => page(number))).toEqual([
      all.slice(3),
      all.slice(1, 3),
      all.slice(0, 1),
      [],
    ]);
  });

  test('of its history without a time or an id goes back seven days', () => {
    const it = desk();
    const { orderId } = it.market('BUY', '10');
    const [trade] = ids(it.list('/fapi/v1/userTrades', ICP), 'id');
    const lists = (more: Readonly<Record<string, string>> = {}) =>
      ['/fapi/v1/allOrders', '/fapi/v1/userTrades', '/fapi/v1/income'].map(
        (path) => it.list(path, { ...ICP, ...more }).length,
      );
    it.exchange.venue.timeMs += 7 * 86_400_000;
    expect(lists()).toEqual([1, 1, 1]);
    it.exchange.venue.timeMs += 1;
    expect(lists()).toEqual([0, 0, 0]);
    expect(lists({ startTime: String(START_MS) })).toEqual([1, 1, 1]);
    expect(lists({ endTime: String(START_MS) })).toEqual([1, 1, 1]);
    expect(it.list('/fapi/v1/allOrders', { ...ICP, orderId: String(orderId) })).toHaveLength(1);
    expect(it.list('/fapi/v1/userTrades', { ...ICP, fromId: String(trade) })).toHaveLength(1);
  });

  test('for a span that runs backwards is refused, on public and signed endpoints', () => {
    const it = desk();
    const span = { startTime: '2', endTime: '1' };
    expect(it.call('GET', '/fapi/v1/income', span)).toMatchObject({ code: -1023 });
    expect(it.public('/fapi/v1/klines', { ...ICP, interval: '5m', ...span })).toMatchObject({ code: -1023 });
    expect(it.public('/fapi/v1/fundingRate', span)).toMatchObject({ code: -1023 });
  });

  test('is forgotten: orders without a fill three days after their end, all 90 days after they were placed', () => {
    const it = desk();
    const { orderId: filled } = it.market('BUY', '10');
    const { orderId: canceled } = it.limit('BUY', '10', '9');
    const { orderId: open } = it.limit('BUY', '10', '8.9');
    const stop = it.algo('STOP_MARKET', 'SELL', '10', '9')['algoId'];
    it.call('DELETE', '/fapi/v1/order', { ...ICP, orderId: String(canceled) });
    it.call('DELETE', '/fapi/v1/algoOrder', { algoId: String(stop) });
    const since = { ...ICP, startTime: String(START_MS) };
    const known = () => ids(it.list('/fapi/v1/allOrders', since), 'orderId');
    const order = (orderId: unknown) =>
      it.call('GET', '/fapi/v1/order', { ...ICP, orderId: String(orderId) })['code'];
    const day = 86_400_000;
    const { venue } = it.exchange;
    venue.timeMs += 3 * day;
    expect(known()).toEqual([filled, canceled, open]);
    expect(it.algoOf(stop)['algoStatus']).toBe('CANCELED');
    venue.timeMs += 1;
    expect(known()).toEqual([filled, open]);
    expect([order(canceled), order(filled)]).toEqual([-2013, undefined]);
    expect(it.algoOf(stop)).toMatchObject({ code: -2013 });
    expect(it.list('/fapi/v1/allAlgoOrders', since)).toEqual([]);
    venue.timeMs += 87 * day;
    expect(known()).toEqual([open]);
    expect(order(filled)).toBe(-2013);
  });
});
