import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ExchangeServer } from '../ExchangeServer.ts';
import { LISTEN_KEY_MS } from '../ListenKeys.ts';
import { type Client, connectToWatch } from '../test/Client.ts';
import { eventually } from '../test/Eventually.ts';
import { Desk, e8, type Json, type Ohlc, START_MS } from '../test/Scenario.ts';
import { BAR_MS } from '../../market/Bar.ts';

const ICP = 'ICP/USDT:USDT';
const BARS: readonly Ohlc[] = [
  ['10', '10.6', '9.4', '10.5'],
  ['10.2', '10.3', '10', '10.1'],
  ['10', '13', '10', '13'],
];

let nowMs: number;
let desk: Desk;
let server: ExchangeServer;
let base: string;

beforeEach(async () => {
  nowMs = Date.now();
  const beganMs = nowMs;
  const began = performance.now();
  let jumpedMs = 0;
  desk = new Desk({
    bars: BARS,
    funding: [{ timeMs: START_MS + BAR_MS, rateE8: e8('0.001') }],
    options: { stopSlippage: 'none', now: () => beganMs + jumpedMs + Math.floor(performance.now() - began) },
  });
  jump = (ms) => (jumpedMs += ms);
  server = new ExchangeServer(desk.exchange, {}, { tickMs: 50 });
  base = await server.start(0);
  desk.isolate(5);
});

let jump: (ms: number) => void;

afterEach(() => server.close());

describe('an unmodified ccxt.pro', () => {
  let client: Client;

  beforeEach(async () => {
    client = await connectToWatch(base);
  });

  afterEach(() => client.close());

  /** Begins to watch, waits until the user stream is open, and then does something. */
  async function watching<T>(watch: () => Promise<T>, act: () => unknown): Promise<T> {
    const coming = watch();
    const key = desk.exchange.listenKeys;
    await eventually(() => server.streams.names.includes(key.alive() ?? '-')).toBe(true);
    await act();
    return coming;
  }

  test('watches balance and positions through a fill', async () => {
    expect(await client.watchPositions([ICP])).toEqual([]);
    const coming = client.watchPositions([ICP]);
    const balance = await watching(
      () => client.watchBalance(),
      () => desk.market('BUY', '100'),
    );
    expect(balance['USDT']).toMatchObject({ total: 9999.5 });
    const positions = await coming;
    expect(positions).toMatchObject([{ symbol: ICP, side: 'long', contracts: 100, entryPrice: 10 }]);
  });

  test('watches an order from its birth to its end', async () => {
    const placed = await watching(
      () => client.watchOrders(ICP),
      () => desk.limit('BUY', '10', '9.5', { newClientOrderId: 'bid-1' }),
    );
    expect(placed).toMatchObject([{ clientOrderId: 'bid-1', status: 'open', price: 9.5, filled: 0 }]);
    const coming = client.watchOrders(ICP);
    desk.exchange.advance('point');
    expect(await coming).toMatchObject([
      { clientOrderId: 'bid-1', status: 'closed', filled: 10, average: 9.5 },
    ]);
    const other = client.watchOrders(ICP);
    const { orderId } = desk.limit('BUY', '10', '9');
    await other;
    const cancelled = client.watchOrders(ICP);
    desk.call('DELETE', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(orderId) });
    expect(await cancelled).toMatchObject([{ id: String(orderId), status: 'canceled' }]);
  });

  test('watches a conditional order by its own events until it has become an order', async () => {
    desk.market('BUY', '100');
    const [placed] = await watching(
      () => client.watchOrders(ICP),
      () => desk.algo('STOP_MARKET', 'SELL', '100', '9.5', { clientAlgoId: 'stop-1' }),
    );
    expect(placed).toMatchObject({
      clientOrderId: 'stop-1',
      status: 'open',
      triggerPrice: 9.5,
      reduceOnly: true,
    });
    const coming = client.watchOrders(ICP);
    desk.exchange.advance('point');
    await coming;
    await eventually(() => client.orders?.map(({ status }: Json) => status)).toEqual(['closed', 'closed']);
  });

  test('watches its own trades', async () => {
    const trades = await watching(
      () => client.watchMyTrades(ICP),
      () => desk.market('SELL', '50'),
    );
    expect(trades).toMatchObject([
      { symbol: ICP, side: 'sell', amount: 50, price: 10, takerOrMaker: 'taker' },
    ]);
    expect(trades[0]?.fee).toEqual({ cost: 0.25, currency: 'USDT' });
  });

  test('comes back to its user stream after the server dropped it', async () => {
    await watching(
      () => client.watchMyTrades(ICP),
      () => desk.market('BUY', '10'),
    );
    const lost = client.watchMyTrades(ICP);
    desk.exchange.socketFaults.drop();
    await expect(lost).rejects.toThrow();
    await eventually(() => server.streams.size).toBe(0);
    expect(
      await watching(
        () => client.watchMyTrades(ICP),
        () => desk.market('BUY', '20'),
      ),
    ).toMatchObject([{ amount: 20 }]);
  });
});

