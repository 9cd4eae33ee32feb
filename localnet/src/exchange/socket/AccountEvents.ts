import { formatE8 } from '../../market/E8.ts';
import { positionsV2 } from '../AccountView.ts';
import { maintenanceMarginE8 } from '../Liquidation.ts';
import { crossWalletE8 } from '../Margin.ts';
import type { AlgoOrder, Order } from '../Order.ts';
import { algoView, orderView } from '../OrderView.ts';
import { notionalE8, unrealizedE8 } from '../Position.ts';
import { QUOTE_ASSET } from '../SymbolRules.ts';
import { type Contract, contractOf, markE8, type Trade, type Venue } from '../Venue.ts';

/** Events of the user data stream, made of the same views as the REST answers. */

export type AccountEvent = Readonly<Record<string, unknown>> & { readonly e: string; readonly E: number };

/** What happened to an order: `x` of ORDER_TRADE_UPDATE. */
export type Execution = 'NEW' | 'TRADE' | 'CALCULATED' | 'CANCELED' | 'EXPIRED' | 'AMENDMENT';

/** Why money or positions changed: `m` of ACCOUNT_UPDATE. */
export type Reason =
  | 'DEPOSIT'
  | 'ORDER'
  | 'FUNDING_FEE'
  | 'INSURANCE_CLEAR'
  | 'MARGIN_TRANSFER'
  | 'MARGIN_TYPE_CHANGE'
  | 'ADJUSTMENT';

/** An order at one moment of its life: with the trade, when it is one, and what was executed by then. */
export interface OrderMoment {
  readonly order: Order;
  readonly execution: Execution;
  readonly status: string;
  readonly timeMs: number;
  readonly executedE8: bigint;
  readonly averagePriceE8: bigint;
  readonly trade: Trade | undefined;
}

export function orderEvent(moment: OrderMoment): AccountEvent {
  const { order, execution, status, timeMs, executedE8, averagePriceE8, trade } = moment;
  const view = orderView(order);
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: timeMs,
    T: timeMs,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: order.side,
      o: view['type'],
      f: view['timeInForce'],
      q: view['origQty'],
      p: view['price'],
      ap: formatE8(averagePriceE8),
      sp: view['stopPrice'],
      x: execution,
      X: status,
      i: order.orderId,
      l: formatE8(trade?.quantityE8 ?? 0n),
      z: formatE8(executedE8),
      L: formatE8(trade?.priceE8 ?? 0n),
      n: formatE8(trade?.commissionE8 ?? 0n),
      N: QUOTE_ASSET,
      T: timeMs,
      t: trade?.id ?? 0,
      b: '0',
      a: '0',
      m: trade?.maker ?? false,
      R: order.reduceOnly,
      wt: view['workingType'],
      ot: view['origType'],
      ps: view['positionSide'],
      cp: order.closePosition,
      pP: view['priceProtect'],
      si: 0,
      ss: 0,
      rp: formatE8(trade?.realizedE8 ?? 0n),
      V: view['selfTradePreventionMode'],
      pm: view['priceMatch'],
      gtd: view['goodTillDate'],
      er: '0',
    },
  };
}

/** The short form of a fill, which the venue sends beside ORDER_TRADE_UPDATE. */
export function tradeLiteEvent(order: Order, trade: Trade): AccountEvent {
  const view = orderView(order);
  return {
    e: 'TRADE_LITE',
    E: trade.timeMs,
    T: trade.timeMs,
    s: trade.symbol,
    q: view['origQty'],
    p: view['price'],
    m: trade.maker,
    c: order.clientOrderId,
    S: trade.side,
    L: formatE8(trade.priceE8),
    l: formatE8(trade.quantityE8),
    t: trade.id,
    i: order.orderId,
  };
}

