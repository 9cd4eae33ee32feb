import type { Decision } from '@plimsoll/engine';
import { parseClientOrderId } from '../execute/ClientOrderId.ts';
import type { OrderRow } from '../journal/Rows.ts';
import type { Fill, FundingPayment, VenueOrder } from '../venue/Venue.ts';

/** One leg that was closed. Times are market milliseconds, money is USDT. */
export interface TradeRow {
  readonly entryTime: number;
  readonly side: 'long' | 'short';
  readonly leverage: number;
  readonly notional: number;
  readonly entryPrice: number;
  readonly liquidationPriceAtEntry: number;
  readonly stops: readonly { readonly time: number; readonly price: number }[];
  readonly exitTime: number;
  readonly exitPrice: number;
  readonly exitReason: string;
  readonly fundingPaid: number;
  readonly fees: number;
  readonly pnl: number;
}

/** What the venue and the journal tell of a run. */
export interface TradeSources {
  readonly orders: readonly OrderRow[];
  /** Every order the venue accepted, the ones that triggers became included. */
  readonly accepted: readonly VenueOrder[];
  /** Oldest first. */
  readonly fills: readonly Fill[];
  readonly payments: readonly FundingPayment[];
  /** First decision on each trade once it was held, by the plan's id in hex. */
  readonly held: ReadonlyMap<string, Decision>;
  readonly endMs: number;
  readonly lastPrice: number;
}

interface Leg {
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly timeMs: number;
  readonly reason: string;
}

const NOISE = 1e-9;
/** Ids under which the venue itself closes positions. */
const LIQUIDATION = /^autoclose-/;
const DELEVERAGING = /^adl_autoclose/;

/** Eight decimals, so that a sum of decimals prints as one. */
function e8(value: number): number {
  return Math.round(value * 1e8) / 1e8;
}

/** A fee taken in another coin is not known in USDT and not counted. */
function feeOf({ feeUsdt }: Fill): number {
  return feeUsdt ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Rows in the order of their exits within each entry. */
export function tradeRows(sources: TradeSources): TradeRow[] {
  const entries = sources.orders.filter((row) => row.role === 'entry' && row.filledQuantity > 0);
  return entries.flatMap((entry, i) => rowsOf(entry, entries[i + 1], sources));
}

/** Positions that the venue liquidated. */
export function countLiquidations({ accepted }: Pick<TradeSources, 'accepted'>): number {
  return accepted.filter(({ clientOrderId }) => LIQUIDATION.test(clientOrderId)).length;
}

function rowsOf(entry: OrderRow, next: OrderRow | undefined, sources: TradeSources): TradeRow[] {
  const { fills, orders, held, payments } = sources;
  const opening = fills.filter((fill) => fill.venueOrderId === entry.venueId);
  const entryTime = opening[0]?.timeMs ?? entry.confirmedMarketMs ?? 0;
  // By place, not by time: a trade may close at the very millisecond at which the next one opens.
  const from = fills.findLastIndex((fill) => fill.venueOrderId === entry.venueId) + 1;
  const to = next === undefined ? -1 : fills.findIndex((fill) => fill.venueOrderId === next.venueId);
  const later = fills.slice(from, to === -1 ? undefined : to);
  const side = entry.side === 'buy' ? 1 : -1;
  const quantity = entry.filledQuantity;
  const entryPrice = entry.averagePrice;
  const legs = legsOf(entry, later, sources);
  const closed = sum(legs.map((leg) => leg.quantity));
  if (quantity - closed > NOISE) {
    const { lastPrice, endMs } = sources;
    legs.push({ quantity: quantity - closed, price: lastPrice, fee: 0, timeMs: endMs, reason: 'open' });
  }
  const stops = orders
    .filter((row) => row.tradeId === entry.tradeId && row.role === 'stop' && row.confirmedMarketMs !== null)
    .map((row) => ({ time: row.confirmedMarketMs ?? 0, price: row.triggerPrice }));
  const entryFees = sum(opening.map(feeOf));
  const first = held.get(entry.tradeId);
  return legs.map((leg) => {
    const fundingPaid = fundingOf(leg, legs, entryTime, payments);
    const fees = leg.fee + (entryFees * leg.quantity) / quantity;
    return {
      entryTime,
      side: side > 0 ? 'long' : 'short',
      leverage: first?.plan?.leverage ?? 0,
      notional: e8(leg.quantity * entryPrice),
      entryPrice,
      liquidationPriceAtEntry: first?.liquidationEffective ?? 0,
      stops: stops.filter(({ time }) => time <= leg.timeMs),
      exitTime: leg.timeMs,
      exitPrice: e8(leg.price),
      exitReason: leg.reason,
      fundingPaid: e8(fundingPaid),
      fees: e8(fees),
      pnl: e8(side * (leg.price - entryPrice) * leg.quantity - fees - fundingPaid),
    };
  });
}

/** Exits of one entry: the fills against it that came later, those of one order as one leg. */
function legsOf(entry: OrderRow, later: readonly Fill[], sources: TradeSources): Leg[] {
  const exits = later.filter((fill) => fill.side !== entry.side);
  const byOrder = new Map<string, Fill[]>();
  for (const fill of exits) byOrder.set(fill.venueOrderId, [...(byOrder.get(fill.venueOrderId) ?? []), fill]);
  const legs: Leg[] = [];
  let left = entry.filledQuantity;
  for (const [venueOrderId, fills] of byOrder) {
    if (left <= NOISE) break;
    const quantity = sum(fills.map((fill) => fill.quantity));
    legs.push({
      quantity,
      price: sum(fills.map((fill) => fill.quantity * fill.price)) / quantity,
      fee: sum(fills.map(feeOf)),
      timeMs: fills.at(-1)?.timeMs ?? 0,
      reason: reasonOf(venueOrderId, sources),
    });
    left -= quantity;
  }
  return legs;
}

/** Why an exit happened, by the order that filled: a trigger's name, or what its decision gave as the reason. */
function reasonOf(venueOrderId: string, { orders, accepted }: TradeSources): string {
  const id = accepted.find(
    (order) => order.kind === 'ordinary' && order.venueId === venueOrderId,
  )?.clientOrderId;
  if (id === undefined) return 'unknown';
  if (LIQUIDATION.test(id)) return 'liquidation';
  if (DELEVERAGING.test(id)) return 'deleveraged';
  const role = parseClientOrderId(id)?.role;
  if (role === 'stop' || role === 'take-profit-1' || role === 'take-profit-2') return role;
  const because = orders.find((row) => row.clientOrderId === id)?.because ?? '';
  if (because.includes('cannot be protected')) return 'unprotected';
  if (because.includes('stop')) return 'stop';
  if (because.includes('time-exit')) return 'time';
  return /^(?:CLOSE|REDUCE)\/([a-z-]+)/.exec(because)?.[1] ?? 'unknown';
}

/** What this leg paid of the funding, shared by quantity with the legs that were open at each settlement. */
function fundingOf(
  leg: Leg,
  legs: readonly Leg[],
  entryTime: number,
  payments: readonly FundingPayment[],
): number {
  return sum(
    payments
      .filter(({ timeMs }) => timeMs > entryTime && timeMs <= leg.timeMs)
      .map(({ amountUsdt, timeMs }) => {
        const open = sum(legs.filter((each) => each.timeMs >= timeMs).map((each) => each.quantity));
        return (-amountUsdt * leg.quantity) / open;
      }),
  );
}
