import { divideDown, ONE_E8 } from '../../market/E8.ts';
import { maintenanceMarginE8 } from '../Liquidation.ts';
import { collateralE8 } from '../Margin.ts';
import { type AlgoOrder, changedMs, type Order, statusOf } from '../Order.ts';
import { notionalE8, unrealizedE8 } from '../Position.ts';
import { type Contract, type Income, isFlat, markE8, type Trade, type Venue } from '../Venue.ts';
import {
  accountEvent,
  type AccountEvent,
  algoEvent,
  type Execution,
  leverageEvent,
  marginCallEvent,
  orderEvent,
  type Reason,
  tradeLiteEvent,
} from './AccountEvents.ts';

/** An event and its place: by time, then by the number of what caused it (order, trade and transfer ids rise together). */
interface Placed {
  readonly timeMs: number;
  readonly id: number;
  readonly event: AccountEvent;
}

function inOrder(a: Pick<Placed, 'timeMs' | 'id'>, b: Pick<Placed, 'timeMs' | 'id'>): number {
  return a.timeMs - b.timeMs || a.id - b.id;
}

interface Following {
  readonly order: Order;
  executedE8: bigint;
  quoteE8: bigint;
  priceE8: bigint;
  quantityE8: bigint;
}

interface Settings {
  leverage: number;
  isolated: boolean;
  isolatedWalletE8: bigint;
  warned: boolean;
}

const REASONS: Readonly<Record<string, Reason>> = {
  TRANSFER: 'DEPOSIT',
  FUNDING_FEE: 'FUNDING_FEE',
  INSURANCE_CLEAR: 'INSURANCE_CLEAR',
};
/** Events that end what happened at their time. */
const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Reads what changed in an account since it last looked, from the journals the venue keeps anyway: orders, trades and
 * money movements. Positions are shown as they stand when the events are read, after every step and request.
 */
export class AccountFeed {
  private readonly venue: Venue;
  private readonly orders = new Map<number, Following>();
  private readonly algos = new Map<AlgoOrder, string>();
  private readonly settings = new Map<string, Settings>();
  private readonly realizedE8 = new Map<string, bigint>();
  private readonly seen: { orders: number; algos: number; trades: number; income: number };
  private walletE8: bigint;

  constructor(venue: Venue) {
    this.venue = venue;
    const { book, trades, income } = venue;
    this.seen = {
      orders: book.orders.length,
      algos: book.algos.length,
      trades: trades.length,
      income: income.length,
    };
    this.walletE8 = venue.walletE8;
    for (const order of book.openOrders.values()) this.follow(order, order.executedE8, order.quoteE8);
    for (const algo of book.openAlgos.values()) this.algos.set(algo, algo.status);
    for (const algo of book.algos) if (statusOf(algo) === 'TRIGGERED') this.algos.set(algo, 'TRIGGERED');
    for (const contract of venue.contracts.values())
      this.settings.set(contract.rules.symbol, settingsOf(venue, contract));
  }

  /** Events since the last call, oldest first. */
  next(): AccountEvent[] {
    const placed = [
      ...this.newOrders(),
      ...this.newAlgos(),
      ...this.money(),
      ...this.endings(),
      ...this.algoChanges(),
      ...this.settingChanges(),
    ];
    return placed.sort(inOrder).map(({ event }) => event);
  }

  private follow(order: Order, executedE8: bigint, quoteE8: bigint): Following {
    const { priceE8, quantityE8 } = order;
    const following = { order, executedE8, quoteE8, priceE8, quantityE8 };
    this.orders.set(order.orderId, following);
    return following;
  }

  private newOrders(): Placed[] {
    const { orders } = this.venue.book;
    const fresh = orders.slice(this.seen.orders);
    this.seen.orders = orders.length;
    return fresh.map((order) => {
      const following = this.follow(order, 0n, 0n);
      return orderMoment(following, 'NEW', 'NEW', order.createdMs, order.orderId);
    });
  }

  /** Trades and other movements of money as they happened, for each shows the balance after it. */
  private money(): Placed[] {
    const { trades, income } = this.venue;
    const happened = [
      ...trades.slice(this.seen.trades).map((trade) => ({
        timeMs: trade.timeMs,
        id: trade.id,
        read: () => this.fill(trade),
      })),
      // Profit and fee of a trade are in the trade's own event.
      ...income
        .slice(this.seen.income)
        .filter(({ type }) => type !== 'REALIZED_PNL' && type !== 'COMMISSION')
        .map((row) => ({ timeMs: row.timeMs, id: row.tranId, read: () => [this.movement(row)] })),
    ];
    this.seen.trades = trades.length;
    this.seen.income = income.length;
    return happened.sort(inOrder).flatMap(({ read }) => read());
  }

  private fill(trade: Trade): Placed[] {
    const { symbol, orderId, id, timeMs } = trade;
    const following = this.orders.get(orderId);
    if (following === undefined) return [];
    const { order } = following;
    following.executedE8 += trade.quantityE8;
    following.quoteE8 += trade.quoteE8;
    this.realizedE8.set(symbol, (this.realizedE8.get(symbol) ?? 0n) + trade.realizedE8);
    this.walletE8 += trade.realizedE8 - trade.commissionE8;
    const isWhole = following.executedE8 >= order.quantityE8;
    if (isWhole) this.orders.delete(orderId);
    const execution = order.type === 'LIQUIDATION' ? 'CALCULATED' : 'TRADE';
    const status = isWhole ? 'FILLED' : 'PARTIALLY_FILLED';
    return [
      { timeMs, id, event: tradeLiteEvent(order, trade) },
      orderMoment(following, execution, status, timeMs, id, trade),
      { timeMs, id, event: this.changed('ORDER', timeMs, symbol, 0n) },
    ];
  }

