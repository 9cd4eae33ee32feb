import { absolute } from '../market/E8.ts';
import { createMarketOrder, fill } from './Execution.ts';
import { requireMargin } from './Margin.ts';
import {
  type AlgoOrder,
  type AlgoType,
  directionOf,
  isReached,
  type Order,
  type TimeInForce,
  type WorkingType,
} from './Order.ts';
import type { Parameters } from './Parameters.ts';
import { reducibleE8, type Side } from './Position.ts';
import { checkedPrice, checkedQuantity, MAX_OPEN_ORDERS, requireMinNotional } from './SymbolRules.ts';
import { type Contract, contractOf, markE8, nextId, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const ALGO_TYPES: readonly AlgoType[] = ['STOP_MARKET', 'TAKE_PROFIT_MARKET'];
const CONDITIONAL = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'];

/** Parameters of a new order, conditional ones apart. */
export const ORDER_PARAMETERS = [
  ...['symbol', 'side', 'positionSide', 'type', 'timeInForce', 'quantity', 'reduceOnly', 'price'],
  ...['newClientOrderId', 'newOrderRespType', 'priceMatch', 'selfTradePreventionMode', 'goodTillDate'],
  ...['stopPrice', 'closePosition', 'activationPrice', 'callbackRate', 'workingType', 'priceProtect'],
] as const;

export const ALGO_PARAMETERS = [
  ...[
    'algoType',
    'symbol',
    'side',
    'positionSide',
    'type',
    'timeInForce',
    'quantity',
    'price',
    'triggerPrice',
  ],
  ...[
    'workingType',
    'priceMatch',
    'closePosition',
    'priceProtect',
    'reduceOnly',
    'activatePrice',
    'activationPrice',
  ],
  ...['callbackRate', 'clientAlgoId', 'newOrderRespType', 'selfTradePreventionMode', 'goodTillDate'],
] as const;

/**
 * Places a market or limit order. A market order fills at the last price; a limit order that crosses it does so too, as
 * taker, and else rests. Reduce-only orders are trimmed to the position.
 * @throws VenueError; then nothing has changed
 */
export function placeOrder(venue: Venue, parameters: Parameters): Order {
  const contract = contractOf(venue, parameters.required('symbol'));
  const type = parameters.required('type').toUpperCase();
  if (CONDITIONAL.includes(type)) throw refusals.useAlgo();
  if (type !== 'MARKET' && type !== 'LIMIT') throw refusals.orderType(type);
  requireOneWay(parameters);
  refuseUnread(parameters, ['stopPrice', 'closePosition', 'activationPrice', 'callbackRate', 'priceProtect']);
  refuseUnread(parameters, ['goodTillDate', 'priceMatch']);
  if (type === 'MARKET') refuseUnread(parameters, ['price', 'timeInForce']);
  const side = parameters.side();
  const asked = checkedQuantity(contract.rules, parameters.required('quantity'));
  const reduceOnly = parameters.flag('reduceOnly');
  const limitE8 = type === 'LIMIT' ? checkedPrice(contract.rules, parameters.required('price'), 'price') : 0n;
  const timeInForce = type === 'LIMIT' ? requiredTimeInForce(parameters) : 'GTC';
  const clientOrderId = clientId(parameters.text('newClientOrderId'), venue, (id) =>
    [...venue.book.openOrders.values()].some((order) => order.clientOrderId === id),
  );
  const quantityE8 = reduceOnly ? reducibleE8(contract.position, side, asked) : asked;
  if (quantityE8 === 0n) throw refusals.reduceOnly();
  const crosses =
    type === 'MARKET' || (side === 'BUY' ? limitE8 >= contract.lastE8 : limitE8 <= contract.lastE8);
  const priceE8 = crosses ? contract.lastE8 : limitE8;
  if (!reduceOnly) requireMinNotional(contract.rules, quantityE8, type === 'LIMIT' ? limitE8 : priceE8);
  if (crosses && timeInForce === 'GTX') throw refusals.postOnly();
  if (!crosses && timeInForce === 'FOK') throw refusals.fillOrKill();
  if (!reduceOnly) requireMargin(venue, contract, { side, quantityE8, priceE8 });
  if (!crosses && venue.book.openOrders.size >= MAX_OPEN_ORDERS) throw refusals.tooManyOrders();

  if (type === 'MARKET') {
    const order = createMarketOrder(venue, contract, {
      clientOrderId,
      side,
      quantityE8,
      reduceOnly,
      closePosition: false,
    });
    fill(venue, order, priceE8, false);
    return order;
  }
  const order = createLimitOrder(venue, contract, {
    clientOrderId,
    side,
    quantityE8,
    reduceOnly,
    limitE8,
    timeInForce,
  });
  venue.book.orders.push(order);
  if (crosses) fill(venue, order, priceE8, false);
  else if (timeInForce === 'IOC') order.status = 'EXPIRED';
  else venue.book.openOrders.set(order.orderId, order);
  return order;
}

function createLimitOrder(
  venue: Venue,
  contract: Contract,
  request: {
    readonly clientOrderId: string;
    readonly side: Side;
    readonly quantityE8: bigint;
    readonly reduceOnly: boolean;
    readonly limitE8: bigint;
    readonly timeInForce: TimeInForce;
  },
): Order {
  const { limitE8, ...rest } = request;
  return {
    ...rest,
    orderId: nextId(venue),
    symbol: contract.rules.symbol,
    type: 'LIMIT',
    priceE8: limitE8,
    closePosition: false,
    createdMs: venue.timeMs,
    executedE8: 0n,
    quoteE8: 0n,
    averagePriceE8: 0n,
    status: 'NEW',
    updatedMs: venue.timeMs,
  };
}

/**
 * Places a stop-market or take-profit-market order. It binds no margin until it fires.
 * @throws VenueError; then nothing has changed. -2021 when it would fire at once, -2022 / -4509 without a position to close.
 */
export function placeAlgo(venue: Venue, parameters: Parameters): AlgoOrder {
  if (parameters.required('algoType') !== 'CONDITIONAL')
    throw refusals.invalid('algoType', 'expected CONDITIONAL');
  const contract = contractOf(venue, parameters.required('symbol'));
  const named = parameters.required('type').toUpperCase();
  const type = ALGO_TYPES.find((known) => known === named);
  if (type === undefined)
    throw refusals.orderType(`${named}: this exchange fires ${ALGO_TYPES.join(' and ')} only`);
  requireOneWay(parameters);
  refuseUnread(parameters, [
    'price',
    'priceMatch',
    'activatePrice',
    'activationPrice',
    'callbackRate',
    'goodTillDate',
  ]);
  const { rules, position } = contract;
  const side = parameters.side();
  const closePosition = parameters.flag('closePosition');
  const reduceOnly = parameters.flag('reduceOnly');
  if (closePosition) refuseUnread(parameters, ['quantity', 'reduceOnly']);
  const quantityE8 = closePosition ? 0n : checkedQuantity(rules, parameters.required('quantity'));
  const triggerPriceE8 = checkedPrice(rules, parameters.required('triggerPrice'), 'triggerPrice');
  const workingType: WorkingType =
    parameters.choice('workingType', ['MARK_PRICE', 'CONTRACT_PRICE']) ?? 'CONTRACT_PRICE';
  const clientAlgoId = clientId(parameters.text('clientAlgoId'), venue, (id) =>
    [...venue.book.openAlgos.values()].some((algo) => algo.clientAlgoId === id),
  );
  const closable = reducibleE8(position, side, absolute(position.quantityE8));
  if (closePosition && closable === 0n) throw refusals.needsPosition();
  if (closePosition && hasCloser(venue, contract, side, type)) throw refusals.closePositionExists();
  if (reduceOnly && closable === 0n) throw refusals.reduceOnly();
  if (!closePosition && !reduceOnly) requireMinNotional(rules, quantityE8, triggerPriceE8);
  const currentE8 = workingType === 'MARK_PRICE' ? markE8(contract) : contract.lastE8;
  if (isReached(directionOf(type, side), triggerPriceE8, currentE8)) throw refusals.wouldTrigger();
  if (venue.book.openAlgos.size >= MAX_OPEN_ORDERS) throw refusals.tooManyOrders();
  const algo: AlgoOrder = {
    algoId: nextId(venue),
    clientAlgoId,
    symbol: rules.symbol,
    side,
    type,
    quantityE8,
    triggerPriceE8,
    workingType,
    priceProtect: parameters.flag('priceProtect'),
    reduceOnly,
    closePosition,
    createdMs: venue.timeMs,
    status: 'NEW',
    updatedMs: venue.timeMs,
    triggeredMs: 0,
    actual: undefined,
  };
  venue.book.algos.push(algo);
  venue.book.openAlgos.set(algo.algoId, algo);
  return algo;
}

function hasCloser(venue: Venue, contract: Contract, side: Side, type: AlgoType): boolean {
  return [...venue.book.openAlgos.values()].some(
    (algo) =>
      algo.closePosition && algo.symbol === contract.rules.symbol && algo.side === side && algo.type === type,
  );
}

function requireOneWay(parameters: Parameters): void {
  if ((parameters.choice('positionSide', ['BOTH', 'LONG', 'SHORT']) ?? 'BOTH') !== 'BOTH')
    throw refusals.positionSide();
}

/** Refuses parameters that mean something to the venue but not for this kind of order; a plain `false` says nothing. */
function refuseUnread(parameters: Parameters, names: readonly string[]): void {
  for (const name of names) {
    const value = parameters.text(name);
    if (value !== undefined && value.toLowerCase() !== 'false') throw refusals.notRequired(name);
  }
}

function requiredTimeInForce(parameters: Parameters): TimeInForce {
  parameters.required('timeInForce');
  return parameters.choice('timeInForce', ['GTC', 'IOC', 'FOK', 'GTX']) ?? 'GTC';
}

/** A client id is unique among open orders only: once an order is done, its id may be used again. */
function clientId(given: string | undefined, venue: Venue, isOpen: (id: string) => boolean): string {
  if (given === undefined) return `localnet-${venue.lastId + 1}`;
  if (!CLIENT_ID.test(given)) throw refusals.clientOrderId();
  if (isOpen(given)) throw refusals.duplicateOrder();
  return given;
}
