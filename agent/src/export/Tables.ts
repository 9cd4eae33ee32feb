import { join } from 'node:path';
import {
  binding,
  decodeAnswer,
  decodeDecision,
  decodeRecord,
  FAN_HOURS,
  warningsOf,
  type Decision,
} from '@plimsoll/engine';
import { decodeBlob } from '@plimsoll/proof';
import { Journal } from '../journal/Journal.ts';
import type { EventRow, OrderRow } from '../journal/Rows.ts';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import type { Fill } from '../venue/Venue.ts';

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** A table of the state directory; columns carry their units, times are UTC. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: (stateDirectory: string) => AsyncIterable<Row> | Iterable<Row>;
}

/** Where a state directory keeps what. */
export const RECEIPTS = 'receipts';
export const JOURNAL = 'journal.sqlite';

const EVENTS_AT_ONCE = 1_000;

const utc = (timeMs: number | null): string | null =>
  timeMs === null ? null : new Date(timeMs).toISOString();
/** What does not apply (+∞) or is not there is an empty cell, never a number that somebody sums up. */
const number = (value: number): number | null => (Number.isFinite(value) ? value : null);
const price = (value: number): number | null => (value > 0 && Number.isFinite(value) ? value : null);

type Columns<T> = Readonly<Record<string, (value: T) => Cell>>;

interface Answered {
  readonly receipt: string;
  readonly method: string;
  readonly decision: Decision;
}

const DECISIONS: Columns<Answered> = {
  market_time_utc: ({ decision }) => utc(decision.timeMs),
  asked_by: ({ method }) => method,
  action: ({ decision }) => decision.action,
  reason: ({ decision }) => decision.reason,
  bound_by: ({ decision }) => (decision.table === null ? decision.reason : binding(decision)),
  side: ({ decision }) => sideOf(decision.side),
  mark_price_usdt: ({ decision }) => price(decision.markPrice),
  leverage_cap_x: ({ decision }) => number(decision.leverage),
  notional_cap_usdt: ({ decision }) => number(decision.notionalUsdt),
  target_quantity_base: ({ decision }) => number(decision.targetQuantity),
  stop_price_usdt: ({ decision }) => price(decision.stopPrice),
  liquidation_price_usdt: ({ decision }) => price(decision.liquidationEffective),
  touch_probability_8h_ratio: ({ decision }) => decision.fan[FAN_HOURS.indexOf(8)]?.touchProbability ?? null,
  margin_to_add_usdt: ({ decision }) => number(decision.table?.marginToAddUsdt ?? 0),
  plan_id: ({ decision }) => (decision.plan === null ? null : Buffer.from(decision.plan.id).toString('hex')),
  warnings: ({ decision }) => warningsOf(decision).join(' '),
  receipt: ({ receipt }) => receipt,
};

const ORDERS: Columns<OrderRow> = {
  intended_wall_time_utc: (order) => utc(order.intendedWallMs),
  confirmed_market_time_utc: (order) => utc(order.confirmedMarketMs),
  ended_market_time_utc: (order) => utc(order.endedMarketMs),
  client_order_id: (order) => order.clientOrderId,
  venue_order_id: (order) => order.venueId,
  trade_id: (order) => order.tradeId,
  role: (order) => order.role,
  version: (order) => order.version,
  side: (order) => order.side,
  quantity_base: (order) => order.quantity,
  trigger_price_usdt: (order) => price(order.triggerPrice),
  state: (order) => order.state,
  attempts: (order) => order.attempts,
  filled_quantity_base: (order) => order.filledQuantity,
  average_price_usdt: (order) => price(order.averagePrice),
  failure: (order) => order.failure,
  because: (order) => order.because,
  decision_id: (order) => (order.decisionId === null ? null : Buffer.from(order.decisionId).toString('hex')),
};

const FILLS: Columns<Fill> = {
  market_time_utc: (fill) => utc(fill.timeMs),
  fill_id: (fill) => fill.id,
  venue_order_id: (fill) => fill.venueOrderId,
  side: (fill) => fill.side,
  quantity_base: (fill) => fill.quantity,
  price_usdt: (fill) => fill.price,
  fee_usdt: (fill) => fill.feeUsdt,
  realized_before_fees_usdt: (fill) => fill.realizedUsdt,
};

const EVENTS: Columns<EventRow> = {
  wall_time_utc: (event) => utc(event.wallMs),
  severity: (event) => event.severity,
  code: (event) => event.code,
  message: (event) => event.message,
};

export const TABLES = {
  decisions: tableOf(DECISIONS, readDecisions),
  orders: tableOf(ORDERS, (state) => withJournal(state, (journal) => journal.allOrders())),
  fills: tableOf(FILLS, (state) => withJournal(state, (journal) => journal.fills(-1))),
  events: tableOf(EVENTS, (state) => withJournal(state, eventsOf)),
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

function tableOf<T>(
  columns: Columns<T>,
  read: (stateDirectory: string) => AsyncIterable<T> | Iterable<T>,
): Table {
  const entries = Object.entries(columns);
  return {
    columns: entries.map(([name]) => name),
    async *rows(stateDirectory) {
      for await (const value of read(stateDirectory)) {
        yield Object.fromEntries(entries.map(([name, cellOf]) => [name, cellOf(value)]));
      }
    },
  };
}

/** Receipts that this machine itself verified before it kept them. */
async function* readDecisions(stateDirectory: string): AsyncGenerator<Answered> {
  const store = ReceiptStore.reading(join(stateDirectory, RECEIPTS));
  for await (const stored of store.read()) {
    const receipt = ReceiptStore.decode(stored);
    const { methodName } = receipt.request;
    if (methodName !== 'observe' && methodName !== 'intent') continue;
    const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
    if (answer.kind === 'error') continue;
    const frame = answer.kind === 'tick' ? answer.decision : decodeRecord(answer.record).decision;
    yield { receipt: stored.fileName, method: methodName, decision: decodeDecision(frame) };
  }
}

function withJournal<T>(stateDirectory: string, read: (journal: Journal) => T): T {
  const journal = new Journal(join(stateDirectory, JOURNAL), Date.now, 'read');
  try {
    return read(journal);
  } finally {
    journal.close();
  }
}

function eventsOf(journal: Journal): readonly EventRow[] {
  const all: EventRow[] = [];
  for (;;) {
    const page = journal.events(all.at(-1)?.id ?? 0, EVENTS_AT_ONCE);
    all.push(...page);
    if (page.length < EVENTS_AT_ONCE) return all;
  }
}

function sideOf(side: number): string | null {
  return side === 0 ? null : side > 0 ? 'long' : 'short';
}
