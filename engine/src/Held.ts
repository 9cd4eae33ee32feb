import { BAR_MS } from './Bar.ts';
import { assess, clusterNear } from './Assessment.ts';
import { REASONS, warningBit } from './Decision.ts';
import { TOUCH_PROBABILITY } from './Feed.ts';
import { isLiquidationFar, liquidationFan, liquidationsOf, marginToAdd } from './Liquidations.ts';
import type { Look } from './Look.ts';
import { marketWarnings, markWarnings } from './Measures.ts';
import { floorToStep } from './Quantity.ts';
import type { Stance } from './Stance.ts';
import { tradeTime, type Trade } from './Trade.ts';
import { CLOSE, HOLD, NO_FAN, numberOf, publishE8, REDUCE, verdictOf, type Verdict } from './Verdict.ts';
import { turnTo, type Waters } from './Waters.ts';
import { mustClose, mustReduce, reducedNotional, REDUCE_KEEPS_AT_MOST } from './model/Action.ts';
import { FanRow } from './model/Fan.ts';
import { heldRequest, type Lattice } from './model/Lattice.ts';
import { carryExceeds, STOP_DISTANCE_MIN } from './model/Stops.ts';

const HOUR_MS = 3_600_000;
/** Disagreement of the venue's liquidation price with ours, as a fraction of mark. */
const LIQUIDATION_TOLERANCE = 0.005;
/** Horizons by the owner's unattended hours: always 1, 4, 8 and 24 h, and that one among them. */
const HORIZONS: readonly (readonly number[])[] = Array.from({ length: 25 }, (_, hours) =>
  [...new Set([1, 4, 8, 24, hours])].filter((h) => h > 0).sort((a, b) => a - b),
);
/** Where 4 h, 8 h and the owner's hours stand among them; 1 h is the first. */
const ROW_4H = HORIZONS.map((hours) => hours.indexOf(4));
const ROW_8H = HORIZONS.map((hours) => hours.indexOf(8));
const ROW_OWN = HORIZONS.map((hours, own) => hours.indexOf(own));
/** The longest horizon that is acted upon, by the owner's hours. */
const LONGEST = HORIZONS.map((_, own) => (own > 8 ? own : 8));
/** What is judged instead of a fan where liquidation is far: its probabilities are below anything that is acted upon. */
const FAR: readonly FanRow[] = Array.from({ length: 5 }, () => new FanRow());

const NO_RESTING_STOP = warningBit('no-resting-stop');
const ADOPTED_POSITION = warningBit('adopted-position');
const ENTRIES_BLOCKED = warningBit('entries-blocked');
const MANUAL_CONTROL = warningBit('manual-control');
const LIQUIDATION_DISAGREES = warningBit('liquidation-disagrees');
const MARK_FAR = warningBit('mark-far-from-last');
/** Warnings that every look judges anew; the others are those of the last record. */
const OF_A_LOOK =
  NO_RESTING_STOP | ADOPTED_POSITION | ENTRIES_BLOCKED | MANUAL_CONTROL | LIQUIDATION_DISAGREES | MARK_FAR;

const NONE = numberOf('none');
const ADOPTED = numberOf('adopted');
const BREACHED = numberOf('breached');
const STOP = numberOf('stop');
const TIME = numberOf('time');
const STALE = numberOf('stale');
const CARRY = numberOf('carry');
const NEAR_LIQUIDATION = numberOf('liquidation-too-near');
const SHOCK = numberOf('shock');
const OVER_SIZE = numberOf('over-size');
const TOUCH = numberOf('touch');

