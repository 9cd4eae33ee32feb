import { afterEach, beforeEach, expect, test } from 'vitest';
import { BAR_MS } from '@plimsoll/engine';
import type { Exchange } from '../../../localnet/src/exchange/Exchange.ts';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { exchangeOf, KEYS, serve, START_MS, type Prices } from '../execute/testing/Market.ts';
import { openBinanceUsdm, type BinanceUsdm } from './BinanceUsdm.ts';

let exchange: Exchange;
let server: ExchangeServer;
let proxy: FaultyProxy;
let venue: BinanceUsdm;

const BARS = Array.from({ length: 1_700 }, (_, i): Prices => {
  const open = 10 + (i % 7) / 1000;
  return [open, open + 0.01, open - 0.01, open + 0.001];
});

beforeEach(async () => {
  exchange = exchangeOf(BARS, { startMs: START_MS + 1_650 * BAR_MS });
  const served = await serve(exchange);
  server = served.server;
  proxy = new FaultyProxy(served.baseUrl);
  venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl: await proxy.start() });
});

afterEach(async () => {
  await proxy.close();
  await server.close();
});

const market = (side: 'buy' | 'sell', quantity: number, id: string, reduceOnly = false) =>
  venue.send({ type: 'market', clientOrderId: id, side, quantity, reduceOnly });

test('the grid is rational and the tiers are whole', async () => {
  const instrument = await venue.instrument();
  expect(instrument).toMatchObject({
    symbol: 'ICPUSDT',
    tickNumerator: 1,
    tickDenominator: 1000,
    quantityStep: 1,
    minNotionalUsdt: 5,
    takerFee: 0.0005,
  });
  expect(instrument.tiers[0]).toMatchObject({ minNotional: 0, cum: 0 });
});

test('bars come closed only, whole, oldest first, over more than one page', async () => {
  const bars = await venue.closedBars('ICPUSDT', START_MS, 3_000);
  expect(bars).toHaveLength(1_650);
  bars.forEach((bar, i) => expect(bar.timeMs).toBe(START_MS + i * BAR_MS));
  expect(bars[1]).toEqual({
    timeMs: START_MS + BAR_MS,
    open: 10.001,
    high: 10.011,
    low: 9.991,
    close: 10.002,
    volume: 10_000,
  });
  exchange.advance('point');
  expect((await venue.closedBars('ICPUSDT', START_MS, 3_000)).at(-1)).toEqual(bars.at(-1));
  exchange.advance('open');
  expect(await venue.closedBars('ICPUSDT', bars.at(-1)!.timeMs + 1, 12)).toHaveLength(1);
  expect(await venue.closedBars('ETHUSDT', START_MS, 5)).toHaveLength(5);
  expect(await venue.closedBars('ICPUSDT', exchange.status().timeMs, 5)).toEqual([]);
});

test('the position’s time is that of its first fill, through additions and partial exits', async () => {
  await venue.prepare(5);
  await market('buy', 10, 'a');
  await market('sell', 10, 'b', true);
  expect((await venue.position()).side).toBe(0);
  exchange.advance('open');
  const openedMs = exchange.status().timeMs;
  await market('sell', 20, 'c');
  exchange.advance('open');
  await market('sell', 5, 'd');
  await market('buy', 7, 'e', true);
  expect(await venue.position()).toMatchObject({ side: -1, quantity: 18, openedMs });
  expect((await venue.fills(openedMs)).map(({ quantity }) => quantity)).toEqual([5, 7]);
});

test('wallet and liquidation price are the venue’s own numbers, not the client’s', async () => {
  await venue.prepare(5);
  await market('buy', 100, 'a');
  const position = await venue.position();
  expect(position.walletUsdt).toBeCloseTo((position.quantity * position.entryPrice) / 5, 6);
  expect(position.venueLiquidationPrice).toBeGreaterThan(0);
  expect(position.venueLiquidationPrice).toBeLessThan(position.entryPrice);
});

test('settings are set once, read back, and then left alone', async () => {
  await venue.prepare(7);
  const posts = () => proxy.seen.filter(({ method }) => method === 'POST').length;
  const before = posts();
  await venue.prepare(7);
  expect(posts()).toBe(before);
  await expect(venue.prepare(500)).rejects.toMatchObject({ leaf: 'leverage-limit', outcome: 'rejected' });
});

