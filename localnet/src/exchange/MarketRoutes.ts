import { intervalOf } from './Interval.ts';
import { type KlineSource, klines } from './KlineView.ts';
import {
  bookTicker,
  dayTicker,
  depth,
  exchangeInfo,
  fundingInfo,
  fundingRates,
  openInterest,
  premiumIndex,
  priceTicker,
} from './MarketView.ts';
import type { Parameters } from './Parameters.ts';
import {
  inRange,
  limitOf,
  namedContract,
  oneOrAll,
  publicRoute,
  type Route,
  type RouteTable,
} from './Route.ts';
import { aggTradeView, printView } from './Tape.ts';
import { contractOf } from './Venue.ts';
import { refusals } from './VenueError.ts';

const KLINE_PARAMETERS = ['interval', 'startTime', 'endTime', 'limit'];

const tradesRoute = publicRoute(['symbol', 'limit', 'fromId'], (exchange, parameters) => {
  const prints = exchange.tape.prints(namedContract(exchange, parameters).rules.symbol);
  const fromId = parameters.integer('fromId');
  const limit = limitOf(parameters, 500, 1000);
  const chosen =
    fromId === undefined ? prints.slice(-limit) : prints.filter(({ id }) => id >= fromId).slice(0, limit);
  return chosen.map(printView);
});

const klineRoute = (source: KlineSource): Route => {
  // The index belongs to a pair, which has the perpetual's name.
  const subject = source === 'index' ? 'pair' : 'symbol';
  return publicRoute([subject, ...KLINE_PARAMETERS], ({ venue }, parameters) => {
    const interval = intervalOf(parameters.required('interval'), venue.barMs);
    if (interval === undefined) throw refusals.interval();
    const contract = contractOf(venue, parameters.required(subject));
    const range = {
      startMs: parameters.integer('startTime'),
      endMs: parameters.integer('endTime'),
      limit: limitOf(parameters, 500, 1500),
    };
    return klines(venue, contract, interval, range, source);
  });
};

/** The perpetual is the only contract of its pair. */
const continuousKlines = publicRoute(
  ['pair', 'contractType', ...KLINE_PARAMETERS],
  (exchange, parameters, caller) => {
    parameters.required('contractType');
    parameters.choice('contractType', ['PERPETUAL']);
    const symbol = parameters.required('pair');
    const text = (name: string): string | undefined => (name === 'symbol' ? symbol : parameters.text(name));
    const required = (name: string): string => (name === 'symbol' ? symbol : parameters.required(name));
    return klineRoute('last').answer(exchange, { ...parameters, text, required }, caller);
  },
);

const DEPTH_LIMITS: readonly number[] = [5, 10, 20, 50, 100, 500, 1000];

/** @throws VenueError -4021 for a number of levels that the venue does not serve */
function depthLimit(parameters: Parameters): number {
  const limit = parameters.integer('limit') ?? 500;
  if (!DEPTH_LIMITS.includes(limit)) throw refusals.depthLimit(String(limit));
  return limit;
}

/** Public market data. */
export const marketRoutes: RouteTable = {
  'GET /fapi/v1/ping': publicRoute([], () => ({})),
  'GET /fapi/v1/time': publicRoute([], (exchange) => ({ serverTime: exchange.now() })),
  'GET /sapi/v1/system/status': publicRoute([], () => ({ status: 0, msg: 'normal' })),
  'GET /fapi/v1/exchangeInfo': publicRoute([], (exchange) => exchangeInfo(exchange.venue, exchange.now())),
  'GET /fapi/v1/klines': klineRoute('last'),
  'GET /fapi/v1/markPriceKlines': klineRoute('mark'),
  'GET /fapi/v1/continuousKlines': continuousKlines,
  'GET /fapi/v1/indexPriceKlines': klineRoute('index'),
  'GET /fapi/v1/premiumIndex': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => premiumIndex(exchange.venue, contract)),
  ),
  'GET /fapi/v1/fundingRate': publicRoute(
    ['symbol', 'startTime', 'endTime', 'limit'],
    (exchange, parameters) => {
      const { venue } = exchange;
      const contracts =
        parameters.text('symbol') === undefined
          ? [...venue.contracts.values()]
          : [namedContract(exchange, parameters)];
      return fundingRates(contracts, {
        startMs: parameters.integer('startTime'),
        endMs: parameters.integer('endTime') ?? venue.timeMs,
        limit: limitOf(parameters, 100, 1000),
      });
    },
  ),
  'GET /fapi/v1/fundingInfo': publicRoute([], (exchange) =>
    [...exchange.venue.contracts.values()].map((contract) => fundingInfo(contract)),
  ),
  'GET /fapi/v1/depth': publicRoute(['symbol', 'limit'], (exchange, parameters) =>
    depth(exchange.venue, namedContract(exchange, parameters), depthLimit(parameters)),
  ),
  'GET /fapi/v1/ticker/24hr': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => dayTicker(exchange.venue, contract)),
  ),
  'GET /fapi/v1/ticker/bookTicker': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => bookTicker(exchange.venue, contract)),
  ),
  'GET /fapi/v2/ticker/price': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => priceTicker(contract, exchange.venue.timeMs)),
  ),
  'GET /fapi/v1/ticker/price': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => priceTicker(contract, exchange.venue.timeMs)),
  ),
  'GET /fapi/v1/aggTrades': publicRoute(
    ['symbol', 'fromId', 'startTime', 'endTime', 'limit'],
    (exchange, parameters) => {
      const prints = exchange.tape.prints(namedContract(exchange, parameters).rules.symbol);
      const fromId = parameters.integer('fromId');
      const limit = limitOf(parameters, 500, 1000);
      const chosen =
        fromId === undefined
          ? inRange(prints, parameters, limit)
          : prints.filter(({ id }) => id >= fromId).slice(0, limit);
      return chosen.map(aggTradeView);
    },
  ),
  'GET /fapi/v1/trades': tradesRoute,
  'GET /fapi/v1/historicalTrades': { ...tradesRoute, access: 'key' },
  // Deleveraging comes on command only.
  'GET /fapi/v1/symbolAdlRisk': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, ({ rules }) => ({
      symbol: rules.symbol,
      adlRisk: 'LOW',
      updateTime: exchange.venue.timeMs,
    })),
  ),
  'GET /fapi/v1/openInterest': publicRoute(['symbol'], (exchange, parameters) =>
    openInterest(exchange.venue, namedContract(exchange, parameters)),
  ),
};
