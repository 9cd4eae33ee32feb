import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ExchangeServer } from '../ExchangeServer.ts';
import { requestFault } from '../faults/FaultSchedule.ts';
import { LOCAL_CREDENTIALS } from '../Signature.ts';
import { type Client, connectToWatch } from '../test/Client.ts';
import { Desk, type Json } from '../test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET = ['10', '10', '10', '10'] as const;

let desk: Desk;
let server: ExchangeServer;
let base: string;

beforeEach(async () => {
  desk = new Desk({ bars: [QUIET, QUIET] });
  server = new ExchangeServer(desk.exchange);
  base = await server.start(0);
});

afterEach(() => server.close());

describe('over the WebSocket API an unmodified ccxt.pro', () => {
  let client: Client;

  beforeEach(async () => {
    client = await connectToWatch(base);
  });

  afterEach(() => client.close());

  test('places, finds and cancels orders, and reads book, balance and positions', async () => {
    // The client would send `clientOrderId` beside the venue's own name for it, and that is one parameter too many.
    const id = { newClientOrderId: 'over-socket' };
    const order = await client.createOrderWs(ICP, 'market', 'buy', 100, undefined, id);
    expect(order).toMatchObject({ clientOrderId: 'over-socket', filled: 100, average: 10, status: 'closed' });
    const { id: bid } = await client.createOrderWs(ICP, 'limit', 'buy', 10, 9);
    expect(await client.fetchOrderWs(String(bid), ICP)).toMatchObject({ id: bid, status: 'open' });
    expect(await client.cancelOrderWs(String(bid), ICP)).toMatchObject({ id: bid, status: 'canceled' });
    expect(await client.fetchPositionsWs([ICP])).toMatchObject([{ contracts: 100, side: 'long' }]);
    expect((await client.fetchBalanceWs())['USDT']).toMatchObject({ total: 9999.5 });
    expect((await client.fetchOrderBookWs(ICP, 5)).bids[0]?.[0]).toBe(10);
  });

  test('is refused with the venue’s codes, in its own classes', async () => {
    await client.setLeverage(2, ICP);
    await expect(client.createOrderWs(ICP, 'market', 'buy', 20_000)).rejects.toBeInstanceOf(
      ccxt.InsufficientFunds,
    );
    await expect(client.fetchOrderWs('99', ICP)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    client.secret = 'wrong';
    await expect(client.fetchBalanceWs()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
    expect(desk.exchange.market.position.quantityE8).toBe(0n);
  });

  test('learns nothing when the answer to an executed order is lost', async () => {
    const fault = requestFault('lost-response', { endpoint: 'POST /fapi/v1/order' });
    desk.exchange.faults.add(desk.exchange, [{ atMs: 0, fault }]);
    await expect(client.createOrderWs(ICP, 'market', 'buy', 10)).rejects.toBeInstanceOf(ccxt.NetworkError);
    expect(desk.exchange.market.position.quantityE8).toBe(1_000_000_000n);
  });
});

describe('the WebSocket API', () => {
  let socket: WebSocket;

  beforeEach(async () => {
    socket = new WebSocket(`${base.replace('http', 'ws')}/ws-fapi/v1`);
    await new Promise((resolve) => socket.once('open', resolve));
  });

  afterEach(() => socket.terminate());

  function ask(message: unknown): Promise<Json> {
    const reply = new Promise<Json>((resolve) => {
      socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as Json));
    });
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return reply;
  }

  test('answers public methods without a key, with what was used unless told not to', async () => {
    const params = { symbol: 'ICPUSDT' };
    expect(await ask({ id: 'a', method: 'ticker.price', params })).toMatchObject({
      id: 'a',
      status: 200,
      result: { symbol: 'ICPUSDT', price: '10' },
      rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', limit: 2400, count: 1 }],
    });
    const quiet = { ...params, returnRateLimits: false };
    expect(await ask({ id: 2, method: 'ticker.book', params: quiet })).not.toHaveProperty('rateLimits');
  });

  test('opens a user stream for the holder of a key', async () => {
    const { apiKey } = LOCAL_CREDENTIALS;
    const opened = await ask({ id: 1, method: 'userDataStream.start', params: { apiKey } });
    expect(opened['result']).toEqual({ listenKey: desk.exchange.listenKeys.alive() });
    expect(await ask({ id: 2, method: 'userDataStream.ping', params: { apiKey } })).toMatchObject({
      status: 200,
    });
    expect(await ask({ id: 3, method: 'userDataStream.stop', params: { apiKey } })).toMatchObject({
      status: 200,
    });
    expect(await ask({ id: 4, method: 'userDataStream.ping', params: { apiKey } })).toMatchObject({
      status: 400,
      error: { code: -1125 },
    });
  });

  test.each([
    ['{', -1135],
    ['[]', -1135],
    [{ id: {}, method: 'depth' }, -1135],
    [{ id: 1, method: 'depth', params: [] }, -1135],
    [{ id: 1, method: 'shout' }, -1020],
    [{ id: 1, method: { toString: 1 } }, -1020],
    [{ id: 1, method: 'depth', params: { symbol: { toString: 1 } } }, -1121],
    [{ id: 1, method: 'depth' }, -1102],
    [{ id: 1, method: 'depth', params: { symbol: 'ICPUSDT', colour: 'blue' } }, -1104],
    [{ id: 1, method: 'order.place', params: { symbol: 'ICPUSDT' } }, -2014],
  ])('refuses %j with %i and goes on', async (message, code) => {
    expect(await ask(message)).toMatchObject({ error: { code } });
    expect(await ask({ id: 1, method: 'ticker.price', params: { symbol: 'ICPUSDT' } })).toHaveProperty(
      'result',
    );
  });
});
