import type { OrderRow } from '../journal/Rows.ts';
import { kindOf, type OrderKind, type VenueOrder } from '../venue/Venue.ts';
import { VenueError, type VenueLeaf } from '../venue/VenueError.ts';
import type { Context } from './Context.ts';
import type { Step } from './Step.ts';

/** What became of an order. */
export type Outcome =
  | { readonly kind: 'confirmed'; readonly order: VenueOrder }
  /** The venue said no. */
  | { readonly kind: 'rejected'; readonly leaf: VenueLeaf; readonly message: string }
  /** It certainly never reached the venue. */
  | { readonly kind: 'denied'; readonly leaf: VenueLeaf; readonly message: string }
  /** It may rest or be filled, and the venue could not be asked. */
  | { readonly kind: 'ambiguous'; readonly message: string };

/** Look-ups that must say "no such order" before that is believed. */
const NOT_FOUND_NEEDED = 2;

/**
 * Journal, wire, outcome. An outcome that is not known is looked up before this returns; nothing is ever sent twice
 * under one id while an earlier attempt may be on the wire.
 * @throws JournalError when the intent cannot be written: then nothing was sent
 */
export async function dispatch(
  context: Context,
  step: Extract<Step, { do: 'send' }>,
  trade: { readonly tradeId: string; readonly decisionId: Uint8Array | null },
): Promise<Outcome> {
  const startedMs = performance.now();
  const outcome = await sendOnce(context, step, trade);
  context.onOutcome?.(step.role, outcome.kind, performance.now() - startedMs);
  return outcome;
}

async function sendOnce(
  context: Context,
  step: Extract<Step, { do: 'send' }>,
  trade: { readonly tradeId: string; readonly decisionId: Uint8Array | null },
): Promise<Outcome> {
  const { venue, journal } = context;
  const { order } = step;
  journal.intend({
    clientOrderId: order.clientOrderId,
    tradeId: trade.tradeId,
    role: step.role,
    version: step.version,
    kind: kindOf(order.type),
    side: order.side,
    quantity: order.quantity,
    triggerPrice: order.type === 'market' ? 0 : order.triggerPrice,
    because: step.because,
    decisionId: trade.decisionId,
  });
  journal.markSent(order.clientOrderId);
  try {
    const accepted = await venue.send(order);
    journal.takeOver(accepted);
    return await settled(context, accepted);
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    if (error.outcome === 'ambiguous') {
      journal.markFailed(order.clientOrderId, 'ambiguous', error.leaf);
      return resolveOrder(context, order.clientOrderId, error.message);
    }
    journal.markFailed(order.clientOrderId, error.outcome, error.leaf);
    return { kind: error.outcome, leaf: error.leaf, message: error.message };
  }
}

/** A market order answered before it was done is asked for until it is, within the time a stop would be given. */
async function settled(context: Context, accepted: VenueOrder): Promise<Outcome> {
  const { venue, journal, clock, timing } = context;
  const untilMs = clock.now() + timing.stopConfirmMs;
  let order = accepted;
  while (order.type === 'market' && order.state === 'resting' && clock.now() < untilMs) {
    await clock.sleep(timing.pollMs);
    const found = await venue.lookUp(order.clientOrderId, order.kind).catch(unlessVenueError);
    if (found === null) continue;
    order = found;
    journal.takeOver(order);
  }
  return { kind: 'confirmed', order };
}

function unlessVenueError(error: unknown): null {
  if (error instanceof VenueError) return null;
  throw error;
}

/**
 * Finds out what became of an order on record whose outcome is not known: asks for it in both worlds until it is found,
 * or the grace period is over and the venue has said twice that it has no such order. A failed look-up says nothing.
 */
export async function resolveOrder(context: Context, clientOrderId: string, why: string): Promise<Outcome> {
  const { journal, clock, timing } = context;
  const row = journal.order(clientOrderId);
  if (row === null) throw new RangeError(`expected ${clientOrderId} on record, got nothing`);
  const graceMs = row.role === 'entry' || row.role === 'reduce' ? timing.graceMs : timing.reducingGraceMs;
  // An intent never went out; anything else may have, as late as its last change on record.
  const graceEndMs = row.state === 'intended' ? 0 : row.updatedWallMs + graceMs;
  const giveUpMs = Math.max(clock.now(), graceEndMs) + graceMs;
  let notFound = 0;
  for (;;) {
    const found = await findAnywhere(context, row);
    if (found === 'failed') notFound = 0;
    else if (found !== null) {
      journal.takeOver(found);
      return { kind: 'confirmed', order: found };
    } else if (clock.now() >= graceEndMs && ++notFound >= NOT_FOUND_NEEDED) {
      return await settleMissing(context, row, why);
    }
    if (found === 'failed' && clock.now() >= giveUpMs) {
      return { kind: 'ambiguous', message: `${clientOrderId} could not be looked up: ${why}` };
    }
    await clock.sleep(timing.pollMs);
  }
}

async function findAnywhere({ venue }: Context, row: OrderRow): Promise<VenueOrder | null | 'failed'> {
  const other: OrderKind = row.kind === 'ordinary' ? 'conditional' : 'ordinary';
  try {
    return (
      (await venue.lookUp(row.clientOrderId, row.kind)) ?? (await venue.lookUp(row.clientOrderId, other))
    );
  } catch (error) {
    return unlessVenueError(error) ?? 'failed';
  }
}

/**
 * The venue knows no such order. An entry is believed missing only if the position agrees: entries start from flat, so
 * quantity on its side means that it filled.
 */
async function settleMissing(context: Context, row: OrderRow, why: string): Promise<Outcome> {
  const { venue, journal } = context;
  if (row.role === 'entry') {
    const position = await venue.position().catch(unlessVenueError);
    if (position === null) {
      return {
        kind: 'ambiguous',
        message: `${row.clientOrderId} was not found and the position could not be read`,
      };
    }
    if (position.side === (row.side === 'buy' ? 1 : -1)) {
      const order: VenueOrder = {
        kind: row.kind,
        clientOrderId: row.clientOrderId,
        venueId: '',
        type: 'market',
        side: row.side,
        quantity: row.quantity,
        filledQuantity: position.quantity,
        averagePrice: position.entryPrice,
        triggerPrice: 0,
        reduceOnly: false,
        trigger: null,
        state: 'filled',
        createdMs: position.openedMs,
        updatedMs: position.openedMs,
      };
      journal.takeOver(order);
      return { kind: 'confirmed', order };
    }
  }
  journal.markFailed(row.clientOrderId, 'denied', 'not-found');
  return { kind: 'denied', leaf: 'not-found', message: `${row.clientOrderId} never arrived: ${why}` };
}
