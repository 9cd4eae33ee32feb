import { DerivativesTradingUsdsFutures } from '@binance/derivatives-trading-usds-futures';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExchangeServer } from '../ExchangeServer.ts';
import { LOCAL_CREDENTIALS } from '../Signature.ts';
import { eventually } from '../test/Eventually.ts';
import { Desk, type Json } from '../test/Scenario.ts';
import { readSdkTypes, type SdkTypes } from './SdkTypes.ts';

/** Keys that the SDK declares, but the venue sends only where they mean something. */
const ONLY_ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^(?:activatePrice|callbackRate|priceRate): absent$/, 'trailing orders only'],
  [/^(?:cumBase|pair|baseQty): absent$/, 'COIN-M only'],
  [/^modifyId: absent$/, 'only when one was given'],
  [/^o\.(?:AP|cr): absent$/, 'trailing orders only, and those are conditional orders'],
  [/^o\.M: absent$/, 'COIN-M only'],
  [/^icebergQuantity: null instead of string$/, 'null in the venue’s own examples'],
];

const ICP = 'ICPUSDT';
const BARS = [
  ['10', '10.6', '9.4', '10.5'],
  ['10.5', '10.6', '10.4', '10.5'],
] as const;

type Client = DerivativesTradingUsdsFutures;
type Api = Awaited<ReturnType<Client['websocketAPI']['connect']>>;
type Streams = Awaited<ReturnType<Client['websocketStreams']['connect']>>;
type Request = Readonly<Record<string, unknown>>;

let types: SdkTypes;
let desk: Desk;
let server: ExchangeServer;
let client: Client;

beforeAll(() => {
  // What it logs of every connection, it logs to standard output.
  vi.stubEnv('LOG_LEVEL', 'error');
  types = readSdkTypes();
});

beforeEach(async () => {
  desk = new Desk({ bars: BARS, options: { stopSlippage: 'none' } });
  server = new ExchangeServer(desk.exchange);
  const base = await server.start(0);
  const sockets = base.replace('http', 'ws');
  client = new DerivativesTradingUsdsFutures({
    configurationRestAPI: { ...LOCAL_CREDENTIALS, basePath: base, retries: 0 },
    configurationWebsocketAPI: { ...LOCAL_CREDENTIALS, wsURL: `${sockets}/ws-fapi/v1` },
    configurationWebsocketStreams: { wsURL: sockets },
  });
});

afterEach(() => server.close());

/** What is left between a value and one of the client's own types. */
function mismatches(type: string, value: unknown): string[] {
  return types
    .mismatches(types.named(type), value)
    .filter((one) => !ONLY_ELSEWHERE.some(([pattern]) => pattern.test(one)));
}

describe('over the WebSocket API Binance’s own SDK, unmodified,', () => {
  let api: Api;

  beforeEach(async () => {
    api = await client.websocketAPI.connect();
  });

  afterEach(() => api.disconnect());

  /** Calls a method of the client and holds the result, or each of its items, against the client's own type. */
  async function held(method: keyof Api & string, request: Request, type: string): Promise<unknown> {
    const call = api[method] as unknown as (request: Request) => Promise<{ readonly data: unknown }>;
    const { data } = await call.call(api, request);
    const items: readonly unknown[] = Array.isArray(data) ? data : [data];
    expect(items, method).not.toEqual([]);
    for (const item of items) {
      expect.soft(mismatches(type, item), `${method} ${JSON.stringify(item).slice(0, 300)}`).toEqual([]);
    }
    return data;
  }

  test('places, changes, finds and cancels orders', async () => {
    const market = { symbol: ICP, side: 'BUY', type: 'MARKET', quantity: 100, newOrderRespType: 'RESULT' };
    expect(await held('newOrder', market, 'NewOrderResponseResult')).toMatchObject({
      status: 'FILLED',
      executedQty: '100',
    });
    const limit = { ...market, type: 'LIMIT', quantity: 10, price: 9, timeInForce: 'GTC' };
    await held('newOrder', { ...limit, newClientOrderId: 'bid' }, 'NewOrderResponseResult');
    const bid = { symbol: ICP, origClientOrderId: 'bid' };
    const changed = { ...bid, side: 'BUY', quantity: 11, price: 9.1 };
    expect(await held('modifyOrder', changed, 'ModifyOrderResponseResult')).toMatchObject({ origQty: '11' });
    expect(await held('queryOrder', bid, 'QueryOrderResponseResult')).toMatchObject({ status: 'NEW' });
    expect(await held('cancelOrder', bid, 'CancelOrderResponseResult')).toMatchObject({ status: 'CANCELED' });
    expect(desk.exchange.market.position.quantityE8).toBe(10_000_000_000n);
  });

  test('places and cancels conditional orders', async () => {
    desk.market('BUY', '100');
    const stop = { algoType: 'CONDITIONAL', symbol: ICP, side: 'SELL', type: 'STOP_MARKET', quantity: 40 };
    const sized = { ...stop, triggerPrice: 9.5, workingType: 'MARK_PRICE', reduceOnly: 'true' };
    await held('newAlgoOrder', { ...sized, clientAlgoId: 'stop' }, 'NewAlgoOrderResponseResult');
    await held('cancelAlgoOrder', { clientAlgoId: 'stop' }, 'CancelAlgoOrderResponseResult');
  });

  test('reads account, positions and market', async () => {
    desk.market('BUY', '100');
    await held('accountInformation', {}, 'AccountInformationResponseResult');
    await held('accountInformationV2', {}, 'AccountInformationV2ResponseResult');
    await held('futuresAccountBalance', {}, 'FuturesAccountBalanceResponseResultInner');
    await held('futuresAccountBalanceV2', {}, 'FuturesAccountBalanceResponseResultInner');
    await held('positionInformation', { symbol: ICP }, 'PositionInformationResponseResultInner');
    await held('positionInformationV2', { symbol: ICP }, 'PositionInformationV2ResponseResultInner');
    // A number, not the bigint of its types: the client cannot put that into JSON.
    await held('orderBook', { symbol: ICP, limit: 5 }, 'OrderBookResponseResult');
    for (const method of ['symbolPriceTicker', 'symbolOrderBookTicker'] as const) {
      const { data } = await api[method]({ symbol: ICP });
      expect(data).toMatchObject({ symbol: ICP });
    }
  });

  test('is refused with the venue’s codes', async () => {
    desk.isolate(2);
    const order = { symbol: ICP, side: 'BUY', type: 'MARKET', quantity: 20_000 };
    await expect(held('newOrder', order, 'NewOrderResponseResult')).rejects.toMatchObject({ code: -2019 });
    const unknown = { symbol: ICP, origClientOrderId: 'never' };
    await expect(held('queryOrder', unknown, 'QueryOrderResponseResult')).rejects.toMatchObject({
      code: -2013,
    });
    expect(desk.exchange.market.position.quantityE8).toBe(0n);
  });
});

