import { afterEach, beforeEach, expect, test } from 'vitest';
import { list, openBybit, order, plain } from './testing/BybitWire.ts';
import { ID, NOW, STOP } from './testing/Shared.ts';
import type { Wire } from './testing/Wire.ts';
import type { UnifiedVenue } from './UnifiedVenue.ts';

/* The offline part of docs/venues.md for Bybit, orders: what ccxt sends, and how replies of the documented shape are read. */

let wire: Wire;
let venue: UnifiedVenue;

beforeEach(async () => {
  ({ wire, venue } = await openBybit());
});
afterEach(() => wire.close());

test('V20 a stop is reduce-only, one-way, by mark, at market, and fires on the way down', async () => {
  const sent = await venue.send(STOP);
  expect(wire.last('POST', '/v5/order/create')?.body).toMatchObject({
    category: 'linear',
    symbol: 'ICPUSDT',
    side: 'Sell',
    orderType: 'Market',
    qty: '3',
    triggerPrice: '4.5',
    triggerDirection: 2,
    triggerBy: 'MarkPrice',
    reduceOnly: true,
    positionIdx: 0,
    orderLinkId: ID,
  });
  expect(sent).toMatchObject({
    kind: 'conditional',
    type: 'stop',
    clientOrderId: ID,
    quantity: 3,
    triggerPrice: 4.5,
    trigger: 'mark',
    reduceOnly: true,
    state: 'resting',
  });
});

test('V21 a take-profit is its mirror, and so are both for a short', async () => {
  const sides = [
    ['take-profit', 'sell', 1],
    ['stop', 'buy', 1],
    ['take-profit', 'buy', 2],
  ] as const;
  for (const [type, side, triggerDirection] of sides) {
    const word = side === 'buy' ? 'Buy' : 'Sell';
    wire.answers['GET /v5/order/realtime'] = list(order({ triggerDirection, side: word }));
    expect(await venue.send({ ...STOP, type, side })).toMatchObject({ type, side });
    expect(wire.last('POST', '/v5/order/create')?.body).toMatchObject({
      triggerDirection,
      triggerBy: 'MarkPrice',
      reduceOnly: true,
    });
  }
});

test('V10 a market order is sent once under our id and read back', async () => {
  const filled = { ...plain, side: 'Buy', orderStatus: 'Filled', cumExecQty: '3', avgPrice: '5.01' };
  wire.answers['GET /v5/order/realtime'] = list(order(filled));
  const sent = await venue.send({ ...STOP, type: 'market', side: 'buy', reduceOnly: false });
  expect(wire.last('POST', '/v5/order/create')?.body).toMatchObject({
    orderType: 'Market',
    qty: '3',
    orderLinkId: ID,
    positionIdx: 0,
  });
  expect(sent).toMatchObject({
    kind: 'ordinary',
    type: 'market',
    state: 'filled',
    filledQuantity: 3,
    averagePrice: 5.01,
  });
});

test('V11 off the grid nothing is sent', async () => {
  await expect(venue.send({ ...STOP, quantity: 3.05 })).rejects.toMatchObject({
    leaf: 'off-grid',
    outcome: 'denied',
  });
  await expect(venue.send({ ...STOP, triggerPrice: 4.5005 })).rejects.toMatchObject({ leaf: 'off-grid' });
  expect(wire.asked.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('V13 an order accepted but not readable is ambiguous; one that is nowhere is null; an older one is found', async () => {
  wire.answers['GET /v5/order/realtime'] = list();
  await expect(venue.send(STOP)).rejects.toMatchObject({ outcome: 'ambiguous' });
  expect(await venue.lookUp(ID, 'conditional')).toBeNull();
  wire.answers['GET /v5/order/history'] = list(order({ orderStatus: 'Cancelled' }));
  expect(await venue.lookUp(ID, 'conditional')).toMatchObject({ state: 'cancelled' });
});

test('V14 refusals come under their names', async () => {
  const refused = (retCode: number) => ({ retCode, retMsg: 'no', result: {}, retExtInfo: {}, time: NOW });
  for (const [code, leaf] of [
    [110007, 'insufficient-margin'],
    [10006, 'rate-limited'],
    [10003, 'key-refused'],
  ] as const) {
    wire.answers['POST /v5/order/create'] = refused(code);
    await expect(venue.send(STOP)).rejects.toMatchObject({ leaf, outcome: 'rejected' });
  }
});

test('V22 a conditional order that fired is triggered until it is done', async () => {
  const stateOf = async (changes: object) => {
    wire.answers['GET /v5/order/realtime'] = list(order(changes));
    return (await venue.lookUp(ID, 'conditional'))?.state;
  };
  expect(await stateOf({ orderStatus: 'Triggered' })).toBe('triggered');
  expect(await stateOf({ orderStatus: 'New' })).toBe('triggered');
  expect(await stateOf({ orderStatus: 'PartiallyFilled', cumExecQty: '1' })).toBe('triggered');
  expect(await stateOf({ orderStatus: 'Filled', cumExecQty: '3', avgPrice: '4.49' })).toBe('filled');
  expect(await stateOf({ orderStatus: 'Rejected' })).toBe('rejected');
  await expect(stateOf({ orderStatus: 'NeverHeardOf' })).rejects.toMatchObject({ leaf: 'malformed-reply' });
});

test('V23 resting orders of both kinds are read, ours and others', async () => {
  wire.answers['GET /v5/order/realtime'] = list(
    order({ ...plain, orderType: 'Limit', orderStatus: 'New', orderId: 'b-1', orderLinkId: '' }),
    order(),
    order({ orderId: 'b-3', triggerBy: 'LastPrice' }),
  );
  expect((await venue.restingOrders()).map(({ kind, type, trigger }) => [kind, type, trigger])).toEqual([
    ['ordinary', 'limit', null],
    ['conditional', 'stop', 'mark'],
    ['conditional', 'stop', 'last'],
  ]);
});

test('V24 an order is cancelled by the id the venue gave it; what is done is not found', async () => {
  await venue.cancel({ kind: 'conditional', clientOrderId: ID });
  expect(wire.last('POST', '/v5/order/cancel')?.body).toMatchObject({ orderId: 'b-900', symbol: 'ICPUSDT' });
  wire.answers['GET /v5/order/realtime'] = list(order({ orderStatus: 'Cancelled' }));
  await expect(venue.cancel({ kind: 'conditional', clientOrderId: ID })).rejects.toMatchObject({
    leaf: 'not-found',
  });
});
