import { BAR_MS } from './Bar.ts';
import {
  allottedEquity,
  assess,
  liquidationFan,
  liquidationPrices,
  plannedWallet,
  statistics,
  type LiquidationPrices,
  type Waters,
} from './Assessment.ts';
import {
  ACTIONS,
  FAN_HOURS,
  warningBit,
  type Action,
  type Decision,
  type FanPoint,
  type Reason,
} from './Decision.ts';
import { TOUCH_PROBABILITY } from './Feed.ts';
import type { Intent } from './Intent.ts';
import type { Plan } from './Plan.ts';
import { PLAN_ENTERED, PLAN_WAITING, readPlan, type PlanSlot } from './PlanSlot.ts';
import type { Position, Side } from './Position.ts';
import { floorToStep } from './Quantity.ts';
import { rungs, tradeTime, type Trade } from './Trade.ts';
import { REASONS } from './Decision.ts';
import { entryAction, mustClose, mustReduce, reducedNotional } from './model/Action.ts';
import type { FanRow } from './model/Fan.ts';
import { heldRequest, type Lattice } from './model/Lattice.ts';
import { carryExceeds, initialStop, initialStopDistance, STOP_DISTANCE_MIN } from './model/Stops.ts';

const HOUR_MS = 3_600_000;
/** A plan that was not entered by then is void. */
const ENTRY_WINDOW_MS = 60_000;
/** No position is opened below this, whatever the venue allows. */
const MIN_NOTIONAL_USDT = 20;
/** Mark this far from the last close is worth a warning. */
const MARK_FAR = 0.01;
/** Disagreement of the venue's liquidation price with ours, as a fraction of mark. */
const LIQUIDATION_TOLERANCE = 0.005;
const E8 = 100_000_000;

/** A decision with what the desk needs to keep of it. */
export interface Verdict {
  readonly decision: Decision;
  readonly actionIndex: number;
  /** Whether this REDUCE sets a target of its own instead of repeating one still unmet. */
  readonly newReduction: boolean;
}

function verdict(decision: Decision, newReduction = false): Verdict {
  return { decision, actionIndex: ACTIONS.indexOf(decision.action), newReduction };
}

/**
 * A liquidation price as it is published: 0 where no price liquidates, the mark itself where every price does, and
 * otherwise rounded towards the mark, the side of danger.
 */
function publishLiquidation(side: number, price: number, markPrice: number): number {
  if (side > 0) {
    if (price === Infinity) return markPrice;
    return price > 0 ? Math.ceil(price * E8) / E8 : 0;
  }
  if (price === Infinity) return 0;
  return price > 0 ? Math.floor(price * E8) / E8 : markPrice;
}

function publishFan(side: number, rows: readonly FanRow[], markPrice: number): FanPoint[] {
  const points: FanPoint[] = [];
  for (let i = 0; i < FAN_HOURS.length; i++) {
    const row = rows.find((candidate) => candidate.hours === FAN_HOURS[i]);
    if (row === undefined) continue;
    points.push({
      liquidationPrice: publishLiquidation(side, row.liqEff, markPrice),
      touchProbability: row.pTouch,
    });
  }
  return points;
}

interface Parts {
  readonly id: Uint8Array;
  readonly action: Action;
  readonly reason: Reason;
  readonly side: Side | 0;
  readonly lattice: Lattice;
  readonly targetQuantity: number;
  /** null where nothing is held or planned. */
  readonly liquidation: LiquidationPrices | null;
  readonly stopPrice: number;
  readonly stopVersion: number;
  readonly fan: readonly FanPoint[];
  readonly warnings: number;
  readonly plan: Plan | null;
}

