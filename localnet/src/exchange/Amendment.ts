import { requireMargin } from './Margin.ts';
import { marginPriceE8, matchesOf, restOrExpire, take, totalE8 } from './Matching.ts';
import { endOrder, findOrder, type Order, remainingE8 } from './Order.ts';
import { refuseUnread } from './OrderParameters.ts';
import type { Parameters } from './Parameters.ts';
import { reducibleE8 } from './Position.ts';
import { checkedPrice, checkedQuantity, requireMinNotional, requirePercentPrice } from './SymbolRules.ts';
import { contractOf, markE8, requireTradable, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

export const AMENDMENT_PARAMETERS = [
  ...['symbol', 'orderId', 'origClientOrderId', 'side', 'quantity', 'price', 'priceMatch'],
] as const;

/**
 * Changes price and quantity of an open limit order, which keeps its id and what was filled of it. A quantity not above
 * what was filled cancels the rest, and so does a new price at which a post-only order would trade.
 * @throws VenueError -2013, -5025, -5027 and those of a new order; then nothing has changed
 */
export function amendOrder(venue: Venue, parameters: Parameters): Order {
  const contract = contractOf(venue, parameters.required('symbol'));
  const { rules } = contract;
  const id = parameters.integer('orderId');
  const clientId = parameters.text('origClientOrderId');
  if (id === undefined && clientId === undefined) throw refusals.missing('orderId');
  const side = parameters.side();
  refuseUnread(parameters, ['priceMatch']);
  const order = findOrder(venue.book, rules.symbol, { id, clientId });
  if (order === undefined || !venue.book.openOrders.has(order.orderId)) throw refusals.unknownOrder();
  if (order.type !== 'LIMIT') throw refusals.amendLimit();
  if (order.side !== side) throw refusals.invalid('side', `expected ${order.side} as placed`);
  const asked = checkedQuantity(rules, parameters.required('quantity'));
  const priceE8 = checkedPrice(rules, parameters.required('price'), 'price');
  if (asked === order.quantityE8 && priceE8 === order.priceE8) throw refusals.amendSame();
  requireTradable(contract, order.reduceOnly);
  requirePercentPrice(side, priceE8, markE8(contract));
  const { executedE8, reduceOnly } = order;
  const wantedE8 = asked - executedE8;
  if (wantedE8 <= 0n) {
    endOrder(venue.book, order, 'CANCELED', venue.timeMs);
    return order;
  }
  const leftE8 = reduceOnly ? reducibleE8(contract.position, side, wantedE8) : wantedE8;
  if (leftE8 === 0n) throw refusals.reduceOnly();
  const levels = matchesOf(venue, contract, { side, quantityE8: leftE8, limitE8: priceE8 });
  if (!reduceOnly) {
    requireMinNotional(rules, asked, priceE8);
    const rests = totalE8(levels) < leftE8;
    const bindingE8 = rests && side === 'BUY' ? priceE8 : marginPriceE8(levels, side, priceE8);
    requireMargin(venue, contract, { side, quantityE8: leftE8, priceE8: bindingE8 }, order);
  }
  order.quantityE8 = executedE8 + leftE8;
  order.priceE8 = priceE8;
  order.touched = false;
  order.updatedMs = venue.timeMs;
  // Behind those that rest already: it gives up its place in the queue.
  venue.book.openOrders.delete(order.orderId);
  if (order.timeInForce === 'GTX' && levels.length > 0) {
    endOrder(venue.book, order, 'CANCELED', venue.timeMs);
    return order;
  }
  take(venue, order, levels);
  if (remainingE8(order) > 0n) restOrExpire(venue, order);
  return order;
}
