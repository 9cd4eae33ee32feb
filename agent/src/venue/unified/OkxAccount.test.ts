import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok, openOkx, order, position } from './testing/OkxWire.ts';
import { NOW } from './testing/Shared.ts';
import type { Asked, Wire } from './testing/Wire.ts';
import type { UnifiedVenue } from './UnifiedVenue.ts';

/* The offline part of docs/venues.md for OKX, account and instrument. */

let wire: Wire;
let venue: UnifiedVenue;

beforeEach(async () => {
  ({ wire, venue } = await openOkx());
});
afterEach(() => wire.close());

test('V30 a position is in base units with the venue’s own figures, opened by its first fill', async () => {
  wire.answers['GET /api/v5/account/positions'] = ok(position());
  wire.answers['GET /api/v5/trade/fills-history'] = ok({
    tradeId: '1',
    billId: '1',
    ordId: '800',
    instId: 'ICP-USDT-SWAP',
    instType: 'SWAP',
    side: 'sell',
    fillSz: '30',
    fillPx: '5.01',
    fillPnl: '0',
    fee: '-0.0075',
    feeCcy: 'USDT',
    execType: 'T',
    ts: String(NOW - 5_000),
  });
  expect(await venue.position()).toEqual({
    side: -1,
    quantity: 3,
    entryPrice: 5.01,
    walletUsdt: 3.006,
    venueLiquidationPrice: 5.9,
    openedMs: NOW - 5_000,
  });
});

test('V31 hedge mode and cross margin are refused; a failed read is never flat', async () => {
  wire.answers['GET /api/v5/account/positions'] = ok(position({ posSide: 'short', pos: '30' }));
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
  wire.answers['GET /api/v5/account/positions'] = ok(position({ mgnMode: 'cross' }));
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
  wire.answers['GET /api/v5/account/positions'] = { code: '50001', msg: 'Service unavailable', data: [] };
  await expect(venue.position()).rejects.toMatchObject({ name: 'VenueError' });
  wire.answers['GET /api/v5/account/positions'] = ok();
  expect((await venue.position()).side).toBe(0);
});

test('V32 the account counts the coin, not the collateral of others', async () => {
  wire.answers['GET /api/v5/account/balance'] = ok({
    uTime: String(NOW),
    totalEq: '5000',
    details: [
      { ccy: 'BTC', eq: '1', availEq: '1', cashBal: '1', availBal: '1', frozenBal: '0' },
      { ccy: 'USDT', eq: '1000.5', availEq: '900.25', cashBal: '1000', availBal: '900', frozenBal: '0' },
    ],
  });
  expect(await venue.account()).toEqual({ equityUsdt: 1000.5, availableUsdt: 900.25 });
});

const config = (changes: object = {}) =>
  ok({ perm: 'read_only,trade', ip: '1.2.3.4', posMode: 'net_mode', ...changes });

test('V40 the key’s rights are read; what cannot be read stays unknown', async () => {
  wire.answers['GET /api/v5/account/config'] = config();
  expect(await venue.permissions()).toEqual({
    canWithdraw: false,
    isIpRestricted: true,
    canTradeFutures: true,
    expiresMs: null,
  });
  wire.answers['GET /api/v5/account/config'] = config({ perm: 'read_only,withdraw,trade', ip: '' });
  expect(await venue.permissions()).toMatchObject({ canWithdraw: true, isIpRestricted: false });
  wire.answers['GET /api/v5/account/config'] = { code: '50030', msg: 'no permission', data: [] };
  expect(await venue.permissions()).toMatchObject({ canWithdraw: null, canTradeFutures: null });
});

test('V41 leverage is set for isolated net mode where it differs, then read back', async () => {
  wire.answers['GET /api/v5/account/config'] = config();
  let lever = '3';
  wire.answers['GET /api/v5/account/leverage-info'] = () =>
    ok({ instId: 'ICP-USDT-SWAP', mgnMode: 'isolated', posSide: 'net', lever });
  wire.answers['POST /api/v5/account/set-leverage'] = () => {
    lever = '5';
    return ok({ lever, mgnMode: 'isolated', instId: 'ICP-USDT-SWAP', posSide: 'net' });
  };
  await venue.prepare(5);
  expect(wire.last('POST', '/api/v5/account/set-leverage')?.body).toMatchObject({
    lever: 5,
    mgnMode: 'isolated',
  });
  const posts = wire.asked.length;
  await venue.prepare(5);
  expect(wire.asked.slice(posts).filter(({ method }) => method === 'POST')).toEqual([]);
  await expect(venue.prepare(7)).rejects.toMatchObject({ leaf: 'settings-differ' });
});

