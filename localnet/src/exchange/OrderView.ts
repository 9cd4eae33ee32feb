import { formatE8 } from '../market/E8.ts';
import { type AlgoOrder, changedMs, type Order, statusOf, type Trailing } from './Order.ts';
import { QUOTE_ASSET } from './SymbolRules.ts';
import type { Income, Trade } from './Venue.ts';

/** Orders, trades and money movements in the shapes of Binance's signed endpoints. */

export function orderView(order: Order): Record<string, unknown> {
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: order.status,
    clientOrderId: order.clientOrderId,
    price: formatE8(order.priceE8),
    avgPrice: formatE8(order.averagePriceE8),
    origQty: formatE8(order.quantityE8),
    executedQty: formatE8(order.executedE8),
    cumQty: formatE8(order.executedE8),
    cumQuote: formatE8(order.quoteE8),
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: order.closePosition,
    side: order.side,
    positionSide: 'BOTH',
    stopPrice: '0',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: order.type,
    priceMatch: 'NONE',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    goodTillDate: order.goodTillMs,
    time: order.createdMs,
    updateTime: order.updatedMs,
  };
}

/** The answer to a new order unless its result was asked for: accepted, nothing said of fills. */
export function acknowledgement(order: Order): Record<string, unknown> {
  return { ...orderView(order), status: 'NEW', avgPrice: '0', executedQty: '0', cumQty: '0', cumQuote: '0' };
}

export function algoView(algo: AlgoOrder): Record<string, unknown> {
  return {
    algoId: algo.algoId,
    clientAlgoId: algo.clientAlgoId,
    algoType: 'CONDITIONAL',
    orderType: algo.type,
    symbol: algo.symbol,
    side: algo.side,
    positionSide: 'BOTH',
    timeInForce: algo.timeInForce,
    quantity: formatE8(algo.quantityE8),
    algoStatus: statusOf(algo),
    actualOrderId: algo.actual === undefined ? '' : String(algo.actual.orderId),
    actualPrice: formatE8(algo.actual?.averagePriceE8 ?? 0n),
    actualQty: formatE8(algo.actual?.executedE8 ?? 0n),
    actualType: algo.actual?.type ?? '',
    triggerPrice: formatE8(algo.triggerPriceE8),
    price: formatE8(algo.priceE8),
    icebergQuantity: null,
    tpTriggerPrice: '0',
    tpPrice: '0',
    slTriggerPrice: '0',
    slPrice: '0',
    tpOrderType: '',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    workingType: algo.workingType,
    priceMatch: 'NONE',
    closePosition: algo.closePosition,
    priceProtect: algo.priceProtect,
    reduceOnly: algo.reduceOnly,
    createTime: algo.createdMs,
    updateTime: changedMs(algo),
    triggerTime: algo.triggeredMs,
    goodTillDate: algo.goodTillMs,
    ...(algo.trailing === undefined ? {} : trailingView(algo.trailing)),
  };
}

/** What only trailing stops show: the price that wakes them and the way back in percent. */
function trailingView({ activationE8, callbackE8 }: Trailing): Record<string, unknown> {
  return { activatePrice: formatE8(activationE8), callbackRate: formatE8(callbackE8 * 100n) };
}

export function tradeView(trade: Trade): Record<string, unknown> {
  return {
    symbol: trade.symbol,
    id: trade.id,
    orderId: trade.orderId,
    side: trade.side,
    price: formatE8(trade.priceE8),
    qty: formatE8(trade.quantityE8),
    realizedPnl: formatE8(trade.realizedE8),
    marginAsset: QUOTE_ASSET,
    quoteQty: formatE8(trade.quoteE8),
    commission: formatE8(trade.commissionE8),
    commissionAsset: QUOTE_ASSET,
    time: trade.timeMs,
    positionSide: 'BOTH',
    buyer: trade.side === 'BUY',
    maker: trade.maker,
  };
}

export function incomeView(income: Income): Record<string, unknown> {
  return {
    symbol: income.symbol,
    incomeType: income.type,
    income: formatE8(income.amountE8),
    asset: QUOTE_ASSET,
    info: income.type,
    time: income.timeMs,
    tranId: income.tranId,
    tradeId: income.tradeId === undefined ? '' : String(income.tradeId),
  };
}
