import { formatE8, multiplyUp } from '../market/E8.ts';
import { initialMarginE8, MAKER_FEE_E8, requireMargin, TAKER_FEE_E8 } from './Margin.ts';
import { endAlgo, endOrder, type Order } from './Order.ts';
import { costE8, increase, reduce, reducibleE8, type Side } from './Position.ts';
import { type Contract, contractOf, isFlat, nextId, post, type Venue } from './Venue.ts';
import { VenueError } from './VenueError.ts';

/** What a market order is made of. */
export interface MarketOrder {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly quantityE8: bigint;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
}

/** Registers a market order, not yet filled. */
export function createMarketOrder(
  venue: Venue,
  contract: Contract,
  request: MarketOrder,
  type: Order['type'] = 'MARKET',
): Order {
  const order: Order = {
    ...request,
    orderId: nextId(venue),
    symbol: contract.rules.symbol,
    type,
    timeInForce: type === 'LIQUIDATION' ? 'IOC' : 'GTC',
    priceE8: 0n,
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

/**
 * Fills a whole order at a price: closes what stands against it, opens the rest, books profit and fee. The caller has
 * seen to margin. Fees are rounded up.
 */
export function fill(venue: Venue, order: Order, priceE8: bigint, maker: boolean): void {
  const contract = contractOf(venue, order.symbol);
  const { position } = contract;
  const quoteE8 = costE8(order.side, order.quantityE8, priceE8);
  const closingE8 = reducibleE8(position, order.side, order.quantityE8);
  const openingE8 = order.quantityE8 - closingE8;
  const realizedE8 = closingE8 === 0n ? 0n : reduce(position, closingE8, priceE8).realizedE8;
  if (openingE8 > 0n) {
    const marginE8 = initialMarginE8(costE8(order.side, openingE8, priceE8), contract.leverage);
    increase(position, order.side, openingE8, priceE8, contract.isolated ? marginE8 : 0n);
  }
  const isLiquidation = order.type === 'LIQUIDATION';
  const commissionE8 = isLiquidation ? 0n : multiplyUp(quoteE8, maker ? MAKER_FEE_E8 : TAKER_FEE_E8);
  const tradeId = nextId(venue);
  post(venue, 'REALIZED_PNL', order.symbol, realizedE8, tradeId);
  post(venue, 'COMMISSION', order.symbol, -commissionE8, tradeId);
  position.updatedMs = venue.timeMs;
  order.executedE8 = order.quantityE8;
  order.quoteE8 = quoteE8;
  order.averagePriceE8 = priceE8;
  order.status = 'FILLED';
  order.updatedMs = venue.timeMs;
  venue.book.openOrders.delete(order.orderId);
  const { orderId, symbol, side, quantityE8 } = order;
  const { timeMs } = venue;
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

function expireOrder(venue: Venue, order: Order): void {
  const { book, timeMs } = venue;
  endOrder(book, order, 'EXPIRED', timeMs);
  const { symbol, orderId, clientOrderId } = order;
  venue.events.push({ kind: 'expire', timeMs, symbol, orderId, clientOrderId });
}

/** Fills a resting limit order at its limit, trimmed if reduce-only; one that lacks margin by now expires. */
export function fillResting(venue: Venue, order: Order): void {
  const contract = contractOf(venue, order.symbol);
  if (order.reduceOnly) {
    order.quantityE8 = reducibleE8(contract.position, order.side, order.quantityE8);
    if (order.quantityE8 === 0n) return expireOrder(venue, order);
  } else if (!hasMargin(venue, contract, order, order)) {
    return expireOrder(venue, order);
  }
  fill(venue, order, order.priceE8, true);
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
