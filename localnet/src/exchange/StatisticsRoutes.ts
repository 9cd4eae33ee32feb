import { formatE8, multiplyDown, parseE8 } from '../market/E8.ts';
import { intervalOf } from './Interval.ts';
import { klines } from './KlineView.ts';
import { openInterest } from './MarketView.ts';
import { limitOf, namedContract, publicRoute, type Route, type RouteTable } from './Route.ts';
import { refusals } from './VenueError.ts';

const PERIODS: readonly string[] = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'];
const PARAMETERS = ['symbol', 'period', 'limit', 'startTime', 'endTime'];

/** One row for each period seen, by the open of its kline. */
function byPeriod(row: (symbol: string, timeMs: number, closeE8: bigint, now: bigint) => unknown): Route {
  return publicRoute(PARAMETERS, (exchange, parameters) => {
    const { venue } = exchange;
    const contract = namedContract(exchange, parameters);
    const period = parameters.required('period');
    const interval = PERIODS.includes(period) ? intervalOf(period, venue.barMs) : undefined;
    if (interval === undefined) throw refusals.invalid('period', `expected ${PERIODS.join(', ')}`);
    const range = {
      startMs: parameters.integer('startTime'),
      endMs: parameters.integer('endTime'),
      limit: limitOf(parameters, 30, 500),
    };
    const interestE8 = parseE8(String(openInterest(venue, contract)['openInterest'])) ?? 0n;
    return klines(venue, contract, interval, range).map((kline) => {
      const [timeMs, , , , close] = kline as readonly [number, string, string, string, string];
      return row(contract.rules.symbol, timeMs, parseE8(close) ?? 0n, interestE8);
    });
  });
}

/** Statistics about other traders: nobody else trades here, so they are the present open interest and an even crowd. */
export const statisticsRoutes: RouteTable = {
  'GET /futures/data/openInterestHist': byPeriod((symbol, timestamp, closeE8, interestE8) => ({
    symbol,
    sumOpenInterest: formatE8(interestE8),
    sumOpenInterestValue: formatE8(multiplyDown(interestE8, closeE8)),
    CMCCirculatingSupply: '0',
    timestamp,
  })),
  'GET /futures/data/globalLongShortAccountRatio': byPeriod((symbol, timestamp) => ({
    symbol,
    longShortRatio: '1',
    longAccount: '0.5',
    shortAccount: '0.5',
    timestamp,
  })),
};
