import {
  BadRequestError,
  DerivativesTradingUsdsFutures,
  NotFoundError,
  UnauthorizedError,
} from '@binance/derivatives-trading-usds-futures';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAR_MS } from '../../market/Bar.ts';
import { ExchangeServer } from '../ExchangeServer.ts';
import { ENDPOINTS } from '../Router.ts';
import { LOCAL_CREDENTIALS } from '../Signature.ts';
import { Desk, e8, START_MS } from '../test/Scenario.ts';
import { weightOf } from '../Weights.ts';
import { readSdkTypes, type SdkTypes } from './SdkTypes.ts';

/** Keys that the SDK declares, but the venue sends only where they mean something. */
const ONLY_ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(?:\[\]\.)?(?:activatePrice|callbackRate|priceRate): absent$/, 'trailing orders only'],
  [/^(?:\[\]\.)?(?:cumBase|pair|baseQty): absent$/, 'COIN-M only'],
  [/^(?:\[\]\.)?icebergQuantity: null instead of string$/, 'null in the venue’s own examples'],
  [/^(?:\[\]\.)?modifyId: absent$/, 'only when one was given'],
  [/^\[\]\.(?:code|msg): absent$/, 'orders of a batch that were refused only'],
  [/^symbols\[\]\.filters\[\]\./, 'each filter has its own keys'],
];

const ICP = 'ICPUSDT';
const BARS = [
  ['10', '10.6', '9.4', '10.5'],
  ['10.5', '10.6', '10.4', '10.5'],
  ['10.5', '14', '10.5', '14'],
  ['14', '14', '14', '14'],
] as const;

type Rest = DerivativesTradingUsdsFutures['restAPI'];
type Method = keyof Rest & string;

let desk: Desk;
let server: ExchangeServer;
let base: string;
let rest: Rest;
let types: SdkTypes;

/** Endpoints that were answered. */
const answered = new Set<string>();
const REQUESTS = 'http.server.request.start';
const note = (message: unknown): void => {
  const { method = '', url = '' } = (message as { readonly request: IncomingMessage }).request;
  answered.add(`${method} ${url.split('?', 1)[0] ?? ''}`);
};

beforeAll(async () => {
  subscribe(REQUESTS, note);
  types = readSdkTypes();
  desk = new Desk({
    bars: BARS,
    funding: [{ timeMs: START_MS + BAR_MS, rateE8: e8('0.001') }],
    options: { stopSlippage: 'none' },
  });
  server = new ExchangeServer(desk.exchange);
  base = await server.start(0);
  rest = clientOf(base, LOCAL_CREDENTIALS.apiSecret);
});

afterAll(async () => {
  unsubscribe(REQUESTS, note);
  await server.close();
});

function clientOf(basePath: string, apiSecret: string): Rest {
  const { apiKey } = LOCAL_CREDENTIALS;
  return new DerivativesTradingUsdsFutures({
    configurationRestAPI: { apiKey, apiSecret, basePath, retries: 0 },
  }).restAPI;
}

/** Calls a method of the unmodified client and holds its reply against the client's own types. */
async function held(method: Method, parameters?: Readonly<Record<string, unknown>>): Promise<unknown> {
  const call = rest[method] as (parameters?: object) => Promise<{ data(): Promise<unknown> }>;
  const reply = await (await call.call(rest, parameters)).data();
  const type = types.replyOf(method);
  if (type === undefined) return reply;
  const left = types
    .mismatches(type, reply)
    .filter((mismatch) => !ONLY_ELSEWHERE.some(([pattern]) => pattern.test(mismatch)));
  expect.soft(left, `${method} ${JSON.stringify(reply).slice(0, 300)}`).toEqual([]);
  return reply;
}

