import { afterEach, beforeEach, expect, test } from 'vitest';
import { list, ok, openBybit, order, position } from './testing/BybitWire.ts';
import { NOW } from './testing/Shared.ts';
import type { Asked, Wire } from './testing/Wire.ts';
import type { UnifiedVenue } from './UnifiedVenue.ts';

/* The offline part of docs/venues.md for Bybit, account and instrument. */

let wire: Wire;
let venue: UnifiedVenue;

beforeEach(async () => {
  ({ wire, venue } = await openBybit());
});
afterEach(() => wire.close());

test('V30 a position is opened by its first fill, not by the first position ever', async () => {
  wire.answers['GET /v5/position/list'] = list(position());
  wire.answers['GET /v5/execution/list'] = list({
    symbol: 'ICPUSDT',
    execId: 'e-1',
    orderId: 'b-1',
    side: 'Sell',
    execQty: '3',
    execPrice: '5.01',
    execFee: '0.0075',
    feeCurrency: '',
    execType: 'Trade',
    isMaker: false,
    execTime: String(NOW - 5_000),
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
  wire.answers['GET /v5/position/list'] = list(position({ positionIdx: 2 }));
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
  wire.answers['GET /v5/position/list'] = list(position({ positionBalance: '0' }));
  await expect(venue.position()).rejects.toMatchObject({ leaf: 'settings-differ' });
  wire.answers['GET /v5/position/list'] = { retCode: 10016, retMsg: 'Internal error', result: {} };
  await expect(venue.position()).rejects.toMatchObject({ name: 'VenueError' });
  wire.answers['GET /v5/position/list'] = list(position({ size: '0', side: '' }));
  expect((await venue.position()).side).toBe(0);
});

test('V32 what margin is taken is not available', async () => {
  wire.answers['GET /v5/account/wallet-balance'] = ok({
    list: [
      {
        accountType: 'UNIFIED',
        totalEquity: '5000',
        coin: [
          { coin: 'BTC', equity: '1', walletBalance: '1' },
          {
            coin: 'USDT',
            equity: '1000.5',
            walletBalance: '1000',
            totalPositionIM: '90',
            totalOrderIM: '9.75',
            locked: '0',
          },
        ],
      },
    ],
  });
  expect(await venue.account()).toEqual({ equityUsdt: 1000.5, availableUsdt: 900.25 });
});

test('V40 the key’s rights and its end are read; what cannot be read stays unknown', async () => {
  const key = (changes: object = {}) =>
    ok({
      readOnly: 0,
      permissions: { ContractTrade: ['Order', 'Position'], Wallet: ['AccountTransfer'] },
      ips: ['1.2.3.4'],
      expiredAt: '2026-03-01T00:00:00Z',
      ...changes,
    });
  wire.answers['GET /v5/user/query-api'] = key();
  expect(await venue.permissions()).toEqual({
    canWithdraw: false,
    isIpRestricted: true,
    canTradeFutures: true,
    expiresMs: Date.UTC(2026, 2, 1),
  });
  wire.answers['GET /v5/user/query-api'] = key({
    permissions: { ContractTrade: ['Order'], Wallet: ['Withdraw'] },
    ips: ['*'],
    readOnly: 1,
  });
  expect(await venue.permissions()).toMatchObject({
    canWithdraw: true,
    isIpRestricted: false,
    canTradeFutures: false,
  });
  wire.answers['GET /v5/user/query-api'] = { retCode: 10005, retMsg: 'Permission denied', result: {} };
  expect(await venue.permissions()).toMatchObject({
    canWithdraw: null,
    canTradeFutures: null,
    expiresMs: null,
  });
});

test('V41 what differs is set, read back, and then left alone', async () => {
  let leverage = '3';
  let marginMode = 'REGULAR_MARGIN';
  wire.answers['GET /v5/position/list'] = () => list(position({ leverage, size: '0', side: '' }));
  wire.answers['GET /v5/account/info'] = () => ok({ marginMode, unifiedMarginStatus: 5 });
  wire.answers['POST /v5/account/set-margin-mode'] = () => {
    marginMode = 'ISOLATED_MARGIN';
    return ok({ reasons: [] });
  };
  wire.answers['POST /v5/position/set-leverage'] = () => {
    leverage = '5';
    return ok({});
  };
  await venue.prepare(5);
  expect(wire.last('POST', '/v5/position/set-leverage')?.body).toMatchObject({
    buyLeverage: '5',
    sellLeverage: '5',
  });
  expect(wire.last('POST', '/v5/account/set-margin-mode')?.body).toEqual({
    setMarginMode: 'ISOLATED_MARGIN',
  });
  const before = wire.asked.length;
  await venue.prepare(5);
  expect(wire.asked.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
  await expect(venue.prepare(7)).rejects.toMatchObject({ leaf: 'settings-differ' });
});

test('V50 tiers and grid are in notional and base units, with maintenance amounts derived', async () => {
  const tier = (id: number, riskLimitValue: string, maintenanceMargin: string, maxLeverage: string) => ({
    id,
    symbol: 'ICPUSDT',
    riskLimitValue,
    maintenanceMargin,
    initialMargin: '0.02',
    maxLeverage,
    isLowestRisk: id === 1 ? 1 : 0,
  });
  wire.answers['GET /v5/market/risk-limit'] = list(
    tier(1, '5000', '0.01', '50'),
    tier(2, '25000', '0.02', '20.00'),
  );
  wire.answers['GET /v5/account/fee-rate'] = list({
    symbol: 'ICPUSDT',
    takerFeeRate: '0.00055',
    makerFeeRate: '0.0002',
  });
  wire.answers['GET /v5/market/tickers'] = list({
    symbol: 'ICPUSDT',
    lastPrice: '5.001',
    markPrice: '5',
    indexPrice: '5',
    fundingRate: '0.0001',
    nextFundingTime: String(NOW + 3_600_000),
    openInterest: '1000',
    bid1Price: '5',
    ask1Price: '5.001',
  });
  const instrument = await venue.instrument();
  expect(instrument).toMatchObject({
    tickNumerator: 1,
    tickDenominator: 1000,
    quantityStep: 0.1,
    minNotionalUsdt: 5,
    takerFee: 0.00055,
  });
  expect(
    instrument.tiers.map(({ minNotional, maxNotional, cum }) => [minNotional, maxNotional, cum]),
  ).toEqual([
    [0, 5_000, 0],
    [5_000, 25_000, 50],
  ]);
  expect(await venue.market()).toMatchObject({
    timeMs: NOW,
    markPrice: 5,
    lastPrice: 5.001,
    funding: { timeMs: NOW + 3_600_000, rate: 0.0001 },
  });
});

test('V33 past orders, resting ones and funding payments are read to their end, by cursor and week by week', async () => {
  const paged = (rows: readonly Record<string, unknown>[], time: string) => (asked: Asked) => {
    const { cursor = '0', startTime, endTime } = asked.query;
    const told = rows.filter((row) => {
      const at = Number(row[time]);
      return startTime === undefined || (at >= Number(startTime) && at <= Number(endTime));
    });
    const from = Number(cursor);
    const nextPageCursor = from + 50 < told.length ? String(from + 50) : '';
    return ok({ category: 'linear', list: told.slice(from, from + 50), nextPageCursor });
  };
  const DAY_MS = 86_400_000;
  const payments = Array.from({ length: 120 }, (_, i) => ({
    execId: `f-${String(i)}`,
    execFee: '0.01',
    execTime: String(NOW - i * (DAY_MS / 6)),
  }));
  wire.answers['GET /v5/execution/list'] = paged(payments, 'execTime');
  const paid = await venue.fundingPayments(NOW - 30 * DAY_MS);
  expect(paid).toHaveLength(120);
  expect(paid.at(-1)).toEqual({ id: 'f-0', amountUsdt: -0.01, timeMs: NOW });

  const orders = Array.from({ length: 130 }, (_, i) =>
    order({ orderId: `o-${String(i)}`, orderLinkId: `x${String(i)}`, createdTime: String(NOW - i * 60_000) }),
  );
  wire.answers['GET /v5/order/realtime'] = list();
  wire.answers['GET /v5/order/history'] = paged(orders, 'createdTime');
  expect(await venue.acceptedOrders(NOW - 14 * DAY_MS)).toHaveLength(130);
  wire.answers['GET /v5/order/realtime'] = paged(orders, 'createdTime');
  expect(await venue.restingOrders()).toHaveLength(130);
});
