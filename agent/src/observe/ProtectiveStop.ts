import type { Position } from '@plimsoll/engine';
import type { VenueOrder } from '../venue/Venue.ts';

export interface ProtectiveStop {
  /** 0 when none rests. */
  readonly price: number;
  /** Base units it would close; 0 when none rests. */
  readonly quantity: number;
}

const NONE: ProtectiveStop = { price: 0, quantity: 0 };

/**
 * The stop that protects a position: reduce-only, on the closing side, set off by the mark price. Of several, the one
 * that the price meets last, for until then part of the position is held: what is reported is never better than what
 * rests. A stop without a quantity closes whatever is held.
 */
export function protectiveStop(orders: readonly VenueOrder[], position: Position): ProtectiveStop {
  if (position.side === 0) return NONE;
  const closing = position.side === 1 ? 'sell' : 'buy';
  const stops = orders.filter(
    (order) =>
      order.type === 'stop' &&
      order.state === 'resting' &&
      order.reduceOnly &&
      order.side === closing &&
      order.trigger === 'mark',
  );
  let last: VenueOrder | undefined;
  let quantity = 0;
  for (const stop of stops) {
    quantity += stop.quantity === 0 ? position.quantity : stop.quantity - stop.filledQuantity;
    if (last === undefined || (last.triggerPrice - stop.triggerPrice) * position.side > 0) last = stop;
  }
  return last === undefined
    ? NONE
    : { price: last.triggerPrice, quantity: Math.min(quantity, position.quantity) };
}
