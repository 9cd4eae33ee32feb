import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BAR_MS } from '../../market/Bar.ts';
import { ExchangeServer } from '../ExchangeServer.ts';
import { connect } from '../test/Client.ts';
import { Desk, e8, type Json, type Ohlc, START_MS } from '../test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET: Ohlc = ['10', '10', '10', '10'];
const FALL: Ohlc = ['10', '10', '8', '9'];
const ORDER = 'POST /fapi/v1/order';

let desk: Desk;
let server: ExchangeServer;
let client: ReturnType<typeof connect>;
let base: string;

/** A fault by the control port, as anyone on this machine makes one. */
async function fault(parameters: Readonly<Record<string, string | number | boolean>>): Promise<Json> {
  const response = await fetch(`${base}/localnet/v1/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
  });
  return (await response.json()) as Json;
}

const buy = (amount = 10) =>
  client.createOrder(ICP, 'market', 'buy', amount, undefined, { clientOrderId: 'entry-1' });
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const held = () => desk.exchange.market.position.quantityE8;

beforeEach(async () => {
  desk = new Desk({ bars: [FALL, QUIET, QUIET], options: { stopSlippage: 'none' } });
  server = new ExchangeServer(desk.exchange);
  base = await server.start(0);
  client = connect(base);
  await client.loadMarkets();
});

afterEach(async () => {
  await client.close();
  await server.close();
});

describe('a request of an unmodified ccxt', () => {
  test.each([
    ['rate-limit', 429, ccxt.DDoSProtection],
    ['ban', 418, ccxt.DDoSProtection],
  ] as const)(
    'that meets a %s is answered %i with Retry-After, and does nothing',
    async (kind, status, kindOf) => {
      await fault({ kind, endpoint: ORDER, retryAfterSeconds: 7 });
      const error = await failure(buy());
      expect(error).toBeInstanceOf(kindOf);
      expect(String(error)).toContain(String(status));
      expect((client.last_response_headers as Record<string, string>)['Retry-After']).toBe('7');
      expect(held()).toBe(0n);
      await buy();
      expect(held()).toBe(e8('10'));
    },
  );

  test.each([500, 502, 503, 504])('that meets a server error %i does nothing', async (status) => {
    await fault({ kind: 'server-error', endpoint: ORDER, status });
    expect(await failure(buy())).toBeInstanceOf(ccxt.OperationFailed);
    expect(held()).toBe(0n);
  });

  test('is throttled with -1008 when it opens, and let through when it only reduces', async () => {
    await buy();
    await fault({ kind: 'overloaded', endpoint: ORDER, times: 2 });
    const error = await failure(buy());
    expect(error).toBeInstanceOf(ccxt.OperationFailed);
    expect(String(error)).toContain('-1008');
    await client.createOrder(ICP, 'market', 'sell', 10, undefined, { reduceOnly: true });
    expect(held()).toBe(0n);
  });

  test.each([undefined, 503] as const)(
    'of unknown fate (status %s) may have been carried out: the order is there when asked for',
    async (status) => {
      await fault({ kind: 'unknown-executed', endpoint: ORDER, ...(status === undefined ? {} : { status }) });
      const error = await failure(buy());
      expect(error).toBeInstanceOf(ccxt.RequestTimeout);
      expect(String(error)).toContain('-1007');
      const order = await client.fetchOrder('', ICP, { clientOrderId: 'entry-1' });
      expect(order).toMatchObject({ status: 'closed', filled: 10 });
    },
  );

  test('of unknown fate may not have been carried out: then there is no such order', async () => {
    await fault({ kind: 'unknown-not-executed', endpoint: ORDER });
    expect(await failure(buy())).toBeInstanceOf(ccxt.RequestTimeout);
    const order = client.fetchOrder('', ICP, { clientOrderId: 'entry-1' });
    await expect(order).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    expect(held()).toBe(0n);
  });

  test('may be carried out and its answer lost with the connection', async () => {
    await fault({ kind: 'lost-response', endpoint: ORDER });
    expect(await failure(buy())).toBeInstanceOf(ccxt.NetworkError);
    expect((await client.fetchPositions([ICP]))[0]).toMatchObject({ contracts: 10 });
  });

  test('waits as long as the latency says, and one that waited beyond its window is refused', async () => {
    await fault({ kind: 'latency', endpoint: 'GET /fapi/v3/account', delayMs: 120 });
    const begin = performance.now();
    await client.fetchBalance();
    expect(performance.now() - begin).toBeGreaterThan(115);
    await fault({ kind: 'latency', endpoint: 'GET /fapi/v3/account', delayMs: 120 });
    await expect(client.fetchBalance({ recvWindow: 100 })).rejects.toBeInstanceOf(ccxt.InvalidNonce);
  });

  test('finds the venue under maintenance until that is over', async () => {
    await fault({ kind: 'maintenance', untilMs: START_MS + BAR_MS });
    for (let i = 0; i < 3; i++)
      expect(await failure(client.fetchTicker(ICP))).toBeInstanceOf(ccxt.ExchangeNotAvailable);
    desk.exchange.advance('open');
    expect(await client.fetchTicker(ICP)).toMatchObject({ last: 10 });
  });

  test('meets faults by chance as the seed has it, after those that are let pass', async () => {
    const pattern = async (seed: number) => {
      await fault({ kind: 'server-error', endpoint: 'GET /fapi/v1/time', times: 100, chance: 0.5, seed });
      const seen: boolean[] = [];
      for (let i = 0; i < 12; i++) seen.push((await failure(client.fetchTime())) === undefined);
      await fetch(`${base}/localnet/v1/faults`, { method: 'DELETE' });
      return seen;
    };
    const first = await pattern(5);
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await pattern(5)).toEqual(first);
    expect(await pattern(6)).not.toEqual(first);
    await fault({ kind: 'server-error', endpoint: 'GET /fapi/v1/time', skip: 2 });
    const later = [
      await failure(client.fetchTime()),
      await failure(client.fetchTime()),
      await failure(client.fetchTime()),
    ];
    expect(later.map((error) => error === undefined)).toEqual([true, true, false]);
  });
});

describe('the venue', () => {
  test('with a stale mark leaves stops by mark and liquidations undone while last falls', async () => {
    await client.setMarginMode('isolated', ICP);
    await client.setLeverage(10, ICP);
    await buy(100);
    const stop = await client.createOrder(ICP, 'market', 'sell', 100, undefined, {
      reduceOnly: true,
      workingType: 'MARK_PRICE',
      stopLossPrice: 9.5,
    });
    await fault({ kind: 'frozen-mark', symbol: 'ICPUSDT' });
    desk.exchange.advance('point');
    expect(await client.fetchMarkPrice(ICP)).toMatchObject({ markPrice: 10 });
    expect(await client.fetchTicker(ICP)).toMatchObject({ last: 8 });
    expect((await client.fetchOrder(String(stop.id), ICP, { trigger: true })).status).toBe('open');
    await fault({ kind: 'frozen-mark', symbol: 'ICPUSDT', on: false });
    desk.exchange.advance('point');
    expect(held()).toBe(0n);
  });

  test('with a skewed clock refuses signatures until the client has asked for its time', async () => {
    await fault({ kind: 'clock-skew', skewMs: -60_000 });
    await expect(client.fetchBalance()).rejects.toBeInstanceOf(ccxt.InvalidNonce);
    await client.loadTimeDifference();
    expect(await client.fetchBalance()).toHaveProperty('USDT');
    await fault({ kind: 'clock-skew', skewMs: 0 });
  });

  test('that delists a symbol lets positions be reduced, then settles what is left at mark', async () => {
    await buy(20);
    await client.createOrder(ICP, 'limit', 'buy', 10, 9);
    await fault({ kind: 'delisting', symbol: 'ICPUSDT' });
    expect(await client.fetchOpenOrders(ICP)).toEqual([]);
    expect(await failure(buy())).toBeInstanceOf(ccxt.BadRequest);
    await client.createOrder(ICP, 'market', 'sell', 5, undefined, { reduceOnly: true });
    expect((await client.loadMarkets(true))[ICP]).toMatchObject({ active: false });
    await fault({ kind: 'delisting', symbol: 'ICPUSDT', stage: 'settled', atMs: START_MS + 100_000 });
    expect(held()).toBe(e8('15'));
    const wallet = desk.exchange.venue.walletE8;
    desk.exchange.advance('point');
    expect(held()).toBe(0n);
    // 15 bought at 10, settled at 8, no fee.
    expect(desk.exchange.venue.walletE8 - wallet).toBe(e8('-30'));
    expect(await failure(buy())).toBeInstanceOf(ccxt.OperationRejected);
  });

  test('that changes tick, step, least notional and tiers judges orders by the new ones', async () => {
    await fault({
      kind: 'symbol-rules',
      symbol: 'ICPUSDT',
      tickSize: '0.01',
      stepSize: '10',
      minNotional: '50',
    });
    const markets = await client.loadMarkets(true);
    expect(markets[ICP]).toMatchObject({
      precision: { price: 0.01, amount: 10 },
      limits: { cost: { min: 50 } },
    });
    const raw = { symbol: 'ICPUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '10' };
    expect(desk.call('POST', '/fapi/v1/order', { ...raw, price: '9.001' })).toMatchObject({ code: -4014 });
    expect(desk.call('POST', '/fapi/v1/order', { ...raw, price: '9', quantity: '15' })).toMatchObject({
      code: -1111,
    });
    expect(desk.call('POST', '/fapi/v1/order', { ...raw, price: '4' })).toMatchObject({ code: -4164 });
    const tiers = JSON.stringify([{ minNotional: 0, maxNotional: 1000, mmr: 0.1, maxLeverage: 5 }]);
    await fault({ kind: 'tiers', symbol: 'ICPUSDT', tiers });
    expect(await client.fetchMarketLeverageTiers(ICP)).toMatchObject([
      { maxNotional: 1000, maintenanceMarginRate: 0.1, maxLeverage: 5 },
    ]);
    await expect(client.setLeverage(6, ICP)).rejects.toThrow('-4028');
    desk.exchange.advance('open');
    expect(await client.fetchMarketLeverageTiers(ICP)).toHaveLength(1);
  });

  test('that deleverages takes part of a position at mark, without a fee', async () => {
    await client.createOrder(ICP, 'market', 'sell', 100);
    desk.exchange.advance('point');
    const wallet = desk.exchange.venue.walletE8;
    await fault({ kind: 'deleveraging', symbol: 'ICPUSDT', quantity: '40' });
    expect((await client.fetchPositions([ICP]))[0]).toMatchObject({ side: 'short', contracts: 60 });
    expect(desk.exchange.venue.walletE8 - wallet).toBe(e8('0'));
    const [order] = (await client.fetchOrders(ICP)).slice(-1);
    expect(order?.clientOrderId).toBe('adl_autoclose');
    expect(desk.list('/fapi/v1/forceOrders', { autoCloseType: 'ADL' })).toHaveLength(1);
    expect(desk.list('/fapi/v1/forceOrders', { autoCloseType: 'LIQUIDATION' })).toEqual([]);
    expect(desk.happened().at(-1)).toMatch(/^deleveraging 10/);
  });
});

describe('a seeded schedule', () => {
  test('strews passing faults over market time, the same for the same seed', async () => {
    const schedule = async (seed: number): Promise<unknown> => {
      const body = new URLSearchParams({
        seed: String(seed),
        everyMs: '30000',
        toMs: String(START_MS + 2 * BAR_MS),
      });
      const reply = await fetch(`${base}/localnet/v1/faults/schedule`, { method: 'POST', body });
      const { scheduled } = (await reply.json()) as Json;
      await fetch(`${base}/localnet/v1/faults`, { method: 'DELETE' });
      return scheduled;
    };
    const first = await schedule(3);
    expect((first as unknown[]).length).toBeGreaterThan(5);
    expect(await schedule(3)).toEqual(first);
    expect(await schedule(4)).not.toEqual(first);
  });

  test('begins each fault at its time', async () => {
    await fault({ kind: 'server-error', endpoint: 'GET /fapi/v1/time', atMs: START_MS + 200_000 });
    expect(await failure(client.fetchTime())).toBeUndefined();
    desk.exchange.advance('point');
    expect(await failure(client.fetchTime())).toBeUndefined();
    desk.exchange.advance('point');
    expect(await failure(client.fetchTime())).toBeInstanceOf(ccxt.OperationFailed);
  });
});

describe('a command', () => {
  test('reaches the sockets', async () => {
    const { socketFaults } = desk.exchange;
    let dropped = 0;
    socketFaults.onDrop(() => (dropped += 1));
    await fault({ kind: 'socket-drop' });
    await fault({ kind: 'socket-half-open' });
    await fault({ kind: 'book-gap', times: 3 });
    await fault({ kind: 'duplicate-events' });
    const { halfOpen, depthGaps, duplicates } = socketFaults;
    expect({ dropped, halfOpen, depthGaps, duplicates }).toEqual({
      dropped: 1,
      halfOpen: true,
      depthGaps: 3,
      duplicates: 1,
    });
    await fault({ kind: 'socket-half-open', on: false });
    expect(socketFaults.halfOpen).toBe(false);
  });

  test.each([
    [{ kind: 'earthquake' }, -1130],
    [{}, -1102],
    [{ kind: 'frozen-mark', symbol: 'BTCUSDT' }, -1121],
    [{ kind: 'funding-interval', symbol: 'ICPUSDT', hours: 3 }, -1130],
    [{ kind: 'latency', chance: 2 }, -1130],
    [{ kind: 'tiers', symbol: 'ICPUSDT', tiers: '[{' }, -1130],
    [{ kind: 'latency', colour: 'blue' }, -1104],
  ])('that makes no sense (%j) is refused and changes nothing', async (parameters, code) => {
    expect(await fault(parameters)).toMatchObject({ code });
    expect(desk.exchange.faults.status()).toEqual({ active: [], scheduled: [] });
  });
});
