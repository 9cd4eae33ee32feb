import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BAR_MS } from '@plimsoll/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exchange } from '../../../localnet/src/exchange/Exchange.ts';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { clientOrderIdOf } from '../execute/ClientOrderId.ts';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { exchangeOf, KEYS, serve, START_MS, type Prices } from '../execute/testing/Market.ts';
import { openBinanceUsdm, type BinanceUsdm } from './BinanceUsdm.ts';

/* The venue port's acceptance (docs/venues.md) by Binance USDⓈ-M: an unmodified ccxt against a local exchange. */

const NOW_BAR = 100;
/** Down by a tenth a bar from bar 100 on, so that a stop below fires. */
const BARS = Array.from({ length: 110 }, (_, i): Prices => {
  const open = i < NOW_BAR ? 10 : 10 - (i - NOW_BAR) / 10;
  return i < NOW_BAR ? [10, 10.01, 9.99, 10] : [open, open, open - 0.1, open - 0.1];
});
const idOf = (role: 'entry' | 'stop' | 'close' | 'take-profit-1', version = 0) =>
  clientOrderIdOf({ planId: new Uint8Array(16), role, version });
const ENTRY = {
  type: 'market',
  clientOrderId: idOf('entry'),
  side: 'buy',
  quantity: 10,
  reduceOnly: false,
} as const;
const STOP = {
  type: 'stop',
  clientOrderId: idOf('stop'),
  side: 'sell',
  quantity: 10,
  triggerPrice: 9.85,
} as const;

