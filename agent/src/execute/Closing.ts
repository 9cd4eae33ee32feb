import type { Position } from '@plimsoll/engine';
import { clientOrderIdOf } from './ClientOrderId.ts';
import type { Context } from './Context.ts';
import { dispatch } from './Dispatch.ts';
import { VenueError } from '../venue/VenueError.ts';
import { progressOf } from './VenueState.ts';

/** Which trade an act belongs to, and the decision it follows from (null for a contingency). */
export interface Mandate {
  readonly tradeId: Uint8Array;
  readonly decisionId: Uint8Array | null;
}

/**
 * Closes the position at market, as often as it takes: each attempt under an id of its own, for what is held then.
 * @returns whether the venue shows the position flat
 */
export async function closePosition(context: Context, mandate: Mandate, because: string): Promise<boolean> {
  const { journal, clock, timing } = context;
  const tradeId = Buffer.from(mandate.tradeId).toString('hex');
  for (let attempt = 0; attempt < timing.closeAttempts; attempt++) {
    const position = await tryPosition(context);
    if (position?.side === 0) return true;
    if (position !== null) {
      const version = progressOf(mandate.tradeId, journal.ordersOf(tradeId), []).nextVersion.close;
      const outcome = await dispatch(
        context,
        {
          do: 'send',
          role: 'close',
          version,
          because,
          order: {
            type: 'market',
            clientOrderId: clientOrderIdOf({ planId: mandate.tradeId, role: 'close', version }),
            side: position.side > 0 ? 'sell' : 'buy',
            quantity: position.quantity,
            reduceOnly: true,
          },
        },
        { tradeId, decisionId: mandate.decisionId },
      );
      if (outcome.kind === 'confirmed') {
        const left = await awaitQuantity(context, position.quantity - outcome.order.filledQuantity);
        if (left?.side === 0) return true;
      }
    }
    // Later attempts wait longer: what was refused for load is not helped by haste.
    await clock.sleep(timing.pollMs * 2 ** Math.min(attempt, 4));
  }
  return (await tryPosition(context))?.side === 0;
}

/** A position that cannot be read is unknown, not flat. */
export async function tryPosition({ venue }: Context): Promise<Position | null> {
  try {
    return await venue.position();
  } catch (error) {
    if (error instanceof VenueError) return null;
    throw error;
  }
}

const SAME = 1e-9;

/**
 * Waits until the venue shows the quantity that its own fill implies, for positions may lag behind fills.
 * @returns the position read last, null when none could be read
 */
export async function awaitQuantity(context: Context, quantity: number): Promise<Position | null> {
  const { clock, timing } = context;
  const untilMs = clock.now() + timing.positionLagMs;
  for (;;) {
    const position = await tryPosition(context);
    const isThere =
      position !== null && Math.abs(position.quantity - quantity) <= SAME * Math.max(1, quantity);
    if (isThere || clock.now() >= untilMs) return position;
    await clock.sleep(timing.pollMs);
  }
}
