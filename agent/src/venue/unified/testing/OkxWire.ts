import { OKX } from '../Okx.ts';
import { openUnified } from '../openUnified.ts';
import type { UnifiedVenue } from '../UnifiedVenue.ts';
import { ID, NOW, optionsFor } from './Shared.ts';
import { openWire, type Wire } from './Wire.ts';

/* Replies of the shape that OKX documents, as ccxt's parsers read them. */

export const ok = (...data: unknown[]) => ({ code: '0', msg: '', data });
export const algo = (changes: object = {}) => ({
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
export const order = (changes: object = {}) => ({
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
export const position = (changes: object = {}) => ({
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

/** OKX behind a wire that knows the instrument, the clock, and one order of each world. */
export async function openOkx(): Promise<{ readonly wire: Wire; readonly venue: UnifiedVenue }> {
  const wire = await openWire({
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
  return { wire, venue: await openUnified(optionsFor('okx', wire.url)) };
}
