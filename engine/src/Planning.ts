import { assess, clusterNear } from './Assessment.ts';
import { FAN_HOURS, REASONS, warningBit, type Reason } from './Decision.ts';
import { isMapKnown, TOUCH_PROBABILITY } from './Feed.ts';
import type { Intent } from './Intent.ts';
import { liquidationFan, liquidationsOf, plannedWallet } from './Liquidations.ts';
import { marketWarnings, markWarnings } from './Measures.ts';
import { encodePlan, type Plan } from './Plan.ts';
import { PLAN_WAITING, type PlanSlot } from './PlanSlot.ts';
import { floorToStep } from './Quantity.ts';
import { rungs } from './Trade.ts';
import { ENTER, numberOf, publishE8, verdictOf, WAIT, type Verdict } from './Verdict.ts';
import { allottedEquity, atrOf, stopMultipleOf, turnTo, type Waters } from './Waters.ts';
import { E8 } from './codec/Bytes.ts';
import { entryAction, mustReduce } from './model/Action.ts';
import type { Lattice } from './model/Lattice.ts';
import { avoidClusters } from './model/StopPlacement.ts';
import { initialStop, initialStopDistance, STOP_DISTANCE_MIN } from './model/Stops.ts';

const HOUR_MS = 3_600_000;
/** A plan that was not entered by then is void. */
const ENTRY_WINDOW_MS = 60_000;
/** No position is opened below this, whatever the venue allows. */
const MIN_NOTIONAL_USDT = 20;
const MARK_FAR = warningBit('mark-far-from-last');
const PLAN = numberOf('plan');

/** Distance of a new stop as a fraction of the mark, by ATR alone. */
function usualDistance({ feed, limits, markPrice }: Waters): number {
  return initialStopDistance(stopMultipleOf(feed, limits), atrOf(feed), markPrice);
}

/** Distance of a planned stop: out of the crowd's way where the map is known. */
function plannedDistance(waters: Waters): number {
  const { feed, markPrice, side } = waters;
  const distance = usualDistance(waters);
  return isMapKnown(feed) ? avoidClusters(feed.clusters, side, markPrice, distance) : distance;
}

/**
 * Flat: nothing to do, or a plan that waits to be entered. Caps are shown for a long of the whole equity.
 *
 * @param idle why there is nothing to do when no plan waits.
 * @param isFull whether the table is wanted: for a record, not for a tick.
 * @param lastWarnings those of the last record, which a tick repeats as far as only bars change them.
 */
export function decideFlat(
  waters: Waters,
  slot: PlanSlot,
  idle: Reason,
  isFull: boolean,
  lastWarnings: number,
): Verdict {
  const isWaiting = slot.state === PLAN_WAITING;
  const side = isWaiting ? slot.side : 1;
  const verdict = isWaiting ? verdictOf(ENTER, PLAN) : verdictOf(WAIT, REASONS.indexOf(idle));
  if (isFull) {
    turnTo(waters, side);
    waters.near = clusterNear(waters);
    const wished = isWaiting ? slot.requestedUsdt : allottedEquity(waters);
    verdict.lattice = assess(waters, wished > 1 ? wished : 1, usualDistance(waters), false);
    verdict.warnings = marketWarnings(waters, false);
  } else {
    waters.side = side;
    verdict.warnings = (lastWarnings & ~MARK_FAR) | markWarnings(waters);
  }
  if (!isWaiting) return verdict;
  const { quantity, referencePrice, leverage, stopPrice } = slot;
  verdict.side = side;
  verdict.targetQuantity = quantity;
  verdict.stopPrice = stopPrice;
  verdict.stopVersion = 1;
  publishPlanned(
    verdict,
    waters,
    quantity,
    referencePrice,
    plannedWallet(waters, quantity * referencePrice, leverage),
  );
  return verdict;
}

function publishPlanned(
  verdict: Verdict,
  waters: Waters,
  quantity: number,
  price: number,
  wallet: number,
): void {
  const { side, markPrice } = waters;
  const { exchange, effective } = liquidationsOf(waters, quantity, price, wallet);
  verdict.liquidationExchangeE8 = publishE8(side, exchange, markPrice);
  verdict.liquidationEffectiveE8 = publishE8(side, effective, markPrice);
}