describe('over streams Binance’s own SDK, unmodified,', () => {
  let streams: Streams;

  beforeEach(async () => {
    streams = await client.websocketStreams.connect();
  });

  afterEach(() => streams.disconnect());

  test('follows the market, event by event as its types say', async () => {
    const symbol = ICP.toLowerCase();
    const followed: readonly (readonly [method: keyof Streams & string, request: Request, type: string])[] = [
      ['klineCandlestickStreams', { symbol, interval: '5m' }, 'KlineCandlestickStreamsResponse'],
      [
        'continuousContractKlineCandlestickStreams',
        { pair: symbol, contractType: 'perpetual', interval: '5m' },
        'ContinuousContractKlineCandlestickStreamsResponse',
      ],
      ['markPriceStream', { symbol, updateSpeed: '1s' }, 'MarkPriceStreamResponse'],
      ['aggregateTradeStreams', { symbol }, 'AggregateTradeStreamsResponse'],
      ['individualSymbolTickerStreams', { symbol }, 'IndividualSymbolTickerStreamsResponse'],
      ['individualSymbolMiniTickerStream', { symbol }, 'IndividualSymbolMiniTickerStreamResponse'],
      ['individualSymbolBookTickerStreams', { symbol }, 'IndividualSymbolBookTickerStreamsResponse'],
      ['diffBookDepthStreams', { symbol, updateSpeed: '100ms' }, 'DiffBookDepthStreamsResponse'],
      ['partialBookDepthStreams', { symbol, levels: 5n }, 'PartialBookDepthStreamsResponse'],
    ];
    const seen = new Map<string, Json>();
    for (const [method, request] of followed) {
      const follow = streams[method] as unknown as (request: Request) => {
        on(event: 'message', listener: (event: Json) => void): void;
      };
      follow.call(streams, request).on('message', (event) => seen.set(method, event));
    }
    // The subscriptions are on their way: the market moves until each stream has told of it.
    const everyMethod = followed.map(([method]) => method).sort();
    await eventually(() => {
      if (!desk.exchange.done) desk.exchange.advance('point');
      return [...seen.keys()].sort();
    }).toEqual(everyMethod);
    for (const [method, , type] of followed) {
      expect.soft(mismatches(type, seen.get(method)), method).toEqual([]);
    }
  });

  test('follows an account: its orders, its money, its conditional orders', async () => {
    const { listenKey } = await (await client.restAPI.startUserDataStream()).data();
    const events: Json[] = [];
    streams.userData(listenKey ?? '').on('message', (event) => {
      events.push(event as unknown as Json);
    });
    await eventually(() => streams.isSubscribed(listenKey ?? '')).toBe(true);
    await eventually(() => {
      desk.market('BUY', '1');
      return events.map(({ e }) => e);
    }).toContain('ORDER_TRADE_UPDATE');
    desk.algo('STOP_MARKET', 'SELL', '1', '9.5');
    const kinds = ['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'TRADE_LITE', 'ALGO_UPDATE'];
    await eventually(() => kinds.filter((kind) => !events.some(({ e }) => e === kind))).toEqual([]);
    const first = (kind: string): Json | undefined => events.find(({ e }) => e === kind);
    expect(mismatches('OrderTradeUpdate', first('ORDER_TRADE_UPDATE'))).toEqual([]);
    expect(mismatches('TradeLite', first('TRADE_LITE'))).toEqual([]);
    expect(mismatches('AlgoUpdate', first('ALGO_UPDATE'))).toEqual([]);
  });
});
