import { EngineError } from './EngineError.ts';
import type { Decision, Reason } from './Decision.ts';
import { decodeDecision } from './DecisionFrame.ts';
import { writeDecision } from './DecisionWriter.ts';
import { needInstrument, setInstrument, setLimits, type Desk, type DeskState } from './DeskState.ts';
import { recordedWaters, seenWaters, waters } from './DeskWaters.ts';
import { requireTime } from './Domain.ts';
import { assertFitting } from './Fitting.ts';
import { decideHeld } from './Held.ts';
import { assertIntent, type Intent } from './Intent.ts';
import type { Look } from './Look.ts';
import { assertLook } from './LookDomain.ts';
import { lookOf } from './LookObjects.ts';
import { measures } from './Measures.ts';
import type { Observation } from './Observation.ts';
import { decideFlat, isWithinLimits, plan } from './Planning.ts';
import { clearPlan, PLAN_NONE, PLAN_WAITING, planBytes, storePlan } from './PlanSlot.ts';
import { OPEN_STANCE, type Stance } from './Stance.ts';
import { differs, keepSight, keepVerdict, meetPosition, movesTrade, stepBars } from './TakingIn.ts';
import { tradeMark } from './Trade.ts';
import type { Verdict } from './Verdict.ts';
import { isCurrent, isWarm, noteWarmth, settle } from './Warming.ts';
import { ALONE, assertOthers, type OtherPosition } from './model/Portfolio.ts';

/** An intent may lag the observation it builds on by this much. */
const INTENT_FRESH_MS = 15_000;

/** A decision, and whether the log takes it: a closed bar, a change or an act of the owner does, a tick does not. */
export class Outcome {
  /**
   * The decision's frame, part of a room of 16 KiB with others: whoever keeps it for long keeps a copy. Declared only, as
   * fields that are first made and then set cost the canister twice.
   */
  declare readonly bytes: Uint8Array;
  declare readonly record: boolean;

  constructor(bytes: Uint8Array, record: boolean) {
    this.bytes = bytes;
    this.record = record;
  }

  /** The decision as an object, read from the frame. */
  get decision(): Decision {
    return decodeDecision(this.bytes);
  }
}

function decide(
  { trade, plan: slot, last }: DeskState,
  seen: Look,
  stance: Stance,
  idle: Reason,
  isFull: boolean,
): Verdict {
  return trade.open && seen.side !== 0
    ? decideHeld(waters, trade, seen, stance, isFull, last.warnings)
    : decideFlat(waters, slot, idle, isFull, last.warnings);
}

/** The frame of what was decided; `isFull` with its table. */
function framed(
  { last, plan: slot, trade }: DeskState,
  id: Uint8Array,
  verdict: Verdict,
  isFull: boolean,
): Uint8Array {
  if (slot.state !== PLAN_NONE && verdict.plan === null) {
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
  let idle: Reason = entriesBlocked ?? (isExpired ? 'plan-expired' : 'no-intent');
  if (isMoved) {
    keepSight(state, seen);
    meetPosition(state, instrument, seen);
    if (trade.open) tradeMark(trade, seen.markPrice, feed.lastMs);
    // Met before it became void, a plan has become a trade.
    if (isVoid && slot.state === PLAN_WAITING) clearPlan(slot);
  }
  seenWaters(state, seen, instrument, others, isMoved || seen.side !== 0);
  if (isWaiting && limits !== null && slot.state === PLAN_WAITING && !isWithinLimits(waters, slot)) {
    clearPlan(slot);
    idle = 'limits-tightened';
  }
  let verdict = decide(state, seen, stance, idle, isMoved);
  let isRecord = isMoved;
  if (!isMoved && differs(state, verdict)) {
    isRecord = true;
    keepSight(state, seen);
    seenWaters(state, seen, instrument, others, true);
    verdict = decide(state, seen, stance, idle, true);
  }
  const bytes = framed(state, seen.id, verdict, isRecord);
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
  const busy = stance.entriesBlocked ?? occupiedBy(state) ?? (isCurrent(state) ? null : 'stale-data');
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
  const bytes = framed(state, intent.id, verdict, true);
  if (made !== null) storePlan(state.plan, made);
  state.last.action = verdict.action;
  state.last.reason = verdict.reason;
  return new Outcome(bytes, true);
}
