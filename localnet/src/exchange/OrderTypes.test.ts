import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExchangeServer } from './ExchangeServer.ts';
import { connect } from './test/Client.ts';
import { Desk, e8, type Ohlc, START_MS } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET: Ohlc = ['10', '10', '10', '10'];
const BARS: readonly Ohlc[] = [['10', '11', '10', '10.2'], QUIET, QUIET];

let desk: Desk;
let server: ExchangeServer;
let client: ReturnType<typeof connect>;

beforeEach(async () => {
  const options = { stopSlippage: 'none', book: 'depth', walletE8: e8('100000') } as const;
  desk = new Desk({ bars: BARS, options });
  server = new ExchangeServer(desk.exchange);
  client = connect(await server.start(0));
  await client.setMarginMode('isolated', ICP);
  await client.setLeverage(5, ICP);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

describe('an unmodified ccxt, on a book with depth,', () => {
  test('walks the book with a market order and reads its average and its trades', async () => {
    const book = await client.fetchOrderBook(ICP, 5);
    const [best, second] = book.asks;
    const amount = Number(best?.[1]) + Math.min(5, Number(second?.[1]));
    const order = await client.createOrder(ICP, 'market', 'buy', amount);
    const trades = await client.fetchMyTrades(ICP);
    expect(trades).toHaveLength(2);
    const cost = trades.reduce((sum, trade) => sum + Number(trade.cost), 0);
    expect(order).toMatchObject({ status: 'closed', filled: amount });
    expect(order.average).toBeCloseTo(cost / amount, 7);
    expect((await client.fetchOrderBook(ICP, 5)).asks[0]?.[0]).toBe(second?.[0]);
  });

  test('sees a part of a limit order filled and cancels the rest', async () => {
    const [best] = (await client.fetchOrderBook(ICP, 5)).asks;
    const [price, offered] = [Number(best?.[0]), Number(best?.[1])];
    const order = await client.createOrder(ICP, 'limit', 'buy', offered + 30, price);
    expect(order).toMatchObject({ status: 'open', filled: offered, remaining: 30 });
    const canceled = await client.cancelOrder(String(order.id), ICP);
    expect(canceled).toMatchObject({ status: 'canceled', filled: offered });
  });

  test('edits an order, which keeps its id', async () => {
    const order = await client.createOrder(ICP, 'limit', 'buy', 100, 9);
    const edited = await client.editOrder(String(order.id), ICP, 'limit', 'buy', 120, 9.1);
    expect(edited).toMatchObject({ id: order.id, price: 9.1, amount: 120, status: 'open' });
    expect(await client.fetchOpenOrders(ICP)).toHaveLength(1);
    const same = client.editOrder(String(order.id), ICP, 'limit', 'buy', 120, 9.1);
    await expect(same).rejects.toThrow('-5027');
  });

  test('places, changes and cancels several orders at once, each judged on its own', async () => {
    const wish = (price: number) => ({ symbol: ICP, type: 'limit', side: 'buy', amount: 10, price }) as const;
    const placed = await client.createOrders([wish(9), wish(9.1)]);
    expect(placed.map(({ status }) => status)).toEqual(['open', 'open']);
    const mixed = desk.call('POST', '/fapi/v1/batchOrders', {
      batchOrders: JSON.stringify([
        { symbol: 'ICPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '10', price: '9.3' },
        { symbol: 'ICPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.4', price: '9.3' },
        { symbol: 'ICPUSDT', side: 'BUY', type: 'MARKET', quantity: '10', colour: 'blue' },
      ]),
    });
    expect(mixed).toMatchObject([{ status: 'NEW' }, { code: -1111 }, { code: -1104 }]);
    const ids = placed.map(({ id }) => String(id));
    await client.cancelOrders(ids, ICP);
    expect(await client.fetchOpenOrders(ICP)).toHaveLength(1);
    expect(desk.call('POST', '/fapi/v1/batchOrders', { batchOrders: '[]' })).toMatchObject({ code: -4082 });
    expect(desk.call('POST', '/fapi/v1/batchOrders', { batchOrders: '[{' })).toMatchObject({ code: -1102 });
  });

  test('trails a stop, and reads what it became', async () => {
    await client.createOrder(ICP, 'market', 'buy', 10);
    const placed = await client.createOrder(ICP, 'market', 'sell', 10, undefined, {
      trailingPercent: 5,
      reduceOnly: true,
    });
    desk.exchange.advance('open');
    const done = await client.fetchOrder(String(placed.id), ICP, { trigger: true });
    expect(done.info).toMatchObject({ algoStatus: 'FINISHED', orderType: 'TRAILING_STOP_MARKET' });
    const actual = await client.fetchOrder(String(done.info['actualOrderId']), ICP);
    // 5 % below the high of 11, into the book there.
    expect(actual.average).toBeLessThanOrEqual(10.45);
    expect(actual.average).toBeGreaterThan(10.4);
  });

  test('places a stop-limit that becomes a limit order', async () => {
    await client.createOrder(ICP, 'market', 'buy', 10);
    const placed = await client.createOrder(ICP, 'limit', 'sell', 10, 10.9, {
      takeProfitPrice: 10.5,
      reduceOnly: true,
    });
    desk.exchange.advance('open');
    const done = await client.fetchOrder(String(placed.id), ICP, { trigger: true });
    expect(done.info).toMatchObject({ algoStatus: 'FINISHED', orderType: 'TAKE_PROFIT', price: '10.9' });
    const actual = await client.fetchOrder(String(done.info['actualOrderId']), ICP);
    expect(actual).toMatchObject({ type: 'limit', status: 'closed', average: 10.9 });
  });

  test('keeps an order good till a date, and winds the countdown', async () => {
    const goodTillDate = START_MS + 650_000;
    const order = await client.createOrder(ICP, 'limit', 'buy', 10, 9, { timeInForce: 'GTD', goodTillDate });
    const call = client as unknown as Record<
      'fapiPrivatePostCountdownCancelAll',
      (request: object) => Promise<unknown>
    >;
    await call.fapiPrivatePostCountdownCancelAll({ symbol: 'ICPUSDT', countdownTime: 120_000 });
    desk.exchange.advance('open');
    expect((await client.fetchOrder(String(order.id), ICP)).status).toBe('canceled');
  });

  test('is refused a second close-position stop in a direction, and a post-only order that would take', async () => {
    await client.createOrder(ICP, 'market', 'buy', 10);
    const close = (price: number) =>
      client.createOrder(ICP, 'market', 'sell', 10, undefined, { stopLossPrice: price, closePosition: true });
    await close(9.5);
    await expect(close(9.4)).rejects.toThrow('-4130');
    const taking = client.createOrder(ICP, 'limit', 'buy', 10, 10.5, { postOnly: true });
    await expect(taking).rejects.toBeInstanceOf(ccxt.OrderNotFillable);
  });
});
