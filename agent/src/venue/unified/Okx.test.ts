import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOrderIdOf } from '../../execute/ClientOrderId.ts';
import { ROLES } from '../../journal/Rows.ts';
import { OKX } from './Okx.ts';
import { openUnified } from './openUnified.ts';
import { ID, NOW, optionsFor, STOP } from './testing/Shared.ts';
import { openWire, type Asked, type Wire } from './testing/Wire.ts';
import type { UnifiedVenue } from './UnifiedVenue.ts';

/* The offline part of docs/venues.md for OKX: what ccxt sends, and how replies of the documented shape are read. */

const ok = (...data: unknown[]) => ({ code: '0', msg: '', data });
const algo = (changes: object = {}) => ({
  algoId: '900',
  algoClOrdId: OKX.toVenueId(ID),
  instId: 'ICP-USDT-SWAP',
  instType: 'SWAP',
  ordType: 'conditional',
  side: 'sell',
  sz: '30',
  slTriggerPx: '4.5',
  slTriggerPxType: 'mark',
  slOrdPx: '-1',
  tpTriggerPx: '',
  tpTriggerPxType: '',
  reduceOnly: 'true',
  state: 'live',
  ordId: '',
  actualSz: '',
  actualPx: '',
  cTime: String(NOW),
  uTime: String(NOW + 1),
  ...changes,
});
const order = (changes: object = {}) => ({
  ordId: '800',
  clOrdId: 'plin00000000000000000000a',
  algoId: '900',
  instId: 'ICP-USDT-SWAP',
  instType: 'SWAP',
  ordType: 'market',
  side: 'buy',
  sz: '30',
  accFillSz: '30',
  avgPx: '5.01',
  slTriggerPx: '',
  reduceOnly: 'false',
  state: 'filled',
  cTime: String(NOW),
  uTime: String(NOW + 2),
  ...changes,
});
const position = (changes: object = {}) => ({
  instId: 'ICP-USDT-SWAP',
  instType: 'SWAP',
  posSide: 'net',
  pos: '-30',
  avgPx: '5.01',
  margin: '3.006',
  mgnMode: 'isolated',
  liqPx: '5.9',
  lever: '5',
  markPx: '5',
  notionalUsd: '15',
  mmr: '0.15',
  upl: '0.03',
  uplRatio: '0.01',
  cTime: String(NOW - 999),
  uTime: String(NOW),
  ...changes,
});

let wire: Wire;
let venue: UnifiedVenue;

beforeEach(async () => {
  wire = await openWire({
    'GET /api/v5/public/instruments': ok({
      instType: 'SWAP',
      instId: 'ICP-USDT-SWAP',
      uly: 'ICP-USDT',
      instFamily: 'ICP-USDT',
      settleCcy: 'USDT',
      ctVal: '0.1',
      ctMult: '1',
      ctValCcy: 'ICP',
      ctType: 'linear',
      lever: '50',
      tickSz: '0.001',
      lotSz: '1',
      minSz: '1',
      state: 'live',
      listTime: '1620900000000',
    }),
    'GET /api/v5/public/time': ok({ ts: String(NOW) }),
    'POST /api/v5/trade/batch-orders': ok({ ordId: '800', clOrdId: 'x', sCode: '0', sMsg: '' }),
    'POST /api/v5/trade/order-algo': ok({ algoId: '900', algoClOrdId: 'x', sCode: '0', sMsg: '' }),
    'POST /api/v5/trade/cancel-algos': ok({ algoId: '900', sCode: '0', sMsg: '' }),
    'GET /api/v5/trade/order': ok(order()),
    'GET /api/v5/trade/order-algo': ok(algo()),
  });
  venue = await openUnified(optionsFor('okx', wire.url));
});
afterEach(() => wire.close());

test('V12 ids become what OKX allows, and come back as they were', () => {
  for (const role of ROLES) {
    for (const version of [0, 35, 46_655]) {
      const id = clientOrderIdOf({ planId: Uint8Array.from({ length: 16 }, (_, i) => i), role, version });
      const theirs = OKX.toVenueId(id);
      expect(theirs).toMatch(/^[a-z0-9]{1,32}$/);
      expect(OKX.fromVenueId(theirs)).toBe(id);
    }
  }
  expect(OKX.fromVenueId('somebodyelse1')).toBe('somebodyelse1');
  expect(() => OKX.toVenueId('not_ours')).toThrow('Nothing was sent');
});

test('V20 a stop is reduce-only, isolated, by mark, at market, counted in contracts', async () => {
  const sent = await venue.send(STOP);
  expect(wire.last('POST', '/api/v5/trade/order-algo')?.body).toMatchObject({
    instId: 'ICP-USDT-SWAP',
    ordType: 'conditional',
    side: 'sell',
    sz: '30',
    tdMode: 'isolated',
    posSide: 'net',
    reduceOnly: true,
    slTriggerPx: '4.5',
    slTriggerPxType: 'mark',
    slOrdPx: '-1',
    algoClOrdId: OKX.toVenueId(ID),
  });
  expect(sent).toMatchObject({
    kind: 'conditional',
    type: 'stop',
    clientOrderId: ID,
    venueId: '900',
    triggerPrice: 4.5,
    trigger: 'mark',
    reduceOnly: true,
    state: 'resting',
  });
  expect(sent.quantity).toBeCloseTo(3, 12);
});

