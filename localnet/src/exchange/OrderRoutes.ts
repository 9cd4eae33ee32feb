import {
  type AlgoOrder,
  endAlgo,
  endOrder,
  findAlgo,
  findOrder,
  isAlgoArchived,
  isArchived,
  type Order,
} from './Order.ts';
import { acknowledgement, algoView, orderView, tradeView } from './OrderView.ts';
import type { Parameters } from './Parameters.ts';
import { placeAlgo } from './AlgoPlacement.ts';
import { ALGO_PARAMETERS, ORDER_PARAMETERS, wantsResult } from './OrderParameters.ts';
import { placeOrder } from './Placement.ts';
import { inHistory, limitOf, namedContract, type RouteTable, signedRoute } from './Route.ts';
import { contractOf, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const ORDER_KEY = ['symbol', 'orderId', 'origClientOrderId'];
const ALGO_KEY = ['symbol', 'algoId', 'clientAlgoId'];
const HISTORY = ['symbol', 'startTime', 'endTime', 'limit'];

function keyedOrder(venue: Venue, parameters: Parameters): Order | undefined {
  const { symbol } = contractOf(venue, parameters.required('symbol')).rules;
  const id = parameters.integer('orderId');
  const clientId = parameters.text('origClientOrderId');
  if (id === undefined && clientId === undefined) throw refusals.missing('orderId');
  const order = findOrder(venue.book, symbol, { id, clientId });
  return order === undefined || isArchived(order, venue.timeMs) ? undefined : order;
}

function keyedAlgo(venue: Venue, parameters: Parameters): AlgoOrder | undefined {
  const id = parameters.integer('algoId');
  const clientId = parameters.text('clientAlgoId');
  if (id === undefined && clientId === undefined) throw refusals.missing('algoId');
  const algo = findAlgo(venue.book, { id, clientId });
  return algo === undefined || isAlgoArchived(algo, venue.timeMs) ? undefined : algo;
}

/** Open ones of the named symbol, or of all. */
function openOnes<T extends { readonly symbol: string }>(
  venue: Venue,
  open: Iterable<T>,
  parameters: Parameters,
): T[] {
  const symbol = parameters.text('symbol');
  if (symbol !== undefined) contractOf(venue, symbol);
  return [...open].filter((order) => symbol === undefined || order.symbol === symbol);
}

/** A symbol's orders with the time they were placed, by which `inHistory` chooses. */
function dated<T extends { readonly createdMs: number; readonly symbol: string }>(
  orders: readonly T[],
  symbol: string,
): { readonly timeMs: number; readonly order: T }[] {
  return orders
    .filter((order) => order.symbol === symbol)
    .map((order) => ({ timeMs: order.createdMs, order }));
}

/** What kind of closing by the venue an order was; the client ids of such orders say so. */
function autoCloseType({ type, clientOrderId }: Order): 'LIQUIDATION' | 'ADL' | undefined {
  if (type !== 'LIQUIDATION') return undefined;
  if (clientOrderId.startsWith('autoclose-')) return 'LIQUIDATION';
  return clientOrderId === 'adl_autoclose' ? 'ADL' : undefined;
}

const DONE = { code: 200, msg: 'The operation of cancel all open order is done.' };

/** Orders, conditional orders and trades. */
export const orderRoutes: RouteTable = {
  'POST /fapi/v1/order': signedRoute(ORDER_PARAMETERS, ({ venue }, parameters) => {
    const isWhole = wantsResult(parameters);
    const order = placeOrder(venue, parameters);
    return isWhole ? orderView(order) : acknowledgement(order);
  }),
  'GET /fapi/v1/openOrder': signedRoute(ORDER_KEY, ({ venue }, parameters) => {
    const order = keyedOrder(venue, parameters);
    if (order === undefined || !venue.book.openOrders.has(order.orderId)) throw refusals.unknownOrder();
    return orderView(order);
  }),
  'GET /fapi/v1/order': signedRoute(ORDER_KEY, ({ venue }, parameters) => {
    const order = keyedOrder(venue, parameters);
    if (order === undefined) throw refusals.unknownOrder();
    return orderView(order);
  }),
  'DELETE /fapi/v1/order': signedRoute(ORDER_KEY, ({ venue }, parameters) => {
    const order = keyedOrder(venue, parameters);
    if (order === undefined || !venue.book.openOrders.has(order.orderId)) throw refusals.unknownCancel();
    endOrder(venue.book, order, 'CANCELED', venue.timeMs);
    return orderView(order);
  }),
  'GET /fapi/v1/openOrders': signedRoute(['symbol'], ({ venue }, parameters) =>
    openOnes(venue, venue.book.openOrders.values(), parameters).map(orderView),
  ),
  'DELETE /fapi/v1/allOpenOrders': signedRoute(['symbol'], ({ venue }, parameters) => {
    parameters.required('symbol');
    for (const order of openOnes(venue, venue.book.openOrders.values(), parameters)) {
      endOrder(venue.book, order, 'CANCELED', venue.timeMs);
    }
    return DONE;
  }),
  'GET /fapi/v1/allOrders': signedRoute([...HISTORY, 'orderId'], (exchange, parameters) => {
    const { venue } = exchange;
    const { symbol } = namedContract(exchange, parameters).rules;
    const fromId = parameters.integer('orderId') ?? 0;
    const orders = venue.book.orders.filter(
      (order) => order.orderId >= fromId && !isArchived(order, venue.timeMs),
    );
    const limit = limitOf(parameters, 500, 1000);
    const key = { nowMs: venue.timeMs, idName: 'orderId' };
    return inHistory(dated(orders, symbol), parameters, limit, key).map(({ order }) => orderView(order));
  }),
  'POST /fapi/v1/algoOrder': signedRoute(ALGO_PARAMETERS, ({ venue }, parameters) =>
    algoView(placeAlgo(venue, parameters)),
  ),
  'GET /fapi/v1/algoOrder': signedRoute(ALGO_KEY, ({ venue }, parameters) => {
    const algo = keyedAlgo(venue, parameters);
    if (algo === undefined) throw refusals.unknownOrder();
    return algoView(algo);
  }),
  'DELETE /fapi/v1/algoOrder': signedRoute(ALGO_KEY, ({ venue }, parameters) => {
    const algo = keyedAlgo(venue, parameters);
    if (algo === undefined || algo.status !== 'NEW') throw refusals.unknownCancel();
    endAlgo(venue.book, algo, 'CANCELED', venue.timeMs);
    return { algoId: algo.algoId, clientAlgoId: algo.clientAlgoId, code: '200', msg: 'success' };
  }),
  'GET /fapi/v1/openAlgoOrders': signedRoute(['symbol', 'algoType', 'algoId'], ({ venue }, parameters) => {
    const wanted = parameters.integer('algoId');
    return openOnes(venue, venue.book.openAlgos.values(), parameters)
      .filter(({ algoId }) => wanted === undefined || algoId === wanted)
      .map(algoView);
  }),
  'DELETE /fapi/v1/algoOpenOrders': signedRoute(['symbol'], ({ venue }, parameters) => {
    parameters.required('symbol');
    for (const algo of openOnes(venue, venue.book.openAlgos.values(), parameters)) {
      endAlgo(venue.book, algo, 'CANCELED', venue.timeMs);
    }
    return DONE;
  }),
  'GET /fapi/v1/allAlgoOrders': signedRoute([...HISTORY, 'algoId', 'page'], (exchange, parameters) => {
    const { symbol } = namedContract(exchange, parameters).rules;
    const { venue } = exchange;
    const fromId = parameters.integer('algoId') ?? 0;
    const algos = venue.book.algos.filter(
      (algo) => algo.algoId >= fromId && !isAlgoArchived(algo, venue.timeMs),
    );
    const limit = limitOf(parameters, 500, 1000);
    const key = { nowMs: venue.timeMs, idName: 'algoId' };
    return inHistory(dated(algos, symbol), parameters, limit, key).map(({ order }) => algoView(order));
  }),
  'GET /fapi/v1/userTrades': signedRoute([...HISTORY, 'orderId', 'fromId'], (exchange, parameters) => {
    const { symbol } = namedContract(exchange, parameters).rules;
    const orderId = parameters.integer('orderId');
    const fromId = parameters.integer('fromId') ?? 0;
    const trades = exchange.venue.trades.filter(
      (trade) =>
        trade.symbol === symbol && trade.id >= fromId && (orderId === undefined || trade.orderId === orderId),
    );
    const key = { nowMs: exchange.venue.timeMs, idName: 'fromId' };
    return inHistory(trades, parameters, limitOf(parameters, 500, 1000), key).map(tradeView);
  }),
  'GET /fapi/v1/forceOrders': signedRoute([...HISTORY, 'autoCloseType'], ({ venue }, parameters) => {
    const symbol = parameters.text('symbol');
    const wanted = parameters.choice('autoCloseType', ['LIQUIDATION', 'ADL']);
    const rows = venue.book.orders
      .filter((order) => symbol === undefined || order.symbol === symbol)
      .filter((order) => {
        const type = autoCloseType(order);
        return type !== undefined && (wanted === undefined || wanted === type);
      })
      .map((order) => ({ timeMs: order.createdMs, order }));
    const key = { nowMs: venue.timeMs };
    return inHistory(rows, parameters, limitOf(parameters, 50, 100), key).map(({ order }) => ({
      ...orderView(order),
      type: 'LIMIT',
      origType: 'LIMIT',
    }));
  }),
};
