import type { Plan } from '@plimsoll/engine';
import type { Role } from '../journal/Rows.ts';
import type { OrderSide, VenueOrder } from '../venue/Venue.ts';
import { clientOrderIdOf, parseClientOrderId } from './ClientOrderId.ts';
import { onTick, rungsOf, TAKE_PROFIT_ROLES, type Rung } from './Ladder.ts';
import type { Note, Step } from './Step.ts';
import type { VenueState } from './VenueState.ts';

/** What a held position should be surrounded by. */
export interface Held {
  /** Certified stop; 0 when none is known. */
  readonly stopPrice: number;
  /** Its ladder should rest; null for none. */
  readonly plan: Plan | null;
  readonly because: string;
}

/** How long the mark may stay beyond a resting stop before the position is closed at market, ms of market time. */
export const STOP_FILL_MS = 10_000;
/** Relative difference below which two prices or quantities are the same decimal. */
const SAME = 1e-9;

const isSame = (a: number, b: number): boolean =>
  Math.abs(a - b) <= SAME * Math.max(1, Math.abs(a), Math.abs(b));

export function isOurs(order: VenueOrder): boolean {
  return parseClientOrderId(order.clientOrderId) !== null;
}

function exitSide(venue: VenueState): OrderSide {
  return venue.position.side > 0 ? 'sell' : 'buy';
}

function ofRole(venue: VenueState, role: Role): readonly VenueOrder[] {
  return venue.resting.filter((order) => parseClientOrderId(order.clientOrderId)?.role === role);
}

/** Our stops that protect the position held: on its exit side, reduce-only, set off by mark, not yet fired. */
export function stopsOf(venue: VenueState): readonly VenueOrder[] {
  return ofRole(venue, 'stop').filter(
    (order) =>
      order.kind === 'conditional' &&
      order.type === 'stop' &&
      order.side === exitSide(venue) &&
      order.reduceOnly &&
      order.trigger === 'mark' &&
      order.state === 'resting',
  );
}

/** Quantity that resting stops of ours cover, base units, at most what is held. */
export function coveredQuantity(venue: VenueState): number {
  const { quantity } = venue.position;
  const covered = stopsOf(venue).reduce((sum, stop) => sum + stop.quantity, 0);
  return covered >= quantity * (1 - SAME) ? quantity : covered;
}

export function cancel(order: VenueOrder, because: string): Step {
  return { do: 'cancel', clientOrderId: order.clientOrderId, kind: order.kind, because };
}

/** A reduce-only order against the position held, under the next free version of its role. */
export function send(
  venue: VenueState,
  role: Role,
  order:
    | { readonly type: 'market'; readonly quantity: number; readonly reduceOnly: true }
    | { readonly type: 'stop' | 'take-profit'; readonly quantity: number; readonly triggerPrice: number },
  because: string,
): Step {
  const version = venue.trade.nextVersion[role];
  const clientOrderId = clientOrderIdOf({ planId: venue.trade.id, role, version });
  return { do: 'send', role, version, because, order: { ...order, clientOrderId, side: exitSide(venue) } };
}

/** All of the position at market. What rests stays until it is flat: it can only reduce. */
export function closeSteps(venue: VenueState, because: string): Step[] {
  return [
    send(venue, 'close', { type: 'market', quantity: venue.position.quantity, reduceOnly: true }, because),
  ];
}

/**
 * Stop first, then the ladder. The stop is never loosened: a tighter one of ours that rests wins over the certified
 * price. A new stop is confirmed before the old one goes, so that there is no moment without.
 */
export function protectSteps(held: Held, venue: VenueState, notes: Note[]): Step[] {
  const { position, markPrice } = venue;
  const { side, quantity } = position;
  if (side === 0) return [];
  const stops = stopsOf(venue);
  const certified = held.stopPrice > 0 ? onTick(held.stopPrice, side, venue.rules) : null;
  const prices = [...stops.map((stop) => stop.triggerPrice), ...(certified === null ? [] : [certified])];
  if (prices.length === 0) {
    notes.push({
      severity: 'alarm',
      code: 'no-stop-price',
      message: 'A position is held and no stop price is known for it.',
    });
    return [];
  }
  const price = side > 0 ? Math.max(...prices) : Math.min(...prices);
  const atPrice = stops.filter(
    (stop) => isSame(stop.triggerPrice, price) && stop.quantity >= quantity * (1 - SAME),
  );
  const keeper = atPrice.find((stop) => isSame(stop.quantity, quantity));
  if (side * (markPrice - price) <= 0) {
    // The venue is to fire a stop that covers the position; it gets a moment, then we act.
    const waited = venue.stopPassedSinceMs === null ? 0 : venue.timeMs - venue.stopPassedSinceMs;
    return atPrice.length > 0 && waited < STOP_FILL_MS
      ? []
      : closeSteps(venue, `${held.because}, stop passed`);
  }
  const steps: Step[] = [];
  if (keeper === undefined) {
    steps.push(send(venue, 'stop', { type: 'stop', quantity, triggerPrice: price }, held.because));
  }
  // A stop of ours that is not the one to keep goes, those of other trades and of the other side included.
  for (const stop of ofRole(venue, 'stop')) if (stop !== keeper) steps.push(cancel(stop, 'replaced'));
  // Without a record of the entry nobody knows which rungs are done: what rests of the ladder stays as it is.
  const isLadderKnown = held.plan !== null && venue.trade.enteredQuantity > 0;
  const rungs = isLadderKnown ? rungsOf(held.plan, quantity, venue.trade, venue.rules) : null;
  for (const role of TAKE_PROFIT_ROLES) steps.push(...rungSteps(role, rungs, held, venue));
  return steps;
}

/** `rungs` null: nothing is known of the ladder, so that none of ours is touched. */
function rungSteps(role: Rung['role'], rungs: readonly Rung[] | null, held: Held, venue: VenueState): Step[] {
  if (rungs === null) return [];
  const resting = ofRole(venue, role);
  const rung = rungs.find((each) => each.role === role);
  if (rung === undefined) return resting.map((order) => cancel(order, 'no longer wanted'));
  const { side } = venue.position;
  const keeper = resting.find(
    (order) =>
      order.type === 'take-profit' &&
      order.side === exitSide(venue) &&
      isSame(order.triggerPrice, rung.price) &&
      isSame(order.quantity, rung.quantity),
  );
  const steps = resting.filter((order) => order !== keeper).map((order) => cancel(order, 'replaced'));
  if (keeper !== undefined) return steps;
  const isReached = side * (venue.markPrice - rung.price) >= 0;
  const { quantity, price } = rung;
  steps.push(
    isReached
      ? send(
          venue,
          role,
          { type: 'market', quantity, reduceOnly: true },
          `${held.because}, take-profit reached`,
        )
      : send(venue, role, { type: 'take-profit', quantity, triggerPrice: price }, held.because),
  );
  return steps;
}
