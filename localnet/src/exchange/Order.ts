import type { Side } from './Position.ts';

export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX';
export type OrderStatus = 'NEW' | 'FILLED' | 'CANCELED' | 'EXPIRED';

/** An order as the venue keeps it. It fills whole or not at all. */
export interface Order {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'MARKET' | 'LIMIT' | 'LIQUIDATION';
  readonly timeInForce: TimeInForce;
  /** Limit price; 0 for a market order. */
  readonly priceE8: bigint;
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

export type AlgoType = 'STOP_MARKET' | 'TAKE_PROFIT_MARKET';
export type AlgoStatus = 'NEW' | 'TRIGGERED' | 'FINISHED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';
export type WorkingType = 'MARK_PRICE' | 'CONTRACT_PRICE';

/** A conditional order. Once triggered it becomes an ordinary market order with an id of its own. */
export interface AlgoOrder {
  readonly algoId: number;
  readonly clientAlgoId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: AlgoType;
  /** 0 when the order closes whatever is held. */
  readonly quantityE8: bigint;
  readonly triggerPriceE8: bigint;
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

/** Which way the price must go to set off a conditional order. */
export type Direction = 'atOrBelow' | 'atOrAbove';

/** A stop sells below and buys above; a take-profit the other way round. */
export function directionOf(type: AlgoType, side: Side): Direction {
  return (type === 'STOP_MARKET') === (side === 'SELL') ? 'atOrBelow' : 'atOrAbove';
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