describe('the user stream', () => {
  let events: Json[];
  let socket: WebSocket;

  async function open(): Promise<void> {
    events = [];
    const listenKey = String(desk.keyed('POST', '/fapi/v1/listenKey')['listenKey']);
    socket = new WebSocket(`${base.replace('http', 'ws')}/private/ws?listenKey=${listenKey}`);
    socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as Json));
    await new Promise((resolve) => socket.once('open', resolve));
  }

  /** Kinds of the events that came, once there are as many as expected. */
  async function kinds(count: number): Promise<string[]> {
    await eventually(() => events.length).toBe(count);
    return events.splice(0).map(({ e, o, a }) => {
      const [order, account] = [o as Json | undefined, a as Json | undefined];
      return [e, account?.['m'], order?.['x'], order?.['X']].filter((part) => part !== undefined).join(' ');
    });
  }

  test('tells a stop’s whole story in order: fired, order, fill, money, done', async () => {
    desk.market('BUY', '100');
    await open();
    desk.algo('STOP_MARKET', 'SELL', '100', '9.5');
    expect(await kinds(1)).toEqual(['ALGO_UPDATE NEW']);
    desk.exchange.advance('point');
    expect(await kinds(7)).toEqual([
      'ALGO_UPDATE TRIGGERING',
      'ALGO_UPDATE TRIGGERED',
      'ORDER_TRADE_UPDATE NEW NEW',
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE TRADE FILLED',
      'ACCOUNT_UPDATE ORDER',
      'ALGO_UPDATE FINISHED',
    ]);
  });

  test('tells of a triggered limit order that rests when it fires, and that it is finished when it is filled', async () => {
    desk.market('BUY', '100');
    await open();
    desk.algo('STOP', 'SELL', '100', '9.5', { price: '9.7' });
    expect(await kinds(1)).toEqual(['ALGO_UPDATE NEW']);
    desk.exchange.advance('point');
    expect(await kinds(3)).toEqual([
      'ALGO_UPDATE TRIGGERING',
      'ALGO_UPDATE TRIGGERED',
      'ORDER_TRADE_UPDATE NEW NEW',
    ]);
    desk.exchange.advance('open');
    expect(await kinds(4)).toEqual([
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE TRADE FILLED',
      'ACCOUNT_UPDATE ORDER',
      'ALGO_UPDATE FINISHED',
    ]);
  });

  test('tells of settings, margin moved by hand, funding, the warning and the liquidation', async () => {
    await open();
    desk.call('POST', '/fapi/v1/leverage', { symbol: 'ICPUSDT', leverage: '6' });
    expect(await kinds(1)).toEqual(['ACCOUNT_CONFIG_UPDATE']);
    desk.market('SELL', '100');
    await kinds(4);
    desk.call('POST', '/fapi/v1/positionMargin', { symbol: 'ICPUSDT', type: '1', amount: '20' });
    expect(await kinds(1)).toEqual(['ACCOUNT_UPDATE MARGIN_TRANSFER']);
    desk.exchange.advance('open');
    expect(await kinds(1)).toEqual(['ACCOUNT_UPDATE FUNDING_FEE']);
    desk.exchange.advance('open');
    desk.exchange.advance('point');
    const seen = await kinds(5);
    expect(seen).toEqual([
      'ORDER_TRADE_UPDATE NEW NEW',
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE CALCULATED FILLED',
      'ACCOUNT_UPDATE ORDER',
      'ACCOUNT_UPDATE INSURANCE_CLEAR',
    ]);
  });

  test('warns before a liquidation, once', async () => {
    desk.call('POST', '/fapi/v1/leverage', { symbol: 'ICPUSDT', leverage: '14' });
    desk.market('BUY', '400');
    await open();
    desk.exchange.advance('point');
    await eventually(() => events.map(({ e }) => e)).toContain('MARGIN_CALL');
    expect(events.filter(({ e }) => e === 'MARGIN_CALL')).toMatchObject([
      { p: [{ s: 'ICPUSDT', pa: '400', mt: 'ISOLATED', mp: '9.4' }] },
    ]);
  });

  test('goes on while its key is kept alive, and ends with an event when the key expires', async () => {
    await open();
    jump(LISTEN_KEY_MS - 10_000);
    expect(desk.keyed('PUT', '/fapi/v1/listenKey')).toHaveProperty('listenKey');
    jump(LISTEN_KEY_MS - 10_000);
    desk.market('BUY', '10');
    await kinds(4);
    jump(20_000);
    expect(await kinds(1)).toEqual(['listenKeyExpired']);
    expect(desk.keyed('PUT', '/fapi/v1/listenKey')).toMatchObject({ code: -1125 });
    desk.market('BUY', '10');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events).toEqual([]);
  });

  test('gives the same key while one is alive, and another after it was closed', () => {
    const key = () => desk.keyed('POST', '/fapi/v1/listenKey')['listenKey'];
    const first = key();
    expect(key()).toBe(first);
    expect(desk.keyed('DELETE', '/fapi/v1/listenKey')).toEqual({});
    expect(key()).not.toBe(first);
  });

  test('sends an event twice when told to', async () => {
    await open();
    desk.exchange.socketFaults.duplicates = 1;
    desk.limit('BUY', '10', '9');
    expect(await kinds(2)).toEqual(['ORDER_TRADE_UPDATE NEW NEW', 'ORDER_TRADE_UPDATE NEW NEW']);
  });

  test('of a made-up key stays silent', async () => {
    await open();
    const other = new WebSocket(`${base.replace('http', 'ws')}/private/ws?listenKey=${'0'.repeat(64)}`);
    let heard = 0;
    other.on('message', () => (heard += 1));
    await new Promise((resolve) => other.once('open', resolve));
    desk.market('BUY', '10');
    await kinds(4);
    expect(heard).toBe(0);
    other.close();
  });
});
