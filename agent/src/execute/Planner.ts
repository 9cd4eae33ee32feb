import { floorToStep, type Decision, type Plan } from '@plimsoll/engine';
import { freshFor, type Freshness, type Verified } from '@plimsoll/proof';
import { clientOrderIdOf, parseClientOrderId } from './ClientOrderId.ts';
import { cancel, closeSteps, isOurs, protectSteps, send, stopsOf, type Held } from './Protect.ts';
import type { AdoptedPolicy } from './Context.ts';
import type { Note, Planned, Step } from './Step.ts';
import type { VenueState } from './VenueState.ts';

/**
 * The few acts by which the venue comes to what a verified decision wants. Pure; planning again once they are done gives
 * none. Entries follow only a fresh `ENTER` with a certified plan whose window is open, and only from flat.
 * @param nowMs this machine's clock, by which the certificate's age is judged; plan windows are judged by market time
 * @param adopted what to do with a position that no plan of ours speaks of
 */
export function planSteps(
  decision: Verified<Decision>,
  venue: VenueState,
  nowMs: number,
  adopted: AdoptedPolicy = 'protect',
): Planned {
  return stepsFor(decision.value, freshFor(decision, nowMs), venue, adopted);
}

/** As {@link planSteps}, for a decision whose freshness has been judged. */
export function stepsFor(
  decision: Decision,
  freshness: Freshness,
  venue: VenueState,
  adopted: AdoptedPolicy = 'protect',
): Planned {
  const notes = foreignOrders(venue);
  const because = `${decision.action}/${decision.reason}`;
  if (freshness === 'none') {
    notes.push(
      note('warning', 'stale-decision', 'A decision was too old to act on; what rests on the venue stays.'),
    );
    return { steps: [], notes, isRefused: true };
  }
  const { position } = venue;
  if (position.side === 0) {
    const steps = orphanSteps(venue);
    if (decision.action === 'ENTER' && freshness === 'enter')
      steps.push(...entrySteps(decision, venue, because, notes));
    return { steps, notes, isRefused: false };
  }
  if (decision.plan !== null && decision.plan.side !== position.side) {
    notes.push(
      note(
        'alarm',
        'other-side',
        `The plan is ${sideName(decision.plan.side)}, the position is ${sideName(position.side)}: neither is touched until they agree.`,
      ),
    );
    return { steps: [], notes, isRefused: true };
  }
  if (decision.plan === null && adopted === 'warn') {
    const message = `A ${sideName(position.side)} of ${String(position.quantity)} is held without a plan of ours; by your policy it is left as it is, without a stop of ours.`;
    notes.push(note('alarm', 'adopted-left-alone', message));
    return { steps: [], notes, isRefused: false };
  }
  if (decision.action === 'CLOSE') return { steps: closeSteps(venue, because), notes, isRefused: false };
  const stopPrice = decision.stopPrice > 0 ? decision.stopPrice : (decision.plan?.stopPrice ?? 0);
  const held: Held = { stopPrice, plan: decision.plan, because };
  if (decision.action === 'REDUCE') {
    const steps = reduceSteps(decision.targetQuantity, held, venue, notes);
    if (steps !== null) return { steps, notes, isRefused: false };
  }
  return { steps: protectSteps(held, venue, notes), notes, isRefused: false };
}

/**
 * What the plan in a certified decision allows without another one: its time exit, its take-profits, its stop at the
 * price certified last, a market exit for a stop that was passed and not filled, and clearing up once flat. Never an
 * entry, and nothing when the decision holds no plan. A plan does not age: it says itself until when it holds.
 */
export function planContingencies(decision: Verified<Decision>, venue: VenueState): Planned {
  const { plan, stopPrice } = decision.value;
  return plan === null
    ? { steps: [], notes: [], isRefused: false }
    : contingenciesFor(plan, stopPrice, venue);
}

