import type { Decision } from '../Decision.ts';
import type { Report } from './Report.ts';

/** Where what was carried out left what was decided. Quantities in base units, prices in quote units. */
export interface Departure {
  /** Of the order that the decision asks for: +1 buys, −1 sells, 0 for none. */
  readonly side: number;
  readonly expectedQuantity: number;
  /** Filled in that direction; what was bought less what was sold where no order was asked for. */
  readonly filledQuantity: number;
  /** The plan's reference for an entry, else the mark that was decided on. */
  readonly expectedPrice: number;
  /** Mean of the fills by quantity; 0 without any. */
  readonly meanPrice: number;
  /** What the fills cost against the expected price, in hundredths of a percent of it; negative where they gained. */
  readonly costBps: number;
  /** From the decision's time to the newest fill, milliseconds of venue time; 0 without any. */
  readonly delayMs: number;
}

/** The part of a report that tells of fills. */
export type Fill = Pick<Report, 'side' | 'quantity' | 'price' | 'timeMs'>;

/**
 * Holds the fills that were reported for a decision against it.
 *
 * @param heldQuantity what the account held when it was decided
 */
export function departureOf(decision: Decision, heldQuantity: number, fills: readonly Fill[]): Departure {
  const { side, expectedQuantity, expectedPrice } = orderOf(decision, heldQuantity);
  let bought = 0;
  let traded = 0;
  let paid = 0;
  let newestMs = 0;
  for (const fill of fills) {
    bought += fill.side * fill.quantity;
    traded += fill.quantity;
    paid += fill.quantity * fill.price;
    if (fill.quantity > 0 && fill.timeMs > newestMs) newestMs = fill.timeMs;
  }
  const meanPrice = traded === 0 ? 0 : paid / traded;
  const dearer = (meanPrice - expectedPrice) / expectedPrice;
  return {
    side,
    expectedQuantity,
    // Nothing filled is 0, not -0.
    filledQuantity: side === 0 || bought === 0 ? bought : bought * side,
    expectedPrice,
    meanPrice,
    costBps: meanPrice === 0 || bought === 0 ? 0 : 10_000 * dearer * Math.sign(bought),
    delayMs: newestMs === 0 ? 0 : newestMs - decision.timeMs,
  };
}

function orderOf(
  { action, side, plan, markPrice, targetQuantity }: Decision,
  heldQuantity: number,
): Pick<Departure, 'side' | 'expectedQuantity' | 'expectedPrice'> {
  if (action === 'ENTER' && plan !== null)
    return { side: plan.side, expectedQuantity: plan.quantity, expectedPrice: plan.referencePrice };
  if (action !== 'REDUCE' && action !== 'CLOSE')
    return { side: 0, expectedQuantity: 0, expectedPrice: markPrice };
  const left = action === 'CLOSE' ? 0 : targetQuantity;
  return { side: -side, expectedQuantity: Math.max(0, heldQuantity - left), expectedPrice: markPrice };
}
