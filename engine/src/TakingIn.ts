import { copyBook } from './BookSummary.ts';
import type { DeskState } from './DeskState.ts';
import { addPrints, step, stepLeader } from './Feed.ts';
import { gridOf, type Instrument } from './Instrument.ts';
import type { Look } from './Look.ts';
import { clearPlan, PLAN_ENTERED, PLAN_WAITING } from './PlanSlot.ts';
import { growTrade, isNewExtreme, openTrade, tradeShock } from './Trade.ts';
import { CLOSE, numberOf, REDUCE, type Verdict } from './Verdict.ts';
import { followTrade } from './Warming.ts';
import { atrOf, stopMultipleOf } from './Waters.ts';
import { isShock } from './model/Shock.ts';
import { adoptedStop } from './model/Stops.ts';

/*
 * What a look on record changes of a desk before it decides, and what the decision leaves behind. Ticks change nothing.
 */

const SHOCK = numberOf('shock');

/** Whether a look without news of the market still moves the trade: then it goes on record. */
export function movesTrade(state: DeskState, seen: Look): boolean {
  const { trade, feed } = state;
  const { side, quantity } = seen;
  if (!trade.open) return side !== 0;
  if (side !== trade.side) return true;
  if (quantity > trade.filledQuantity || quantity < trade.targetQuantity) return true;
  return feed.lastMs < trade.countFromMs && isNewExtreme(trade, seen.markPrice);
}

/** Brings the trade in line with what the venue says is held. */
export function meetPosition(state: DeskState, instrument: Instrument, seen: Look): void {
  const { trade } = state;
  const { side, quantity, entryPrice } = seen;
  if (trade.open && side !== trade.side) {
    trade.open = false;
    if (state.plan.state === PLAN_ENTERED) clearPlan(state.plan);
  }
  if (side === 0) return;
  if (!trade.open) beginTrade(state, instrument, seen, side as 1 | -1);
  else if (quantity > trade.filledQuantity) {
    growTrade(trade, quantity, entryPrice);
  } else if (quantity < trade.targetQuantity) {
    trade.targetQuantity = quantity;
  }
}

/** A trade under the plan that waits for it, or an adopted one. */
function beginTrade(state: DeskState, instrument: Instrument, seen: Look, side: 1 | -1): void {
  const { trade, feed, limits, plan: slot } = state;
  const { quantity, entryPrice } = seen;
  const openedMs = seen.openedMs > 0 ? seen.openedMs : seen.timeMs;
  if (slot.state === PLAN_WAITING && slot.side === side) {
    openTrade(trade, side, openedMs, entryPrice, quantity, slot.stopPrice, slot.requestedUsdt, false);
    slot.state = PLAN_ENTERED;
  } else {
    const multiple = stopMultipleOf(feed, limits);
    const stop = adoptedStop(side, entryPrice, multiple, atrOf(feed), gridOf(instrument));
    openTrade(trade, side, openedMs, entryPrice, quantity, stop, quantity * entryPrice, true);
  }
  // Opened during the bar that closed last: its close counts as the first.
  if (isShock(feed.shock, trade.side)) tradeShock(trade, feed.lastMs);
}

/** Bars oldest first, the leader's before ours of the same time; interest and prints belong to the last of them. */
export function stepBars(state: DeskState, seen: Look, instrument: Instrument): void {
  const { feed, trade } = state;
  const { bars, leaderBars } = seen;
  for (let i = 0; i < leaderBars.length; i++) stepLeader(feed, leaderBars[i]!);
  const last = bars.length - 1;
  for (let i = 0; i <= last; i++) {
    if (i === last) addPrints(feed, seen.longPrintsUsdt + seen.shortPrintsUsdt);
    step(feed, bars[i]!, i === last ? seen.openInterest : 0);
    if (trade.open) followTrade(state, bars[i]!, gridOf(instrument));
  }
}

/** Keeps what a look on record shows of venue and account: an intent may stand on it. */
export function keepSight(state: DeskState, seen: Look): void {
  state.fundingNextMs = seen.fundingTimeMs;
  state.fundingNextRate = seen.fundingRate;
  state.heldSide = seen.side;
  state.timeMs = seen.timeMs;
  state.markPrice = seen.markPrice;
  state.equityUsdt = seen.equityUsdt;
  state.openInterest = seen.openInterest;
  state.isFundingKnown = seen.isFundingKnown;
  if (seen.isFundingKnown) state.fundingIntervalHours = seen.fundingIntervalHours;
  copyBook(state.book, seen.book);
}

/** Writes back what the verdict decided of the trade: a close stays decided, a reduction has one target. */
export function keepVerdict(state: DeskState, verdict: Verdict): void {
  const { trade, last, feed } = state;
  const { action, reason, targetQuantity, lattice } = verdict;
  if (action === CLOSE) {
    trade.closing = reason;
    trade.targetQuantity = 0;
  } else if (action === REDUCE && verdict.newReduction) {
    trade.reducing = reason;
    trade.reducedMs = feed.lastMs;
    trade.targetQuantity = targetQuantity;
    if (reason === SHOCK) trade.shockTaken = true;
  }
  const { leverage, notional } = lattice!;
  last.action = action;
  last.reason = reason;
  last.stopVersion = verdict.stopVersion;
  last.targetQuantity = targetQuantity;
  last.warnings = verdict.warnings;
  last.leverage = leverage > 0 ? leverage : 0;
  last.notionalUsdt = notional;
}

/** Whether a verdict is not what the last record told. */
export function differs({ last }: DeskState, verdict: Verdict): boolean {
  return (
    last.action !== verdict.action ||
    last.reason !== verdict.reason ||
    last.stopVersion !== verdict.stopVersion ||
    last.targetQuantity !== verdict.targetQuantity
  );
}
