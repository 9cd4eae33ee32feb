import { openUnified } from '../openUnified.ts';
import type { UnifiedVenue } from '../UnifiedVenue.ts';
import { ID, NOW, optionsFor } from './Shared.ts';
import { openWire, type Wire } from './Wire.ts';

/* Replies of the shape that Bybit documents, as ccxt's parsers read them. */

export const ok = (result: object) => ({ retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: NOW });
export const list = (...rows: unknown[]) => ok({ category: 'linear', list: rows, nextPageCursor: '' });
export const order = (changes: object = {}) => ({
  symbol: 'ICPUSDT',
  orderId: 'b-900',
  orderLinkId: ID,
  orderType: 'Market',
  side: 'Sell',
  qty: '3',
  cumExecQty: '0',
  avgPrice: '',
  price: '0',
  orderStatus: 'Untriggered',
  stopOrderType: 'Stop',
  triggerPrice: '4.5',
  triggerDirection: 2,
  triggerBy: 'MarkPrice',
  reduceOnly: true,
  closeOnTrigger: false,
  tpslMode: '',
  createdTime: String(NOW),
  updatedTime: String(NOW + 1),
  ...changes,
});
export const plain = {
  stopOrderType: '',
  triggerPrice: '',
  triggerDirection: 0,
  triggerBy: '',
  reduceOnly: false,
};
export const position = (changes: object = {}) => ({
  symbol: 'ICPUSDT',
  positionIdx: 0,
  side: 'Sell',
  size: '3',
  avgPrice: '5.01',
  positionValue: '15.03',
  positionBalance: '3.006',
  leverage: '5',
  liqPrice: '5.9',
  markPrice: '5',
  unrealisedPnl: '0.03',
  tradeMode: 0,
  riskId: 1,
  createdTime: '1600000000000',
  updatedTime: String(NOW),
  ...changes,
});

/** Bybit behind a wire that knows the instrument, the clock, and one resting stop. */
export async function openBybit(): Promise<{ readonly wire: Wire; readonly venue: UnifiedVenue }> {
  const wire = await openWire({
    'GET /v5/market/instruments-info': list({
      symbol: 'ICPUSDT',
      contractType: 'LinearPerpetual',
      status: 'Trading',
      baseCoin: 'ICP',
      quoteCoin: 'USDT',
      settleCoin: 'USDT',
      launchTime: '1620900000000',
      deliveryTime: '0',
      priceScale: '3',
      leverageFilter: { minLeverage: '1', maxLeverage: '50', leverageStep: '0.01' },
      priceFilter: { minPrice: '0.001', maxPrice: '1999', tickSize: '0.001' },
      lotSizeFilter: { maxOrderQty: '100000', minOrderQty: '0.1', qtyStep: '0.1', minNotionalValue: '5' },
      fundingInterval: 480,
    }),
    'GET /v5/market/time': ok({ timeSecond: String(NOW / 1_000), timeNano: `${String(NOW)}000000` }),
    'GET /v5/user/query-api': ok({ readOnly: 0, uta: 1, isMaster: true, permissions: {} }),
    'GET /v5/account/info': ok({ marginMode: 'ISOLATED_MARGIN', unifiedMarginStatus: 5 }),
    'POST /v5/order/create': ok({ orderId: 'b-900', orderLinkId: ID }),
    'POST /v5/order/cancel': ok({ orderId: 'b-900', orderLinkId: ID }),
    'GET /v5/order/realtime': list(order()),
    'GET /v5/order/history': list(),
  });
  return { wire, venue: await openUnified(optionsFor('bybit', wire.url)) };
}
