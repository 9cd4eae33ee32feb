import type { Fill, OrderKind, OrderSide } from '../venue/Venue.ts';

/** What an order is for. */
export const ROLES = ['entry', 'stop', 'take-profit-1', 'take-profit-2', 'close', 'reduce'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Life of an order in the journal. `intended`: written down, not on the wire. `sent`: it may be on the wire.
 * `confirmed`: the venue has it and it is not done. `denied`: it certainly never reached the venue.
 */
export type OrderState =
  'intended' | 'sent' | 'confirmed' | 'rejected' | 'denied' | 'ambiguous' | 'cancelled' | 'filled';

/** States in which the venue may know more than the journal. */
export const UNRESOLVED: readonly OrderState[] = ['intended', 'sent', 'ambiguous'];

export interface OrderIntent {
  readonly clientOrderId: string;
  /** The trade it belongs to: hex of the plan's id. */
  readonly tradeId: string;
  readonly role: Role;
  readonly version: number;
  readonly kind: OrderKind;
  readonly side: OrderSide;
  readonly quantity: number;
  /** 0 for an order without one. */
  readonly triggerPrice: number;
  /** What allowed it: a decision's action and reason, or a contingency of the plan. */
  readonly because: string;
  /** The decision it follows from, null for a contingency. */
  readonly decisionId: Uint8Array | null;
}

export interface OrderRow extends OrderIntent {
  readonly state: OrderState;
  readonly attempts: number;
  readonly venueId: string | null;
  readonly filledQuantity: number;
  readonly averagePrice: number;
  /** Leaf of the last failure. */
  readonly failure: string | null;
  readonly confirmedMarketMs: number | null;
  readonly endedMarketMs: number | null;
  readonly intendedWallMs: number;
  readonly updatedWallMs: number;
}

export interface DecisionRow {
  readonly id: Uint8Array;
  readonly sequence: number;
  readonly head: Uint8Array;
  /** Encoded decision, as certified. */
  readonly decision: Uint8Array;
  readonly decisionHash: Uint8Array;
  /** The evidence, to be verified again by whoever doubts the journal. */
  readonly receipt: Uint8Array;
  readonly marketMs: number;
  readonly wallMs: number;
}

/** A canister call whose answer may be lost: it is repeated with the same id and the same bytes. */
export interface CallRow {
  readonly id: Uint8Array;
  readonly method: string;
  readonly frame: Uint8Array;
  readonly wallMs: number;
}

export type Severity = 'info' | 'warning' | 'alarm';

/** Something the person should know. */
export interface EventRow {
  readonly id: number;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly wallMs: number;
}

/** A row as the database gives it. */
export type RawRow = Readonly<Record<string, unknown>>;

/** Bytes of a BLOB column: the driver gives a Buffer or an ArrayBuffer, depending on the call. */
function bytesOf(value: unknown): Uint8Array {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : Uint8Array.from(value as Uint8Array);
}

export function orderRowOf(row: RawRow): OrderRow {
  return {
    clientOrderId: row['client_order_id'] as string,
    tradeId: row['trade_id'] as string,
    role: row['role'] as Role,
    version: row['version'] as number,
    kind: row['kind'] as OrderKind,
    side: row['side'] as OrderSide,
    quantity: row['quantity'] as number,
    triggerPrice: row['trigger_price'] as number,
    because: row['because'] as string,
    decisionId: row['decision_id'] === null ? null : bytesOf(row['decision_id']),
    state: row['state'] as OrderState,
    attempts: row['attempts'] as number,
    venueId: row['venue_id'] as string | null,
    filledQuantity: row['filled_quantity'] as number,
    averagePrice: row['average_price'] as number,
    failure: row['failure'] as string | null,
    confirmedMarketMs: row['confirmed_market_ms'] as number | null,
    endedMarketMs: row['ended_market_ms'] as number | null,
    intendedWallMs: row['intended_wall_ms'] as number,
    updatedWallMs: row['updated_wall_ms'] as number,
  };
}

export function decisionRowOf(row: RawRow): DecisionRow {
  return {
    id: bytesOf(row['id']),
    sequence: row['sequence'] as number,
    head: bytesOf(row['head']),
    decision: bytesOf(row['decision']),
    decisionHash: bytesOf(row['decision_hash']),
    receipt: bytesOf(row['receipt']),
    marketMs: row['market_ms'] as number,
    wallMs: row['wall_ms'] as number,
  };
}

export function fillOf(row: RawRow): Fill {
  return {
    id: row['id'] as string,
    venueOrderId: row['venue_order_id'] as string,
    side: row['side'] as OrderSide,
    quantity: row['quantity'] as number,
    price: row['price'] as number,
    feeUsdt: row['fee_usdt'] as number | null,
    realizedUsdt: row['realized_usdt'] as number,
    timeMs: row['market_ms'] as number,
  };
}

export function callRowOf(row: RawRow): CallRow {
  return {
    id: bytesOf(row['id']),
    method: row['method'] as string,
    frame: bytesOf(row['frame']),
    wallMs: row['wall_ms'] as number,
  };
}

export function eventRowOf(row: RawRow): EventRow {
  return {
    id: row['id'] as number,
    severity: row['severity'] as Severity,
    code: row['code'] as string,
    message: row['message'] as string,
    wallMs: row['wall_ms'] as number,
  };
}
