import { publicRoute, type RouteTable } from './Route.ts';
import { refusals } from './VenueError.ts';

/** The replay's own controls: no part of Binance, and for this machine only. */
export const controlRoutes: RouteTable = {
  'GET /localnet/v1/market': publicRoute([], (exchange) => exchange.status()),
  'POST /localnet/v1/market/advance': publicRoute(['to'], (exchange, parameters) => {
    parameters.required('to');
    const to = parameters.choice('to', ['POINT', 'OPEN']);
    if (to === undefined) throw refusals.missing('to');
    exchange.advance(to === 'OPEN' ? 'open' : 'point');
    return { ...exchange.status(), events: exchange.drainEvents() };
  }),
};
