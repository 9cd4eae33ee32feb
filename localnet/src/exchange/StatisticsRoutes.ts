import { formatE8, multiplyDown, parseE8 } from '../market/E8.ts';
import { intervalOf } from './Interval.ts';
import { klines } from './KlineView.ts';
import { openInterestAtE8 } from './MarketView.ts';
import { limitOf, namedContract, publicRoute, type Route, type RouteTable } from './Route.ts';
import type { Contract, Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const PERIODS: readonly string[] = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'];
const PARAMETERS = ['symbol', 'period', 'limit', 'startTime', 'endTime'];

/** One row for each period seen: its open, and the price then. */
function byPeriod(
  row: (venue: Venue, contract: Contract, timeMs: number, priceE8: bigint) => unknown,
): Route {
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
    return klines(venue, contract, interval, range).map((kline) => {
      const [timeMs, open] = kline as readonly [number, string];
      return row(venue, contract, timeMs, parseE8(open) ?? 0n);
    });
  });
}

/** Statistics about other traders: open interest as it was, and an even crowd, since nobody else trades here. */
export const statisticsRoutes: RouteTable = {
  'GET /futures/data/openInterestHist': byPeriod((venue, contract, timestamp, priceE8) => {
    const interestE8 = openInterestAtE8(venue, contract, timestamp);
    return {
      symbol: contract.rules.symbol,
      sumOpenInterest: formatE8(interestE8),
      sumOpenInterestValue: formatE8(multiplyDown(interestE8, priceE8)),
      CMCCirculatingSupply: '0',
      timestamp,
    };
  }),
  'GET /futures/data/globalLongShortAccountRatio': byPeriod((_venue, { rules }, timestamp) => ({
    symbol: rules.symbol,
    longShortRatio: '1',
    longAccount: '0.5',
    shortAccount: '0.5',
    timestamp,
  })),
};
