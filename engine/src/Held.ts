import { BAR_MS } from './Bar.ts';
import { assess, clusterNear, liquidationFan, liquidationPrices, marginToAdd } from './Assessment.ts';
import { REASONS, warningBit, type Action, type Reason } from './Decision.ts';
import { TOUCH_PROBABILITY } from './Feed.ts';
import { marketWarnings } from './Measures.ts';
import type { Plan } from './Plan.ts';
import { PLAN_ENTERED, readPlan, type PlanSlot } from './PlanSlot.ts';
import type { Position, Side } from './Position.ts';
import { floorToStep } from './Quantity.ts';
import type { Stance } from './Stance.ts';
import { tradeTime, type Trade } from './Trade.ts';
import { publishFan, verdictOf, type Verdict } from './Verdict.ts';
import { fundingForecast, type Waters } from './Waters.ts';
import { mustClose, mustReduce, reducedNotional, REDUCE_KEEPS_AT_MOST } from './model/Action.ts';
import type { FanRow } from './model/Fan.ts';
import { heldRequest, type Lattice } from './model/Lattice.ts';
import { carryExceeds, STOP_DISTANCE_MIN } from './model/Stops.ts';

const HOUR_MS = 3_600_000;
/** Disagreement of the venue's liquidation price with ours, as a fraction of mark. */
const LIQUIDATION_TOLERANCE = 0.005;
/** Horizons by the owner's unattended hours: always 1, 4, 8 and 24 h, and that one among them. */
const HORIZONS: readonly (readonly number[])[] = Array.from({ length: 25 }, (_, hours) =>
  [...new Set([1, 4, 8, 24, hours])].filter((h) => h > 0).sort((a, b) => a - b),
);

/** The plan of an open trade, its rungs scaled down when less was filled than planned. */
function planInForce(waters: Waters, slot: PlanSlot, trade: Trade): Plan | null {
  if (slot.state !== PLAN_ENTERED) return null;
  const made = readPlan(slot);
  if (!(trade.filledQuantity < made.quantity)) return made;
  const third = floorToStep(trade.filledQuantity / 3, waters.instrument.quantityStep);
  return {
    ...made,
    takeProfits: third > 0 ? made.takeProfits.map(({ price }) => ({ price, quantity: third })) : [],
  };
}

/** Why the position has to be closed, the most urgent reason first; null when nothing asks for it. */
function closeReason(
  waters: Waters,
  trade: Trade,
  liquidationEffective: number,
  touch1h: number,
  touch4h: number,
  mustCloseNow: Reason | null,
): Reason | null {
  const { side } = trade;
  const { markPrice, timeMs, limits } = waters;
  if (trade.closing > 0) return REASONS[trade.closing]!;
  if (side * (markPrice - liquidationEffective) <= 0) return 'breached';
  if (trade.stopPassed || side * (markPrice - trade.exit.stop) <= 0) return 'stop';
  if (mustCloseNow !== null) return mustCloseNow;
  const time = tradeTime(trade, timeMs, limits.longestHoldHours * HOUR_MS);
  if (time === 'TIME') return 'time';
  if (time === 'STALE') return 'stale';
  const { next, msToNext } = fundingForecast(waters, side);
  const settlesNext = msToNext > 0 && msToNext <= BAR_MS;
  if (settlesNext && carryExceeds(side, next, trade.entryPrice, trade.risk)) return 'carry';
  return mustClose(touch1h, touch4h) ? 'liquidation-too-near' : null;
}

function touchAt(rows: readonly FanRow[], hours: number): number {
  for (let i = 0; i < rows.length; i++) if (rows[i]!.hours === hours) return rows[i]!.pTouch;
  return 1;
}

function heldWarnings(
  waters: Waters,
  trade: Trade,
  position: Position,
  restingStopPrice: number,
  liquidationExchange: number,
  stance: Stance,
): number {
  const { markPrice } = waters;
  let bits = marketWarnings(waters, trade.side, true);
  if (restingStopPrice === 0) bits |= warningBit('no-resting-stop');
  if (trade.adopted) bits |= warningBit('adopted-position');
  if (stance.entriesBlocked !== null) bits |= warningBit('entries-blocked');
  if (stance.manual) bits |= warningBit('manual-control');
  const theirs = position.venueLiquidationPrice;
  const difference = (theirs - liquidationExchange) / markPrice;
  if (theirs > 0 && (difference > LIQUIDATION_TOLERANCE || difference < -LIQUIDATION_TOLERANCE)) {
    bits |= warningBit('liquidation-disagrees');
  }
  return bits;
}

/** What to do with a held quantity, and how much is left of it then. */
interface Course {
  readonly action: Action;
  readonly reason: Reason;
  readonly targetQuantity: number;
  readonly newReduction: boolean;
}

