import { divideDown, formatE8, multiplyUp, ONE_E8, smaller } from '../market/E8.ts';
import { touchQuantityE8 } from './Depth.ts';
import { initialMarginE8, MAKER_FEE_E8, requireMargin, TAKER_FEE_E8 } from './Margin.ts';
import { endAlgo, endOrder, type Order, remainingE8 } from './Order.ts';
import { costE8, increase, reduce, reducibleE8, type Side } from './Position.ts';
import { type Contract, contractOf, isFlat, nextId, post, type Trade, type Venue } from './Venue.ts';
import { VenueError } from './VenueError.ts';

/** What a market order is made of. */
export interface MarketOrder {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly quantityE8: bigint;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
}

/** What any order is made of before it meets the market. */
export interface NewOrder extends MarketOrder {
  readonly type: Order['type'];
  readonly timeInForce: Order['timeInForce'];
  readonly goodTillMs: number;
  /** Limit price; 0 for a market order. */
  readonly priceE8: bigint;
}

/** Registers an order, not yet filled and not resting. */
export function createOrder(venue: Venue, contract: Contract, request: NewOrder): Order {
  // Named one by one: an object made by spreading has no steady shape, and every later access pays for it.
  const order: Order = {
    clientOrderId: request.clientOrderId,
    side: request.side,
    quantityE8: request.quantityE8,
    reduceOnly: request.reduceOnly,
    closePosition: request.closePosition,
    type: request.type,
    timeInForce: request.timeInForce,
    goodTillMs: request.goodTillMs,
    priceE8: request.priceE8,
    orderId: nextId(venue),
    symbol: contract.rules.symbol,
    touched: false,
    createdMs: venue.timeMs,
    executedE8: 0n,
    quoteE8: 0n,
    averagePriceE8: 0n,
    status: 'NEW',
    updatedMs: venue.timeMs,
  };
  venue.book.orders.push(order);
  return order;
}

/** Registers a market order (or the one by which the venue closes a position), not yet filled. */
export function createMarketOrder(
  venue: Venue,
  contract: Contract,
  request: MarketOrder,
  type: Order['type'] = 'MARKET',
): Order {
  const timeInForce = type === 'LIQUIDATION' ? 'IOC' : 'GTC';
  return createOrder(venue, contract, { ...request, type, timeInForce, goodTillMs: 0, priceE8: 0n });
}

/**
 * Fills an order, or a part of it, at a price: closes what stands against it, opens the rest, books profit and fee.
 * The caller has seen to margin. Fees are rounded up.
 */
export function fill(
  venue: Venue,
  order: Order,
  priceE8: bigint,
  maker: boolean,
  quantityE8: bigint = remainingE8(order),
): void {
  const contract = contractOf(venue, order.symbol);
  const { position } = contract;
  const closingE8 = reducibleE8(position, order.side, quantityE8);
  const openingE8 = quantityE8 - closingE8;
  // Each part is rounded by itself, as the position books it.
  const quoteE8 = costE8(order.side, closingE8, priceE8) + costE8(order.side, openingE8, priceE8);
  const realizedE8 = closingE8 === 0n ? 0n : reduce(position, closingE8, priceE8).realizedE8;
  if (openingE8 > 0n) {
    const marginE8 = initialMarginE8(costE8(order.side, openingE8, priceE8), contract.leverage);
    increase(position, order.side, openingE8, priceE8, contract.isolated ? marginE8 : 0n);
  }
  const isLiquidation = order.type === 'LIQUIDATION';
  const commissionE8 = isLiquidation ? 0n : multiplyUp(quoteE8, maker ? MAKER_FEE_E8 : TAKER_FEE_E8);
  const tradeId = nextId(venue);
  const { timeMs } = venue;
  const { orderId, symbol, side } = order;
  post(venue, 'REALIZED_PNL', symbol, realizedE8, tradeId);
  post(venue, 'COMMISSION', symbol, -commissionE8, tradeId);
  position.updatedMs = timeMs;
  bookFill(venue, order, { quantityE8, quoteE8, priceE8 });
  venue.trades.push({
    id: tradeId,
    orderId,
    symbol,
    side,
    priceE8,
    quantityE8,
    quoteE8,
    realizedE8,
    commissionE8,
    maker,
    timeMs,
  });
  venue.events.push({
    kind: 'fill',
    timeMs,
    symbol,
    orderId,
    clientOrderId: order.clientOrderId,
    side,
    price: formatE8(priceE8),
    quantity: formatE8(quantityE8),
    realizedPnl: formatE8(realizedE8),
    commission: formatE8(commissionE8),
    maker,
    reduceOnly: order.reduceOnly,
  });
  if (isFlat(contract)) expireClosers(venue, symbol);
}

