import { ceilTo, floorTo, multiplyDown, multiplyUp, ONE_E8 } from '../market/E8.ts';
import type { Side } from './Position.ts';

export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX' | 'GTD';
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';

/** An order as the venue keeps it. */
export interface Order {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'MARKET' | 'LIMIT' | 'LIQUIDATION';
  readonly timeInForce: TimeInForce;
  /** When a GTD order expires, market time; 0 for never. */
  readonly goodTillMs: number;
  /** Limit price; 0 for a market order. */
  priceE8: bigint;
  /** Whether the price came to it and took what was offered there: the rest fills once the price goes through it. */
  touched: boolean;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly createdMs: number;
  quantityE8: bigint;
  executedE8: bigint;
  /** Quote amount of what was executed. */
  quoteE8: bigint;
  averagePriceE8: bigint;
  status: OrderStatus;
  updatedMs: number;
}

export type AlgoType = 'STOP' | 'STOP_MARKET' | 'TAKE_PROFIT' | 'TAKE_PROFIT_MARKET' | 'TRAILING_STOP_MARKET';
export type AlgoStatus = 'NEW' | 'TRIGGERED' | 'FINISHED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';
export type WorkingType = 'MARK_PRICE' | 'CONTRACT_PRICE';

/** A conditional order. Once triggered it becomes an ordinary order with an id of its own. */
export interface AlgoOrder {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: AlgoType;
  /** 0 when the order closes whatever is held. */
  readonly quantityE8: bigint;
  /** 0 for a trailing stop, whose trigger moves. */
  readonly triggerPriceE8: bigint;
  /** Limit price and life of the order that `STOP` and `TAKE_PROFIT` become; 0 for a market order. */
  readonly priceE8: bigint;
  readonly timeInForce: TimeInForce;
  readonly goodTillMs: number;
  readonly trailing: Trailing | undefined;
  readonly workingType: WorkingType;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly closePosition: boolean;
  readonly createdMs: number;
  status: AlgoStatus;
  updatedMs: number;
  triggeredMs: number;
  actual: Order | undefined;
}

/** How a trailing stop follows the price. */
export interface Trailing {
  /** Rate of the way back that fires it, e8. */
  readonly callbackE8: bigint;
  /** The price from which on it follows; 0 when it does so at once. */
  readonly activationE8: bigint;
  /** The best price since it was placed: the highest for a sell, the lowest for a buy. */
  extremeE8: bigint;
}

/** What a conditional order shows: one that fired is finished once the order it became is done. */
export function statusOf({ status, actual }: AlgoOrder): AlgoStatus {
  const isAtWork = actual?.status === 'NEW' || actual?.status === 'PARTIALLY_FILLED';
  return isAtWork ? 'TRIGGERED' : status;
}

/** When a conditional order, or the order it became, last changed. */
export function changedMs({ updatedMs, actual }: AlgoOrder): number {
  return Math.max(updatedMs, actual?.updatedMs ?? 0);
}

/** Which way the price must go to set off a conditional order. */
export type Direction = 'atOrBelow' | 'atOrAbove';

export function isTakeProfit(type: AlgoType): boolean {
  return type === 'TAKE_PROFIT' || type === 'TAKE_PROFIT_MARKET';
}

/** A stop sells below and buys above; a take-profit the other way round. */
export function directionOf(type: AlgoType, side: Side): Direction {
  return isTakeProfit(type) === (side === 'BUY') ? 'atOrBelow' : 'atOrAbove';
}

/** Where a conditional order fires now; undefined for a trailing stop that does not follow the price yet. */
export function triggerOf({ trailing, side, triggerPriceE8 }: AlgoOrder, tickE8: bigint): bigint | undefined {
  if (trailing === undefined) return triggerPriceE8;
  const { activationE8, callbackE8, extremeE8 } = trailing;
  const sells = side === 'SELL';
  if (activationE8 !== 0n && !isReached(sells ? 'atOrAbove' : 'atOrBelow', activationE8, extremeE8))
    return undefined;
  return sells
    ? floorTo(multiplyDown(extremeE8, ONE_E8 - callbackE8), tickE8)
    : ceilTo(multiplyUp(extremeE8, ONE_E8 + callbackE8), tickE8);
}

/** What is still to be filled of an order. */
export function remainingE8(order: Order): bigint {
  return order.quantityE8 - order.executedE8;
}

/** Whether a price satisfies a trigger. */
export function isReached(direction: Direction, triggerE8: bigint, priceE8: bigint): boolean {
  return direction === 'atOrBelow' ? priceE8 <= triggerE8 : priceE8 >= triggerE8;
}

/** All orders ever placed, oldest first, and those still open. */
export interface OrderBook {
  readonly orders: Order[];
  readonly algos: AlgoOrder[];
  readonly openOrders: Map<number, Order>;
  readonly openAlgos: Map<number, AlgoOrder>;
}

export function emptyBook(): OrderBook {
  return { orders: [], algos: [], openOrders: new Map(), openAlgos: new Map() };
}

/** Ends an open order without a fill. */
export function endOrder(
  book: OrderBook,
  order: Order,
  status: 'CANCELED' | 'EXPIRED',
  timeMs: number,
): void {
  order.status = status;
  order.updatedMs = timeMs;
  book.openOrders.delete(order.orderId);
}

/** Ends an open conditional order that did not fire. */
export function endAlgo(
  book: OrderBook,
  algo: AlgoOrder,
  status: 'CANCELED' | 'EXPIRED' | 'REJECTED',
  timeMs: number,
): void {
  algo.status = status;
  algo.updatedMs = timeMs;
  book.openAlgos.delete(algo.algoId);
}

/** How long an order without a fill can still be asked for after its end, and any order after it was placed. */
const UNFILLED_KEPT_MS = 3 * 86_400_000;
const KEPT_MS = 90 * 86_400_000;

/** Whether the venue has forgotten an order that is done. */
export function isArchived(order: Order, nowMs: number): boolean {
  const { status, executedE8, createdMs, updatedMs } = order;
  if (status === 'NEW' || status === 'PARTIALLY_FILLED') return false;
  return nowMs - createdMs > KEPT_MS || (executedE8 === 0n && nowMs - updatedMs > UNFILLED_KEPT_MS);
}

/** As `isArchived`, for conditional orders: one that fired goes with the order it became. */
export function isAlgoArchived({ status, actual, createdMs, updatedMs }: AlgoOrder, nowMs: number): boolean {
  if (status === 'NEW') return false;
  if (actual !== undefined) return isArchived(actual, nowMs);
  return nowMs - createdMs > KEPT_MS || nowMs - updatedMs > UNFILLED_KEPT_MS;
}

/** By id, else the latest with that client id; an open one is preferred, for only open ones are unique. */
export function findOrder(
  book: OrderBook,
  symbol: string,
  key: { readonly id?: number | undefined; readonly clientId?: string | undefined },
): Order | undefined {
  const matches = (order: Order): boolean =>
    order.symbol === symbol &&
    (key.id === undefined ? order.clientOrderId === key.clientId : order.orderId === key.id);
  return [...book.openOrders.values()].find(matches) ?? book.orders.findLast(matches);
}

/** As `findOrder`, for conditional orders; the venue asks for no symbol here. */
export function findAlgo(
  book: OrderBook,
  key: { readonly id?: number | undefined; readonly clientId?: string | undefined },
): AlgoOrder | undefined {
  const matches = (algo: AlgoOrder): boolean =>
    key.id === undefined ? algo.clientAlgoId === key.clientId : algo.algoId === key.id;
  return [...book.openAlgos.values()].find(matches) ?? book.algos.findLast(matches);
}
