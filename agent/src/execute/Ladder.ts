import { floorToStep, type Plan } from '@plimsoll/engine';
import type { Role } from '../journal/Rows.ts';
import type { Rules, TradeProgress } from './VenueState.ts';

export const TAKE_PROFIT_ROLES = ['take-profit-1', 'take-profit-2'] as const satisfies readonly Role[];

/** One rung that should rest. */
export interface Rung {
  readonly role: (typeof TAKE_PROFIT_ROLES)[number];
  readonly price: number;
  readonly quantity: number;
}

/**
 * The rungs of a plan that should rest while `held` is held, the nearer one first. What the entry filled is shared
 * evenly by the rungs and the runner, rounded down to the step; a rung is never more than planned, and all of them are
 * never more than is held. A rung that is done, or rounds to nothing, is left out.
 */
export function rungsOf(plan: Plan, held: number, trade: TradeProgress, rules: Rules): readonly Rung[] {
  const share = trade.enteredQuantity / (plan.takeProfits.length + 1);
  const rungs: Rung[] = [];
  let left = held;
  TAKE_PROFIT_ROLES.forEach((role, i) => {
    const planned = plan.takeProfits[i];
    if (planned === undefined || trade.isTakeProfitDone[i] === true) return;
    const quantity = floorToStep(Math.min(planned.quantity, share, left), rules.quantityStep);
    if (!(quantity > 0)) return;
    left -= quantity;
    rungs.push({ role, price: onTick(planned.price, plan.side, rules), quantity });
  });
  return rungs;
}

/** A billionth of a tick is forgiven: the error of an ordinary quotient. */
const SLACK = 1e-9;

/** Nearest tick below for a long, above for a short: a stop moves away from the price, a take-profit nearer to it. */
export function onTick(price: number, side: number, { tickNumerator, tickDenominator }: Rules): number {
  const ticks = (price * tickDenominator) / tickNumerator;
  const whole = side > 0 ? Math.floor(ticks + SLACK) : Math.ceil(ticks - SLACK);
  return (whole * tickNumerator) / tickDenominator;
}
