import { furthest, isStale, stopFill, takeProfitReached, trailedStop } from './Stops.ts';
import type { TickGrid } from './Stops.ts';

/*
 * The life of a trade's exits, one closed bar at a time, in the fixed order: the old stop against this bar's adverse
 * extreme, take-profits, then the new extreme and stop, then time. A stop and a take-profit in one bar is a stop.
 */

/** What was fixed at entry. */
export class ExitPlan {
  side = 1;
  entry = 0;
  /** Distance from entry to the first stop, price units. */
  r = 0;
  takeProfits: readonly [number, number] = [0, 0];
  grid: TickGrid = { numerator: 1, denominator: 1 };
  maxHoldMs = 0;
}

/** What changes. */
export class ExitState {
  stop = 0;
  /** Furthest favourable price since entry. */
  extreme = 0;
  /** Furthest favourable move since entry, price units, >= 0. */
  maxFavourable = 0;
  /** Take-profits filled: 0, 1 or 2. */
  legs = 0;
  /** Whether the trade was ever 1 R in profit. */
  breakEven = false;
}

export function createExit(plan: ExitPlan, stop: number): ExitState {
  const state = new ExitState();
  state.stop = stop;
  state.extreme = plan.entry;
  return state;
}

/** Why an exit happened. A stop hit after break-even was earned is a trail. */
export type ExitReason = 'NONE' | 'STOP' | 'TRAIL' | 'STALE' | 'TIME';

/**
 * The stop against one closed bar: its fill before slippage, or 0. Comes first; after a fill nothing else of this bar
 * counts.
 */
export function exitStop(state: ExitState, plan: ExitPlan, open: number, high: number, low: number): number {
  return stopFill(plan.side, state.stop, open, high, low);
}

/** Counts the take-profits this bar filled into `legs` and returns how many there were. Comes second. */
export function exitTakeProfits(state: ExitState, plan: ExitPlan, high: number, low: number): number {
  const before = state.legs;
  while (state.legs < 2 && takeProfitReached(plan.side, plan.takeProfits[state.legs] as number, high, low)) {
    state.legs++;
  }
  return state.legs - before;
}

/** Takes the bar's extreme and ratchets the stop; k and ATR are those of this bar's close. Comes third. */
export function exitTrail(
  state: ExitState,
  plan: ExitPlan,
  high: number,
  low: number,
  k: number,
  atr: number,
): void {
  const { side, entry } = plan;
  exitExtreme(state, plan, high, low);
  state.stop = trailedStop(side, state.stop, entry, state.extreme, state.breakEven, k, atr, plan.grid);
}

/** Takes a bar's or a tick's extreme without moving the stop. */
export function exitExtreme(state: ExitState, plan: ExitPlan, high: number, low: number): void {
  const { side, entry, r } = plan;
  const extreme = furthest(side, state.extreme, high, low);
  const favourable = side * (extreme - entry);
  state.extreme = extreme;
  if (favourable > state.maxFavourable) state.maxFavourable = favourable;
  if (state.maxFavourable >= r) state.breakEven = true;
}

/** Time exits at a bar's close, `heldMs` after entry. Comes last. */
export function exitTime(state: ExitState, plan: ExitPlan, heldMs: number): ExitReason {
  if (heldMs >= plan.maxHoldMs) return 'TIME';
  return 2 * heldMs >= plan.maxHoldMs && isStale(state.maxFavourable, plan.r) ? 'STALE' : 'NONE';
}

/** The name of a stop's fill. */
export function exitStopReason(state: ExitState): ExitReason {
  return state.breakEven ? 'TRAIL' : 'STOP';
}

/** Share of the original quantity that is left after the take-profits so far. */
export function exitQuantityLeft(state: ExitState): number {
  return (3 - state.legs) / 3;
}