  private movement({ type, symbol, amountE8, timeMs, tranId }: Income): Placed {
    this.walletE8 += amountE8;
    // Cross funding moves only the wallet.
    const shows = this.venue.contracts.get(symbol)?.isolated === true || type === 'INSURANCE_CLEAR';
    const reason = REASONS[type] ?? 'ADJUSTMENT';
    const fundedSymbol = type === 'FUNDING_FEE' ? symbol : undefined;
    const event = this.changed(reason, timeMs, shows ? symbol : undefined, amountE8, fundedSymbol);
    return { timeMs, id: tranId, event };
  }

  private changed(
    reason: Reason,
    timeMs: number,
    symbol: string | undefined,
    balanceChangeE8: bigint,
    fundedSymbol?: string,
  ): AccountEvent {
    if (symbol !== undefined) this.noteIsolated(symbol);
    const realizedE8 = this.realizedE8.get(symbol ?? '') ?? 0n;
    const { walletE8 } = this;
    const change = { reason, timeMs, walletE8, balanceChangeE8, symbol, fundedSymbol, realizedE8 };
    return accountEvent(this.venue, change);
  }

  private noteIsolated(symbol: string): void {
    const settings = this.settings.get(symbol);
    const contract = this.venue.contracts.get(symbol);
    if (settings !== undefined && contract !== undefined)
      settings.isolatedWalletE8 = contract.position.isolatedWalletE8;
  }

  /** Open orders that were amended or ended without (another) fill. */
  private endings(): Placed[] {
    const placed: Placed[] = [];
    for (const following of this.orders.values()) {
      const { order } = following;
      const { status, updatedMs } = order;
      if (status === 'CANCELED' || status === 'EXPIRED') {
        placed.push(orderMoment(following, status, status, updatedMs, LAST));
        this.orders.delete(order.orderId);
      } else if (order.priceE8 !== following.priceE8 || order.quantityE8 !== following.quantityE8) {
        following.priceE8 = order.priceE8;
        following.quantityE8 = order.quantityE8;
        placed.push(orderMoment(following, 'AMENDMENT', status, updatedMs, LAST));
      }
    }
    return placed;
  }

  private newAlgos(): Placed[] {
    const { algos } = this.venue.book;
    const fresh = algos.slice(this.seen.algos);
    this.seen.algos = algos.length;
    return fresh.map((algo) => {
      this.algos.set(algo, 'NEW');
      return {
        timeMs: algo.createdMs,
        id: algo.algoId,
        event: algoEvent(algo, 'NEW', algo.createdMs),
      };
    });
  }

  private algoChanges(): Placed[] {
    const placed: Placed[] = [];
    for (const [algo, shown] of this.algos) {
      const status = statusOf(algo);
      if (status === shown) continue;
      const { triggeredMs, actual } = algo;
      if (triggeredMs > 0 && shown === 'NEW') {
        // Just before the order it became.
        const id = (actual?.orderId ?? LAST) - 0.5;
        placed.push({ timeMs: triggeredMs, id, event: algoEvent(algo, 'TRIGGERING', triggeredMs) });
        if (actual !== undefined)
          placed.push({ timeMs: triggeredMs, id, event: algoEvent(algo, 'TRIGGERED', triggeredMs) });
      }
      if (status === 'TRIGGERED') {
        this.algos.set(algo, status);
        continue;
      }
      const endedMs = changedMs(algo);
      placed.push({
        timeMs: Math.max(endedMs, triggeredMs),
        id: LAST,
        event: algoEvent(algo, status, endedMs),
      });
      this.algos.delete(algo);
    }
    return placed;
  }

  private settingChanges(): Placed[] {
    const { venue } = this;
    const { timeMs } = venue;
    const placed: Placed[] = [];
    const push = (event: AccountEvent): void => void placed.push({ timeMs, id: LAST, event });
    for (const contract of venue.contracts.values()) {
      const { symbol } = contract.rules;
      const before = this.settings.get(symbol);
      if (before === undefined) continue;
      const now = settingsOf(venue, contract);
      if (now.leverage !== before.leverage) push(leverageEvent(venue, symbol));
      if (now.isolated !== before.isolated) push(this.changed('MARGIN_TYPE_CHANGE', timeMs, symbol, 0n));
      else if (now.isolatedWalletE8 !== before.isolatedWalletE8)
        push(this.changed('MARGIN_TRANSFER', timeMs, symbol, 0n));
      if (now.warned && !before.warned) push(marginCallEvent(venue, contract));
      this.settings.set(symbol, now);
    }
    return placed;
  }
}

function orderMoment(
  { order, executedE8, quoteE8 }: Following,
  execution: Execution,
  status: string,
  timeMs: number,
  id: number,
  trade?: Trade,
): Placed {
  const averagePriceE8 = executedE8 === 0n ? 0n : divideDown(quoteE8 * ONE_E8, executedE8);
  const moment = { order, execution, status, timeMs, executedE8, averagePriceE8, trade };
  return { timeMs, id, event: orderEvent(moment) };
}

function settingsOf(venue: Venue, contract: Contract): Settings {
  const { leverage, isolated, position } = contract;
  const { isolatedWalletE8 } = position;
  return { leverage, isolated, isolatedWalletE8, warned: isNearLiquidation(venue, contract) };
}

/** Whether maintenance takes four fifths of what stands behind a position, or more. */
function isNearLiquidation(venue: Venue, contract: Contract): boolean {
  if (isFlat(contract)) return false;
  const { position, tiers } = contract;
  const mark = markE8(contract);
  const balanceE8 = collateralE8(venue, contract) + unrealizedE8(position, mark);
  return 5n * maintenanceMarginE8(tiers, notionalE8(position, mark)) >= 4n * balanceE8;
}