test('V50 tiers and grid are in notional and base units, with maintenance amounts derived', async () => {
  const tier = (n: string, maxSz: string, mmr: string, maxLever: string) => ({
    instFamily: 'ICP-USDT',
    tier: n,
    minSz: '0',
    maxSz,
    mmr,
    imr: '0.02',
    maxLever,
  });
  wire.answers['GET /api/v5/public/position-tiers'] = ok(
    tier('1', '10000', '0.01', '50'),
    tier('2', '50000', '0.02', '20'),
  );
  wire.answers['GET /api/v5/account/trade-fee'] = ok({
    taker: '-0.0005',
    maker: '-0.0002',
    takerU: '-0.0005',
    makerU: '-0.0002',
    instType: 'SWAP',
  });
  wire.answers['GET /api/v5/public/funding-rate'] = ok({
    instId: 'ICP-USDT-SWAP',
    instType: 'SWAP',
    fundingRate: '0.0001',
    fundingTime: String(NOW + 3_600_000),
    nextFundingTime: String(NOW + 32_400_000),
  });
  wire.answers['GET /api/v5/public/mark-price'] = ok({
    instId: 'ICP-USDT-SWAP',
    instType: 'SWAP',
    markPx: '5',
    ts: String(NOW),
  });
  const instrument = await venue.instrument();
  expect(instrument).toMatchObject({
    symbol: 'ICP-USDT-SWAP',
    tickNumerator: 1,
    tickDenominator: 1000,
    quantityStep: 0.1,
    minNotionalUsdt: 0.5,
    takerFee: 0.0005,
    margin: { maintenance: 'flat', basis: 'mark', triggerFee: 0.0005 },
  });
  expect(
    instrument.tiers.map(({ minNotional, maxNotional, cum }) => [minNotional, maxNotional, cum]),
  ).toEqual([
    [0, 5_000, 0],
    [5_000, 25_000, 0],
  ]);
});

test('V33 past orders, resting ones and funding payments are read to their end, page by page', async () => {
  // Newest first, a hundred at a time, the next page by the last one's id.
  const paged = (rows: readonly Record<string, unknown>[], id: string) => (asked: Asked) => {
    const after = asked.query['after'];
    const from = after === undefined ? 0 : rows.findIndex((row) => row[id] === after) + 1;
    return ok(...rows.slice(from, from + 100));
  };
  const bills = Array.from({ length: 230 }, (_, i) => ({
    billId: String(9_000 - i),
    instId: 'ICP-USDT-SWAP',
    balChg: '-0.01',
    ts: String(NOW - i * 1_000),
  }));
  wire.answers['GET /api/v5/account/bills-archive'] = paged(bills, 'billId');
  const paid = await venue.fundingPayments(0);
  expect(paid).toHaveLength(230);
  expect(paid.at(-1)).toEqual({ id: '9000', amountUsdt: -0.01, timeMs: NOW });

  const orders = Array.from({ length: 150 }, (_, i) =>
    order({ ordId: String(5_000 - i), clOrdId: `x${String(i)}`, cTime: String(NOW - i) }),
  );
  wire.answers['GET /api/v5/trade/orders-history'] = paged(orders, 'ordId');
  for (const path of ['orders-pending', 'orders-algo-pending', 'orders-algo-history'])
    wire.answers[`GET /api/v5/trade/${path}`] = ok();
  expect(await venue.acceptedOrders(0)).toHaveLength(150);
  const rests = orders.map((row) => ({ ...row, state: 'live', accFillSz: '0' }));
  wire.answers['GET /api/v5/trade/orders-pending'] = paged(rests, 'ordId');
  expect(await venue.restingOrders()).toHaveLength(150);
});