export function algoEvent(algo: AlgoOrder, status: string, timeMs: number): AccountEvent {
  const view = algoView(algo);
  const done = status === 'FINISHED';
  return {
    e: 'ALGO_UPDATE',
    E: timeMs,
    T: timeMs,
    o: {
      caid: view['clientAlgoId'],
      aid: view['algoId'],
      at: view['algoType'],
      o: view['orderType'],
      s: view['symbol'],
      S: view['side'],
      ps: view['positionSide'],
      f: view['timeInForce'],
      q: view['quantity'],
      X: status,
      ai: done || status === 'TRIGGERED' ? view['actualOrderId'] : '',
      ap: done ? view['actualPrice'] : '0',
      aq: done ? view['actualQty'] : '0',
      act: done ? view['actualType'] : '',
      tp: view['triggerPrice'],
      p: view['price'],
      V: view['selfTradePreventionMode'],
      wt: view['workingType'],
      pm: view['priceMatch'],
      cp: view['closePosition'],
      pP: view['priceProtect'],
      R: view['reduceOnly'],
      tt: status === 'NEW' ? 0 : view['triggerTime'],
      gtd: view['goodTillDate'],
      rm: status === 'REJECTED' ? 'Margin is insufficient.' : '',
      ia: false,
    },
  };
}

/** A change of money, of a symbol's position, or of both. */
export interface AccountChange {
  readonly reason: Reason;
  readonly timeMs: number;
  readonly walletE8: bigint;
  /** Change of the balance by anything but profit and commission. */
  readonly balanceChangeE8: bigint;
  /** Symbol whose position is shown; none when only money moved. */
  readonly symbol: string | undefined;
  /** Symbol that funding was settled in. */
  readonly fundedSymbol: string | undefined;
  /** Profit realised in the symbol since the stream was opened. */
  readonly realizedE8: bigint;
}

export function accountEvent(venue: Venue, change: AccountChange): AccountEvent {
  const { reason, timeMs, walletE8, balanceChangeE8, symbol, fundedSymbol, realizedE8 } = change;
  const isolatedE8 = venue.walletE8 - crossWalletE8(venue);
  const positions = symbol === undefined ? [] : positionsV2(venue, symbol);
  return {
    e: 'ACCOUNT_UPDATE',
    E: timeMs,
    T: timeMs,
    a: {
      m: reason,
      B: [
        {
          a: QUOTE_ASSET,
          wb: formatE8(walletE8),
          cw: formatE8(walletE8 - isolatedE8),
          bc: formatE8(balanceChangeE8),
        },
      ],
      P: positions.map((position) => ({
        s: symbol,
        pa: position['positionAmt'],
        ep: position['entryPrice'],
        bep: position['breakEvenPrice'],
        cr: formatE8(realizedE8),
        up: position['unRealizedProfit'],
        mt: position['marginType'],
        iw: position['isolatedWallet'],
        ps: position['positionSide'],
        ma: QUOTE_ASSET,
      })),
      ...(fundedSymbol === undefined ? {} : { S: fundedSymbol }),
    },
  };
}

export function leverageEvent(venue: Venue, symbol: string): AccountEvent {
  const { timeMs } = venue;
  const l = contractOf(venue, symbol).leverage;
  return { e: 'ACCOUNT_CONFIG_UPDATE', E: timeMs, T: timeMs, ac: { s: symbol, l } };
}

/** A warning that a position is near liquidation. */
export function marginCallEvent(venue: Venue, contract: Contract): AccountEvent {
  const { position, isolated, rules, tiers } = contract;
  const mark = markE8(contract);
  return {
    e: 'MARGIN_CALL',
    E: venue.timeMs,
    cw: formatE8(crossWalletE8(venue)),
    p: [
      {
        s: rules.symbol,
        ps: 'BOTH',
        pa: formatE8(position.quantityE8),
        mt: isolated ? 'ISOLATED' : 'CROSSED',
        iw: formatE8(position.isolatedWalletE8),
        mp: formatE8(mark),
        up: formatE8(unrealizedE8(position, mark)),
        mm: formatE8(maintenanceMarginE8(tiers, notionalE8(position, mark))),
      },
    ],
  };
}

export function listenKeyExpiredEvent(listenKey: string, timeMs: number): AccountEvent {
  return { e: 'listenKeyExpired', E: timeMs, listenKey };
}