function decision(waters: Waters, parts: Parts): Decision {
  const side = parts.side === 0 ? 1 : parts.side;
  const leverage = parts.lattice.leverage;
  const { liquidation } = parts;
  return {
    id: parts.id,
    timeMs: waters.timeMs,
    bars: waters.feed.bars,
    action: parts.action,
    reason: parts.reason,
    side: parts.side,
    markPrice: waters.markPrice,
    leverage: leverage > 0 ? leverage : 0,
    notionalUsdt: parts.lattice.notional,
    targetQuantity: parts.targetQuantity,
    liquidationExchange:
      liquidation === null ? 0 : publishLiquidation(side, liquidation.exchange, waters.markPrice),
    liquidationEffective:
      liquidation === null ? 0 : publishLiquidation(side, liquidation.effective, waters.markPrice),
    stopPrice: parts.stopPrice,
    stopVersion: parts.stopVersion,
    fan: parts.fan,
    constraints: parts.lattice.table,
    statistics: statistics(waters, side),
    warnings: parts.warnings,
    plan: parts.plan,
  };
}

function marketWarnings(waters: Waters): number {
  const ratio = waters.markPrice / waters.feed.lastClose - 1;
  return ratio > MARK_FAR || ratio < -MARK_FAR ? warningBit('mark-far-from-last') : 0;
}

function atrOf(waters: Waters): number {
  return waters.feed.wilder.atrReady ? waters.feed.wilder.atr : 0;
}

/** Flat: nothing to do, or a plan that waits to be entered. Caps are shown for a long of the whole equity. */
export function decideFlat(waters: Waters, id: Uint8Array, slot: PlanSlot, expired: boolean): Verdict {
  const waiting = slot.state === PLAN_WAITING ? readPlan(slot) : null;
  const side: Side = waiting === null ? 1 : waiting.side;
  const distance = initialStopDistance(waters.feed.stopMultiple, atrOf(waters), waters.markPrice);
  const equity = allottedEquity(waters);
  const wished = waiting === null ? equity : waiting.requestedUsdt;
  const table = assess(waters, side, wished > 1 ? wished : 1, distance, false);
  const warnings = marketWarnings(waters);
  if (waiting !== null) {
    const wallet = plannedWallet(waiting.quantity * waiting.referencePrice, waiting.leverage);
    return verdict(
      decision(waters, {
        id,
        action: 'ENTER',
        reason: 'plan',
        side,
        lattice: table,
        targetQuantity: waiting.quantity,
        liquidation: liquidationPrices(waters, side, waiting.quantity, waiting.referencePrice, wallet),
        stopPrice: waiting.stopPrice,
        stopVersion: 1,
        fan: [],
        warnings,
        plan: waiting,
      }),
    );
  }
  return verdict(
    decision(waters, {
      id,
      action: 'WAIT',
      reason: expired ? 'plan-expired' : 'no-intent',
      side: 0,
      lattice: table,
      targetQuantity: 0,
      liquidation: null,
      stopPrice: 0,
      stopVersion: 0,
      fan: [],
      warnings,
      plan: null,
    }),
  );
}

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

/** What has to be closed, in order of urgency; null when nothing has. */
function closeReason(
  waters: Waters,
  trade: Trade,
  liquidationEffective: number,
  touch1h: number,
  touch4h: number,
): Reason | null {
  const { side } = trade;
  const { markPrice, timeMs, fundingNext, limits } = waters;
  if (trade.closing > 0) return REASONS[trade.closing]!;
  if (side * (markPrice - liquidationEffective) <= 0) return 'breached';
  if (trade.stopPassed || side * (markPrice - trade.exit.stop) <= 0) return 'stop';
  const time = tradeTime(trade, timeMs, limits.longestHoldHours * HOUR_MS);
  if (time === 'TIME') return 'time';
  if (time === 'STALE') return 'stale';
  const settlesNext = fundingNext.timeMs > timeMs && fundingNext.timeMs <= timeMs + BAR_MS;
  if (settlesNext && carryExceeds(side, fundingNext.rate, trade.entryPrice, trade.risk)) return 'carry';
  return mustClose(touch1h, touch4h) ? 'liquidation-too-near' : null;
}

