import { EngineError, outOfDomain } from './EngineError.ts';
import { BAR_MS } from './Bar.ts';
import { copyBook } from './BookSummary.ts';
import { type Decision, type Reason } from './Decision.ts';
import { decodeDecision } from './DecisionFrame.ts';
import { writeDecision } from './DecisionWriter.ts';
import {
  assertStorable,
  needInstrument,
  setInstrument,
  setLimits,
  type Desk,
  type DeskState,
} from './DeskState.ts';
import { requireTime } from './Domain.ts';
import { addPrints, setOpenInterest, step, stepLeader } from './Feed.ts';
import { decideHeld } from './Held.ts';
import { gridOf, type Instrument } from './Instrument.ts';
import { assertIntent, type Intent } from './Intent.ts';
import type { Look } from './Look.ts';
import { assertLook } from './LookDomain.ts';
import { lookOf } from './LookObjects.ts';
import { measures } from './Measures.ts';
import type { Observation } from './Observation.ts';
import { decideFlat, plan } from './Planning.ts';
import { clearPlan, PLAN_ENTERED, PLAN_NONE, PLAN_WAITING, planBytes, storePlan } from './PlanSlot.ts';
import { assertLeaderSequence, assertSequence, assertSettlements } from './Sequence.ts';
import { OPEN_STANCE, type Stance } from './Stance.ts';
import { isNewExtreme, openTrade, tradeMark, tradeShock } from './Trade.ts';
import { CLOSE, numberOf, REDUCE, type Verdict } from './Verdict.ts';
import { followTrade, isWarm, noteWarmth, settle } from './Warming.ts';
import { atrOf, createWaters, stopMultipleOf, type Waters } from './Waters.ts';
import { ALONE, assertOthers, type OtherPosition } from './model/Portfolio.ts';
import { isShock } from './model/Shock.ts';
import { adoptedStop } from './model/Stops.ts';

/** An intent may lag the observation it builds on by this much. */
const INTENT_FRESH_MS = 15_000;
const SHOCK = numberOf('shock');

/** A decision, and whether the log takes it: a closed bar, a change or an act of the owner does, a tick does not. */
export class Outcome {
  /** The decision's frame. */
  readonly bytes: Uint8Array;
  readonly record: boolean;

  constructor(bytes: Uint8Array, record: boolean) {
    this.bytes = bytes;
    this.record = record;
  }

  /** The decision as an object, read from the frame. */
  get decision(): Decision {
    return decodeDecision(this.bytes);
  }
}

const waters = createWaters();

/** What every decision reads, a flat tick's too. */
function fillWaters(state: DeskState, instrument: Instrument, timeMs: number, markPrice: number): void {
  waters.feed = state.feed;
  waters.limits = state.limits;
  waters.instrument = instrument;
  waters.timeMs = timeMs;
  waters.markPrice = markPrice;
}

/** The waters that an intent plans on: as of the last observation on record. */
function recordedWaters(desk: Desk, instrument: Instrument, others: readonly OtherPosition[]): Waters {
  const { state } = desk;
  fillWaters(state, instrument, state.timeMs, state.markPrice);
  waters.funding = state.funding;
  waters.others = others;
  waters.isFundingKnown = state.isFundingKnown;
  waters.fundingTimeMs = state.fundingNextMs;
  waters.fundingRate = state.fundingNextRate;
  waters.fundingIntervalHours = state.fundingIntervalHours;
  waters.book = state.book;
  waters.openInterest = state.openInterest;
  waters.equityUsdt = state.equityUsdt;
  return waters;
}

/**
 * The waters as one look shows them; what the feed remembers of earlier ones is the desk's.
 *
 * @param isDeep whether more is wanted than time and mark: a flat tick needs no market.
 */
