import { assess, clusterNear, liquidationFan, liquidationPrices, plannedWallet } from './Assessment.ts';
import { FAN_HOURS, type Reason } from './Decision.ts';
import { isMapKnown } from './Feed.ts';
import type { Intent } from './Intent.ts';
import { marketWarnings } from './Measures.ts';
import type { Plan } from './Plan.ts';
import { PLAN_WAITING, readPlan, type PlanSlot } from './PlanSlot.ts';
import type { Side } from './Position.ts';
import { floorToStep } from './Quantity.ts';
import { rungs } from './Trade.ts';
import { publishFan, publishLiquidation, verdictOf, type Parts, type Verdict } from './Verdict.ts';
import { allottedEquity, atrOf, stopMultipleOf, type Waters } from './Waters.ts';
import { entryAction } from './model/Action.ts';
import type { Lattice } from './model/Lattice.ts';
import { avoidClusters } from './model/StopPlacement.ts';
import { initialStop, initialStopDistance } from './model/Stops.ts';

const HOUR_MS = 3_600_000;
/** A plan that was not entered by then is void. */
const ENTRY_WINDOW_MS = 60_000;
/** No position is opened below this, whatever the venue allows. */
const MIN_NOTIONAL_USDT = 20;

/** Distance of a new stop as a fraction of the mark, by ATR alone. */
function usualDistance({ feed, limits, markPrice }: Waters): number {
  return initialStopDistance(stopMultipleOf(feed, limits), atrOf(feed), markPrice);
}

/** Distance of a planned stop: out of the crowd's way where the map is known. */
function plannedDistance(waters: Waters, side: number): number {
  const { feed, markPrice } = waters;
  const distance = usualDistance(waters);
  return isMapKnown(feed) ? avoidClusters(feed.clusters, side, markPrice, distance) : distance;
}

/**
 * Flat: nothing to do, or a plan that waits to be entered. Caps are shown for a long of the whole equity.
 *
 * @param idle why there is nothing to do when no plan waits.
 */
export function decideFlat(waters: Waters, id: Uint8Array, slot: PlanSlot, idle: Reason): Verdict {
  const waiting = slot.state === PLAN_WAITING ? readPlan(slot) : null;
  const side: Side = waiting === null ? 1 : waiting.side;
  const distance = usualDistance(waters);
  const equity = allottedEquity(waters);
  const wished = waiting === null ? equity : waiting.requestedUsdt;
  const near = clusterNear(waters, side);
  const lattice = assess(waters, side, wished > 1 ? wished : 1, distance, false, near);
  const warnings = marketWarnings(waters, side, false);
  if (waiting === null) {
    return verdictOf(waters, {
      id,
      action: 'WAIT',
      reason: idle,
      side: 0,
      lattice,
      near,
      targetQuantity: 0,
      heldQuantity: 0,
      liquidation: null,
      stopPrice: 0,
      stopVersion: 0,
      fan: [],
      warnings,
      marginToAddUsdt: 0,
      plan: null,
    });
  }
  const { quantity, referencePrice, leverage, stopPrice } = waiting;
  const wallet = plannedWallet(quantity * referencePrice, leverage);
  return verdictOf(waters, {
    id,
    action: 'ENTER',
    reason: 'plan',
    side,
    lattice,
    near,
    targetQuantity: quantity,
    heldQuantity: 0,
    liquidation: liquidationPrices(waters, side, quantity, referencePrice, wallet),
    stopPrice,
    stopVersion: 1,
    fan: [],
    warnings,
    marginToAddUsdt: 0,
    plan: waiting,
  });
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
  const grid = { numerator: instrument.tickNumerator, denominator: instrument.tickDenominator };
  const distance = plannedDistance(waters, side);
  const stopPrice = initialStop(side, markPrice, distance, grid);
  const near = clusterNear(waters, side);
  const table = assess(waters, side, intent.notionalUsdt, distance, false, near);
  const quantity = floorToStep(table.notional / markPrice, instrument.quantityStep);
  const notional = quantity * markPrice;
  const { minNotionalUsdt } = instrument;
  const minNotional = minNotionalUsdt > MIN_NOTIONAL_USDT ? minNotionalUsdt : MIN_NOTIONAL_USDT;
  const refused = busy ?? (warm ? refusal(table, quantity, notional, minNotional) : 'warming-up');
  const base = {
    id: intent.id,
    side,
    lattice: table,
    near,
    stopVersion: 1,
    fan: [],
    heldQuantity: 0,
    warnings: marketWarnings(waters, side, false),
    marginToAddUsdt: 0,
  };
  if (refused !== null) {
    const parts: Parts = {
      ...base,
      action: 'WAIT',
      reason: refused,
      targetQuantity: 0,
      liquidation: null,
      stopPrice: 0,
      plan: null,
    };
    return { verdict: verdictOf(waters, parts), made: null };
  }
  const wallet = plannedWallet(notional, table.leverage);
  const liquidation = liquidationPrices(waters, side, quantity, markPrice, wallet);
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
    liquidationPrice: publishLiquidation(side, liquidation.effective, markPrice),
    requestedUsdt: intent.notionalUsdt,
  };
  const rows = liquidationFan(waters, side, quantity, markPrice, wallet, FAN_HOURS);
  const parts: Parts = {
    ...base,
    action: 'ENTER',
    reason: 'plan',
    targetQuantity: quantity,
    liquidation,
    stopPrice,
    fan: publishFan(side, rows, markPrice),
    plan: made,
  };
  return { verdict: verdictOf(waters, parts), made };
}
