import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExchangeServer } from './ExchangeServer.ts';
import { ORDERS_PER_10_SECONDS, WEIGHT_PER_MINUTE } from './RateLimits.ts';
import { type Client, connect } from './test/Client.ts';
import { answer, type WireAnswer } from './Router.ts';
import { Desk } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET = ['10', '10', '10', '10'] as const;
const MINUTE_MS = 60_000;

function ask(desk: Desk, path: string, query: string, address = '127.0.0.1'): WireAnswer {
  return answer(desk.exchange, { method: 'GET', path, query, body: '', apiKey: undefined, address });
}

describe('limits that are enforced', () => {
  let nowMs: number;
  let desk: Desk;

  beforeEach(() => {
    nowMs = Date.UTC(2026, 0, 1);
    desk = new Desk({ bars: [QUIET, QUIET], options: { rateLimits: 'enforce', now: () => nowMs } });
  });

  const depth = (address?: string) => ask(desk, '/fapi/v1/depth', 'symbol=ICPUSDT&limit=1000', address);
  /** Uses up the minute. */
  const exhaust = () => {
    for (let i = 0; i < WEIGHT_PER_MINUTE / 20; i++) expect(depth().status).toBe(200);
  };

  test('say what was used, by address and minute', () => {
    expect(depth().headers).toMatchObject({ 'X-MBX-USED-WEIGHT-1M': '20' });
    expect(depth().headers).toMatchObject({ 'X-MBX-USED-WEIGHT-1M': '40' });
    expect(depth('127.0.0.9').headers).toMatchObject({ 'X-MBX-USED-WEIGHT-1M': '20' });
    nowMs += MINUTE_MS;
    expect(depth().headers).toMatchObject({ 'X-MBX-USED-WEIGHT-1M': '20' });
  });

  test('answer 429 with the time to wait, and forgive those who wait', () => {
    exhaust();
    nowMs += 15_000;
    const { status, body, headers } = depth();
    expect([status, headers['Retry-After']]).toEqual([429, '45']);
    expect(body).toMatchObject({ code: -1003 });
    expect(depth('127.0.0.9').status).toBe(200);
    nowMs += 45_000;
    expect(depth().status).toBe(200);
  });

  test('ban those who go on regardless, each time for twice as long', () => {
    const bannedFor: string[] = [];
    for (let i = 0; i < 3; i++) {
      exhaust();
      let last = depth();
      while (last.status === 429) last = depth();
      expect(last).toMatchObject({ status: 418, body: { code: -1003 } });
      bannedFor.push(last.headers['Retry-After'] ?? '');
      expect(ask(desk, '/fapi/v1/ping', '').status).toBe(418);
      nowMs += Number(last.headers['Retry-After']) * 1_000;
    }
    expect(bannedFor).toEqual(['120', '240', '480']);
    expect(depth().status).toBe(200);
  });

  test('count orders apart, and refuse the one too many without placing it', () => {
    const limit = () => desk.limit('BUY', '10', '9');
    for (let i = 0; i < ORDERS_PER_10_SECONDS; i++) {
      const { orderId } = limit();
      desk.call('DELETE', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(orderId) });
    }
    expect(limit()).toMatchObject({ code: -1015 });
    expect(desk.exchange.venue.book.openOrders.size).toBe(0);
    nowMs += 10_000;
    expect(limit()).toHaveProperty('orderId');
  });

  test('leave the controls of this machine alone', () => {
    exhaust();
    expect(ask(desk, '/localnet/v1/market', '').status).toBe(200);
  });
});

describe('to an unmodified ccxt', () => {
  let server: ExchangeServer;
  let client: Client;

  const start = async (rateLimits: 'count' | 'enforce') => {
    // A clock that stands still: no window ends in the middle of the test.
    const now = () => Date.UTC(2026, 0, 1);
    server = new ExchangeServer(new Desk({ bars: [QUIET, QUIET], options: { rateLimits, now } }).exchange);
    client = connect(await server.start(0));
    client.milliseconds = now;
  };

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  test('what was used shows in its headers, and nothing is refused unless limits are enforced', async () => {
    await start('count');
    for (let i = 0; i < 4; i++) await client.createOrder(ICP, 'market', 'buy', 1);
    expect(client.last_response_headers).toMatchObject({
      'X-Mbx-Order-Count-10s': '4',
      'X-Mbx-Order-Count-1m': '4',
    });
    for (let i = 0; i < 125; i++) await client.fetchOrderBook(ICP, 1000);
    // The markets once, brackets never, orders nothing: 1 + 125 × 20.
    expect(client.last_response_headers).toMatchObject({ 'X-Mbx-Used-Weight-1m': '2501' });
  });

  test('a 429 and a 418 arrive as DDoSProtection', async () => {
    await start('enforce');
    const { addressLimits, now } = server.exchange;
    await client.loadMarkets();
    addressLimits.spend('127.0.0.1', WEIGHT_PER_MINUTE, now(), false);
    const failures = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const failure: unknown = await client.fetchOrderBook(ICP, 5).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ccxt.DDoSProtection);
      failures.add(/\b4(?:29|18)\b/.exec(String(failure))?.[0] ?? '');
    }
    expect([...failures]).toEqual(['429', '418']);
  });
});