function bookFill(
  venue: Venue,
  order: Order,
  { quantityE8, quoteE8, priceE8 }: Pick<Trade, 'quantityE8' | 'quoteE8' | 'priceE8'>,
): void {
  const isOnlyFill = order.executedE8 === 0n;
  order.executedE8 += quantityE8;
  order.quoteE8 += quoteE8;
  order.averagePriceE8 = isOnlyFill ? priceE8 : divideDown(order.quoteE8 * ONE_E8, order.executedE8);
  order.updatedMs = venue.timeMs;
  order.status = remainingE8(order) === 0n ? 'FILLED' : 'PARTIALLY_FILLED';
  if (order.status === 'FILLED') venue.book.openOrders.delete(order.orderId);
}

/** Once flat, resting reduce-only orders and close-position triggers have nothing left to close. */
function expireClosers(venue: Venue, symbol: string): void {
  const { book, timeMs } = venue;
  for (const order of [...book.openOrders.values()]) {
    if (order.symbol === symbol && order.reduceOnly) expireOrder(venue, order);
  }
  for (const algo of [...book.openAlgos.values()]) {
    if (algo.symbol !== symbol || !algo.closePosition) continue;
    endAlgo(book, algo, 'EXPIRED', timeMs);
    venue.events.push({
      kind: 'expire',
      timeMs,
      symbol,
      algoId: algo.algoId,
      clientAlgoId: algo.clientAlgoId,
    });
  }
}

/** Ends a resting order for which there is no use any more, and says so. */
export function expireOrder(venue: Venue, order: Order): void {
  const { book, timeMs } = venue;
  endOrder(book, order, 'EXPIRED', timeMs);
  const { symbol, orderId, clientOrderId } = order;
  venue.events.push({ kind: 'expire', timeMs, symbol, orderId, clientOrderId });
}

/**
 * Fills a resting limit order at its limit, trimmed if reduce-only; one that lacks margin by now expires. In a book with
 * depth the price that comes to it brings as much as a level holds; the rest fills once the price goes through it.
 */
export function fillResting(venue: Venue, order: Order): void {
  const contract = contractOf(venue, order.symbol);
  if (order.reduceOnly) {
    const leftE8 = reducibleE8(contract.position, order.side, remainingE8(order));
    order.quantityE8 = order.executedE8 + leftE8;
    if (leftE8 === 0n) return expireOrder(venue, order);
  }
  const isTouch = venue.settings.book === 'depth' && !order.touched;
  const leftE8 = remainingE8(order);
  const quantityE8 = isTouch
    ? smaller(leftE8, touchQuantityE8(venue, contract, order.side, order.priceE8))
    : leftE8;
  const { side, priceE8 } = order;
  if (!order.reduceOnly && !hasMargin(venue, contract, { side, priceE8, quantityE8 }, order)) {
    return expireOrder(venue, order);
  }
  order.touched = true;
  fill(venue, order, priceE8, true, quantityE8);
}

/** Whether an order may open what it would open, as a plain answer. */
export function hasMargin(
  venue: Venue,
  contract: Contract,
  order: { readonly side: Side; readonly quantityE8: bigint; readonly priceE8: bigint },
  except?: Order,
): boolean {
  try {
    requireMargin(venue, contract, order, except);
    return true;
  } catch (error) {
    if (error instanceof VenueError) return false;
    throw error;
  }
}