function seenWaters(
  { state }: Desk,
  seen: Look,
  instrument: Instrument,
  others: readonly OtherPosition[],
  isDeep: boolean,
): void {
  fillWaters(state, instrument, seen.timeMs, seen.markPrice);
  if (!isDeep) return;
  const { isFundingKnown } = seen;
  waters.funding = state.funding;
  waters.others = others;
  waters.isFundingKnown = isFundingKnown;
  waters.fundingTimeMs = seen.fundingTimeMs;
  waters.fundingRate = seen.fundingRate;
  waters.fundingIntervalHours = isFundingKnown ? seen.fundingIntervalHours : state.fundingIntervalHours;
  waters.book = seen.book;
  waters.openInterest = seen.openInterest;
  waters.equityUsdt = seen.equityUsdt;
}

/** Everything that can be wrong with a look, found before anything is changed. */
function assertFitting(desk: Desk, seen: Look): Instrument {
  const { state } = desk;
  const known = needInstrument(desk);
  const { timeMs, instrument } = seen;
  if (timeMs < state.timeMs) {
    throw new EngineError('request', 'out-of-order', 'timeMs', `at least ${String(state.timeMs)}`, timeMs);
  }
  if (instrument === null) {
    if (seen.instrumentHash !== state.instrumentHash) {
      throw new EngineError(
        'request',
        'instrument-unknown',
        'instrumentHash',
        `${String(state.instrumentHash)}, or the instrument itself`,
        seen.instrumentHash,
      );
    }
  } else {
    assertStorable(instrument);
    if (instrument.symbol !== known.symbol)
      throw outOfDomain('instrument.symbol', known.symbol, instrument.symbol);
  }
  const { bars, leaderBars, settlements } = seen;
  const { feed } = state;
  let lastMs = feed.lastMs;
  if (bars.length > 0) {
    assertSequence(lastMs, feed.lastClose, bars, 'bar', state.confirmedMs);
    lastMs = bars[bars.length - 1]!.timeMs;
  }
  if (leaderBars.length > 0) assertLeaderSequence(feed.leader.lastMs, leaderBars, 'leaderBar');
  if (lastMs + BAR_MS > timeMs) {
    throw new EngineError('request', 'bar-not-closed', 'bar.timeMs', `closed by ${String(timeMs)}`, lastMs);
  }
  if (settlements.length > 0) assertSettlements(settlements, state.lastSettlementMs, timeMs);
  return instrument ?? known;
}

/** Whether a look without news of the market still moves the trade: then it goes on record. */
function movesTrade(state: DeskState, seen: Look): boolean {
  const { trade, feed } = state;
  const { side, quantity } = seen;
  if (!trade.open) return side !== 0;
  if (side !== trade.side) return true;
  if (quantity > trade.filledQuantity || quantity < trade.targetQuantity) return true;
  return isNewExtreme(trade, seen.markPrice, feed.lastMs);
}

