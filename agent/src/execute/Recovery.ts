import type { Position } from '@plimsoll/engine';
import type { OrderRow, OrderState } from '../journal/Rows.ts';
import type { Venue, VenueOrder } from '../venue/Venue.ts';
import { pricesOf, type PriceText } from '../view/prices.ts';
import { parseClientOrderId } from './ClientOrderId.ts';
import type { Context } from './Context.ts';
import { resolveOrder } from './Dispatch.ts';
import { isOurs } from './Protect.ts';
import type { Note } from './Step.ts';

/** One order whose record was behind the venue. */
export interface Resolution {
  readonly clientOrderId: string;
  readonly was: OrderState;
  readonly is: OrderState;
}

/** What start-up found. */
export interface RecoveryReport {
  /** Whether journal and venue agree; without that there is no new risk. */
  readonly isAgreed: boolean;
  readonly resolutions: readonly Resolution[];
  /** Orders whose fate the venue could not tell. */
  readonly unknown: readonly string[];
  /** Orders of ours that rest on the venue and are on no record here. */
  readonly strays: readonly VenueOrder[];
  readonly foreign: readonly VenueOrder[];
  readonly position: Position;
  readonly resting: readonly VenueOrder[];
  readonly newFills: number;
  readonly notes: readonly Note[];
}

/**
 * Makes the journal agree with the venue: every order of unknown or changed fate is looked up, missed fills are written
 * down, and what rests is compared with what is on record. Sends nothing.
 * @throws VenueError when the venue cannot be read
 */
export async function reconcile(context: Context): Promise<RecoveryReport> {
  const { venue, journal } = context;
  const resolutions: Resolution[] = [];
  const unknown: string[] = [];
  const note = (row: OrderRow): void => {
    const is = journal.order(row.clientOrderId)?.state ?? row.state;
    if (is !== row.state) resolutions.push({ clientOrderId: row.clientOrderId, was: row.state, is });
  };
  for (const row of journal.unresolved()) {
    const outcome = await resolveOrder(context, row.clientOrderId, 'found without an outcome on record');
    if (outcome.kind === 'ambiguous') unknown.push(row.clientOrderId);
    note(row);
  }
  const resting = await venue.restingOrders();
  const restingIds = new Set(resting.map((order) => order.clientOrderId));
  for (const row of journal.confirmed()) {
    if (restingIds.has(row.clientOrderId)) continue;
    const order = await venue.lookUp(row.clientOrderId, row.kind);
    if (order === null) journal.markGone(row.clientOrderId);
    else journal.takeOver(order);
    note(row);
  }
  const newFills = await recordNewFills(context);
  const forced = await forcedNotes(context);
  const position = await venue.position();
  const foreign = resting.filter((order) => !isOurs(order));
  const strays = resting.filter((order) => isOurs(order) && journal.order(order.clientOrderId) === null);
  const notes = [
    ...forced,
    ...unknown.map((id) =>
      warning('unknown-order', `The venue cannot say what became of ${id}; no entry until it can.`),
    ),
    ...strays.map((order) =>
      warning(
        'stray-order',
        `${order.clientOrderId}, a ${parseClientOrderId(order.clientOrderId)?.role ?? ''} of ours, rests on the venue and is not in this journal.`,
      ),
    ),
  ];
  return {
    isAgreed: unknown.length === 0,
    resolutions,
    unknown,
    strays,
    foreign,
    position,
    resting,
    newFills,
    notes,
  };
}

const LOOKED = 'forced-closes-looked-at';

/**
 * What the venue closed by force since it was looked at last, for the person. The first look of a journal only notes
 * where it begins: what was before is not this agent's.
 */
export async function forcedNotes({ venue, journal }: Context): Promise<readonly Note[]> {
  const known = journal.recall(LOOKED) ?? journal.lastFillMs();
  const sinceMs = Number(known ?? 0);
  const closes = await venue.forcedCloses(sinceMs);
  const priceText = closes.length === 0 ? String : await pricesAt(venue);
  journal.remember(LOOKED, String(closes.at(-1)?.timeMs ?? sinceMs));
  if (known === null) return [];
  return closes.map(({ kind, side, quantity, price, timeMs }) => {
    const what = kind === 'liquidation' ? 'liquidated' : 'deleveraged';
    const done = `${side === 'sell' ? 'sold' : 'bought'} ${String(quantity)} at ${priceText(price)}`;
    const at = `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    return {
      severity: 'alarm',
      code: what,
      message: `The venue ${what} ${kind === 'liquidation' ? 'the position' : 'a part of the position'}: ${done}, ${at}.`,
    };
  });
}

/** A venue that does not tell its tick is no reason not to tell of a close. */
async function pricesAt(venue: Venue): Promise<PriceText> {
  return venue.instrument().then(pricesOf, () => pricesOf(null));
}

/** Writes down fills that are not on record yet. @returns how many */
export async function recordNewFills({ venue, journal }: Context): Promise<number> {
  // From just before the last one known: several fills may share its millisecond.
  const sinceMs = Math.max(0, (journal.lastFillMs() ?? 0) - 1);
  return journal.recordFills(await venue.fills(sinceMs));
}

function warning(code: string, message: string): Note {
  return { severity: 'warning', code, message };
}
