import type { Position } from '@plimsoll/engine';
import type { VenueOrder } from '../venue/Venue.ts';
import { VenueError, type VenueLeaf } from '../venue/VenueError.ts';
import { awaitQuantity, closePosition, type Mandate } from './Closing.ts';
import type { Context } from './Context.ts';
import { dispatch, type Outcome } from './Dispatch.ts';
import { coveredQuantity } from './Protect.ts';
import type { Note, Step } from './Step.ts';
import type { VenueState } from './VenueState.ts';

/** How the round goes on after a step. */
export interface Taken {
  readonly after: 'next-step' | 'read-again' | 'stop';
  /** The position that an entry's fill implies: acted on at once, without waiting for the venue to show it. */
  readonly expected: Position | null;
  /** What went wrong, for the person; also the reason for a stop. */
  readonly notes: readonly Note[];
  /** An order may exist of which nobody knows: no new risk until it is found out. */
  readonly isInDoubt: boolean;
}

const NOTHING_WRONG: Omit<Taken, 'after'> = { expected: null, notes: [], isInDoubt: false };
const goOn = (after: Taken['after'], notes: readonly Note[] = []): Taken => ({
  ...NOTHING_WRONG,
  after,
  notes,
});

/** Failures of a stop that may pass within the time it is given. */
const PASSING: ReadonlySet<VenueLeaf> = new Set([
  'clock-skew',
  'not-found',
  'overloaded',
  'rate-limited',
  'unavailable',
  'unreachable',
]);

/** Carries out one step of a plan made for `state`. */
export async function takeStep(
  context: Context,
  step: Step,
  mandate: Mandate,
  state: VenueState,
): Promise<Taken> {
  if (step.do === 'prepare') return prepare(context, step.leverage);
  if (step.do === 'cancel') return cancelOrder(context, step);
  switch (step.role) {
    case 'close':
      return close(context, mandate, step.because);
    case 'entry':
      return enter(context, step, mandate, state);
    case 'stop':
      return placeStop(context, step, mandate, state);
    default:
      return takeProfitOrReduce(context, step, mandate, state);
  }
}

function named(mandate: Mandate): { readonly tradeId: string; readonly decisionId: Uint8Array | null } {
  return { tradeId: Buffer.from(mandate.tradeId).toString('hex'), decisionId: mandate.decisionId };
}

function problemsOf(role: string, outcome: Outcome): readonly Note[] {
  if (outcome.kind === 'confirmed') return [];
  return [{ severity: 'warning', code: `${role}-${outcome.kind}`, message: outcome.message }];
}

async function prepare({ venue }: Context, leverage: number): Promise<Taken> {
  try {
    await venue.prepare(leverage);
    return goOn('next-step');
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    return goOn('stop', [{ severity: 'alarm', code: 'not-prepared', message: error.message }]);
  }
}

async function cancelOrder(context: Context, step: Extract<Step, { do: 'cancel' }>): Promise<Taken> {
  const { venue, journal } = context;
  const notes: Note[] = [];
  let isGone = true;
  try {
    await venue.cancel(step);
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    isGone = false;
    if (error.leaf !== 'not-found')
      notes.push({ severity: 'warning', code: 'not-cancelled', message: error.message });
  }
  const order = await venue.lookUp(step.clientOrderId, step.kind);
  if (order !== null) journal.takeOver(order);
  // Where it was gone already, something has happened: the venue is read again before anything else.
  return goOn(isGone ? 'next-step' : 'read-again', notes);
}

async function close(context: Context, mandate: Mandate, because: string): Promise<Taken> {
  if (await closePosition(context, mandate, because)) return goOn('read-again');
  const message = `The position could not be closed (${because}). Close it by hand on the venue.`;
  return goOn('stop', [{ severity: 'alarm', code: 'cannot-close', message }]);
}