/** Brings the trade in line with what the venue says is held. */
function meetPosition(state: DeskState, instrument: Instrument, seen: Look): void {
  const { trade } = state;
  const { side, quantity, entryPrice } = seen;
  if (trade.open && side !== trade.side) {
    trade.open = false;
    if (state.plan.state === PLAN_ENTERED) clearPlan(state.plan);
  }
  if (side === 0) return;
  if (!trade.open) beginTrade(state, instrument, seen, side as 1 | -1);
  else if (quantity > trade.filledQuantity) {
    trade.filledQuantity = quantity;
    trade.targetQuantity = quantity;
    trade.entryPrice = entryPrice;
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

/** Writes back what the verdict decided of the trade: a close stays decided, a reduction has one target. */
function keepVerdict(state: DeskState, verdict: Verdict): void {
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
  last.action = action;
  last.reason = reason;
  last.stopVersion = verdict.stopVersion;
  last.targetQuantity = targetQuantity;
  last.warnings = verdict.warnings;
  last.leverage = lattice!.leverage > 0 ? lattice!.leverage : 0;
  last.notionalUsdt = lattice!.notional;
}

function differs({ last }: DeskState, verdict: Verdict): boolean {
  return (
    last.action !== verdict.action ||
    last.reason !== verdict.reason ||
    last.stopVersion !== verdict.stopVersion ||
    last.targetQuantity !== verdict.targetQuantity
  );
}

/** Bars oldest first, the leader's before ours of the same time; interest and prints belong to the last of them. */
function stepBars(state: DeskState, seen: Look, instrument: Instrument): void {
  const { feed, trade } = state;
  const { bars, leaderBars } = seen;
  for (let i = 0; i < leaderBars.length; i++) stepLeader(feed, leaderBars[i]!);
  const last = bars.length - 1;
  for (let i = 0; i <= last; i++) {
    if (i === last) {
      setOpenInterest(feed, seen.openInterest);
      addPrints(feed, seen.longPrintsUsdt + seen.shortPrintsUsdt);
    }
    step(feed, bars[i]!);
    if (trade.open) followTrade(state, bars[i]!, gridOf(instrument));
  }
}

/** Keeps what a look on record shows of venue and account: an intent may stand on it. */
function keepSight(state: DeskState, seen: Look): void {
  state.timeMs = seen.timeMs;
  state.markPrice = seen.markPrice;
  state.equityUsdt = seen.equityUsdt;
  state.isFundingKnown = seen.isFundingKnown;
  state.fundingNextMs = seen.fundingTimeMs;
  state.fundingNextRate = seen.fundingRate;
  if (seen.isFundingKnown) state.fundingIntervalHours = seen.fundingIntervalHours;
  state.openInterest = seen.openInterest;
  copyBook(state.book, seen.book);
  state.heldSide = seen.side;
}

function decide(desk: Desk, seen: Look, stance: Stance, idle: Reason, isFull: boolean): Verdict {
  const { trade, plan: slot, last } = desk.state;
  return trade.open && seen.side !== 0
    ? decideHeld(waters, trade, seen, stance, isFull, last.warnings)
    : decideFlat(waters, slot, idle, isFull, last.warnings);
}

/** The frame of what was decided; `isFull` with its table. */
function framed(desk: Desk, id: Uint8Array, verdict: Verdict, isFull: boolean): Uint8Array {
  const { last, plan: slot, trade } = desk.state;
  if (verdict.plan === null && slot.state !== PLAN_NONE) {
    verdict.plan = planBytes(slot, trade.filledQuantity, waters.instrument.quantityStep);
  }
  if (!isFull) return writeDecision(id, waters, verdict, last.leverage, last.notionalUsdt, null);
  const { targetQuantity, heldQuantity, lattice } = verdict;
  const { leverage, notional } = lattice!;
  const entering = targetQuantity > heldQuantity ? targetQuantity - heldQuantity : 0;
  const leaving = targetQuantity > heldQuantity ? targetQuantity : heldQuantity;
  const measured = measures(waters, entering, leaving, verdict.stopPrice);
  return writeDecision(id, waters, verdict, leverage > 0 ? leverage : 0, notional, measured);
}

/**
 * Takes one observation: bars oldest first, funding at its settlement, account and position, the trade, and one
 * decision. One that brings no news, moves neither plan nor trade and is answered as before is a *tick*: it leaves the
 * desk exactly as it was, so that the desk is a fold over the frames on record alone. A desk told by objects decides as
 * one told by frames does, but keeps a book's prices unscaled: compare the state hashes of desks told in the same way.
 *
 * @param others the owner's other positions, which share the portfolio's budget (N_PORT).
 * @param stance what the keeper of the owner's rules says of this desk now.
 * @throws EngineError when the observation is stale, gapped, out of order or out of its domain; nothing is changed
 * then.
 */
export function observe(
  desk: Desk,
  observation: Observation,
  others: readonly OtherPosition[] = ALONE,
  stance: Stance = OPEN_STANCE,
): Outcome {
  return observeLook(desk, lookOf(observation), others, stance);
}

/** As `observe`, for a look that was read from its frame. */
export function observeLook(
  desk: Desk,
  seen: Look,
  others: readonly OtherPosition[] = ALONE,
  stance: Stance = OPEN_STANCE,
): Outcome {
  const { state } = desk;
  assertLook(seen);
  if (others.length > 0) assertOthers(others);
  const instrument = assertFitting(desk, seen);
  const { entriesBlocked, limits } = stance;
  if (limits !== null) setLimits(desk, limits);
  const { feed, trade, plan: slot } = state;
  const isTold = seen.isNews;
  if (isTold) {
    if (seen.instrument !== null) setInstrument(desk, seen.instrument);
    stepBars(state, seen, instrument);
    if (seen.settlements.length > 0) settle(state, seen.settlements);
    noteWarmth(state);
  }
  const isWaiting = slot.state === PLAN_WAITING;
  const isExpired = isWaiting && seen.timeMs >= slot.enterUntilMs;
  const isVoid = isWaiting && (isExpired || entriesBlocked !== null);
  const isMoved = isTold || isVoid || limits !== null || movesTrade(state, seen);
  if (isMoved) {
    keepSight(state, seen);
    meetPosition(state, instrument, seen);
    if (trade.open) tradeMark(trade, seen.markPrice, feed.lastMs);
    // Met before it became void, a plan has become a trade.
    if (slot.state === PLAN_WAITING && isVoid) clearPlan(slot);
  }
  seenWaters(desk, seen, instrument, others, isMoved || seen.side !== 0);
  const idle = entriesBlocked ?? (isExpired ? 'plan-expired' : 'no-intent');
  let verdict = decide(desk, seen, stance, idle, isMoved);
  const isRecord = isMoved || differs(state, verdict);
  if (isRecord && !isMoved) {
    keepSight(state, seen);
    seenWaters(desk, seen, instrument, others, true);
    verdict = decide(desk, seen, stance, idle, true);
  }
  const bytes = framed(desk, seen.id, verdict, isRecord);
  if (isRecord) keepVerdict(state, verdict);
  return new Outcome(bytes, isRecord);
}

/** What already takes the desk's one place, or null. */
function occupiedBy({ trade, heldSide, plan: slot }: DeskState): Reason | null {
  if (trade.open || heldSide !== 0) return 'position-open';
  return slot.state === PLAN_NONE ? null : 'plan-open';
}

/**
 * The owner vouches for the close of the bar that opened at `barMs`: a jump there waits for no next bar. Calibration
 * windows that see it are dropped all the same.
 */
export function confirmJump(desk: Desk, barMs: number): void {
  requireTime('confirm.barMs', barMs);
  desk.state.confirmedMs = barMs;
}

/**
 * Answers a wish to enter, on the last observation on record, with a certified plan or a refusal that names what bound.
 *
 * @throws EngineError `stale` when the last observation is too old to plan on; nothing is changed then.
 */
export function intend(
  desk: Desk,
  intent: Intent,
  others: readonly OtherPosition[] = ALONE,
  stance: Stance = OPEN_STANCE,
): Outcome {
  const { state } = desk;
  assertIntent(intent);
  if (others.length > 0) assertOthers(others);
  const instrument = needInstrument(desk);
  if (
    intent.timeMs < state.timeMs ||
    intent.timeMs > state.timeMs + INTENT_FRESH_MS ||
    !(state.markPrice > 0)
  ) {
    throw new EngineError(
      'temporary',
      'stale',
      'intent.timeMs',
      `within ${String(INTENT_FRESH_MS)} ms after the last observation on record (${String(state.timeMs)})`,
      intent.timeMs,
    );
  }
  const before = { ...state.limits };
  if (stance.limits !== null) setLimits(desk, stance.limits);
  const busy = stance.entriesBlocked ?? occupiedBy(state);
  recordedWaters(desk, instrument, others);
  let planned: ReturnType<typeof plan>;
  try {
    planned = plan(waters, intent, busy, isWarm(desk));
  } catch (error) {
    // A refused wish leaves no record: the limits that it was judged by are not kept either.
    setLimits(desk, before);
    throw error;
  }
  const { verdict, made } = planned;
  const bytes = framed(desk, intent.id, verdict, true);
  if (made !== null) storePlan(state.plan, made);
  state.last.action = verdict.action;
  state.last.reason = verdict.reason;
  return new Outcome(bytes, true);
}
