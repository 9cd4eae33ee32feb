import { createOrder } from './Execution.ts';
import { requireMargin } from './Margin.ts';
import {
  bestPriceE8,
  canFillAtOnce,
  marginPriceE8,
  matchesOf,
  restOrExpire,
  take,
  totalE8,
} from './Matching.ts';
import type { Order, TimeInForce } from './Order.ts';
import { clientId, goodTillMs, refuseUnread, requiredTimeInForce, requireOneWay } from './OrderParameters.ts';
import type { Parameters } from './Parameters.ts';
import { reducibleE8, type Side } from './Position.ts';
import {
  checkedPrice,
  checkedQuantity,
  MAX_OPEN_ORDERS,
  percentBoundsE8,
  requireMinNotional,
  requirePercentPrice,
} from './SymbolRules.ts';
import { type Contract, contractOf, markE8, requireTradable, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const CONDITIONAL = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'];

/** An order that was read and found well-formed, before it is held against market and account. */
interface Request {
  readonly contract: Contract;
  readonly side: Side;
  readonly quantityE8: bigint;
  /** undefined for a market order. */
  readonly limitE8: bigint | undefined;
  readonly timeInForce: TimeInForce;
  readonly goodTillMs: number;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string;
}

/**
 * Places a market or limit order. A market order trades with what is offered now; a limit order with what is offered at
 * its limit or better, as taker, and rests with what is left. Reduce-only orders are trimmed to the position.
 * @throws VenueError; then nothing has changed
 */
export function placeOrder(venue: Venue, parameters: Parameters): Order {
  const request = readOrder(venue, parameters);
  const { contract, side, limitE8, timeInForce, reduceOnly, quantityE8 } = request;
  requireTradable(contract, reduceOnly);
  if (limitE8 !== undefined) requirePercentPrice(side, limitE8, markE8(contract));
  const levels = matchesOf(venue, contract, {
    side,
    quantityE8,
    limitE8: limitE8 ?? marketBoundE8(venue, contract, side),
  });
  const rests = limitE8 !== undefined && totalE8(levels) < quantityE8;
  const priceE8 = marginPriceE8(levels, side, limitE8 ?? contract.lastE8);
  if (!reduceOnly) requireMinNotional(contract.rules, quantityE8, limitE8 ?? priceE8);
  if (timeInForce === 'GTX' && levels.length > 0) throw refusals.postOnly();
  if (timeInForce === 'FOK' && rests) throw refusals.fillOrKill();
  if (!reduceOnly) {
    requireMargin(venue, contract, {
      side,
      quantityE8,
      priceE8: rests && side === 'BUY' ? limitE8 : priceE8,
    });
  }
  if (rests && openOrders(venue, contract) >= MAX_OPEN_ORDERS) throw refusals.tooManyOrders();
  const { clientOrderId, goodTillMs: untilMs } = request;
  const order = createOrder(venue, contract, {
    clientOrderId,
    side,
    quantityE8,
    reduceOnly,
    closePosition: false,
    type: limitE8 === undefined ? 'MARKET' : 'LIMIT',
    timeInForce,
    goodTillMs: untilMs,
    priceE8: limitE8 ?? 0n,
  });
  if (canFillAtOnce(timeInForce, levels, quantityE8)) take(venue, order, levels);
  restOrExpire(venue, order);
  return order;
}

function readOrder(venue: Venue, parameters: Parameters): Request {
  const contract = contractOf(venue, parameters.required('symbol'));
  const type = parameters.required('type').toUpperCase();
  if (CONDITIONAL.includes(type)) throw refusals.useAlgo();
  if (type !== 'MARKET' && type !== 'LIMIT') throw refusals.orderType(type);
  requireOneWay(parameters);
  refuseUnread(parameters, ['stopPrice', 'closePosition', 'activationPrice', 'callbackRate', 'priceProtect']);
  refuseUnread(parameters, ['priceMatch']);
  if (type === 'MARKET') refuseUnread(parameters, ['price', 'timeInForce', 'goodTillDate']);
  const side = parameters.side();
  const asked = checkedQuantity(contract.rules, parameters.required('quantity'));
  const reduceOnly = parameters.flag('reduceOnly');
  const isLimit = type === 'LIMIT';
  const limitE8 = isLimit ? checkedPrice(contract.rules, parameters.required('price'), 'price') : undefined;
  const timeInForce = isLimit ? requiredTimeInForce(parameters) : 'GTC';
  const clientOrderId = clientId(parameters.text('newClientOrderId'), venue, (id) =>
    [...venue.book.openOrders.values()].some((order) => order.clientOrderId === id),
  );
  const quantityE8 = reduceOnly ? reducibleE8(contract.position, side, asked) : asked;
  if (quantityE8 === 0n) throw refusals.reduceOnly();
  const untilMs = goodTillMs(parameters, timeInForce, venue.timeMs);
  return { contract, side, quantityE8, limitE8, timeInForce, goodTillMs: untilMs, reduceOnly, clientOrderId };
}

/** How far a market order goes into the book. @throws VenueError -4131 when even the best price lies beyond. */
function marketBoundE8(venue: Venue, contract: Contract, side: Side): bigint {
  const [highestE8, lowestE8] = percentBoundsE8(markE8(contract));
  const bestE8 = bestPriceE8(venue, contract, side);
  if (side === 'BUY' ? bestE8 > highestE8 : bestE8 < lowestE8) throw refusals.counterparty();
  return side === 'BUY' ? highestE8 : lowestE8;
}

function openOrders(venue: Venue, contract: Contract): number {
  let count = 0;
  for (const { symbol } of venue.book.openOrders.values()) if (symbol === contract.rules.symbol) count += 1;
  return count;
}