async function enter(
  context: Context,
  step: Extract<Step, { do: 'send' }>,
  mandate: Mandate,
  state: VenueState,
): Promise<Taken> {
  const outcome = await dispatch(context, step, named(mandate));
  if (outcome.kind === 'confirmed' && outcome.order.filledQuantity > 0) {
    return { ...NOTHING_WRONG, after: 'read-again', expected: filledPosition(outcome.order, state.timeMs) };
  }
  return { ...goOn('stop', problemsOf('entry', outcome)), isInDoubt: outcome.kind === 'ambiguous' };
}

/** The position that an entry from flat has made, as far as its fill tells. */
function filledPosition(order: VenueOrder, timeMs: number): Position {
  return {
    side: order.side === 'buy' ? 1 : -1,
    quantity: order.filledQuantity,
    entryPrice: order.averagePrice,
    walletUsdt: 0,
    venueLiquidationPrice: 0,
    openedMs: order.updatedMs > 0 ? order.updatedMs : timeMs,
  };
}

/**
 * A stop has `stopConfirmMs` to be seen resting. After that, or where the price has passed it, the position is closed,
 * unless an older stop still covers it.
 */
async function placeStop(
  context: Context,
  step: Extract<Step, { do: 'send' }>,
  mandate: Mandate,
  state: VenueState,
): Promise<Taken> {
  const { clock, timing } = context;
  const untilMs = clock.now() + timing.stopConfirmMs;
  let outcome = await dispatch(context, step, named(mandate));
  while (isPassing(outcome) && clock.now() < untilMs) {
    await clock.sleep(timing.pollMs);
    outcome = await dispatch(context, step, named(mandate));
  }
  if (outcome.kind === 'confirmed' && (await isResting(context, outcome.order, untilMs)))
    return goOn('next-step');
  const notes =
    outcome.kind === 'confirmed'
      ? [
          {
            severity: 'alarm' as const,
            code: 'stop-not-resting',
            message: `${step.order.clientOrderId} was accepted and does not rest.`,
          },
        ]
      : problemsOf('stop', outcome);
  if (outcome.kind === 'rejected' && outcome.leaf === 'reduce-only-rejected')
    return goOn('read-again', notes);
  const isPassed = outcome.kind === 'rejected' && outcome.leaf === 'would-trigger';
  // The resident stop still stands: that a better one was refused is told, and is no reason to close.
  if (!isPassed && coveredQuantity(state) >= state.position.quantity) return goOn('stop', notes);
  const closed = await close(
    context,
    mandate,
    isPassed ? 'stop would trigger at once' : 'cannot be protected',
  );
  return { ...closed, notes: [...notes, ...closed.notes] };
}

function isPassing(outcome: Outcome): boolean {
  return (outcome.kind === 'denied' || outcome.kind === 'rejected') && PASSING.has(outcome.leaf);
}

/** Read back from the venue's list. One that has fired or filled has done its work. */
async function isResting(context: Context, order: VenueOrder, untilMs: number): Promise<boolean> {
  const { venue, journal, clock, timing } = context;
  for (;;) {
    try {
      const listed = (await venue.restingOrders()).find((each) => each.clientOrderId === order.clientOrderId);
      const found = listed ?? (await venue.lookUp(order.clientOrderId, order.kind));
      if (found !== null) journal.takeOver(found);
      if (listed !== undefined || found?.state === 'triggered' || found?.state === 'filled') return true;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
    }
    if (clock.now() >= untilMs) return false;
    await clock.sleep(timing.pollMs);
  }
}

async function takeProfitOrReduce(
  context: Context,
  step: Extract<Step, { do: 'send' }>,
  mandate: Mandate,
  state: VenueState,
): Promise<Taken> {
  const outcome = await dispatch(context, step, named(mandate));
  if (outcome.kind === 'confirmed') {
    if (step.order.type !== 'market') return goOn('next-step');
    await awaitQuantity(context, state.position.quantity - outcome.order.filledQuantity);
    return goOn('read-again');
  }
  const isStateOld =
    outcome.kind === 'rejected' &&
    (outcome.leaf === 'would-trigger' || outcome.leaf === 'reduce-only-rejected');
  const after = isStateOld ? 'read-again' : 'stop';
  return { ...goOn(after, problemsOf(step.role, outcome)), isInDoubt: outcome.kind === 'ambiguous' };
}
