import { AMENDMENT_PARAMETERS, amendOrder } from './Amendment.ts';
import { endOrder, findOrder } from './Order.ts';
import { ORDER_PARAMETERS, wantsResult } from './OrderParameters.ts';
import { acknowledgement, orderView } from './OrderView.ts';
import { type Parameters, readParameters, textOf } from './Parameters.ts';
import { placeOrder } from './Placement.ts';
import { namedContract, type RouteTable, signedRoute } from './Route.ts';
import type { Venue } from './Venue.ts';
import { refusals, VenueError } from './VenueError.ts';

const MOST_PLACED = 5;
const MOST_CANCELED = 10;
/** The venue reads these in both spellings, and clients send both. */
const ID_LISTS = ['orderIdList', 'orderidlist'] as const;
const CLIENT_ID_LISTS = ['origClientOrderIdList', 'origclientorderidlist'] as const;

/** A JSON list of a parameter. @throws VenueError -1102 malformed, -4082 empty or too long */
function listOf(parameters: Parameters, name: string, most: number): readonly unknown[] {
  let items: unknown;
  try {
    items = JSON.parse(parameters.required(name));
  } catch (error) {
    if (error instanceof VenueError) throw error;
    throw refusals.missing(name);
  }
  if (!Array.isArray(items)) throw refusals.missing(name);
  if (items.length === 0 || items.length > most) throw refusals.batchSize();
  return items;
}

/** Each item on its own: one that is refused says so in its place and does not keep the others. */
function each<T>(items: readonly T[], act: (item: T) => unknown): unknown[] {
  return items.map((item) => {
    try {
      return act(item);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return { code: error.code, msg: error.message };
    }
  });
}

function parametersOf(item: unknown, known: readonly string[]): Parameters {
  if (typeof item !== 'object' || item === null) throw refusals.missing('batchOrders');
  const entries = Object.entries(item).map(([name, value]): [string, string] => [name, textOf(value)]);
  return readParameters(new URLSearchParams(entries), known);
}

function cancel(
  venue: Venue,
  symbol: string,
  key: { readonly id?: number; readonly clientId?: string },
): unknown {
  const order = findOrder(venue.book, symbol, key);
  if (order === undefined || !venue.book.openOrders.has(order.orderId)) throw refusals.unknownCancel();
  endOrder(venue.book, order, 'CANCELED', venue.timeMs);
  return orderView(order);
}

/** Changing orders, several at once, and the dead man's countdown. */
export const batchRoutes: RouteTable = {
  'PUT /fapi/v1/order': signedRoute(AMENDMENT_PARAMETERS, ({ venue }, parameters) =>
    orderView(amendOrder(venue, parameters)),
  ),
  'POST /fapi/v1/batchOrders': signedRoute(['batchOrders'], ({ venue }, parameters) =>
    each(listOf(parameters, 'batchOrders', MOST_PLACED), (item) => {
      const own = parametersOf(item, ORDER_PARAMETERS);
      const isWhole = wantsResult(own);
      const order = placeOrder(venue, own);
      return isWhole ? orderView(order) : acknowledgement(order);
    }),
  ),
  'PUT /fapi/v1/batchOrders': signedRoute(['batchOrders'], ({ venue }, parameters) =>
    each(listOf(parameters, 'batchOrders', MOST_PLACED), (item) =>
      orderView(amendOrder(venue, parametersOf(item, AMENDMENT_PARAMETERS))),
    ),
  ),
  'DELETE /fapi/v1/batchOrders': signedRoute(
    ['symbol', ...ID_LISTS, ...CLIENT_ID_LISTS],
    (exchange, parameters) => {
      const { symbol } = namedContract(exchange, parameters).rules;
      const sent = [...ID_LISTS, ...CLIENT_ID_LISTS].find((name) => parameters.text(name) !== undefined);
      const byId = ID_LISTS.some((name) => name === sent);
      const items = listOf(parameters, sent ?? 'orderIdList', MOST_CANCELED);
      return each(items, (item) =>
        cancel(exchange.venue, symbol, byId ? { id: Number(textOf(item)) } : { clientId: textOf(item) }),
      );
    },
  ),
  // The heartbeat is judged by market time, in which orders live; 0 stops the countdown.
  'POST /fapi/v1/countdownCancelAll': signedRoute(['symbol', 'countdownTime'], (exchange, parameters) => {
    const contract = namedContract(exchange, parameters);
    parameters.required('countdownTime');
    const countdownMs = parameters.integer('countdownTime') ?? 0;
    contract.cancelAllAtMs = countdownMs === 0 ? 0 : exchange.venue.timeMs + countdownMs;
    return { symbol: contract.rules.symbol, countdownTime: String(countdownMs) };
  }),
};