/** Number of the reason for which the position has to be closed, the most urgent first; 0 when nothing asks for it. */
function closeReason(
  waters: Waters,
  trade: Trade,
  liquidation: number,
  fan: readonly FanRow[],
  stance: Stance,
): number {
  const { markPrice, timeMs, limits, side } = waters;
  if (trade.closing > 0) return trade.closing;
  if (side * (markPrice - liquidation) <= 0) return BREACHED;
  if (trade.stopPassed || side * (markPrice - trade.exit.stop) <= 0) return STOP;
  if (stance.mustClose !== null) return REASONS.indexOf(stance.mustClose);
  const longestMs = limits.longestHoldHours * HOUR_MS;
  const heldMs = timeMs - trade.openedMs;
  // Before half of it no trade is too old.
  if (2 * heldMs >= longestMs) {
    const time = tradeTime(trade, heldMs, longestMs);
    if (time !== 'NONE') return time === 'TIME' ? TIME : STALE;
  }
  const settlesNext = waters.msToFunding > 0 && waters.msToFunding <= BAR_MS;
  if (settlesNext && carryExceeds(side, waters.fundingNext, trade.entryPrice, trade.risk)) return CARRY;
  const touch4h = fan[ROW_4H[limits.unattendedHours]!]!.pTouch;
  return mustClose(fan[0]!.pTouch, touch4h) ? NEAR_LIQUIDATION : 0;
}

function lookWarnings(waters: Waters, trade: Trade, seen: Look, exchange: number, stance: Stance): number {
  const { markPrice } = waters;
  let bits = markWarnings(waters);
  if (seen.restingStopPrice === 0) bits |= NO_RESTING_STOP;
  if (trade.adopted) bits |= ADOPTED_POSITION;
  if (stance.entriesBlocked !== null) bits |= ENTRIES_BLOCKED;
  if (stance.manual) bits |= MANUAL_CONTROL;
  const theirs = seen.venueLiquidationPrice;
  const difference = (theirs - exchange) / markPrice;
  if (theirs > 0 && (difference > LIQUIDATION_TOLERANCE || difference < -LIQUIDATION_TOLERANCE)) {
    bits |= LIQUIDATION_DISAGREES;
  }
  return bits;
}

/** A reduction to `target`; what is too small to keep is closed. */
function reduceTo(verdict: Verdict, waters: Waters, target: number, reason: number): void {
  const { instrument, markPrice } = waters;
  const kept = floorToStep(target, instrument.quantityStep);
  verdict.reason = reason;
  if (kept > 0 && kept * markPrice >= instrument.minNotionalUsdt) {
    verdict.action = REDUCE;
    verdict.targetQuantity = kept;
    verdict.newReduction = true;
  } else {
    verdict.action = CLOSE;
    verdict.targetQuantity = 0;
  }
}

/**
 * The order of urgency: shock (once per position), a new reduction (once per bar; while one is unmet, where a record shows
 * that less may be held than that one keeps), the one that is unmet, else hold.
 *
 * @param sizeTarget N*, quote; Infinity for a tick, which judges only what a moving mark can make dangerous.
 */
function setCourse(
  verdict: Verdict,
  waters: Waters,
  trade: Trade,
  quantity: number,
  sizeTarget: number,
  fan: readonly FanRow[],
): void {
  const { markPrice, feed, limits } = waters;
  const unmet = trade.reducing > 0 && quantity > trade.targetQuantity;
  if (trade.shocked && !trade.shockTaken && limits.shockReduceFraction > 0) {
    const kept = 1 - limits.shockReduceFraction;
    const target = quantity * (kept < REDUCE_KEEPS_AT_MOST ? kept : REDUCE_KEEPS_AT_MOST);
    const wanted = unmet && trade.targetQuantity < target ? trade.targetQuantity : target;
    reduceTo(verdict, waters, wanted, SHOCK);
    return;
  }
  if (!(unmet && sizeTarget === Infinity) && trade.reducedMs < feed.lastMs) {
    const notional = quantity * markPrice;
    const touch8h = fan[ROW_8H[limits.unattendedHours]!]!.pTouch;
    const touchHorizon = fan[ROW_OWN[limits.unattendedHours]!]!.pTouch;
    if (mustReduce(touch8h, touchHorizon, TOUCH_PROBABILITY, notional, sizeTarget)) {
      const target = reducedNotional(notional, sizeTarget) / markPrice;
      if (!unmet || target < trade.targetQuantity) {
        const isOversized = mustReduce(0, 0, TOUCH_PROBABILITY, notional, sizeTarget);
        reduceTo(verdict, waters, target, isOversized ? OVER_SIZE : TOUCH);
        return;
      }
    }
  }
  if (unmet) {
    verdict.action = REDUCE;
    verdict.reason = trade.reducing;
    verdict.targetQuantity = trade.targetQuantity;
  }
}