describe('binanceusdm', () => {
  let exchange: Exchange;
  let server: ExchangeServer;
  let proxy: FaultyProxy;
  let venue: BinanceUsdm;

  beforeEach(async () => {
    exchange = exchangeOf(BARS, { startMs: START_MS + NOW_BAR * BAR_MS });
    const served = await serve(exchange);
    server = served.server;
    proxy = new FaultyProxy(served.baseUrl);
    venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl: await proxy.start() });
  });
  afterEach(async () => {
    await proxy.close();
    await server.close();
  });
  const lose = (path: RegExp) => {
    proxy.faultOf = (request) => (path.test(request.path) ? 'lose-reply' : null);
  };

  test('V1 the clock’s difference is measured, and V2 the listing says whether it trades', async () => {
    expect(Math.abs(await venue.synchronise())).toBeLessThan(60_000);
    expect(await venue.listing()).toMatchObject({ isTrading: true });
  });

  test('V3 only closed bars come, oldest first', async () => {
    const bars = await venue.closedBars('ICPUSDT', START_MS, 500);
    expect(bars.map(({ timeMs }) => timeMs)).toEqual(
      Array.from({ length: NOW_BAR }, (_, i) => START_MS + i * BAR_MS),
    );
  });

  test('V4 mark, last price and the coming settlement with its own interval come together', async () => {
    const { timeMs, markPrice, lastPrice, funding } = await venue.market();
    expect([markPrice > 0, lastPrice > 0]).toEqual([true, true]);
    expect(funding.timeMs).toBeGreaterThan(timeMs);
    expect(funding.timeMs - timeMs).toBeLessThanOrEqual(funding.intervalHours * 3_600_000);
  });

  test('V4 the open interest of the past comes in order, within what was asked for', async () => {
    const { timeMs } = await venue.market();
    const points = await venue.openInterestHistory(START_MS, timeMs);
    expect(points.length).toBeGreaterThan(0);
    points.forEach((point, i) => {
      expect(point.units).toBeGreaterThan(0);
      expect(point.timeMs).toBeGreaterThan(points[i - 1]?.timeMs ?? START_MS - 1);
      expect(point.timeMs).toBeLessThanOrEqual(timeMs);
    });
  });

  test('V5 the book’s summary is never deeper than the book', async () => {
    const { bids, asks } = await venue.book();
    expect(bids.length).toBe(asks.length);
    if (bids.length > 0) expect(bids[0]!.price).toBeLessThan(asks[0]!.price);
  });

  test('V10 a market order is sent once under our id and read back', async () => {
    await venue.prepare(5);
    expect(await venue.send(ENTRY)).toMatchObject({
      clientOrderId: ENTRY.clientOrderId,
      state: 'filled',
      filledQuantity: 10,
    });
    expect(proxy.count('POST', '/fapi/v1/order')).toBe(1);
    expect(await venue.lookUp(ENTRY.clientOrderId, 'ordinary')).toMatchObject({ state: 'filled' });
  });

  test('V11 off the grid nothing is sent', async () => {
    await expect(venue.send({ ...ENTRY, quantity: 0.5 })).rejects.toMatchObject({
      leaf: 'off-grid',
      outcome: 'denied',
    });
    await expect(venue.send({ ...STOP, triggerPrice: 9.8505 })).rejects.toMatchObject({ leaf: 'off-grid' });
    expect(proxy.seen.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('V12 ids come back as they were sent', async () => {
    await venue.prepare(5);
    const { clientOrderId } = await venue.send(ENTRY);
    expect(clientOrderId).toBe(ENTRY.clientOrderId);
  });

  test('V13 an answer that is lost is ambiguous, and the look-up knows; an id that is nowhere is null', async () => {
    await venue.prepare(5);
    await venue.instrument();
    lose(/^\/fapi\/v1\/order$/);
    await expect(venue.send(ENTRY)).rejects.toMatchObject({ outcome: 'ambiguous' });
    proxy.faultOf = () => null;
    expect(await venue.lookUp(ENTRY.clientOrderId, 'ordinary')).toMatchObject({ state: 'filled' });
    expect(await venue.lookUp(idOf('close'), 'ordinary')).toBeNull();
    expect(await venue.lookUp(idOf('close'), 'conditional')).toBeNull();
  });

  test('V14 refusals come under their names', async () => {
    await venue.prepare(5);
    await expect(venue.send({ ...ENTRY, quantity: 9_999_999 })).rejects.toMatchObject({
      outcome: 'rejected',
    });
    await expect(venue.send({ ...ENTRY, side: 'sell', reduceOnly: true })).rejects.toMatchObject({
      leaf: 'reduce-only-rejected',
    });
    await venue.send(ENTRY);
    await expect(venue.send({ ...STOP, triggerPrice: 11 })).rejects.toMatchObject({ leaf: 'would-trigger' });
  });

  test('V20 a stop is reduce-only, by mark, and V21 a take-profit is its mirror; V23 both rest and are read', async () => {
    await venue.prepare(5);
    await venue.send(ENTRY);
    const target = {
      ...STOP,
      type: 'take-profit',
      clientOrderId: idOf('take-profit-1'),
      triggerPrice: 12,
    } as const;
    for (const order of [STOP, target]) {
      expect(await venue.send(order)).toMatchObject({
        type: order.type,
        reduceOnly: true,
        trigger: 'mark',
        state: 'resting',
      });
    }
    expect((await venue.restingOrders()).map(({ kind, type }) => [kind, type]).sort()).toEqual([
      ['conditional', 'stop'],
      ['conditional', 'take-profit'],
    ]);
  });

  test('V22 a conditional order that fired is as done as the order it became', async () => {
    await venue.prepare(5);
    await venue.send(ENTRY);
    await venue.send(STOP);
    for (let i = 0; i < 3; i++) exchange.advance('open');
    expect(await venue.lookUp(STOP.clientOrderId, 'conditional')).toMatchObject({
      state: 'filled',
      filledQuantity: 10,
    });
    expect((await venue.position()).side).toBe(0);
  });

  test('V24 an order is cancelled in its own world; what is done is not found', async () => {
    await venue.prepare(5);
    await venue.send(ENTRY);
    await venue.send(STOP);
    await venue.cancel({ kind: 'conditional', clientOrderId: STOP.clientOrderId });
    expect(await venue.restingOrders()).toEqual([]);
    const again = venue.cancel({ kind: 'conditional', clientOrderId: STOP.clientOrderId });
    await expect(again).rejects.toMatchObject({ leaf: 'not-found' });
  });

  test('V30 a position has the venue’s own figures and is opened by its first fill; V33 fills add up to it', async () => {
    await venue.prepare(5);
    const { timeMs } = await venue.market();
    await venue.send(ENTRY);
    const position = await venue.position();
    expect(position).toMatchObject({ side: 1, quantity: 10 });
    expect(position.venueLiquidationPrice).toBeGreaterThan(0);
    expect(position.walletUsdt).toBeCloseTo((10 * position.entryPrice) / 5, 6);
    const fills = await venue.fills(timeMs - 1);
    expect(position.openedMs).toBe(fills[0]!.timeMs);
    expect(fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(10);
    expect(await venue.acceptedOrders(timeMs - 1)).toMatchObject([{ clientOrderId: ENTRY.clientOrderId }]);
  });

  test('V31 cross margin is refused; a failed read is never flat', async () => {
    await venue.send(ENTRY);
    await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
    lose(/positionRisk$/);
    await expect(venue.position()).rejects.toMatchObject({ leaf: 'no-answer' });
  });

  test('V32 the account tells equity and what is available', async () => {
    const { equityUsdt, availableUsdt } = await venue.account();
    expect(equityUsdt).toBeGreaterThan(0);
    expect(availableUsdt).toBeLessThanOrEqual(equityUsdt);
  });

  test('V40 the key’s rights are read', async () => {
    expect(await venue.permissions()).toMatchObject({ canWithdraw: false, canTradeFutures: true });
    const told = (restrictions: object) => {
      const body = JSON.stringify({ enableFutures: true, ipRestrict: false, ...restrictions });
      proxy.faultOf = ({ path }) =>
        path.startsWith('/sapi/') ? { status: 200, body, isCarriedOut: false } : null;
      return venue.permissions();
    };
    // Sending money on to another account of the venue takes it away as well.
    expect(await told({ enableWithdrawals: false, enableInternalTransfer: true })).toMatchObject({
      canWithdraw: true,
      isIpRestricted: false,
    });
    expect(await told({ tradingAuthorityExpirationTime: 1_800_000_000_000 })).toMatchObject({
      canWithdraw: null,
      expiresMs: 1_800_000_000_000,
    });
  });

  test('V41 what differs is set, read back, and then left alone', async () => {
    await venue.prepare(7);
    expect(await venue.settings()).toEqual({ isOneWay: true, isIsolated: true, leverage: 7 });
    const posts = () => proxy.seen.filter(({ method }) => method === 'POST').length;
    const before = posts();
    await venue.prepare(7);
    expect(posts()).toBe(before);
  });

  test('V50 grid, fee and tiers are whole', async () => {
    const { tiers, quantityStep, tickNumerator } = await venue.instrument();
    expect([quantityStep > 0, tickNumerator > 0]).toEqual([true, true]);
    tiers.forEach((tier, i) => expect(tier.minNotional).toBe(tiers[i - 1]?.maxNotional ?? 0));
  });
});

test('the matrix in docs/venues.md claims what tests of that number show, and nothing else', () => {
  const matrix = readFileSync(join(import.meta.dirname, '../../../docs/venues.md'), 'utf8');
  const rows = [...matrix.matchAll(/^\| (V\d+) \|.*\| ([^|]*) \| ([^|]*) \| ([^|]*) \|$/gm)];
  const shown = (...files: readonly string[]) =>
    new Set(
      files.flatMap((file) => readFileSync(join(import.meta.dirname, file), 'utf8').match(/\bV\d+\b/g) ?? []),
    );
  const offline = (venue: string) => shown(`unified/${venue}.test.ts`, `unified/${venue}Account.test.ts`);
  const tests = [shown('Acceptance.test.ts'), offline('Bybit'), offline('Okx')];
  expect(rows.length).toBeGreaterThan(15);
  for (const [, number = '', ...claims] of rows) {
    claims.forEach((claim, i) => {
      const isClaimed = /^(localnet|offline)$/.test(claim.trim());
      expect([number, i, isClaimed]).toEqual([number, i, tests[i]!.has(number)]);
    });
  }
  expect(readdirSync(join(import.meta.dirname, 'unified')).length).toBeGreaterThan(0);
});