/**
 * Whether a plan that waits might be granted still, now that the limits are others: by the owner's leverage, and by what may be
 * held, with the band by which a position may exceed it.
 */
export function isWithinLimits(waters: Waters, slot: PlanSlot): boolean {
  const { markPrice, limits } = waters;
  const { side, stopPrice, quantity, requestedUsdt, leverage } = slot;
  turnTo(waters, side);
  waters.near = clusterNear(waters);
  const toStop = (side * (markPrice - stopPrice)) / markPrice;
  const distance = toStop > STOP_DISTANCE_MIN ? toStop : STOP_DISTANCE_MIN;
  const { notional } = assess(waters, requestedUsdt, distance, false);
  return (
    leverage <= limits.maxLeverage && !mustReduce(0, 0, TOUCH_PROBABILITY, quantity * markPrice, notional)
  );
}

/** Why an entry is refused by the lattice, or null when it is not. */
function refusal(table: Lattice, quantity: number, notional: number, minNotional: number): Reason | null {
  if (entryAction(true, table.leverage, table.notional, table.factor, minNotional) === 'ENTER') {
    return quantity > 0 && notional >= minNotional ? null : 'size';
  }
  if (table.leverage < 2) return 'leverage';
  return table.factor < 0.5 ? 'factor' : 'size';
}

/**
 * Answers an intent: a plan with every exit in it, or a refusal.
 *
 * @param busy why nothing new may be planned whatever the numbers say, or null.
 */
export function plan(
  waters: Waters,
  intent: Intent,
  busy: Reason | null,
  warm: boolean,
): { readonly verdict: Verdict; readonly made: Plan | null } {
  const { markPrice, instrument, timeMs, limits } = waters;
  const { side } = intent;
  turnTo(waters, side);
  waters.near = clusterNear(waters);
  const grid = { numerator: instrument.tickNumerator, denominator: instrument.tickDenominator };
  const stopPrice = initialStop(side, markPrice, plannedDistance(waters), grid);
  // With the stop as it will rest: rounded away from the mark it costs more than the distance that was looked for.
  const table = assess(waters, intent.notionalUsdt, (side * (markPrice - stopPrice)) / markPrice, false);
  const quantity = floorToStep(table.notional / markPrice, instrument.quantityStep);
  const notional = quantity * markPrice;
  const { minNotionalUsdt } = instrument;
  const minNotional = minNotionalUsdt > MIN_NOTIONAL_USDT ? minNotionalUsdt : MIN_NOTIONAL_USDT;
  const refused = busy ?? (warm ? refusal(table, quantity, notional, minNotional) : 'warming-up');
  const verdict = refused === null ? verdictOf(ENTER, PLAN) : verdictOf(WAIT, REASONS.indexOf(refused));
  verdict.side = side;
  verdict.lattice = table;
  verdict.stopVersion = 1;
  verdict.warnings = marketWarnings(waters, false);
  if (refused !== null) return { verdict, made: null };
  const wallet = plannedWallet(waters, notional, table.leverage);
  const { effective } = liquidationsOf(waters, quantity, markPrice, wallet);
  const made: Plan = {
    id: intent.id,
    side,
    leverage: table.leverage,
    quantity,
    referencePrice: markPrice,
    stopPrice,
    takeProfits: rungs(
      side,
      markPrice,
      side * (markPrice - stopPrice),
      quantity,
      instrument.quantityStep,
      grid,
      [limits.firstTargetR, limits.secondTargetR],
    ),
    createdMs: timeMs,
    enterUntilMs: timeMs + ENTRY_WINDOW_MS,
    exitByMs: timeMs + limits.longestHoldHours * HOUR_MS,
    liquidationPrice: publishE8(side, effective, markPrice) / E8,
    requestedUsdt: intent.notionalUsdt,
  };
  verdict.targetQuantity = quantity;
  verdict.stopPrice = stopPrice;
  publishPlanned(verdict, waters, quantity, markPrice, wallet);
  verdict.fan = liquidationFan(waters, quantity, markPrice, wallet, FAN_HOURS, effective);
  verdict.plan = encodePlan(made);
  return { verdict, made };
}