/** The constraints of what is held, at the larger of what was asked for and what it is worth, with the stop it has. */
function assessHeld(waters: Waters, trade: Trade, quantity: number): Lattice {
  const { side, markPrice } = waters;
  waters.near = clusterNear(waters);
  const toStop = (side * (markPrice - trade.exit.stop)) / markPrice;
  const distance = toStop > STOP_DISTANCE_MIN ? toStop : STOP_DISTANCE_MIN;
  return assess(waters, heldRequest(trade.requestedUsdt, quantity * markPrice), distance, true);
}

/**
 * Held: hold, reduce or close. Entry-only constraints leave it alone. Whether it is too large for its waters is judged
 * where those change: with a closed bar, another quantity or other limits. A tick judges stop, liquidation, touch
 * probability, time and carry, and tells the fan only where liquidation may be near; what it finds to be reduced is
 * decided anew for the record, with its size.
 *
 * @param isFull whether size, warnings, map and margin are looked at too: for a record, not for a tick.
 * @param lastWarnings those of the last record, which a tick repeats as far as only bars change them.
 */
export function decideHeld(
  waters: Waters,
  trade: Trade,
  seen: Look,
  stance: Stance,
  isFull: boolean,
  lastWarnings: number,
): Verdict {
  const { side } = trade;
  const { markPrice, limits } = waters;
  const { quantity, entryPrice, walletUsdt } = seen;
  turnTo(waters, side);
  const lattice = isFull ? assessHeld(waters, trade, quantity) : null;
  const { exchange, effective } = liquidationsOf(waters, quantity, entryPrice, walletUsdt);
  const hours = limits.unattendedHours;
  const isFar = !isFull && isLiquidationFar(waters, quantity, walletUsdt, LONGEST[hours]!, effective);
  const fan = isFar
    ? FAR
    : liquidationFan(waters, quantity, entryPrice, walletUsdt, HORIZONS[hours]!, effective);
  const close = closeReason(waters, trade, effective, fan, stance);
  const verdict = verdictOf(HOLD, trade.adopted ? ADOPTED : NONE);
  verdict.targetQuantity = quantity;
  // Adopted and only to be warned of: the owner's alone, unless the owner or a breaker demands that it be closed.
  const isClosing = stance.mustClose !== null || trade.closing > 0;
  const onlyWarned = trade.adopted && limits.adoptedProtected === 0 && !isClosing;
  if (onlyWarned) verdict.reason = ADOPTED;
  else if (close > 0) {
    verdict.action = CLOSE;
    verdict.reason = close;
    verdict.targetQuantity = 0;
  } else setCourse(verdict, waters, trade, quantity, lattice === null ? Infinity : lattice.notional, fan);
  verdict.side = side;
  verdict.heldQuantity = quantity;
  verdict.lattice = lattice;
  verdict.fan = isFar ? NO_FAN : fan;
  verdict.liquidationExchangeE8 = publishE8(side, exchange, markPrice);
  verdict.liquidationEffectiveE8 = publishE8(side, effective, markPrice);
  verdict.stopPrice = onlyWarned ? 0 : trade.exit.stop;
  verdict.stopVersion = trade.stopVersion;
  const ofLook = lookWarnings(waters, trade, seen, exchange, stance);
  verdict.warnings = ofLook | (isFull ? marketWarnings(waters, true) : lastWarnings & ~OF_A_LOOK);
  if (isFull) verdict.marginToAddUsdt = marginToAdd(waters, quantity, entryPrice, walletUsdt, fan);
  return verdict;
}