/** Held: hold, reduce or close. Entry-only constraints leave it alone. */
export function decideHeld(
  waters: Waters,
  id: Uint8Array,
  trade: Trade,
  slot: PlanSlot,
  position: Position,
  restingStopPrice: number,
): Verdict {
  const side = trade.side as Side;
  const { markPrice, instrument, feed, limits } = waters;
  const { quantity, entryPrice, walletUsdt, venueLiquidationPrice } = position;
  const notional = quantity * markPrice;
  const toStop = (side * (markPrice - trade.exit.stop)) / markPrice;
  const distance = toStop > STOP_DISTANCE_MIN ? toStop : STOP_DISTANCE_MIN;
  const table = assess(waters, side, heldRequest(trade.requestedUsdt, notional), distance, true);
  const liquidation = liquidationPrices(waters, side, quantity, entryPrice, walletUsdt);

  const horizon = limits.unattendedHours;
  const horizons = [...new Set<number>([...FAN_HOURS, horizon])].sort((a, b) => a - b);
  const rows = liquidationFan(waters, side, quantity, entryPrice, walletUsdt, horizons);
  const touchAt = (hours: number): number => rows.find((row) => row.hours === hours)?.pTouch ?? 1;

  let warnings = marketWarnings(waters);
  if (restingStopPrice === 0) warnings |= warningBit('no-resting-stop');
  if (trade.adopted) warnings |= warningBit('adopted-position');
  const difference = (venueLiquidationPrice - liquidation.exchange) / markPrice;
  if (
    venueLiquidationPrice > 0 &&
    (difference > LIQUIDATION_TOLERANCE || difference < -LIQUIDATION_TOLERANCE)
  ) {
    warnings |= warningBit('liquidation-disagrees');
  }

  let action: Action = 'HOLD';
  let reason: Reason = trade.adopted ? 'adopted' : 'none';
  let targetQuantity = quantity;
  let newReduction = false;
  const close = closeReason(waters, trade, liquidation.effective, touchAt(1), touchAt(4));
  if (close !== null) {
    action = 'CLOSE';
    reason = close;
    targetQuantity = 0;
  } else if (trade.reducing > 0 && quantity > trade.targetQuantity) {
    action = 'REDUCE';
    reason = REASONS[trade.reducing]!;
    targetQuantity = trade.targetQuantity;
  } else if (
    trade.reducedMs < feed.lastMs &&
    mustReduce(touchAt(8), touchAt(horizon), TOUCH_PROBABILITY, notional, table.notional)
  ) {
    const oversized = mustReduce(0, 0, TOUCH_PROBABILITY, notional, table.notional);
    const kept = floorToStep(reducedNotional(notional, table.notional) / markPrice, instrument.quantityStep);
    const worthKeeping = kept * markPrice >= instrument.minNotionalUsdt && kept > 0;
    action = worthKeeping ? 'REDUCE' : 'CLOSE';
    reason = oversized ? 'over-size' : 'touch';
    targetQuantity = worthKeeping ? kept : 0;
    newReduction = worthKeeping;
  }
  return verdict(
    decision(waters, {
      id,
      action,
      reason,
      side,
      lattice: table,
      targetQuantity,
      liquidation,
      stopPrice: trade.exit.stop,
      stopVersion: trade.stopVersion,
      fan: publishFan(side, rows, markPrice),
      warnings,
      plan: planInForce(waters, slot, trade),
    }),
    newReduction,
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
  const { markPrice, instrument, timeMs, limits, feed } = waters;
  const { side } = intent;
  const grid = { numerator: instrument.tickNumerator, denominator: instrument.tickDenominator };
  const distance = initialStopDistance(feed.stopMultiple, atrOf(waters), markPrice);
  const stopPrice = initialStop(side, markPrice, distance, grid);
  const table = assess(waters, side, intent.notionalUsdt, distance, false);
  const quantity = floorToStep(table.notional / markPrice, instrument.quantityStep);
  const notional = quantity * markPrice;
  const { minNotionalUsdt } = instrument;
  const minNotional = minNotionalUsdt > MIN_NOTIONAL_USDT ? minNotionalUsdt : MIN_NOTIONAL_USDT;
  const refused = busy ?? (warm ? refusal(table, quantity, notional, minNotional) : 'warming-up');
  const base = {
    id: intent.id,
    side,
    lattice: table,
    stopVersion: 1,
    fan: [],
    warnings: marketWarnings(waters),
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
    return { verdict: verdict(decision(waters, parts)), made: null };
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
  return { verdict: verdict(decision(waters, parts)), made };
}
