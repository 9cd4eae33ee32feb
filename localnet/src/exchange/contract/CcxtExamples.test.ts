import { beforeAll, describe, expect, test } from 'vitest';
import { answer } from '../Router.ts';
import type { Desk, Json } from '../test/Scenario.ts';
import { type Example, readCcxtExamples } from './CcxtExamples.ts';
import { sampleEvents } from './SampleEvents.ts';

/** Keys that tell an example of another product (spot, COIN-M, options, portfolio margin) or of an older interface. */
const FOREIGN =
  /^(?:pair|cumBase|baseQty|baseVolume|isWorking|fills|orderListId|cummulativeQuoteQty|isBuyer|maxQty|notionalValue|prevClosePrice|bidSize|amount|accountId|isIsolated|M|contractType|sumOpenInterestUsd|strikePrice|strategyId)$/;
/** Keys of the examples that mean trailing orders, which are conditional orders now. */
const TRAILING = ['activatePrice', 'priceRate', 'AP', 'cr'];

const ICP = { symbol: 'ICPUSDT' };
let rest: readonly Example[];
let pro: readonly Example[];
let desk: Desk;
let events: readonly Json[];

beforeAll(() => {
  rest = readCcxtExamples('binance.js');
  pro = readCcxtExamples('pro/binance.js');
  ({ desk, events } = sampleEvents());
});

function publicly(path: string, parameters: Readonly<Record<string, string>>): Json {
  const query = new URLSearchParams(parameters).toString();
  const { body } = answer(desk.exchange, { method: 'GET', path, query, body: '', apiKey: undefined });
  return (Array.isArray(body) ? body[0] : body) as Json;
}

/** Examples that have all the named keys (and lack those named with a `!`), and none of another product. */
function alike(examples: readonly Example[], keys: readonly string[]): Example[] {
  const fits = (fields: Example['fields'], key: string): boolean =>
    key.startsWith('!') ? !(key.slice(1) in fields) : key in fields;
  return examples.filter(
    ({ fields }) =>
      keys.every((key) => fits(fields, key)) && !Object.keys(fields).some((key) => FOREIGN.test(key)),
  );
}

function absent(example: Example, reply: Json): string[] {
  return Object.keys(example.fields).filter((key) => !(key in reply) && !TRAILING.includes(key));
}

describe('an answer has every key that ccxt’s own example of it shows:', () => {
  const signed = (path: string, parameters: Readonly<Record<string, string>> = ICP) => {
    const reply = desk.call('GET', path, parameters);
    return Array.isArray(reply) ? (reply[0] as Json) : reply;
  };
  test.each<readonly [name: string, keys: readonly string[], reply: () => Json]>([
    ['order', ['orderId', 'origQty', 'positionSide'], () => signed('/fapi/v1/allOrders')],
    ['conditional order', ['algoId', 'orderType'], () => signed('/fapi/v1/allAlgoOrders')],
    ['own trade', ['realizedPnl', 'quoteQty', 'orderId'], () => signed('/fapi/v1/userTrades')],
    [
      'position',
      ['positionAmt', 'unRealizedProfit', 'maxNotionalValue'],
      () => signed('/fapi/v2/positionRisk'),
    ],
    ['account', ['totalInitialMargin', 'assets'], () => signed('/fapi/v2/account', {})],
    ['income', ['incomeType'], () => signed('/fapi/v1/income')],
    ['settings', ['marginType', 'maxNotionalValue', '!positionAmt'], () => signed('/fapi/v1/symbolConfig')],
    ['brackets', ['brackets'], () => signed('/fapi/v1/leverageBracket')],
    ['fees', ['makerCommissionRate', 'symbol'], () => signed('/fapi/v1/commissionRate')],
    ['mark price', ['lastFundingRate'], () => publicly('/fapi/v1/premiumIndex', ICP)],
    ['funding interval', ['fundingIntervalHours'], () => publicly('/fapi/v1/fundingInfo', {})],
    ['day', ['weightedAvgPrice', 'quoteVolume'], () => publicly('/fapi/v1/ticker/24hr', ICP)],
    ['book', ['lastUpdateId', 'T'], () => publicly('/fapi/v1/depth', ICP)],
    ['best prices', ['bidPrice', 'bidQty', 'time'], () => publicly('/fapi/v1/ticker/bookTicker', ICP)],
    ['open interest', ['openInterest'], () => publicly('/fapi/v1/openInterest', ICP)],
    [
      'its history',
      ['sumOpenInterestValue'],
      () => publicly('/futures/data/openInterestHist', { ...ICP, period: '5m' }),
    ],
    [
      'crowd',
      ['longShortRatio'],
      () => publicly('/futures/data/globalLongShortAccountRatio', { ...ICP, period: '5m' }),
    ],
    ['trade', ['a', 'p', 'q'], () => publicly('/fapi/v1/aggTrades', ICP)],
    ['symbols', ['timezone', 'symbols'], () => publicly('/fapi/v1/exchangeInfo', {})],
  ])('%s', (_name, keys, reply) => {
    const examples = alike(rest, keys);
    expect(examples).not.toEqual([]);
    const ours = reply();
    for (const example of examples) expect([example.line, absent(example, ours)]).toEqual([example.line, []]);
  });
});

describe('an event has every key that ccxt’s own example of it shows:', () => {
  test.each([
    ['kline', 'E'],
    ['markPriceUpdate', 'E'],
    ['depthUpdate', 'E'],
    // With an `i` it is COIN-M's.
    ['ACCOUNT_UPDATE', '!i'],
    ['ORDER_TRADE_UPDATE', 'E'],
    ['ALGO_UPDATE', 'E'],
  ])('%s', (name, key) => {
    // An option's order is a list.
    const examples = alike(pro, ['e', key]).filter(
      ({ fields }) => fields['e'] === name && !Array.isArray(fields['o']),
    );
    expect(examples).not.toEqual([]);
    const ours = events.filter(({ e }) => e === name);
    expect(ours).not.toEqual([]);
    for (const example of examples) {
      for (const event of ours) {
        expect([example.line, absent(example, event)]).toEqual([example.line, []]);
        const inner = (of: Json): Json => (of['o'] ?? of['k'] ?? {}) as Json;
        const nested = { line: example.line, fields: inner(example.fields as Json) };
        expect([example.line, absent(nested, inner(event))]).toEqual([example.line, []]);
      }
    }
  });
});