test('V21 a take-profit is its mirror', async () => {
  wire.answers['GET /api/v5/trade/order-algo'] = ok(
    algo({ slTriggerPx: '', slTriggerPxType: '', tpTriggerPx: '6', tpTriggerPxType: 'mark' }),
  );
  const sent = await venue.send({ ...STOP, type: 'take-profit', triggerPrice: 6 });
  expect(wire.last('POST', '/api/v5/trade/order-algo')?.body).toMatchObject({
    tpTriggerPx: '6',
    tpTriggerPxType: 'mark',
    tpOrdPx: '-1',
    reduceOnly: true,
  });
  expect(sent).toMatchObject({ type: 'take-profit', triggerPrice: 6, trigger: 'mark' });
});

test('V10 a market order is sent once under our id and read back', async () => {
  const id = clientOrderIdOf({ planId: new Uint8Array(16), role: 'entry', version: 0 });
  wire.answers['GET /api/v5/trade/order'] = ok(order({ clOrdId: OKX.toVenueId(id) }));
  const sent = await venue.send({
    type: 'market',
    clientOrderId: id,
    side: 'buy',
    quantity: 3,
    reduceOnly: false,
  });
  expect(wire.last('POST', '/api/v5/trade/batch-orders')?.body).toMatchObject([
    { ordType: 'market', sz: '30', tdMode: 'isolated', clOrdId: OKX.toVenueId(id), side: 'buy' },
  ]);
  expect(sent).toMatchObject({ clientOrderId: id, state: 'filled', averagePrice: 5.01 });
  expect(sent.filledQuantity).toBeCloseTo(3, 12);
});

test('V11 off the grid nothing is sent', async () => {
  await expect(venue.send({ ...STOP, quantity: 3.05 })).rejects.toMatchObject({
    leaf: 'off-grid',
    outcome: 'denied',
  });
  await expect(venue.send({ ...STOP, triggerPrice: 4.5005 })).rejects.toMatchObject({ leaf: 'off-grid' });
  expect(wire.asked.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('V13 an order accepted but not readable is ambiguous, never rejected', async () => {
  wire.answers['GET /api/v5/trade/order-algo'] = { code: '51603', msg: 'Order does not exist', data: [] };
  await expect(venue.send(STOP)).rejects.toMatchObject({ outcome: 'ambiguous' });
  expect(await venue.lookUp(ID, 'conditional')).toBeNull();
});

test('V14 refusals come under their names; an answer that never came is ambiguous', async () => {
  const refused = (sCode: string) => ({ code: '1', msg: '', data: [{ sCode, sMsg: 'no', algoId: '' }] });
  wire.answers['POST /api/v5/trade/order-algo'] = refused('51008');
  await expect(venue.send(STOP)).rejects.toMatchObject({ leaf: 'insufficient-margin', outcome: 'rejected' });
  wire.answers['POST /api/v5/trade/order-algo'] = { code: '50011', msg: 'Too Many Requests', data: [] };
  await expect(venue.send(STOP)).rejects.toMatchObject({ leaf: 'rate-limited' });
  wire.answers['POST /api/v5/trade/order-algo'] = { code: '50113', msg: 'Invalid Sign', data: [] };
  await expect(venue.send(STOP)).rejects.toMatchObject({ leaf: 'key-refused' });
  await venue.listing();
  await wire.close();
  await expect(venue.send(STOP)).rejects.toMatchObject({
    outcome: expect.stringMatching(/denied|ambiguous/) as string,
  });
  const error = (await venue.account().catch((e: unknown) => e)) as Error;
  expect(`${error.message} ${error.stack ?? ''}`).not.toMatch(/of-mine|http:/);
  wire = await openWire({});
});

test('V22 a conditional order that fired is as done as the order it became', async () => {
  wire.answers['GET /api/v5/trade/order-algo'] = ok(algo({ state: 'effective', ordId: '801' }));
  wire.answers['GET /api/v5/trade/order'] = ok(
    order({ ordId: '801', state: 'filled', accFillSz: '30', avgPx: '4.49' }),
  );
  expect(await venue.lookUp(ID, 'conditional')).toMatchObject({ state: 'filled', averagePrice: 4.49 });
  wire.answers['GET /api/v5/trade/order'] = ok(
    order({ ordId: '801', state: 'live', accFillSz: '0', avgPx: '' }),
  );
  expect(await venue.lookUp(ID, 'conditional')).toMatchObject({ state: 'triggered', filledQuantity: 0 });
});

test('V23 both worlds of resting orders are read, ours and others', async () => {
  wire.answers['GET /api/v5/trade/orders-pending'] = ok(
    order({ state: 'live', accFillSz: '0', ordType: 'limit' }),
  );
  wire.answers['GET /api/v5/trade/orders-algo-pending'] = ({ query }: { query: { ordType?: string } }) =>
    query.ordType === 'conditional' ? ok(algo(), algo({ algoId: '901', slTriggerPxType: 'last' })) : ok();
  const resting = await venue.restingOrders();
  expect(resting.map(({ kind, type, trigger }) => [kind, type, trigger])).toEqual([
    ['ordinary', 'limit', null],
    ['conditional', 'stop', 'mark'],
    ['conditional', 'stop', 'last'],
  ]);
});

test('V24 a conditional order is cancelled in its own world; what is done is not found', async () => {
  await venue.cancel({ kind: 'conditional', clientOrderId: ID });
  expect(wire.last('POST', '/api/v5/trade/cancel-algos')?.body).toEqual([
    { algoId: '900', instId: 'ICP-USDT-SWAP' },
  ]);
  wire.answers['GET /api/v5/trade/order-algo'] = ok(algo({ state: 'canceled' }));
  await expect(venue.cancel({ kind: 'conditional', clientOrderId: ID })).rejects.toMatchObject({
    leaf: 'not-found',
  });
});

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