test('a cross-margined position is refused, for its margin is not its own', async () => {
  await market('buy', 10, 'a');
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
});

test('a failed read is an error, never a flat account', async () => {
  proxy.faultOf = () => 'lose-request';
  for (const read of [
    () => venue.position(),
    () => venue.account(),
    () => venue.restingOrders(),
    () => venue.market(),
  ]) {
    await expect(read()).rejects.toMatchObject({ leaf: 'no-answer' });
  }
  await expect(venue.lookUp('a', 'ordinary')).rejects.toMatchObject({ leaf: 'no-answer' });
});

test('a reply without what is needed is no position', async () => {
  proxy.faultOf = ({ path }) =>
    path === '/fapi/v3/positionRisk'
      ? { status: 200, body: '[{"symbol":"ICPUSDT","positionSide":"BOTH"}]', isCarriedOut: false }
      : null;
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'malformed-reply' });
});

test('permissions that cannot be read stay unknown', async () => {
  expect(await venue.permissions()).toEqual({
    canWithdraw: false,
    isIpRestricted: true,
    canTradeFutures: true,
    expiresMs: null,
  });
  proxy.faultOf = ({ path }) =>
    path.startsWith('/sapi/') ? { status: 404, body: '{}', isCarriedOut: false } : null;
  expect(await venue.permissions()).toEqual({
    canWithdraw: null,
    isIpRestricted: null,
    canTradeFutures: null,
    expiresMs: null,
  });
});

test('a conditional order says what it became', async () => {
  await venue.prepare(5);
  await market('buy', 10, 'a');
  const { entryPrice } = await venue.position();
  const stop = await venue.send({
    type: 'stop',
    clientOrderId: 's',
    side: 'sell',
    quantity: 10,
    triggerPrice: Math.round((entryPrice - 0.005) * 1000) / 1000,
  });
  expect(stop).toMatchObject({
    kind: 'conditional',
    type: 'stop',
    state: 'resting',
    reduceOnly: true,
    trigger: 'mark',
  });
  exchange.advance('open');
  expect(await venue.lookUp('s', 'conditional')).toMatchObject({ state: 'filled', filledQuantity: 10 });
  expect(await venue.restingOrders()).toEqual([]);
  await expect(venue.cancel({ kind: 'conditional', clientOrderId: 's' })).rejects.toMatchObject({
    leaf: 'not-found',
  });
  expect(await venue.lookUp('s', 'ordinary')).toMatchObject({ type: 'market', state: 'filled' });
  expect(await venue.lookUp('nobody', 'conditional')).toBeNull();
});

test('a sale of nothing, and a trigger already passed, come back under their names', async () => {
  await venue.prepare(5);
  await expect(market('sell', 10, 'a', true)).rejects.toMatchObject({
    leaf: 'reduce-only-rejected',
    outcome: 'rejected',
  });
  await market('buy', 10, 'b');
  const stop = { type: 'stop', clientOrderId: 's', side: 'sell', quantity: 10, triggerPrice: 11 } as const;
  await expect(venue.send(stop)).rejects.toMatchObject({ leaf: 'would-trigger' });
  await expect(market('buy', 0.5, 'c')).rejects.toMatchObject({ leaf: 'off-grid', outcome: 'denied' });
});

test('with the minute’s weight nearly spent there is no entry, and there are exits', async () => {
  await venue.prepare(5);
  await market('buy', 10, 'a');
  const spent = {
    status: 200,
    body: '[]',
    isCarriedOut: false,
    headers: { 'x-mbx-used-weight-1m': '2300' },
  };
  proxy.faultOf = ({ path }) => (/open(Algo)?Orders$/.test(path) ? spent : null);
  await venue.restingOrders();
  proxy.faultOf = () => null;
  const orders = proxy.count('POST', '/fapi/v1/order');
  await expect(market('buy', 10, 'b')).rejects.toMatchObject({ leaf: 'rate-limited', outcome: 'denied' });
  expect(proxy.count('POST', '/fapi/v1/order')).toBe(orders);
  await market('sell', 10, 'c', true);
});
