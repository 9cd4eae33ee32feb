import { FLAT, type Instrument, type Position } from '@plimsoll/engine';
import type { Fill, ForcedClose, FundingPayment, OrderSide, VenueOrder } from '../venue/Venue.ts';

/** An account that exists on this machine alone. All of it is simulated. */
export interface PaperAccount {
  readonly version: 1;
  /** USDT beside the position's margin. */
  freeUsdt: number;
  leverage: number;
  position: {
    side: 1 | -1;
    quantity: number;
    entryPrice: number;
    marginUsdt: number;
    openedMs: number;
  } | null;
  /** Resting and done, oldest first. */
  orders: VenueOrder[];
  fills: Fill[];
  funding: FundingPayment[];
  /** Liquidations, oldest first; an older file has none. */
  forced?: ForcedClose[];
  nextId: number;
  /** Market time up to which triggers and funding have been looked at. */
  seenMs: number;
}

/** Orders, fills and payments kept of each. */
const KEPT = 1_000;
/** What a market order pays beyond the mark: half a spread and some depth, as a fraction. */
export const PAPER_SLIPPAGE = 0.0005;

export function openPaperAccount(equityUsdt: number, nowMs: number): PaperAccount {
  return {
    version: 1,
    freeUsdt: equityUsdt,
    leverage: 1,
    position: null,
    orders: [],
    fills: [],
    funding: [],
    forced: [],
    nextId: 1,
    seenMs: nowMs,
  };
}

export function unrealizedUsdt({ position }: PaperAccount, markPrice: number): number {
  return position === null ? 0 : position.side * position.quantity * (markPrice - position.entryPrice);
}

/** Where the isolated margin is used up, 0 for never; by the tier of the notional at entry. */
export function paperLiquidationPrice({ position }: PaperAccount, { tiers }: Instrument): number {
  if (position === null) return 0;
  const { side, quantity, entryPrice, marginUsdt } = position;
  const notional = quantity * entryPrice;
  const tier = tiers.findLast(({ minNotional }) => notional >= minNotional) ?? tiers[0];
  if (tier === undefined) return 0;
  const price = (marginUsdt + tier.cum - side * notional) / (quantity * (tier.mmr - side));
  return Math.max(0, price);
}

export function paperPosition(account: PaperAccount, instrument: Instrument): Position {
  const { position } = account;
  if (position === null) return FLAT;
  return {
    side: position.side,
    quantity: position.quantity,
    entryPrice: position.entryPrice,
    walletUsdt: position.marginUsdt,
    venueLiquidationPrice: paperLiquidationPrice(account, instrument),
    openedMs: position.openedMs,
  };
}

/** Decimal noise of quantities. */
const NOISE = 1e-9;

/**
 * Executes at a price: opens, adds, reduces or closes, never through flat.
 * @returns what was filled, 0 when there was nothing to reduce
 */
export function execute(
  account: PaperAccount,
  order: {
    readonly id: string;
    readonly side: OrderSide;
    readonly quantity: number;
    readonly reduceOnly: boolean;
  },
  price: number,
  takerFee: number,
  timeMs: number,
): number {
  const direction = order.side === 'buy' ? 1 : -1;
  const { position } = account;
  const isReducing = position !== null && position.side !== direction;
  if (order.reduceOnly && !isReducing) return 0;
  const quantity = isReducing ? Math.min(order.quantity, position.quantity) : order.quantity;
  const fee = quantity * price * takerFee;
  let realizedUsdt = 0;
  if (isReducing) {
    realizedUsdt = position.side * quantity * (price - position.entryPrice);
    const share = quantity / position.quantity;
    account.freeUsdt += position.marginUsdt * share + realizedUsdt - fee;
    position.marginUsdt *= 1 - share;
    position.quantity -= quantity;
    if (position.quantity < NOISE) account.position = null;
  } else {
    const margin = (quantity * price) / account.leverage;
    account.freeUsdt -= margin + fee;
    if (position === null) {
      account.position = {
        side: direction,
        quantity,
        entryPrice: price,
        marginUsdt: margin,
        openedMs: timeMs,
      };
    } else {
      position.entryPrice =
        (position.entryPrice * position.quantity + price * quantity) / (position.quantity + quantity);
      position.quantity += quantity;
      position.marginUsdt += margin;
    }
  }
  account.fills.push({
    id: String(account.nextId++),
    venueOrderId: order.id,
    side: order.side,
    quantity,
    price,
    feeUsdt: fee,
    realizedUsdt,
    timeMs,
  });
  for (const list of [account.fills, account.funding]) while (list.length > KEPT) list.shift();
  const done = account.orders.filter(({ state }) => state !== 'resting');
  if (done.length > KEPT) account.orders.splice(account.orders.indexOf(done[0] as VenueOrder), 1);
  return quantity;
}

/** Replaces an order by what has become of it. */
export function settle(account: PaperAccount, order: VenueOrder, changes: Partial<VenueOrder>): VenueOrder {
  const settled = { ...order, ...changes };
  account.orders = account.orders.map((each) => (each === order ? settled : each));
  return settled;
}
