import { expect, test } from 'vitest';
import { listenKeyExpiredEvent } from '../socket/AccountEvents.ts';
import type { Json } from '../test/Scenario.ts';
import { sampleEvents } from './SampleEvents.ts';
import { readSdkTypes } from './SdkTypes.ts';

/** Keys that the SDK declares, but the venue sends only where they mean something. */
const ONLY_ELSEWHERE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^o\.(?:AP|cr): absent$/, 'trailing orders only, and those are conditional orders'],
  [/^o\.M: absent$/, 'COIN-M only'],
  [/^a\.S: absent$/, 'funding only'],
  [/^ai: absent$/, 'the multi-assets mode only, and that is never changed'],
];

const TYPES: Readonly<Record<string, string>> = {
  kline: 'KlineCandlestickStreamsResponse',
  continuous_kline: 'ContinuousContractKlineCandlestickStreamsResponse',
  markPriceUpdate: 'MarkPriceStreamResponse',
  bookTicker: 'IndividualSymbolBookTickerStreamsResponse',
  depthUpdate: 'DiffBookDepthStreamsResponse',
  aggTrade: 'AggregateTradeStreamsResponse',
  '24hrTicker': 'IndividualSymbolTickerStreamsResponse',
  '24hrMiniTicker': 'IndividualSymbolMiniTickerStreamResponse',
  forceOrder: 'LiquidationOrderStreamsResponse',
  ACCOUNT_UPDATE: 'AccountUpdate',
  ACCOUNT_CONFIG_UPDATE: 'AccountConfigUpdate',
  ORDER_TRADE_UPDATE: 'OrderTradeUpdate',
  TRADE_LITE: 'TradeLite',
  ALGO_UPDATE: 'AlgoUpdate',
  MARGIN_CALL: 'MarginCall',
  listenKeyExpired: 'ListenKeyExpired',
};

test('every event that is sent is what the types of Binance’s own SDK say', () => {
  const types = readSdkTypes();
  const { events } = sampleEvents();
  const all = [...events, listenKeyExpiredEvent('key', 1) as Json];
  expect([...new Set(all.map(({ e }) => e))].sort()).toEqual(Object.keys(TYPES).sort());
  for (const event of all) {
    const name = TYPES[String(event['e'])] ?? '';
    const left = types
      .mismatches(types.named(name), event)
      .filter((one) => !ONLY_ELSEWHERE.some(([pattern]) => pattern.test(one)));
    if ((event['a'] as Json | undefined)?.['m'] === 'FUNDING_FEE') expect(event['a']).toHaveProperty('S');
    expect.soft(left, JSON.stringify(event).slice(0, 300)).toEqual([]);
  }
});