/** A reduction to `target`; what is too small to keep is closed. */
function reduceTo(waters: Waters, target: number, reason: Reason): Course {
  const { instrument, markPrice } = waters;
  const kept = floorToStep(target, instrument.quantityStep);
  return kept > 0 && kept * markPrice >= instrument.minNotionalUsdt
    ? { action: 'REDUCE', reason, targetQuantity: kept, newReduction: true }
    : { action: 'CLOSE', reason, targetQuantity: 0, newReduction: false };
}

/** The order of urgency: close, shock (once per position), a reduction still unmet, a new one (once per bar), hold. */
function courseOf(
  waters: Waters,
  trade: Trade,
  quantity: number,
  lattice: Lattice,
  close: Reason | null,
  rows: readonly FanRow[],
): Course {
  const { markPrice, feed, limits } = waters;
  if (close !== null) return { action: 'CLOSE', reason: close, targetQuantity: 0, newReduction: false };
  const unmet = trade.reducing > 0 && quantity > trade.targetQuantity;
  if (trade.shocked && !trade.shockTaken && limits.shockReduceFraction > 0) {
    const kept = 1 - limits.shockReduceFraction;
    const target = quantity * (kept < REDUCE_KEEPS_AT_MOST ? kept : REDUCE_KEEPS_AT_MOST);
    return reduceTo(waters, unmet && trade.targetQuantity < target ? trade.targetQuantity : target, 'shock');
  }
  if (unmet) {
    return {
      action: 'REDUCE',
      reason: REASONS[trade.reducing]!,
      targetQuantity: trade.targetQuantity,
      newReduction: false,
    };
  }
  const notional = quantity * markPrice;
  const touch8h = touchAt(rows, 8);
  const touchHorizon = touchAt(rows, limits.unattendedHours);
  if (
    trade.reducedMs < feed.lastMs &&
    mustReduce(touch8h, touchHorizon, TOUCH_PROBABILITY, notional, lattice.notional)
  ) {
    const oversized = mustReduce(0, 0, TOUCH_PROBABILITY, notional, lattice.notional);
    const target = reducedNotional(notional, lattice.notional) / markPrice;
    return reduceTo(waters, target, oversized ? 'over-size' : 'touch');
  }
  return {
    action: 'HOLD',
    reason: trade.adopted ? 'adopted' : 'none',
    targetQuantity: quantity,
    newReduction: false,
  };
}

/** Held: hold, reduce or close. Entry-only constraints leave it alone. */
export function decideHeld(
  waters: Waters,
  id: Uint8Array,
  trade: Trade,
  slot: PlanSlot,
  position: Position,
  restingStopPrice: number,
  stance: Stance,
): Verdict {
  const side = trade.side as Side;
  const { markPrice, limits } = waters;
  const { quantity, entryPrice, walletUsdt } = position;
  const toStop = (side * (markPrice - trade.exit.stop)) / markPrice;
  const distance = toStop > STOP_DISTANCE_MIN ? toStop : STOP_DISTANCE_MIN;
  const request = heldRequest(trade.requestedUsdt, quantity * markPrice);
  const near = clusterNear(waters, side);
  const lattice = assess(waters, side, request, distance, true, near);
  const liquidation = liquidationPrices(waters, side, quantity, entryPrice, walletUsdt);
  const horizons = HORIZONS[limits.unattendedHours]!;
  const rows = liquidationFan(waters, side, quantity, entryPrice, walletUsdt, horizons);
  const close = closeReason(
    waters,
    trade,
    liquidation.effective,
    touchAt(rows, 1),
    touchAt(rows, 4),
    stance.mustClose,
  );
  // Adopted and only to be warned of: the owner's alone, unless the owner or a breaker demands that it be closed.
  const isClosing = stance.mustClose !== null || trade.closing > 0;
  const onlyWarned = trade.adopted && limits.adoptedProtected === 0 && !isClosing;
  const course: Course = onlyWarned
    ? { action: 'HOLD', reason: 'adopted', targetQuantity: quantity, newReduction: false }
    : courseOf(waters, trade, quantity, lattice, close, rows);
  return verdictOf(
    waters,
    {
      id,
      action: course.action,
      reason: course.reason,
      side,
      lattice,
      near,
      targetQuantity: course.targetQuantity,
      heldQuantity: quantity,
      liquidation,
      stopPrice: onlyWarned ? 0 : trade.exit.stop,
      stopVersion: trade.stopVersion,
      fan: publishFan(side, rows, markPrice),
      warnings: heldWarnings(waters, trade, position, restingStopPrice, liquidation.exchange, stance),
      marginToAddUsdt: marginToAdd(waters, side, quantity, entryPrice, walletUsdt, rows),
      plan: planInForce(waters, slot, trade),
    },
    course.newReduction,
  );
}
