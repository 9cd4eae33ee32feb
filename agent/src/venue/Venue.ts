import type {
  Account,
  Bar,
  BookSummary,
  FundingNext,
  Instrument,
  OpenInterestPoint,
  Position,
  Settlement,
} from '@plimsoll/engine';

/** What an order does to the signed quantity. */
export type OrderSide = 'buy' | 'sell';

/** Two worlds on the venue, each with its own ids and look-ups: orders in the book, and triggers that become orders. */
export type OrderKind = 'ordinary' | 'conditional';

/** An order as we ask for it. Quantities in base units, prices in quote units, both on the venue's grid. */
export type OrderRequest =
  | {
      readonly type: 'market';
      readonly clientOrderId: string;
      readonly side: OrderSide;
      readonly quantity: number;
      readonly reduceOnly: boolean;
    }
  | {
      /** Market orders set off by the mark price; always reduce-only, always with a quantity. */
      readonly type: 'stop' | 'take-profit';
      readonly clientOrderId: string;
      readonly side: OrderSide;
      readonly quantity: number;
      readonly triggerPrice: number;
    };

/** `triggered`: a conditional order that fired and whose market order is not known to be done. */
export type VenueOrderState = 'resting' | 'triggered' | 'filled' | 'cancelled' | 'rejected' | 'expired';

/** An order as the venue knows it. */
export interface VenueOrder {
  readonly kind: OrderKind;
  readonly clientOrderId: string;
  readonly venueId: string;
  readonly type: 'market' | 'limit' | 'stop' | 'take-profit' | 'other';
  readonly side: OrderSide;
  /** 0 when the order closes whatever is held. */
  readonly quantity: number;
  readonly filledQuantity: number;
  /** 0 while nothing is filled. */
  readonly averagePrice: number;
  /** 0 for an ordinary order. */
  readonly triggerPrice: number;
  readonly reduceOnly: boolean;
  /** Which price sets it off; null for an ordinary order. */
  readonly trigger: 'mark' | 'last' | null;
  readonly state: VenueOrderState;
  /** Venue time. */
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** One execution. Fees are positive when paid, `realizedUsdt` is profit before fees. */
export interface Fill {
  readonly id: string;
  readonly venueOrderId: string;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly price: number;
  /** Null when it was paid in another asset. */
  readonly feeUsdt: number | null;
  readonly realizedUsdt: number;
  readonly timeMs: number;
}

/** A close that the venue made by force. */
export interface ForcedClose {
  readonly id: string;
  readonly kind: 'liquidation' | 'deleveraging';
  readonly side: OrderSide;
  readonly quantity: number;
  readonly price: number;
  readonly timeMs: number;
}

/** Positive when received. */
export interface FundingPayment {
  readonly id: string;
  readonly amountUsdt: number;
  readonly timeMs: number;
}

export interface Market {
  /** The venue's market time. */
  readonly timeMs: number;
  readonly markPrice: number;
  readonly lastPrice: number;
  readonly funding: FundingNext;
}

/** What the key may do; null is unknown, and unknown is not safe. */
export interface Permissions {
  /** Out of the account in any way: to an address, or to another account of the venue. */
  readonly canWithdraw: boolean | null;
  readonly isIpRestricted: boolean | null;
  readonly canTradeFutures: boolean | null;
  /** When the venue says that the key's right to trade ends; wall time. */
  readonly expiresMs: number | null;
}

/** Of a key that may not even be asked about itself. */
export const PERMISSIONS_UNKNOWN: Permissions = {
  canWithdraw: null,
  isIpRestricted: null,
  canTradeFutures: null,
  expiresMs: null,
};

/** How the venue lists the perpetual. */
export interface Listed {
  readonly isTrading: boolean;
  /** The venue's own word for it. */
  readonly status: string;
  /** What the symbol stands for: another one under the same symbol is another contract. */
  readonly contract: string;
}

/** How the account is set up for the perpetual. */
export interface Settings {
  readonly isOneWay: boolean;
  readonly isIsolated: boolean;
  readonly leverage: number;
}

/**
 * One account on one venue, as far as one perpetual is concerned. All times are the venue's market time. Every method
 * fails with a `VenueError`; a read that fails says nothing about the account (never "flat").
 */
export interface Venue {
  /** The venue's own id of the perpetual, such as `ICPUSDT`. */
  readonly symbol: string;

  /** Measures this machine's clock against the venue's. @returns how far ours is ahead, milliseconds */
  synchronise(): Promise<number>;
  listing(): Promise<Listed>;
  /** Grid, fee and margin tiers in force now. */
  instrument(): Promise<Instrument>;
  /** Closed 5-minute bars from `sinceMs` on, oldest first, at most `limit`; the bar in progress is never among them. */
  closedBars(symbol: string, sinceMs: number, limit: number): Promise<readonly Bar[]>;
  market(): Promise<Market>;
  /** Contracts open on the whole venue now, whole base units. */
  openInterest(): Promise<number>;
  /** Readings of it from `sinceMs` to `untilMs`, oldest first, as far back as the venue tells; none where it does not. */
  openInterestHistory(sinceMs: number, untilMs: number): Promise<readonly OpenInterestPoint[]>;
  /** The order book's top, gathered into few levels so that it never looks deeper than it is; empty where it is one-sided. */
  book(): Promise<BookSummary>;
  /** Funding settlements of the market after `sinceMs`, oldest first. */
  settlements(symbol: string, sinceMs: number): Promise<readonly Settlement[]>;

  account(): Promise<Account>;
  /** `openedMs` is the time of the first fill of the position now held. */
  position(): Promise<Position>;
  /** Everything of this perpetual that rests: ordinary and conditional, ours or not. */
  restingOrders(): Promise<readonly VenueOrder[]>;
  /** Our executions after `sinceMs`, oldest first. */
  fills(sinceMs: number): Promise<readonly Fill[]>;
  /** What the venue closed by force after `sinceMs`, oldest first; from a week ago on at most. */
  forcedCloses(sinceMs: number): Promise<readonly ForcedClose[]>;
  fundingPayments(sinceMs: number): Promise<readonly FundingPayment[]>;
  /** Every order of this perpetual that the venue accepted after `sinceMs`, resting or done, both kinds. */
  acceptedOrders(sinceMs: number): Promise<readonly VenueOrder[]>;
  permissions(): Promise<Permissions>;
  settings(): Promise<Settings>;

  /**
   * One-way mode, isolated margin and this leverage: set where they differ, then read back.
   * @throws VenueError `settings-differ` when what is read back is not what was asked for
   */
  prepare(leverage: number): Promise<void>;
  /**
   * Sends an order once. The reply tells what the venue did at once (a market order is usually `filled`).
   * @throws VenueError whose `outcome` says whether the order may exist all the same
   */
  send(order: OrderRequest): Promise<VenueOrder>;
  /** @throws VenueError `not-found` when nothing rests under this id */
  cancel(order: { readonly kind: OrderKind; readonly clientOrderId: string }): Promise<void>;
  /** The latest order with this id, or null when the venue says that it has none. */
  lookUp(clientOrderId: string, kind: OrderKind): Promise<VenueOrder | null>;
}

export function kindOf(type: OrderRequest['type']): OrderKind {
  return type === 'market' ? 'ordinary' : 'conditional';
}