/** As {@link planContingencies}, for a plan and a stop that have been taken out of their decision. */
export function contingenciesFor(plan: Plan, stopPrice: number, venue: VenueState): Planned {
  const notes = foreignOrders(venue);
  const { position } = venue;
  if (position.side === 0) return { steps: orphanSteps(venue), notes, isRefused: false };
  if (position.side !== plan.side) {
    notes.push(
      note('alarm', 'other-side', 'The position is on the other side of the plan: it is left alone.'),
    );
    return { steps: [], notes, isRefused: true };
  }
  if (venue.timeMs >= plan.exitByMs)
    return { steps: closeSteps(venue, 'contingency/time-exit'), notes, isRefused: false };
  const held: Held = {
    stopPrice: stopPrice > 0 ? stopPrice : plan.stopPrice,
    plan,
    because: 'contingency/plan',
  };
  return { steps: protectSteps(held, venue, notes), notes, isRefused: false };
}

function entrySteps(decision: Decision, venue: VenueState, because: string, notes: Note[]): Step[] {
  const { plan } = decision;
  const refuse = (code: string, message: string): Step[] => {
    notes.push(note('warning', code, `No entry: ${message}`));
    return [];
  };
  if (plan === null) return refuse('no-plan', 'the decision carries no plan.');
  if (venue.trade.isEntryTried) return [];
  if (venue.timeMs >= plan.enterUntilMs) return refuse('plan-expired', "the plan's entry window is over.");
  if (decision.side !== plan.side) return refuse('other-side', 'decision and plan name different sides.');
  if (plan.side * (venue.markPrice - plan.stopPrice) <= 0)
    return refuse('stop-passed', 'the mark is beyond the stop.');
  const wanted = Math.min(plan.quantity, decision.targetQuantity);
  const quantity = floorToStep(wanted, venue.rules.quantityStep);
  if (!(quantity > 0) || quantity * venue.markPrice < venue.rules.minNotionalUsdt) {
    return refuse('too-small', `${String(quantity)} is less than the venue takes.`);
  }
  const clientOrderId = clientOrderIdOf({ planId: plan.id, role: 'entry', version: 0 });
  return [
    { do: 'prepare', leverage: plan.leverage },
    {
      do: 'send',
      role: 'entry',
      version: 0,
      because,
      order: {
        type: 'market',
        clientOrderId,
        side: plan.side > 0 ? 'buy' : 'sell',
        quantity,
        reduceOnly: false,
      },
    },
  ];
}

/** Steps down to `target`, or null when no more than that is held. An uncovered position is covered first. */
function reduceSteps(target: number, held: Held, venue: VenueState, notes: Note[]): Step[] | null {
  const { position, rules } = venue;
  const keep = floorToStep(target, rules.quantityStep);
  const excess = floorToStep(position.quantity - keep, rules.quantityStep);
  if (!(excess > 0)) return null;
  if (!(keep > 0)) return closeSteps(venue, held.because);
  const isCovered = stopsOf(venue).some((stop) => stop.quantity >= position.quantity);
  if (!isCovered) {
    const steps = protectSteps({ ...held, plan: null }, venue, notes);
    return [
      ...steps,
      ...(steps.some((step) => step.do === 'send' && step.role === 'close') ? [] : [reduce()]),
    ];
  }
  return [reduce()];

  function reduce(): Step {
    return send(venue, 'reduce', { type: 'market', quantity: excess, reduceOnly: true }, held.because);
  }
}

/** Once flat, nothing of ours may stay: it would reduce the next position. */
export function orphanSteps(venue: VenueState): Step[] {
  return venue.resting.filter(isOurs).map((order) => cancel(order, 'orphan'));
}

function foreignOrders(venue: VenueState): Note[] {
  return venue.resting
    .filter((order) => parseClientOrderId(order.clientOrderId) === null)
    .map((order) =>
      note(
        'warning',
        'foreign-order',
        `A ${order.type} order to ${order.side} that is not ours rests on the venue (${order.clientOrderId}); it is left alone.`,
      ),
    );
}

function note(severity: Note['severity'], code: string, message: string): Note {
  return { severity, code, message };
}

function sideName(side: number): string {
  return side > 0 ? 'long' : 'short';
}