describe('to Binance’s own SDK, unmodified,', () => {
  test('settings and account are what its types say', async () => {
    await held('changeMarginType', { symbol: ICP, marginType: 'ISOLATED' });
    expect(await held('changeInitialLeverage', { symbol: ICP, leverage: 5n })).toMatchObject({ symbol: ICP });
    await held('getCurrentPositionMode');
    await expect(held('changePositionMode', { dualSidePosition: 'false' })).rejects.toThrow(
      'No need to change position side.',
    );
    await held('getCurrentMultiAssetsMode');
    await expect(held('changeMultiAssetsMode', { multiAssetsMargin: 'false' })).rejects.toThrow(
      BadRequestError,
    );
    await held('getBnbBurnStatus');
    await held('futuresAccountConfiguration');
    await held('symbolConfiguration', { symbol: ICP });
    await held('notionalAndLeverageBrackets', { symbol: ICP });
    await held('notionalAndLeverageBrackets');
    await held('userCommissionRate', { symbol: ICP });
    await held('queryUserRateLimit');
    await held('startUserDataStream');
    await held('keepaliveUserDataStream');
    await held('closeUserDataStream');
  });

  test('orders and what comes of them are what its types say', async () => {
    const market = { symbol: ICP, side: 'BUY', type: 'MARKET', quantity: 100, newOrderRespType: 'RESULT' };
    expect(await held('newOrder', market)).toMatchObject({ status: 'FILLED', executedQty: '100' });
    const limit = { ...market, type: 'LIMIT', quantity: 10, price: 9, timeInForce: 'GTC' };
    await held('newOrder', { ...limit, newClientOrderId: 'one' });
    await held('newOrder', { ...limit, newClientOrderId: 'two' });
    await held('queryOrder', { symbol: ICP, origClientOrderId: 'one' });
    await held('queryCurrentOpenOrder', { symbol: ICP, origClientOrderId: 'one' });
    expect(await held('currentAllOpenOrders', { symbol: ICP })).toHaveLength(2);
    await held('modifyOrder', {
      symbol: ICP,
      origClientOrderId: 'one',
      side: 'BUY',
      quantity: 11,
      price: 9.1,
    });
    await held('cancelOrder', { symbol: ICP, origClientOrderId: 'one' });
    await held('autoCancelAllOpenOrders', { symbol: ICP, countdownTime: 100_000n });
    await held('autoCancelAllOpenOrders', { symbol: ICP, countdownTime: 0n });
    await held('cancelAllOpenOrders', { symbol: ICP });
    const batch = [8, 8.5].map((price, i) => ({
      ...{ symbol: ICP, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
      ...{ quantity: 10, price, newClientOrderId: `batch-${i}` },
    }));
    expect(await held('placeMultipleOrders', { batchOrders: batch })).toHaveLength(2);
    const changed = batch.map(({ symbol, side, price, newClientOrderId }) => ({
      ...{ symbol, side, quantity: 11, price, origClientOrderId: newClientOrderId },
    }));
    expect(await held('modifyMultipleOrders', { batchOrders: changed })).toHaveLength(2);
    const named = batch.map(({ newClientOrderId }) => newClientOrderId);
    const cancelled = { symbol: ICP, origClientOrderIdList: named };
    expect(await held('cancelMultipleOrders', cancelled)).toHaveLength(2);
    await held('allOrders', { symbol: ICP });
    await held('accountTradeList', { symbol: ICP });
  });

  test('conditional orders and what comes of them are what its types say', async () => {
    const stop = { algoType: 'CONDITIONAL', symbol: ICP, side: 'SELL', type: 'STOP_MARKET' };
    const sized = { ...stop, quantity: 40, triggerPrice: 9.5, workingType: 'MARK_PRICE', reduceOnly: 'true' };
    await held('newAlgoOrder', { ...sized, clientAlgoId: 'stop' });
    await held('newAlgoOrder', { ...sized, clientAlgoId: 'other', triggerPrice: 9.2 });
    await held('newAlgoOrder', {
      ...{ ...stop, type: 'TRAILING_STOP_MARKET', quantity: 10, callbackRate: 5, activatePrice: 12 },
      ...{ reduceOnly: 'true', clientAlgoId: 'trail' },
    });
    await held('queryAlgoOrder', { clientAlgoId: 'stop' });
    expect(await held('currentAllAlgoOpenOrders', { symbol: ICP })).toHaveLength(3);
    await held('cancelAlgoOrder', { clientAlgoId: 'other' });
    desk.exchange.advance('point');
    expect(await held('queryAlgoOrder', { clientAlgoId: 'stop' })).toMatchObject({ algoStatus: 'FINISHED' });
    await held('queryAllAlgoOrders', { symbol: ICP });
    await held('cancelAllAlgoOpenOrders', { symbol: ICP });
  });

  test('money and positions are what its types say', async () => {
    await held('modifyIsolatedPositionMargin', { symbol: ICP, amount: 5, type: 1n });
    await held('getPositionMarginChangeHistory', { symbol: ICP });
    for (const method of [
      'positionInformationV2',
      'positionInformationV3',
      'accountInformationV2',
      'accountInformationV3',
      'futuresAccountBalanceV2',
      'futuresAccountBalanceV3',
      'positionAdlQuantileEstimation',
    ] as const) {
      const reply = await held(method);
      if (Array.isArray(reply)) expect(reply, method).not.toEqual([]);
    }
    desk.exchange.advance('open');
    expect(await held('getIncomeHistory', { incomeType: 'FUNDING_FEE' })).toHaveLength(1);
    await held('getIncomeHistory');
    await held('newOrder', { symbol: ICP, side: 'SELL', type: 'MARKET', quantity: 160 });
    while (!desk.exchange.done) desk.exchange.advance('point');
    expect(await held('usersForceOrders')).toHaveLength(1);
  });

  test('public data are what its types say', async () => {
    const one = { symbol: ICP };
    await held('exchangeInformation');
    await held('testConnectivity');
    await held('checkServerTime');
    for (const method of [
      'markPrice',
      'symbolOrderBookTicker',
      'symbolPriceTicker',
      'symbolPriceTickerV2',
      'ticker24hrPriceChangeStatistics',
    ] as const) {
      await held(method, one);
      expect(await held(method), method).toHaveLength(2);
    }
    const rows: readonly (readonly [Method, Readonly<Record<string, unknown>>])[] = [
      ['klineCandlestickData', { ...one, interval: '5m' }],
      ['markPriceKlineCandlestickData', { ...one, interval: '5m' }],
      ['indexPriceKlineCandlestickData', { pair: ICP, interval: '5m' }],
      ['continuousContractKlineCandlestickData', { pair: ICP, contractType: 'PERPETUAL', interval: '5m' }],
      ['compressedAggregateTradesList', one],
      ['recentTradesList', one],
      ['oldTradesLookup', one],
      ['getFundingRateHistory', one],
      ['getFundingRateInfo', {}],
      ['openInterestStatistics', { ...one, period: '5m' }],
      ['longShortRatio', { ...one, period: '5m' }],
    ];
    for (const [method, parameters] of rows) expect(await held(method, parameters), method).not.toEqual([]);
    await held('orderBook', { ...one, limit: 5n });
    await held('openInterest', one);
    await held('adlRisk', one);
    await held('adlRisk');
  });

  test('refusals arrive as its own error classes, with the venue’s words', async () => {
    const order = { symbol: ICP, side: 'BUY', type: 'MARKET', quantity: 20_000 };
    await expect(held('newOrder', order)).rejects.toThrow(BadRequestError);
    await expect(held('newOrder', order)).rejects.toThrow('Margin is insufficient.');
    const stranger = clientOf(base, 'wrong');
    await expect(stranger.accountInformationV3()).rejects.toThrow('Signature for this request is not valid.');
    await expect(rest.assetIndex()).rejects.toThrow(NotFoundError);
    const keyless = new DerivativesTradingUsdsFutures({
      configurationRestAPI: { apiKey: 'nobody', apiSecret: 'x', basePath: base, retries: 0 },
    }).restAPI;
    await expect(keyless.accountInformationV3()).rejects.toThrow(UnauthorizedError);
  });
});

/** The controls are ours, and the key's restrictions are another product's, which the tests with ccxt ask for. */
const NOT_OF_THE_SDK = / \/(?:localnet|sapi)\//;

test('not one endpoint was left out', () => {
  const missed = ENDPOINTS.filter((endpoint) => !answered.has(endpoint) && !NOT_OF_THE_SDK.test(endpoint));
  expect(missed).toEqual([]);
});

describe('its documentation', () => {
  test('weighs every endpoint as this exchange does', () => {
    const endpoints: Readonly<Record<string, readonly [method: string, path: string]>> = {
      accountInformationV2: ['GET', 'v2/account'],
      accountInformationV3: ['GET', 'v3/account'],
      futuresAccountBalanceV2: ['GET', 'v2/balance'],
      futuresAccountBalanceV3: ['GET', 'v3/balance'],
      positionInformationV2: ['GET', 'v2/positionRisk'],
      positionInformationV3: ['GET', 'v3/positionRisk'],
      futuresAccountConfiguration: ['GET', 'v1/accountConfig'],
      getBnbBurnStatus: ['GET', 'v1/feeBurn'],
      getCurrentMultiAssetsMode: ['GET', 'v1/multiAssetsMargin'],
      getCurrentPositionMode: ['GET', 'v1/positionSide/dual'],
      getIncomeHistory: ['GET', 'v1/income'],
      notionalAndLeverageBrackets: ['GET', 'v1/leverageBracket'],
      queryUserRateLimit: ['GET', 'v1/rateLimit/order'],
      symbolConfiguration: ['GET', 'v1/symbolConfig'],
      userCommissionRate: ['GET', 'v1/commissionRate'],
      checkServerTime: ['GET', 'v1/time'],
      compressedAggregateTradesList: ['GET', 'v1/aggTrades'],
      exchangeInformation: ['GET', 'v1/exchangeInfo'],
      oldTradesLookup: ['GET', 'v1/historicalTrades'],
      recentTradesList: ['GET', 'v1/trades'],
      openInterest: ['GET', 'v1/openInterest'],
      testConnectivity: ['GET', 'v1/ping'],
      accountTradeList: ['GET', 'v1/userTrades'],
      allOrders: ['GET', 'v1/allOrders'],
      autoCancelAllOpenOrders: ['POST', 'v1/countdownCancelAll'],
      cancelAlgoOrder: ['DELETE', 'v1/algoOrder'],
      cancelAllAlgoOpenOrders: ['DELETE', 'v1/algoOpenOrders'],
      cancelAllOpenOrders: ['DELETE', 'v1/allOpenOrders'],
      cancelOrder: ['DELETE', 'v1/order'],
      cancelMultipleOrders: ['DELETE', 'v1/batchOrders'],
      changeInitialLeverage: ['POST', 'v1/leverage'],
      changeMarginType: ['POST', 'v1/marginType'],
      changeMultiAssetsMode: ['POST', 'v1/multiAssetsMargin'],
      changePositionMode: ['POST', 'v1/positionSide/dual'],
      getPositionMarginChangeHistory: ['GET', 'v1/positionMargin/history'],
      modifyIsolatedPositionMargin: ['POST', 'v1/positionMargin'],
      positionAdlQuantileEstimation: ['GET', 'v1/adlQuantile'],
      queryAlgoOrder: ['GET', 'v1/algoOrder'],
      queryAllAlgoOrders: ['GET', 'v1/allAlgoOrders'],
      queryCurrentOpenOrder: ['GET', 'v1/openOrder'],
      queryOrder: ['GET', 'v1/order'],
      startUserDataStream: ['POST', 'v1/listenKey'],
      keepaliveUserDataStream: ['PUT', 'v1/listenKey'],
      closeUserDataStream: ['DELETE', 'v1/listenKey'],
    };
    for (const [name, [method, path]] of Object.entries(endpoints)) {
      expect(types.weightOf(name), name).toBe(weightOf(`${method} /fapi/${path}`, new URLSearchParams()));
    }
  });
});
