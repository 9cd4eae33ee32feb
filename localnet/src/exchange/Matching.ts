import { smaller } from '../market/E8.ts';
import { type Level, levelsFor, takeFromLevel } from './Depth.ts';
import { fill } from './Execution.ts';
import { endOrder, type Order, remainingE8, type TimeInForce } from './Order.ts';
import type { Side } from './Position.ts';
import { type Contract, contractOf, type Venue } from './Venue.ts';

/** What a taker may get. */
export interface Wish {
  readonly side: Side;
  readonly quantityE8: bigint;
  /** The worst price accepted; undefined accepts any. */
  readonly limitE8: bigint | undefined;
}

/**
 * The levels a taker would trade with now, best first, in all at most what is wished. Without a book that is the
 * whole quantity at the last price.
 */
export function matchesOf(venue: Venue, contract: Contract, wish: Wish): Level[] {
  const { side, quantityE8, limitE8 } = wish;
  const accepts = (priceE8: bigint): boolean =>
    limitE8 === undefined || (side === 'BUY' ? priceE8 <= limitE8 : priceE8 >= limitE8);
  if (venue.settings.book === 'none') {
    return accepts(contract.lastE8) ? [{ priceE8: contract.lastE8, quantityE8 }] : [];
  }
  const matches: Level[] = [];
  let leftE8 = quantityE8;
  for (const level of levelsFor(venue, contract, side)) {
    if (leftE8 === 0n || !accepts(level.priceE8)) break;
    const takenE8 = smaller(leftE8, level.quantityE8);
    matches.push({ priceE8: level.priceE8, quantityE8: takenE8 });
    leftE8 -= takenE8;
  }
  return matches;
}

/** The best price that a taker meets. */
export function bestPriceE8(venue: Venue, contract: Contract, side: Side): bigint {
  if (venue.settings.book === 'none') return contract.lastE8;
  for (const { priceE8 } of levelsFor(venue, contract, side)) return priceE8;
  return contract.lastE8;
}

/** Sum of the quantities of levels. */
export function totalE8(levels: readonly Level[]): bigint {
  return levels.reduce((sum, { quantityE8 }) => sum + quantityE8, 0n);
}

/** The price at which margin is asked of a taker: the one that binds most, the last for a buy, the first for a sell. */
export function marginPriceE8(levels: readonly Level[], side: Side, otherwiseE8: bigint): bigint {
  return (side === 'BUY' ? levels.at(-1) : levels[0])?.priceE8 ?? otherwiseE8;
}

/** Fills an order as taker, one trade for each level. */
export function take(venue: Venue, order: Order, levels: readonly Level[]): void {
  const contract = contractOf(venue, order.symbol);
  for (const level of levels) {
    if (venue.settings.book === 'depth') takeFromLevel(venue, contract, order.side, level);
    fill(venue, order, level.priceE8, false, level.quantityE8);
  }
}

/** What becomes of the part of an order that found nobody: it rests, or it expires. A post-only one that would trade expires. */
export function restOrExpire(venue: Venue, order: Order): void {
  if (remainingE8(order) === 0n || order.status === 'EXPIRED') return;
  const { side, priceE8, timeInForce } = order;
  const contract = contractOf(venue, order.symbol);
  const crosses = (): boolean =>
    matchesOf(venue, contract, { side, quantityE8: remainingE8(order), limitE8: priceE8 }).length > 0;
  const rests =
    order.type === 'LIMIT' &&
    timeInForce !== 'IOC' &&
    timeInForce !== 'FOK' &&
    !(timeInForce === 'GTX' && crosses());
  if (rests) venue.book.openOrders.set(order.orderId, order);
  else endOrder(venue.book, order, 'EXPIRED', venue.timeMs);
}

/** Whether an order of this life may trade with these levels: post-only never, fill-or-kill only whole. */
export function canFillAtOnce(
  timeInForce: TimeInForce,
  levels: readonly Level[],
  quantityE8: bigint,
): boolean {
  if (timeInForce === 'GTX') return false;
  return timeInForce !== 'FOK' || totalE8(levels) === quantityE8;
}
