import ccxt, { type Exchange as Client } from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { ExchangePortError, ExchangeServer } from './ExchangeServer.ts';
import { LOCAL_CREDENTIALS } from './Signature.ts';
import { connect } from './test/Client.ts';
import { Desk, e8, type Ohlc, START_MS } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET: Ohlc = ['10', '10', '10', '10'];
const BARS: readonly Ohlc[] = [['10', '10.6', '9.9', '10.5'], ['10.2', '10.3', '10', '10.1'], QUIET, QUIET];

let desk: Desk;
let server: ExchangeServer;
let base: string;
let client: Client;

async function advance(to: 'point' | 'open'): Promise<Record<string, unknown>> {
  const response = await fetch(`${base}/localnet/v1/market/advance`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function isolate(leverage: number): Promise<void> {
  await client.setMarginMode('isolated', ICP);
  await client.setLeverage(leverage, ICP);
}

const atMark = { reduceOnly: true, workingType: 'MARK_PRICE' };

beforeEach(async () => {
  desk = new Desk({
    bars: BARS,
    funding: [
      { timeMs: START_MS, rateE8: 10_000n },
      { timeMs: START_MS + 2 * BAR_MS, rateE8: e8('0.001') },
    ],
    options: { stopSlippage: 'none' },
  });
  server = new ExchangeServer(desk.exchange);
  base = await server.start(0);
  client = connect(base);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

describe('an unmodified ccxt', () => {
  test('loads the markets with their filters', async () => {
    const markets = await client.loadMarkets();
    expect(Object.keys(markets)).toEqual([ICP, 'ETH/USDT:USDT']);
    expect(markets[ICP]).toMatchObject({
      swap: true,
      linear: true,
      active: true,
      precision: { price: 0.001, amount: 1 },
      limits: { cost: { min: 5 } },
    });
  });

  test('reads history: closed bars and the one in progress, never beyond market time', async () => {
    await advance('open');
    expect(await client.fetchOHLCV(ICP, '5m')).toEqual([
      [START_MS, 10, 10.6, 9.9, 10.5, 1000],
      [START_MS + BAR_MS, 10.2, 10.2, 10.2, 10.2, 0],
    ]);
    expect(await client.fetchOHLCV(ICP, '5m', START_MS + BAR_MS, 5)).toHaveLength(1);
    expect(await client.fetchOHLCV(ICP, '5m', undefined, 1)).toHaveLength(1);
    expect(await client.fetchOHLCV(ICP, '15m')).toEqual([[START_MS, 10, 10.6, 9.9, 10.2, 1000]]);
    expect(await client.fetchOHLCV('ETH/USDT:USDT', '5m', undefined, 1, { price: 'mark' })).toHaveLength(1);
    await expect(client.fetchOHLCV(ICP, '1m')).rejects.toBeInstanceOf(ccxt.BadRequest);
  });

  test('reads prices, funding, depth, interest and tiers', async () => {
    expect(await client.fetchMarkPrice(ICP)).toMatchObject({ markPrice: 10 });
    expect(await client.fetchTicker(ICP)).toMatchObject({ last: 10 });
    expect(await client.fetchFundingRate(ICP)).toMatchObject({
      fundingRate: 0.0001,
      fundingTimestamp: START_MS + 2 * BAR_MS,
    });
    expect(await client.fetchFundingRate('ETH/USDT:USDT')).toMatchObject({ fundingRate: 0 });
    expect(await client.fetchFundingRateHistory(ICP)).toMatchObject([
      { timestamp: START_MS, fundingRate: 0.0001 },
    ]);
    const book = await client.fetchOrderBook(ICP, 5);
    expect([book.bids[0]?.[0], book.asks[0]?.[0], book.bids.length]).toEqual([10, 10.001, 5]);
    expect(await client.fetchOpenInterest(ICP)).toMatchObject({ timestamp: START_MS });
    expect((await client.fetchMarketLeverageTiers(ICP))[1]).toMatchObject({
      minNotional: 5000,
      maxNotional: 25000,
      maintenanceMarginRate: 0.025,
      maxLeverage: 20,
    });
    expect(await client.fetchTrades(ICP)).toEqual([]);
    expect(await client.fetchTradingFee(ICP)).toMatchObject({ maker: 0.0002, taker: 0.0005 });
  });

  test('sets margin mode and leverage and reads both back', async () => {
    await isolate(7);
    expect(await client.fetchLeverage(ICP)).toMatchObject({ marginMode: 'isolated', longLeverage: 7 });
    expect(await client.fetchMarginMode(ICP)).toMatchObject({ marginMode: 'isolated' });
    await expect(client.setMarginMode('isolated', ICP)).rejects.toBeInstanceOf(ccxt.MarginModeAlreadySet);
    await expect(client.setPositionMode(false)).rejects.toThrow('-4059');
    expect(await client.fetchPositionMode()).toMatchObject({ hedged: false });
  });

  test('enters at a bar’s open exactly at that open', async () => {
    await isolate(5);
    await advance('open');
    const order = await client.createOrder(ICP, 'market', 'buy', 100, undefined, {
      clientOrderId: 'entry-1',
    });
    expect(order).toMatchObject({ status: 'closed', average: 10.2, filled: 100, clientOrderId: 'entry-1' });
    const [position] = await client.fetchPositions([ICP]);
    expect(position).toMatchObject({
      side: 'long',
      contracts: 100,
      entryPrice: 10.2,
      collateral: 204,
      marginMode: 'isolated',
    });
    expect(position?.info).toMatchObject({ isolatedWallet: '204', maintMargin: '10.2' });
    expect((await client.fetchPositions([ICP], { useV2: true }))[0]).toMatchObject({ leverage: 5 });
    const balance = await client.fetchBalance();
    expect(balance['USDT']).toMatchObject({ total: 10_000 - 0.51, free: 10_000 - 0.51 - 204, used: 204 });
    const [trade] = await client.fetchMyTrades(ICP);
    expect(trade).toMatchObject({
      price: 10.2,
      amount: 100,
      takerOrMaker: 'taker',
      timestamp: START_MS + BAR_MS,
    });
    expect(trade?.fee).toMatchObject({ cost: 0.51, currency: 'USDT' });
  });

  test('keeps a resident stop and take-profits: one part is taken, the stop fills a gap at its open', async () => {
    await isolate(5);
    await client.createOrder(ICP, 'market', 'buy', 90);
    const stop = await client
      .createOrder(ICP, 'market', 'sell', 90, undefined, {
        ...atMark,
        stopLossPrice: 10.4,
        clientOrderId: 'stop-above',
      })
      .catch((error: unknown) => error);
    expect(stop).toBeInstanceOf(ccxt.OrderImmediatelyFillable);
    const profit = await client.createOrder(ICP, 'market', 'sell', 30, undefined, {
      ...atMark,
      takeProfitPrice: 10.55,
    });
    expect(await client.fetchOpenOrders(ICP, undefined, undefined, { trigger: true })).toHaveLength(1);
    expect(await client.fetchOpenOrders(ICP)).toEqual([]);
    await advance('point');
    await advance('point');
    expect((await client.fetchPositions([ICP]))[0]).toMatchObject({ contracts: 60 });
    const taken = await client.fetchOrder(String(profit.id), ICP, { trigger: true });
    expect(taken.info).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '10.55' });
    const actual = await client.fetchOrder(String(taken.info['actualOrderId']), ICP);
    expect(actual).toMatchObject({
      type: 'market',
      reduceOnly: true,
      filled: 30,
      average: 10.55,
      status: 'closed',
    });
    await advance('point');
    // Ratcheted while the price stands at 10.5; the next bar opens at 10.2.
    const ratchet = await client.createOrder(ICP, 'market', 'sell', 90, undefined, {
      ...atMark,
      stopLossPrice: 10.4,
      clientOrderId: 'stop-1',
    });
    const { events } = await advance('open');
    expect(events).toMatchObject([
      { kind: 'trigger' },
      { kind: 'fill', price: '10.2', quantity: '60', reduceOnly: true },
    ]);
    expect((await client.fetchOrder(String(ratchet.id), ICP, { trigger: true })).status).toBe('closed');
    expect(await client.fetchPositions([ICP])).toEqual([]);
  });

  test('trims a reduce-only order to the position and is refused one with nothing to reduce', async () => {
    await isolate(5);
    await client.createOrder(ICP, 'market', 'buy', 10);
    const order = await client.createOrder(ICP, 'market', 'sell', 999, undefined, { reduceOnly: true });
    expect(order.filled).toBe(10);
    await expect(
      client.createOrder(ICP, 'market', 'sell', 1, undefined, { reduceOnly: true }),
    ).rejects.toThrow('-2022');
  });

  test('sees funding in the income and in the isolated margin', async () => {
    await isolate(5);
    await client.createOrder(ICP, 'market', 'buy', 100);
    await advance('open');
    const [before] = await client.fetchPositions([ICP]);
    await advance('open');
    const [after] = await client.fetchPositions([ICP]);
    expect(after?.info['isolatedWallet']).toBe('199');
    expect(after?.liquidationPrice).toBeGreaterThan(before?.liquidationPrice ?? Number.POSITIVE_INFINITY);
    expect(await client.fetchFundingHistory(ICP)).toMatchObject([
      { amount: -1, timestamp: START_MS + 2 * BAR_MS },
    ]);
  });

  test('cancels plain and conditional orders, each by its own pass', async () => {
    await isolate(5);
    await client.createOrder(ICP, 'market', 'buy', 100);
    await client.createOrder(ICP, 'limit', 'buy', 10, 9);
    await client.createOrder(ICP, 'market', 'sell', 100, undefined, { ...atMark, stopLossPrice: 9.5 });
    await client.cancelAllOrders(ICP);
    expect(await client.fetchOpenOrders()).toEqual([]);
    expect(await client.fetchOpenOrders(ICP, undefined, undefined, { trigger: true })).toHaveLength(1);
    await client.cancelAllOrders(ICP, { trigger: true });
    expect(await client.fetchOpenOrders(ICP, undefined, undefined, { trigger: true })).toEqual([]);
  });

  test('cancels and finds by client id, and may use an id again once its order is done', async () => {
    await isolate(5);
    const place = () => client.createOrder(ICP, 'limit', 'buy', 10, 9, { clientOrderId: 'same' });
    const first = await place();
    await expect(place()).rejects.toThrow('-4116');
    await client.cancelOrder('', ICP, { clientOrderId: 'same' });
    const second = await place();
    expect(second.id).not.toBe(first.id);
    expect((await client.fetchOrder('', ICP, { clientOrderId: 'same' })).id).toBe(second.id);
    const twice = () =>
      client.createOrder(ICP, 'market', 'buy', 10, undefined, { clientOrderId: 'market-twice' });
    await twice();
    await twice();
    expect((await client.fetchPositions([ICP]))[0]?.contracts).toBe(20);
    expect(await client.fetchOrders(ICP)).toHaveLength(4);
  });

  test('closes the position by a close-position stop, which needs one', async () => {
    await isolate(5);
    const place = () =>
      client.createOrder(ICP, 'market', 'sell', 100, undefined, { stopLossPrice: 9.95, closePosition: true });
    await expect(place()).rejects.toThrow('-4509');
    await client.createOrder(ICP, 'market', 'buy', 100);
    const { id } = await place();
    await expect(place()).rejects.toThrow('-4130');
    await advance('point');
    expect(await client.fetchPositions([ICP])).toEqual([]);
    expect((await client.fetchOrder(String(id), ICP, { trigger: true })).info['algoStatus']).toBe('FINISHED');
  });

  test('sees a liquidation', async () => {
    await isolate(25);
    await client.createOrder(ICP, 'market', 'sell', 100);
    await advance('open');
    const [liquidation] = await client.fetchMyLiquidations(ICP);
    expect(liquidation).toMatchObject({ symbol: ICP, contracts: 100, side: 'buy' });
    expect((await client.fetchLedger()).at(-1)?.info['incomeType']).toBe('INSURANCE_CLEAR');
  });

  test('with a wrong key, secret or clock is refused', async () => {
    const wrongKey = connect(base, { ...LOCAL_CREDENTIALS, apiKey: 'other' });
    await expect(wrongKey.fetchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
    const wrongSecret = connect(base, { ...LOCAL_CREDENTIALS, apiSecret: 'other' });
    await expect(wrongSecret.fetchBalance()).rejects.toThrow('-1022');
    const wrongClock = connect(base);
    wrongClock.options['timeDifference'] = 60_000;
    await expect(wrongClock.fetchBalance()).rejects.toBeInstanceOf(ccxt.InvalidNonce);
  });

  test('reads what its key may do: trade, never withdraw', async () => {
    const call = (client as unknown as { sapiGetAccountApiRestrictions: () => Promise<unknown> })
      .sapiGetAccountApiRestrictions;
    expect(await call.call(client)).toMatchObject({
      enableWithdrawals: false,
      enableFutures: true,
      ipRestrict: true,
    });
  });
});

describe('the server', () => {
  test('reports where the market stands and what happened since it was last advanced', async () => {
    desk.isolate(5);
    desk.market('BUY', '10');
    expect(await advance('point')).toMatchObject({
      symbol: 'ICPUSDT',
      leader: 'ETHUSDT',
      timeMs: START_MS + 100_000,
      barOpenMs: START_MS,
      phase: 'adverse',
      lastPrice: '9.9',
      leaderPrice: '3000',
      barsTotal: 4,
      barsDone: 0,
      firstBarMs: START_MS,
      lastBarMs: START_MS + 3 * BAR_MS,
      synthetic: false,
      done: false,
      events: [{ kind: 'fill', price: '10' }],
    });
    expect((await advance('point'))['events']).toEqual([]);
    const status = (await (await fetch(`${base}/localnet/v1/market`)).json()) as Record<string, unknown>;
    expect(status['phase']).toBe('favourable');
    expect(await advance('sideways' as 'point')).toMatchObject({ code: -1130 });
  });

  test('answers an unknown path with 404 and its name, and a broken body with what it expected', async () => {
    const missing = await fetch(`${base}/fapi/v1/nothing?a=1`);
    expect([missing.status, await missing.json()]).toMatchObject([
      404,
      { code: -5000, msg: 'Path /fapi/v1/nothing, Method GET is invalid' },
    ]);
    const elsewhere = await fetch(`${base}/nothing`);
    expect([elsewhere.status, elsewhere.headers.get('content-type')]).toEqual([404, 'text/html']);
    const method = await fetch(`${base}/fapi/v1/time`, { method: 'POST' });
    expect([method.status, await method.json()]).toMatchObject([404, { code: -5000 }]);
    const broken = await fetch(`${base}/localnet/v1/market/advance`, { method: 'POST', body: '{to:' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: -1102 }]);
  });

  test('gives a listen key to the holder of the API key', async () => {
    const withKey = { method: 'POST', headers: { 'X-MBX-APIKEY': LOCAL_CREDENTIALS.apiKey } };
    expect(await (await fetch(`${base}/fapi/v1/listenKey`, withKey)).json()).toHaveProperty('listenKey');
    expect((await fetch(`${base}/fapi/v1/listenKey`, { method: 'POST' })).status).toBe(401);
  });

  test('says which port is taken, and may be closed twice', async () => {
    const second = new ExchangeServer(desk.exchange);
    const taken = Number(new URL(base).port);
    await expect(second.start(taken)).rejects.toThrow(ExchangePortError);
    await expect(second.start(taken)).rejects.toThrow(`expected port ${taken}`);
    await second.close();
    await server.close();
    await expect(fetch(`${base}/fapi/v1/ping`)).rejects.toThrow();
  });

  test('answers a signed read and an advance within a millisecond of its own time, in the middle of many', () => {
    const times: number[] = [];
    for (let i = 0; i < 400; i++) {
      const begin = performance.now();
      desk.call('GET', '/fapi/v3/account');
      desk.exchange.advance('point');
      times.push(performance.now() - begin);
    }
    expect(times.sort((a, b) => a - b)[200]).toBeLessThan(1);
  });
});
