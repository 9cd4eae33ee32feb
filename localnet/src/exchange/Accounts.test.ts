import { Agent, request } from 'node:http';
import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiKey, LOOPBACK_ADDRESSES } from './ApiKey.ts';
import { ExchangeServer } from './ExchangeServer.ts';
import { LOCAL_CREDENTIALS, sign } from './Signature.ts';
import { type Client, connect, connectToWatch } from './test/Client.ts';
import { eventually } from './test/Eventually.ts';
import { Desk, e8, type Ohlc } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const BARS: readonly Ohlc[] = [
  ['10', '10.6', '9.4', '10.5'],
  ['10.5', '10.5', '10.5', '10.5'],
];

const key = (apiKey: string, more: Partial<ApiKey> = {}): ApiKey => ({
  apiKey,
  apiSecret: `${apiKey}-secret`,
  mayTrade: true,
  mayWithdraw: false,
  addresses: undefined,
  ...more,
});
const READER = key('reader', { mayTrade: false });
const ELSEWHERE = key('elsewhere', { addresses: ['127.0.0.2'] });
const SECOND = key('second', { mayWithdraw: true });
const SECOND_READER = key('second-reader', { mayTrade: false, addresses: LOOPBACK_ADDRESSES });

let desk: Desk;
let server: ExchangeServer;
let base: string;
let clients: Client[];

function as(credentials: { readonly apiKey: string; readonly apiSecret: string }): Client {
  const client = connect(base, credentials);
  clients.push(client);
  return client;
}

beforeEach(async () => {
  clients = [];
  desk = new Desk({
    bars: BARS,
    options: {
      stopSlippage: 'none',
      keys: [READER, ELSEWHERE],
      accounts: [{ keys: [SECOND, SECOND_READER], walletE8: e8('500') }],
    },
  });
  server = new ExchangeServer(desk.exchange);
  base = await server.start(0);
});

afterEach(async () => {
  for (const client of clients) await client.close();
  await server.close();
});

describe('accounts', () => {
  test('have their own money, positions, orders and settings, and share the market', async () => {
    const [first, second] = [as(LOCAL_CREDENTIALS), as(SECOND)];
    await second.setLeverage(3, ICP);
    await second.createOrder(ICP, 'market', 'sell', 50);
    await second.createOrder(ICP, 'limit', 'sell', 10, 12);
    expect(await first.fetchPositions()).toEqual([]);
    expect(await first.fetchOpenOrders()).toEqual([]);
    expect((await first.fetchBalance())['USDT']).toMatchObject({ total: 10_000 });
    expect((await second.fetchBalance())['USDT']).toMatchObject({ total: 499.75 });
    desk.exchange.advance('point');
    // The path is the first account's: its adverse point comes first for all.
    expect((await second.fetchPositions())[0]).toMatchObject({
      side: 'short',
      markPrice: 9.4,
      unrealizedPnl: 30,
    });
    expect((await first.fetchMarkPrice(ICP)).markPrice).toBe(9.4);
    while (!desk.exchange.done) desk.exchange.advance('point');
    const [, other] = desk.exchange.accounts;
    expect(other?.venue.timeMs).toBe(desk.exchange.venue.timeMs);
    expect(other?.status()).toEqual(desk.exchange.status());
  });

  test('have their own user stream', async () => {
    const [first, second] = [await connectToWatch(base), await connectToWatch(base, SECOND)];
    clients.push(first, second);
    const [mine, theirs] = [first.watchMyTrades(ICP), second.watchMyTrades(ICP)];
    await eventually(() => server.streams.names).toHaveLength(2);
    await second.createOrder(ICP, 'market', 'buy', 7);
    expect(await theirs).toMatchObject([{ amount: 7 }]);
    await first.createOrder(ICP, 'market', 'buy', 9);
    expect(await mine).toMatchObject([{ amount: 9 }]);
  });
});

describe('a key', () => {
  test('that may only read, reads and is refused everything else', async () => {
    const reader = as(READER);
    expect((await reader.fetchBalance())['USDT']).toMatchObject({ total: 10_000 });
    for (const attempt of [
      () => reader.createOrder(ICP, 'market', 'buy', 10),
      () => reader.setLeverage(3, ICP),
      () => reader.cancelAllOrders(ICP),
    ]) {
      const failure: unknown = await attempt().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ccxt.AuthenticationError);
      expect(String(failure)).toContain('-2015');
    }
    expect(desk.exchange.market.position.quantityE8).toBe(0n);
  });

  test('bound to another address is refused from here, and works from there', async () => {
    await expect(as(ELSEWHERE).fetchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
    const query = `timestamp=${Date.now()}`;
    const path = `/fapi/v3/account?${query}&signature=${sign(query, ELSEWHERE.apiSecret)}`;
    const agent = new Agent({ localAddress: '127.0.0.2' });
    const status = await new Promise((resolve, reject) => {
      request(base + path, { agent, headers: { 'X-MBX-APIKEY': ELSEWHERE.apiKey } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  test.each([
    [LOCAL_CREDENTIALS, { enableWithdrawals: false, enableFutures: true, ipRestrict: true }],
    [READER, { enableWithdrawals: false, enableFutures: false, ipRestrict: false }],
    [SECOND, { enableWithdrawals: true, enableFutures: true, ipRestrict: false }],
    [SECOND_READER, { enableWithdrawals: false, enableFutures: false, ipRestrict: true }],
  ])('tells what it may do: %o', async (credentials, expected) => {
    const client = as(credentials);
    const call = (client as unknown as { sapiGetAccountApiRestrictions: () => Promise<unknown> })
      .sapiGetAccountApiRestrictions;
    expect(await call.call(client)).toMatchObject(expected);
  });

  test('is asked for: an account without one is refused', () => {
    expect(() => new Desk({ bars: BARS, options: { accounts: [{ keys: [] }] } })).toThrow(
      'expected an account',
    );
  });
});
