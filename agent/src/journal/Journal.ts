import { createHash } from 'node:crypto';
import type { Fill, VenueOrder } from '../venue/Venue.ts';
import { openDatabase, type Database } from './Database.ts';
import { JournalError } from './JournalError.ts';
import { quoted, RESENDABLE, STATE_OF } from './OrderStates.ts';
import {
  callRowOf,
  decisionRowOf,
  eventRowOf,
  fillOf,
  orderRowOf,
  UNRESOLVED,
  type CallRow,
  type DecisionRow,
  type EventRow,
  type OrderIntent,
  type OrderRow,
  type OrderState,
  type Severity,
} from './Rows.ts';

/**
 * What the agent meant to do and what came of it, on disk before the wire is touched. Every method is one transaction,
 * synced. One writer at a time.
 */
export class Journal {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #date: () => number;

  /**
   * @param path the file; its folder is made where it lacks
   * @param now this machine's clock, milliseconds: by it is judged how long an order may still be on its way
   * @param date the time that rows are kept by; another than `now` only beside a market with a time of its own
   * @throws JournalError `locked`, `not-writable`, `newer-schema` or `damaged`
   */
  constructor(path: string, now = Date.now, access: 'write' | 'read' = 'write', date = now) {
    this.#db = openDatabase(path, access);
    this.#now = now;
    this.#date = date;
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Notes a verified decision, and that the call it answers, which has the same id, has its answer. The same one again
   * changes nothing. @throws JournalError `conflict`
   */
  acceptDecision(row: Omit<DecisionRow, 'decisionHash' | 'wallMs'>): void {
    const hash = createHash('sha256').update(row.decision).digest();
    this.#db.atomically(() => {
      this.markAnswered(row.id);
      const [known] = this.#db.all('SELECT * FROM decisions WHERE id = ?', [row.id]).map(decisionRowOf);
      if (known !== undefined) {
        if (hash.equals(known.decisionHash) && known.sequence === row.sequence) return;
        throw conflict(
          `one decision ${Buffer.from(row.id).toString('hex')}`,
          'another one under the same id',
          'Do not act on it: the canister must not answer one request twice.',
        );
      }
      this.#db.run('INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
        row.id,
        row.sequence,
        row.head,
        row.decision,
        hash,
        row.receipt,
        row.marketMs,
        this.#date(),
      ]);
    });
  }

  /** The decision accepted last. */
  latestDecision(): DecisionRow | null {
    const [row] = this.#db.all('SELECT * FROM decisions ORDER BY wall_ms DESC, rowid DESC LIMIT 1');
    return row === undefined ? null : decisionRowOf(row);
  }

  /**
   * Writes an order down before it is sent. Again for an order of which no attempt can be on the wire: one attempt more.
   * @throws JournalError `conflict` when an earlier attempt may be on the wire, or the id stands for another order
   */
  intend(intent: OrderIntent): void {
    this.#db.atomically(() => {
      const known = this.order(intent.clientOrderId);
      if (known === null) return this.#insert(intent);
      if (known.side !== intent.side || known.role !== intent.role || known.tradeId !== intent.tradeId) {
        throw conflict(`${intent.clientOrderId} to be ${intent.role}`, known.role, 'Use a new version.');
      }
      if (!RESENDABLE.includes(known.state)) {
        throw conflict(
          `no earlier attempt of ${intent.clientOrderId} that may be on the wire`,
          `one in state ${known.state}`,
          'Look it up first.',
        );
      }
      this.#db.run(
        `UPDATE orders SET state = 'intended', attempts = attempts + 1, quantity = ?, trigger_price = ?, because = ?,
           decision_id = ?, failure = NULL, updated_wall_ms = ? WHERE client_order_id = ?`,
        [
          intent.quantity,
          intent.triggerPrice,
          intent.because,
          intent.decisionId,
          this.#now(),
          intent.clientOrderId,
        ],
      );
    });
  }

  #insert(intent: OrderIntent): void {
    const now = this.#now();
    this.#db.run(
      `INSERT INTO orders (client_order_id, trade_id, role, version, kind, side, quantity, trigger_price, because,
         decision_id, state, attempts, filled_quantity, average_price, intended_wall_ms, updated_wall_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended', 1, 0, 0, ?, ?)`,
      [
        intent.clientOrderId,
        intent.tradeId,
        intent.role,
        intent.version,
        intent.kind,
        intent.side,
        intent.quantity,
        intent.triggerPrice,
        intent.because,
        intent.decisionId,
        now,
        now,
      ],
    );
  }

  /** From here on the order may be on the wire. */
  markSent(clientOrderId: string): void {
    this.#setState(clientOrderId, 'sent', null);
  }

  /** The order did not come through: `denied`, `rejected`, or not known. */
  markFailed(clientOrderId: string, state: 'denied' | 'rejected' | 'ambiguous', failure: string): void {
    this.#setState(clientOrderId, state, failure);
  }

  #setState(clientOrderId: string, state: OrderState, failure: string | null): void {
    const changed = this.#db.run(
      'UPDATE orders SET state = ?, failure = ?, updated_wall_ms = ? WHERE client_order_id = ?',
      [state, failure, this.#now(), clientOrderId],
    );
    if (changed !== 1)
      throw conflict(`${clientOrderId} on record`, 'no such order', 'Write the intent first.');
  }

  /** An order that rested does so no more, and the venue knows it no longer. */
  markGone(clientOrderId: string): void {
    this.#setState(clientOrderId, 'cancelled', 'not-found');
  }

  /** Takes over what the venue says of an order. An order the journal does not know is left out. */
  takeOver(order: VenueOrder): void {
    const isDone = order.state !== 'resting' && order.state !== 'triggered';
    this.#db.run(
      `UPDATE orders SET state = ?, venue_id = ?, filled_quantity = ?, average_price = ?, failure = NULL,
         confirmed_market_ms = ?, ended_market_ms = ?, updated_wall_ms = ? WHERE client_order_id = ?`,
      [
        STATE_OF[order.state],
        order.venueId,
        order.filledQuantity,
        order.averagePrice,
        order.createdMs,
        isDone ? order.updatedMs : null,
        this.#now(),
        order.clientOrderId,
      ],
    );
  }

  order(clientOrderId: string): OrderRow | null {
    const [row] = this.#db.all('SELECT * FROM orders WHERE client_order_id = ?', [clientOrderId]);
    return row === undefined ? null : orderRowOf(row);
  }

  /** Orders of one trade, in the order in which they were first intended. */
  ordersOf(tradeId: string): readonly OrderRow[] {
    return this.#db.all('SELECT * FROM orders WHERE trade_id = ? ORDER BY rowid', [tradeId]).map(orderRowOf);
  }

  /** Orders of which the venue may know more than the journal. */
  unresolved(): readonly OrderRow[] {
    return this.#db
      .all(`SELECT * FROM orders WHERE state IN (${quoted(UNRESOLVED)}) ORDER BY rowid`)
      .map(orderRowOf);
  }

  /** Orders that rest on the venue as far as the journal knows. */
  confirmed(): readonly OrderRow[] {
    return this.#db.all("SELECT * FROM orders WHERE state = 'confirmed' ORDER BY rowid").map(orderRowOf);
  }

  /** Orders that came to an end and of which the canister was not told yet, oldest first. */
  unreported(limit: number): readonly OrderRow[] {
    return this.#db
      .all(
        "SELECT * FROM orders WHERE is_reported = 0 AND (state = 'rejected' OR (filled_quantity > 0 AND state IN ('filled', 'cancelled'))) ORDER BY rowid LIMIT ?",
        [limit],
      )
      .map(orderRowOf);
  }

  markReported(clientOrderId: string): void {
    this.#db.run('UPDATE orders SET is_reported = 1 WHERE client_order_id = ?', [clientOrderId]);
  }

  /** Sequence of the record whose decision this was, or of the newest decision for a contingency; null without any. */
  sequenceOf(decisionId: Uint8Array | null): number | null {
    const [row] =
      decisionId === null
        ? this.#db.all('SELECT sequence FROM decisions ORDER BY wall_ms DESC, rowid DESC LIMIT 1')
        : this.#db.all('SELECT sequence FROM decisions WHERE id = ?', [decisionId]);
    return (row?.['sequence'] ?? null) as number | null;
  }

  allOrders(): readonly OrderRow[] {
    return this.#db.all('SELECT * FROM orders ORDER BY rowid').map(orderRowOf);
  }

  /** @returns how many were new */
  recordFills(fills: readonly Fill[]): number {
    return this.#db.atomically(() =>
      fills.reduce(
        (count, fill) =>
          count +
          this.#db.run('INSERT OR IGNORE INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
            fill.id,
            fill.venueOrderId,
            fill.side,
            fill.quantity,
            fill.price,
            fill.feeUsdt,
            fill.realizedUsdt,
            fill.timeMs,
          ]),
        0,
      ),
    );
  }

  /** Fills after a market time, oldest first. */
  fills(sinceMs: number): readonly Fill[] {
    return this.#db
      .all('SELECT * FROM fills WHERE market_ms > ? ORDER BY market_ms, rowid', [sinceMs])
      .map(fillOf);
  }

  /** Market time of the last fill on record. */
  lastFillMs(): number | null {
    const [row] = this.#db.all('SELECT MAX(market_ms) AS last FROM fills');
    return (row?.['last'] ?? null) as number | null;
  }

  /** Writes a canister call down before it is sent. The same one again changes nothing. @throws JournalError `conflict` */
  intendCall(call: Omit<CallRow, 'wallMs'>): void {
    this.#db.atomically(() => {
      const [known] = this.#db.all('SELECT * FROM calls WHERE id = ?', [call.id]).map(callRowOf);
      if (known === undefined) {
        this.#db.run('INSERT INTO calls VALUES (?, ?, ?, 0, ?)', [
          call.id,
          call.method,
          call.frame,
          this.#date(),
        ]);
      } else if (known.method !== call.method || Buffer.compare(known.frame, call.frame) !== 0) {
        throw conflict('the same bytes under the same id', 'other bytes', 'Give the new frame a new id.');
      }
    });
  }

  markAnswered(id: Uint8Array): void {
    this.#db.run('UPDATE calls SET is_answered = 1 WHERE id = ?', [id]);
  }

  /** Calls whose answer never came, oldest first. */
  unansweredCalls(): readonly CallRow[] {
    return this.#db.all('SELECT * FROM calls WHERE is_answered = 0 ORDER BY rowid').map(callRowOf);
  }

  /** Drops answered calls older than a wall time: their frames are the canister's to keep. @returns how many */
  forgetCalls(beforeWallMs: number): number {
    return this.#db.run('DELETE FROM calls WHERE is_answered = 1 AND wall_ms < ?', [beforeWallMs]);
  }

  /** Drops decisions accepted before a wall time, the newest excepted; the receipts keep them. @returns how many */
  forgetDecisions(beforeWallMs: number): number {
    return this.#db.run(
      'DELETE FROM decisions WHERE wall_ms < ? AND wall_ms < (SELECT MAX(wall_ms) FROM decisions)',
      [beforeWallMs],
    );
  }

  /** Drops events older than a wall time. @returns how many */
  forgetEvents(beforeWallMs: number): number {
    return this.#db.run('DELETE FROM events WHERE wall_ms < ?', [beforeWallMs]);
  }

  /** Decisions accepted since a wall time. */
  countDecisions(sinceWallMs: number): number {
    const [row] = this.#db.all('SELECT COUNT(*) AS count FROM decisions WHERE wall_ms >= ?', [sinceWallMs]);
    return (row?.['count'] ?? 0) as number;
  }

  /** Keeps a small fact over restarts. */
  remember(key: string, value: string): void {
    this.#db.run('INSERT OR REPLACE INTO memory VALUES (?, ?, ?)', [key, value, this.#date()]);
  }

  recall(key: string): string | null {
    const [row] = this.#db.all('SELECT value FROM memory WHERE key = ?', [key]);
    return (row?.['value'] ?? null) as string | null;
  }

  event(severity: Severity, code: string, message: string): void {
    this.#db.run('INSERT INTO events (severity, code, message, wall_ms) VALUES (?, ?, ?, ?)', [
      severity,
      code,
      message,
      this.#date(),
    ]);
  }

  /** The newest events, oldest first. */
  latestEvents(limit: number): readonly EventRow[] {
    return this.#db.all('SELECT * FROM events ORDER BY id DESC LIMIT ?', [limit]).map(eventRowOf).reverse();
  }

  /** Events after an id, oldest first. */
  events(afterId = 0, limit = 1_000): readonly EventRow[] {
    return this.#db
      .all('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?', [afterId, limit])
      .map(eventRowOf);
  }
}

function conflict(expected: string, came: string, advice: string): JournalError {
  return new JournalError('conflict', `expected ${expected}, got ${came}. ${advice}`);
}
