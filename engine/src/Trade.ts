import { BAR_MS } from './Bar.ts';
import { createExit, exitExtreme, ExitPlan, ExitState, exitTime, exitTrail } from './model/Exit.ts';
import { ladder, LADDER_R, type TickGrid } from './model/Stops.ts';
import { floorToStep } from './Quantity.ts';
import type { Side } from './Position.ts';

/**
 * What the canister owns of an open trade. It begins with the first observation that shows quantity under an open
 * plan (or is adopted from quantity without one) and ends with the first that shows none.
 */
export class Trade {
  open = false;
  adopted = false;
  side = 0;
  openedMs = 0;
  /** The first bar that counts in full: the bar of the fill when it filled at its open, else the next. */
  countFromMs = 0;
  entryPrice = 0;
  /** Filled at most so far; what R, stop and ladder are scaled to. */
  filledQuantity = 0;
  /** Quantity that the decisions so far allow. */
  targetQuantity = 0;
  /** Distance from entry to the first stop, price units: R. */
  risk = 0;
  exit = new ExitState();
  stopVersion = 0;
  /** A bar's adverse extreme passed the stop while the position was still held. */
  stopPassed = false;
  /** Index of the reason of a decided close, 0 while none: a close once decided stays decided. */
  closing = 0;
  /** Index of the reason of the reduction in force, 0 while none. */
  reducing = 0;
  /** Bar after which the last reduction was decided: at most one per closed bar. */
  reducedMs = -1;
  /** A shock against the position closed a bar at or after its entry, and whether its reduction was decided. */
  shocked = false;
  shockTaken = false;
  requestedUsdt = 0;
}

const NO_GRID: TickGrid = { numerator: 1, denominator: 1 };

/** The exit plan that is asked about at the moment. */
const asked = new ExitPlan();

/** The venue fills take-profits: of the exit plan only side, entry, R, grid and hold matter here. Valid until the next. */
function exitPlan(trade: Trade, grid: TickGrid, maxHoldMs: number): ExitPlan {
  asked.side = trade.side;
  asked.entry = trade.entryPrice;
  asked.r = trade.risk;
  asked.grid = grid;
  asked.maxHoldMs = maxHoldMs;
  return asked;
}

export function createTrade(): Trade {
  return new Trade();
}

/** Begins a trade in place. R is the distance from the entry that happened to the stop that was planned. */
export function openTrade(
  trade: Trade,
  side: Side,
  openedMs: number,
  entryPrice: number,
  quantity: number,
  stop: number,
  requestedUsdt: number,
  adopted: boolean,
): void {
  const distance = side * (entryPrice - stop);
  trade.open = true;
  trade.adopted = adopted;
  trade.side = side;
  trade.openedMs = openedMs;
  trade.countFromMs = Math.ceil(openedMs / BAR_MS) * BAR_MS;
  trade.entryPrice = entryPrice;
  trade.filledQuantity = quantity;
  trade.targetQuantity = quantity;
  trade.risk = distance > 0 ? distance : 0;
  trade.exit = createExit(exitPlan(trade, NO_GRID, 0), stop);
  trade.stopVersion = 1;
  // Filled beyond the planned stop: there is nothing left to protect.
  trade.stopPassed = !(distance > 0);
  trade.closing = 0;
  trade.reducing = 0;
  trade.reducedMs = -1;
  trade.shocked = false;
  trade.shockTaken = false;
  trade.requestedUsdt = requestedUsdt;
}

/** More was filled: R runs from the mean entry there is now to the first stop, and ladder and sizes are of the whole. */
export function growTrade(trade: Trade, quantity: number, entryPrice: number): void {
  const risk = trade.risk + trade.side * (entryPrice - trade.entryPrice);
  trade.risk = risk > 0 ? risk : 0;
  trade.entryPrice = entryPrice;
  trade.filledQuantity = quantity;
  trade.targetQuantity = quantity;
}

/**
 * One closed bar of an open trade, in the model's order: the old stop against the adverse extreme, then extreme and
 * stop. `stopMultiple` and `atr` are those of this bar's close (ATR 0 while it warms up: the stop stays).
 */
export function tradeBar(
  trade: Trade,
  timeMs: number,
  high: number,
  low: number,
  stopMultiple: number,
  atr: number,
  grid: TickGrid,
): void {
  if (timeMs < trade.countFromMs) return;
  const stop = trade.exit.stop;
  const adverse = trade.side > 0 ? low : high;
  if (trade.side * (adverse - stop) <= 0) trade.stopPassed = true;
  const plan = exitPlan(trade, grid, 0);
  if (atr > 0) exitTrail(trade.exit, plan, high, low, stopMultiple, atr);
  else exitExtreme(trade.exit, plan, high, low);
  if (trade.exit.stop !== stop) trade.stopVersion++;
}

/** A closed bar whose close was a shock against the side: the bar of the entry counts already. */
export function tradeShock(trade: Trade, timeMs: number): void {
  if (timeMs + BAR_MS > trade.openedMs) trade.shocked = true;
}

/** A mark seen before the first full bar: it may be the extreme, but does not move the stop. */
export function tradeMark(trade: Trade, markPrice: number, lastBarMs: number): void {
  if (lastBarMs < trade.countFromMs)
    exitExtreme(trade.exit, exitPlan(trade, NO_GRID, 0), markPrice, markPrice);
}

/** Whether a mark seen before the first full bar would move anything. */
export function isNewExtreme({ side, exit }: Trade, markPrice: number): boolean {
  return side * (markPrice - exit.extreme) > 0;
}

/** `TIME` at the longest hold, `STALE` at half of it when the trade was never half an R in profit. */
export function tradeTime(trade: Trade, heldMs: number, longestHoldMs: number): 'NONE' | 'TIME' | 'STALE' {
  const reason = exitTime(trade.exit, exitPlan(trade, NO_GRID, longestHoldMs), heldMs);
  return reason === 'TIME' || reason === 'STALE' ? reason : 'NONE';
}

/** One rung's price and quantity. */
export type Rung = { price: number; quantity: number };

/**
 * The take-profit ladder of a quantity: a third at each of two multiples of R, rounded down to the step; what is left
 * runs with the stop. Quantities sum to at most the whole.
 */
export function rungs(
  side: number,
  entryPrice: number,
  risk: number,
  quantity: number,
  quantityStep: number,
  grid: TickGrid,
  multiples: readonly [number, number] = LADDER_R,
): Rung[] {
  if (!(risk > 0)) return [];
  const [first, second] = ladder(side, entryPrice, risk, grid, multiples);
  const third = floorToStep(quantity / 3, quantityStep);
  return third > 0
    ? [
        { price: first, quantity: third },
        { price: second, quantity: third },
      ]
    : [];
}
