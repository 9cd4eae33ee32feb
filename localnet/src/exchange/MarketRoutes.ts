import { INTERVAL_BARS, klines } from './KlineView.ts';
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
import { limitOf, namedContract, oneOrAll, publicRoute, type Route, type RouteTable } from './Route.ts';
import { refusals } from './VenueError.ts';

const KLINE_PARAMETERS = ['symbol', 'interval', 'startTime', 'endTime', 'limit'];

const klineAnswer: Route['answer'] = (exchange, parameters) => {
  const barsPerKline = INTERVAL_BARS[parameters.required('interval')];
  if (barsPerKline === undefined) throw refusals.interval();
  return klines(exchange.venue, namedContract(exchange, parameters), barsPerKline, {
    startMs: parameters.integer('startTime'),
    endMs: parameters.integer('endTime'),
    limit: limitOf(parameters, 500, 1500),
  });
};

/** Public market data. */
export const marketRoutes: RouteTable = {
  'GET /fapi/v1/ping': publicRoute([], () => ({})),
  'GET /fapi/v1/time': publicRoute([], (exchange) => ({ serverTime: exchange.now() })),
  'GET /fapi/v1/exchangeInfo': publicRoute([], (exchange) => exchangeInfo(exchange.venue, exchange.now())),
  'GET /fapi/v1/klines': publicRoute(KLINE_PARAMETERS, klineAnswer),
  // Mark equals last as long as no mark price is recorded.
  'GET /fapi/v1/markPriceKlines': publicRoute(KLINE_PARAMETERS, klineAnswer),
  'GET /fapi/v1/premiumIndex': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => premiumIndex(exchange.venue, contract)),
  ),
  'GET /fapi/v1/fundingRate': publicRoute(
    ['symbol', 'startTime', 'endTime', 'limit'],
    (exchange, parameters) =>
      fundingRates(namedContract(exchange, parameters), {
        startMs: parameters.integer('startTime'),
        endMs: parameters.integer('endTime') ?? exchange.venue.timeMs,
        limit: limitOf(parameters, 100, 1000),
      }),
  ),
  'GET /fapi/v1/fundingInfo': publicRoute([], (exchange) =>
    [...exchange.venue.contracts.values()].map((contract) => fundingInfo(contract)),
  ),
  'GET /fapi/v1/depth': publicRoute(['symbol', 'limit'], (exchange, parameters) =>
    depth(exchange.venue, namedContract(exchange, parameters), limitOf(parameters, 500, 1000)),
  ),
  'GET /fapi/v1/ticker/24hr': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => dayTicker(exchange.venue, contract)),
  ),
  'GET /fapi/v1/ticker/bookTicker': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => bookTicker(contract, exchange.venue.timeMs)),
  ),
  'GET /fapi/v1/ticker/price': publicRoute(['symbol'], (exchange, parameters) =>
    oneOrAll(exchange, parameters, (contract) => priceTicker(contract, exchange.venue.timeMs)),
  ),
  // A recording of bars knows no single trades.
  'GET /fapi/v1/aggTrades': publicRoute(
    ['symbol', 'fromId', 'startTime', 'endTime', 'limit'],
    (exchange, parameters) => {
      namedContract(exchange, parameters);
      return [];
    },
  ),
  'GET /fapi/v1/openInterest': publicRoute(['symbol'], (exchange, parameters) =>
    openInterest(exchange.venue, namedContract(exchange, parameters)),
  ),
};
