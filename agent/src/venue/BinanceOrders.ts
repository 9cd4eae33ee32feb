import type { binanceusdm } from 'ccxt';
import { sideOf } from './BinanceFills.ts';
import type { Grids } from './BinanceMarket.ts';
import { request } from './CcxtClient.ts';
import { textOnGrid } from './Grid.ts';
import {
  decimalOf,
  decimalOr0,
  flagOf,
  malformed,
  objectOf,
  objectsOf,
  textOf,
  timeOf,
  type Reply,
} from './Reply.ts';
import { kindOf, type OrderKind, type OrderRequest, type VenueOrder, type VenueOrderState } from './Venue.ts';
import { VenueError } from './VenueError.ts';

const MAX_ORDERS = 1_000;

const ORDINARY_STATES: Readonly<Record<string, VenueOrderState>> = {
  NEW: 'resting',
  PARTIALLY_FILLED: 'resting',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
};

/** FINISHED says that the order it became is done, not that it filled: see `conditionalState`. */
const CONDITIONAL_STATES: Readonly<Record<string, VenueOrderState>> = {
  NEW: 'resting',
  TRIGGERING: 'triggered',
  TRIGGERED: 'triggered',
  FINISHED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
};

const TYPES: Readonly<Record<string, VenueOrder['type']>> = {
  MARKET: 'market',
  LIMIT: 'limit',
  STOP_MARKET: 'stop',
  TAKE_PROFIT_MARKET: 'take-profit',
};

function stateOf(states: Readonly<Record<string, VenueOrderState>>, text: string): VenueOrderState {
  const state = states[text];
  if (state === undefined) throw malformed('a known order status', text);
  return state;
}

function ordinaryOf(row: Reply): VenueOrder {
  return {
    kind: 'ordinary',
    clientOrderId: textOf(row, 'clientOrderId'),
    venueId: textOf(row, 'orderId'),
    type: TYPES[textOf(row, 'type')] ?? 'other',
    side: sideOf(row),
    quantity: decimalOf(row, 'origQty'),
    filledQuantity: decimalOf(row, 'executedQty'),
    averagePrice: decimalOr0(row, 'avgPrice'),
    triggerPrice: 0,
    reduceOnly: flagOf(row, 'reduceOnly'),
    trigger: null,
    state: stateOf(ORDINARY_STATES, textOf(row, 'status')),
    createdMs: timeOf(row, row['time'] === undefined ? 'updateTime' : 'time'),
    updatedMs: timeOf(row, 'updateTime'),
  };
}

function conditionalOf(row: Reply): VenueOrder {
  const closesAll = flagOf(row, 'closePosition');
  const state = stateOf(CONDITIONAL_STATES, textOf(row, 'algoStatus'));
  const filledQuantity = decimalOr0(row, 'actualQty');
  return {
    kind: 'conditional',
    clientOrderId: textOf(row, 'clientAlgoId'),
    venueId: textOf(row, 'algoId'),
    type: TYPES[textOf(row, 'orderType')] ?? 'other',
    side: sideOf(row),
    quantity: closesAll ? 0 : decimalOf(row, 'quantity'),
    filledQuantity,
    averagePrice: decimalOr0(row, 'actualPrice'),
    triggerPrice: decimalOf(row, 'triggerPrice'),
    reduceOnly: closesAll || flagOf(row, 'reduceOnly'),
    trigger: row['workingType'] === 'MARK_PRICE' ? 'mark' : 'last',
    state,
    createdMs: timeOf(row, 'createTime'),
    updatedMs: timeOf(row, 'updateTime'),
  };
}

/** Parameters of an order, all of them text on the venue's grid. */
function parametersOf(symbol: string, grids: Grids, order: OrderRequest): Record<string, string> {
  const common = {
    symbol,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    quantity: textOnGrid(grids.quantity, order.quantity, 'the quantity'),
  };
  if (order.type === 'market') {
    return {
      ...common,
      type: 'MARKET',
      newClientOrderId: order.clientOrderId,
      newOrderRespType: 'RESULT',
      ...(order.reduceOnly ? { reduceOnly: 'true' } : {}),
    };
  }
  return {
    ...common,
    algoType: 'CONDITIONAL',
    type: order.type === 'stop' ? 'STOP_MARKET' : 'TAKE_PROFIT_MARKET',
    clientAlgoId: order.clientOrderId,
    triggerPrice: textOnGrid(grids.price, order.triggerPrice, 'the trigger price'),
    // The venue's default is the last price, which one trade can move.
    workingType: 'MARK_PRICE',
    reduceOnly: 'true',
  };
}

