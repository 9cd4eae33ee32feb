import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOrderIdOf } from '../../execute/ClientOrderId.ts';
import { ROLES } from '../../journal/Rows.ts';
import { OKX } from './Okx.ts';
import { algo, ok, openOkx, order } from './testing/OkxWire.ts';
import { ID, STOP } from './testing/Shared.ts';
import { openWire, type Wire } from './testing/Wire.ts';
import type { UnifiedVenue } from './UnifiedVenue.ts';

/* The offline part of docs/venues.md for OKX, orders: what ccxt sends, and how replies of the documented shape are read. */

let wire: Wire;
let venue: UnifiedVenue;

beforeEach(async () => {
  ({ wire, venue } = await openOkx());
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