/** As {@link Venue.send}. */
export async function sendOrder(
  client: binanceusdm,
  symbol: string,
  grids: Grids,
  order: OrderRequest,
): Promise<VenueOrder> {
  const parameters = parametersOf(symbol, grids, order);
  const what = `the ${order.type} order ${order.clientOrderId}`;
  if (kindOf(order.type) === 'conditional') {
    return conditionalOf(
      objectOf(await request(what, true, () => client.fapiPrivatePostAlgoOrder(parameters)), what),
    );
  }
  return ordinaryOf(objectOf(await request(what, true, () => client.fapiPrivatePostOrder(parameters)), what));
}

/** As {@link Venue.cancel}. */
export async function cancelOrder(
  client: binanceusdm,
  symbol: string,
  order: { readonly kind: OrderKind; readonly clientOrderId: string },
): Promise<void> {
  const what = `the cancellation of ${order.clientOrderId}`;
  await request(what, true, () =>
    order.kind === 'conditional'
      ? client.fapiPrivateDeleteAlgoOrder({ symbol, clientAlgoId: order.clientOrderId })
      : client.fapiPrivateDeleteOrder({ symbol, origClientOrderId: order.clientOrderId }),
  );
}

/** As {@link Venue.lookUp}. */
export async function lookUpOrder(
  client: binanceusdm,
  symbol: string,
  clientOrderId: string,
  kind: OrderKind,
): Promise<VenueOrder | null> {
  const what = `the state of ${clientOrderId}`;
  try {
    if (kind === 'ordinary') {
      const query = { symbol, origClientOrderId: clientOrderId };
      return ordinaryOf(objectOf(await request(what, false, () => client.fapiPrivateGetOrder(query)), what));
    }
    const query = { symbol, clientAlgoId: clientOrderId };
    const row = objectOf(await request(what, false, () => client.fapiPrivateGetAlgoOrder(query)), what);
    return await withActual(client, symbol, row);
  } catch (error) {
    if (error instanceof VenueError && error.leaf === 'not-found') return null;
    throw error;
  }
}

/** A conditional order that fired is as done as the order it became, which alone knows what was filled. */
async function withActual(client: binanceusdm, symbol: string, row: Reply): Promise<VenueOrder> {
  const order = conditionalOf(row);
  const actualId = row['actualOrderId'];
  if (
    (order.state !== 'triggered' && order.state !== 'filled') ||
    typeof actualId !== 'string' ||
    actualId === ''
  ) {
    return order;
  }
  const what = `the order that ${order.clientOrderId} became`;
  const reply = await request(what, false, () => client.fapiPrivateGetOrder({ symbol, orderId: actualId }));
  const actual = ordinaryOf(objectOf(reply, what));
  return {
    ...order,
    state: actual.state === 'resting' ? 'triggered' : actual.state,
    filledQuantity: actual.filledQuantity,
    averagePrice: actual.averagePrice,
    updatedMs: actual.updatedMs,
  };
}

export async function readRestingOrders(client: binanceusdm, symbol: string): Promise<readonly VenueOrder[]> {
  const [ordinary, conditional] = await Promise.all([
    request('open orders', false, () => client.fapiPrivateGetOpenOrders({ symbol })),
    request('open conditional orders', false, () => client.fapiPrivateGetOpenAlgoOrders({ symbol })),
  ]);
  return [
    ...objectsOf(ordinary, 'openOrders').map(ordinaryOf),
    ...objectsOf(conditional, 'openAlgoOrders').map(conditionalOf),
  ];
}

/** As {@link Venue.acceptedOrders}: the latest thousand of each kind, of which the venue shows the last seven days. */
export async function readAcceptedOrders(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly VenueOrder[]> {
  const query = { symbol, limit: MAX_ORDERS };
  const [ordinary, conditional] = await Promise.all([
    request('past orders', false, () => client.fapiPrivateGetAllOrders(query)),
    request('past conditional orders', false, () => client.fapiPrivateGetAllAlgoOrders(query)),
  ]);
  return [
    ...objectsOf(ordinary, 'allOrders').map(ordinaryOf),
    ...objectsOf(conditional, 'allAlgoOrders').map(conditionalOf),
  ].filter((order) => order.createdMs > sinceMs);
}
