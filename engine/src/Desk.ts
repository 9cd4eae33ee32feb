import { EngineError, outOfDomain } from './EngineError.ts';
import { BAR_MS } from './Bar.ts';
import { createBookSlot, storeBook } from './BookSummary.ts';
import { REASONS, type Decision, type Reason } from './Decision.ts';
import {
  assertStorable,
  needInstrument,
  setInstrument,
  setLimits,
  type Desk,
  type DeskState,
} from './DeskState.ts';
import { addPrints, setOpenInterest, step, stepLeader } from './Feed.ts';
import { requireTime } from './Domain.ts';
import { decideHeld } from './Held.ts';
import { gridOf, type Instrument } from './Instrument.ts';
import { assertIntent, type Intent } from './Intent.ts';
import { assertObservation, type Observation } from './Observation.ts';
import { decideFlat, plan } from './Planning.ts';
import { clearPlan, PLAN_ENTERED, PLAN_NONE, PLAN_WAITING, storePlan } from './PlanSlot.ts';
import { FLAT, type Position } from './Position.ts';
import { assertLeaderSequence, assertSequence, assertSettlements } from './Sequence.ts';
import { OPEN_STANCE, type Stance } from './Stance.ts';
import { isNewExtreme, openTrade, tradeMark, tradeShock } from './Trade.ts';
import type { Verdict } from './Verdict.ts';
import { followTrade, isWarm, noteWarmth, settle } from './Warming.ts';
import { atrOf, stopMultipleOf, type Waters } from './Waters.ts';
import { ALONE, assertOthers, type OtherPosition } from './model/Portfolio.ts';
import { isShock } from './model/Shock.ts';
import { adoptedStop } from './model/Stops.ts';

/** An intent may lag the observation it builds on by this much. */
const INTENT_FRESH_MS = 15_000;

/** A decision, and whether the log takes it: a closed bar, a change or an act of the owner does, a tick does not. */
export interface Outcome {
  readonly decision: Decision;
  readonly record: boolean;
}

/** The waters that an intent plans on: as of the last observation on record. */
function recordedWaters(desk: Desk, instrument: Instrument, others: readonly OtherPosition[]): Waters {
  const { state } = desk;
  return {
    feed: state.feed,
    funding: state.funding,
    fundingNext: {
      timeMs: state.fundingNextMs,
      rate: state.fundingNextRate,
      intervalHours: state.fundingIntervalHours,
    },
    isFundingKnown: state.isFundingKnown,
    forecasts: { long: null, short: null },
    book: state.book,
    openInterest: state.openInterest,
    others,
    instrument,
    limits: state.limits,
    timeMs: state.timeMs,
    markPrice: state.markPrice,
    equityUsdt: state.equityUsdt,
  };
}

/** Where the book of the look at hand is kept while it is decided on. */
const seenBook = createBookSlot();

/** The waters as one observation shows them; what the feed remembers of earlier ones is the desk's. */
function seenWaters(
  desk: Desk,
  observation: Observation,
  instrument: Instrument,
  others: readonly OtherPosition[],
): Waters {
  const { state } = desk;
  const { funding } = observation;
  storeBook(seenBook, observation.book);
  return {
    feed: state.feed,
    funding: state.funding,
    fundingNext: funding ?? { timeMs: 0, rate: 0, intervalHours: state.fundingIntervalHours },
    isFundingKnown: funding !== null,
    forecasts: { long: null, short: null },
    book: seenBook,
    openInterest: observation.openInterest,
    others,
    instrument,
    limits: state.limits,
    timeMs: observation.timeMs,
    markPrice: observation.markPrice,
    equityUsdt: observation.account.equityUsdt,
  };
}

/** Everything that can be wrong with an observation, found before anything is changed. */
function assertFitting(desk: Desk, observation: Observation): Instrument {
  const { state } = desk;
  const known = needInstrument(desk);
  if (observation.timeMs < state.timeMs) {
    throw new EngineError(
      'request',
      'out-of-order',
      'timeMs',
      `at least ${String(state.timeMs)}`,
      observation.timeMs,
    );
  }
  if (observation.instrument === null && observation.instrumentHash !== state.instrumentHash) {
    throw new EngineError(
      'request',
      'instrument-unknown',
      'instrumentHash',
      `${String(state.instrumentHash)}, or the instrument itself`,
      observation.instrumentHash,
    );
  }
  const instrument = observation.instrument ?? known;
  if (observation.instrument !== null) assertStorable(instrument);
  if (instrument.symbol !== known.symbol)
    throw outOfDomain('instrument.symbol', known.symbol, instrument.symbol);
  const { bars, leaderBars } = observation;
  assertSequence(state.feed.lastMs, state.feed.lastClose, bars, 'bar', state.confirmedMs);
  assertLeaderSequence(state.feed.leader.lastMs, leaderBars, 'leaderBar');
  const lastMs = bars.length > 0 ? bars[bars.length - 1]!.timeMs : state.feed.lastMs;
  if (lastMs + BAR_MS > observation.timeMs) {
    throw new EngineError(
      'request',
      'bar-not-closed',
      'bar.timeMs',
      `closed by ${String(observation.timeMs)}`,
      lastMs,
    );
  }
  assertSettlements(observation.settlements, state.lastSettlementMs, observation.timeMs);
  return instrument;
}

/** Whether an observation without news of the market still moves the trade: then it goes on record. */
function movesTrade(state: DeskState, { position, markPrice }: Observation): boolean {
  const { trade, feed } = state;
  if (!trade.open) return position.side !== 0;
  if (position.side !== trade.side) return true;
  if (position.quantity > trade.filledQuantity || position.quantity < trade.targetQuantity) return true;
  return isNewExtreme(trade, markPrice, feed.lastMs);
}

/** Brings the trade in line with what the venue says is held. */
function meetPosition(desk: Desk, instrument: Instrument, position: Position): void {
  const { state } = desk;
  const { trade, feed } = state;
  if (trade.open && position.side !== trade.side) {
    trade.open = false;
    if (state.plan.state === PLAN_ENTERED) clearPlan(state.plan);
  }
  if (position.side === 0) return;
  if (!trade.open) {
    const openedMs = position.openedMs > 0 ? position.openedMs : state.timeMs;
    const planned = state.plan.state === PLAN_WAITING && state.plan.side === position.side;
    if (planned) {
      const { stopPrice, requestedUsdt } = state.plan;
      const { side, entryPrice, quantity } = position;
      openTrade(trade, side, openedMs, entryPrice, quantity, stopPrice, requestedUsdt, false);
      state.plan.state = PLAN_ENTERED;
    } else {
      const { side, entryPrice, quantity } = position;
      const multiple = stopMultipleOf(feed, state.limits);
      const stop = adoptedStop(side, entryPrice, multiple, atrOf(feed), gridOf(instrument));
      openTrade(trade, side, openedMs, entryPrice, quantity, stop, quantity * entryPrice, true);
    }
    // Opened during the bar that closed last: its close counts as the first.
    if (isShock(feed.shock, trade.side)) tradeShock(trade, feed.lastMs);
  } else if (position.quantity > trade.filledQuantity) {
    trade.filledQuantity = position.quantity;
    trade.targetQuantity = position.quantity;
    trade.entryPrice = position.entryPrice;
  } else if (position.quantity < trade.targetQuantity) {
    trade.targetQuantity = position.quantity;
  }
}

/** Writes back what the verdict decided of the trade: a close stays decided, a reduction has one target. */
function keepVerdict(state: DeskState, verdict: Verdict): void {
  const { decision } = verdict;
  const { trade, last } = state;
  if (decision.action === 'CLOSE') {
    trade.closing = REASONS.indexOf(decision.reason);
    trade.targetQuantity = 0;
  } else if (decision.action === 'REDUCE' && verdict.newReduction) {
    trade.reducing = REASONS.indexOf(decision.reason);
    trade.reducedMs = state.feed.lastMs;
    trade.targetQuantity = decision.targetQuantity;
    if (decision.reason === 'shock') trade.shockTaken = true;
  }
  last.action = verdict.actionIndex;
  last.reason = REASONS.indexOf(decision.reason);
  last.stopVersion = decision.stopVersion;
  last.targetQuantity = decision.targetQuantity;
}

function differs(state: DeskState, verdict: Verdict): boolean {
  const { last } = state;
  const { decision } = verdict;
  return (
    last.action !== verdict.actionIndex ||
    last.reason !== REASONS.indexOf(decision.reason) ||
    last.stopVersion !== decision.stopVersion ||
    last.targetQuantity !== decision.targetQuantity
  );
}

/** Bars oldest first, the leader's before ours of the same time; interest and prints belong to the last of them. */
function stepBars(state: DeskState, observation: Observation, instrument: Instrument): void {
  const { feed, trade } = state;
  const { bars, leaderBars } = observation;
  const grid = gridOf(instrument);
  for (let i = 0; i < leaderBars.length; i++) stepLeader(feed, leaderBars[i]!);
  const last = bars.length - 1;
  if (last < 0) return;
  for (let i = 0; i < last; i++) {
    step(feed, bars[i]!);
    if (trade.open) followTrade(state, bars[i]!, grid);
  }
  setOpenInterest(feed, observation.openInterest);
  addPrints(feed, observation.longPrintsUsdt + observation.shortPrintsUsdt);
  step(feed, bars[last]!);
  if (trade.open) followTrade(state, bars[last]!, grid);
}

/** Keeps what an observation on record says of venue and account. */
function keepSight(state: DeskState, observation: Observation): void {
  const { funding } = observation;
  const position = observation.position.side === 0 ? FLAT : observation.position;
  state.timeMs = observation.timeMs;
  state.markPrice = observation.markPrice;
  state.equityUsdt = observation.account.equityUsdt;
  state.isFundingKnown = funding !== null;
  state.fundingNextMs = funding?.timeMs ?? 0;
  state.fundingNextRate = funding?.rate ?? 0;
  if (funding !== null) state.fundingIntervalHours = funding.intervalHours;
  state.openInterest = observation.openInterest;
  storeBook(state.book, observation.book);
  state.restingStopPrice = observation.restingStopPrice;
  state.position.side = position.side;
  state.position.quantity = position.quantity;
  state.position.entryPrice = position.entryPrice;
  state.position.walletUsdt = position.walletUsdt;
  state.position.venueLiquidationPrice = position.venueLiquidationPrice;
}

/** Whether an observation tells of the market: bars, settlements or rules. Such a one is always on record. */
function hasNews({ bars, leaderBars, settlements, instrument, onRecord }: Observation): boolean {
  return (
    onRecord === true ||
    bars.length > 0 ||
    leaderBars.length > 0 ||
    settlements.length > 0 ||
    instrument !== null
  );
}

/**
 * Takes one observation: bars oldest first, funding at its settlement, account and position, the trade, and one
 * decision. One that brings no news, moves neither plan nor trade and is answered as before is a *tick*: it leaves the
 * desk exactly as it was, so that the desk is a fold over the frames on record alone.
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
  const { state } = desk;
  assertObservation(observation);
  assertOthers(others);
  const instrument = assertFitting(desk, observation);
  const { feed, trade, plan } = state;
  const { position, markPrice, timeMs } = observation;
  const { entriesBlocked, limits } = stance;
  const isTold = hasNews(observation);
  if (limits !== null) setLimits(desk, limits);
  if (isTold) {
    if (observation.instrument !== null) setInstrument(desk, observation.instrument);
    stepBars(state, observation, instrument);
    settle(state, observation.settlements);
    noteWarmth(state);
  }
  const expired = plan.state === PLAN_WAITING && timeMs >= plan.enterUntilMs;
  const isVoid = plan.state === PLAN_WAITING && (expired || entriesBlocked !== null);
  const isMoved = isTold || isVoid || limits !== null || movesTrade(state, observation);
  if (isMoved) {
    keepSight(state, observation);
    meetPosition(desk, instrument, position);
    if (trade.open) tradeMark(trade, markPrice, feed.lastMs);
    // Met before it became void, a plan has become a trade.
    if (plan.state === PLAN_WAITING && isVoid) clearPlan(plan);
  }
  const water = seenWaters(desk, observation, instrument, others);
  const verdict =
    trade.open && position.side !== 0
      ? decideHeld(water, observation.id, trade, plan, position, observation.restingStopPrice, stance)
      : decideFlat(water, observation.id, plan, entriesBlocked ?? (expired ? 'plan-expired' : 'no-intent'));
  const record = isMoved || differs(state, verdict);
  if (record) {
    if (!isMoved) keepSight(state, observation);
    keepVerdict(state, verdict);
  }
  return { decision: verdict.decision, record };
}

/** What already takes the desk's one place, or null. */
function occupiedBy({ trade, position, plan: slot }: DeskState): Reason | null {
  if (trade.open || position.side !== 0) return 'position-open';
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
  assertOthers(others);
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
      `within ${String(INTENT_FRESH_MS)} ms after the last observation (${String(state.timeMs)})`,
      intent.timeMs,
    );
  }
  if (stance.limits !== null) setLimits(desk, stance.limits);
  const busy = stance.entriesBlocked ?? occupiedBy(state);
  const { verdict, made } = plan(recordedWaters(desk, instrument, others), intent, busy, isWarm(desk));
  if (made !== null) storePlan(state.plan, made);
  state.last.action = verdict.actionIndex;
  state.last.reason = REASONS.indexOf(verdict.decision.reason);
  return { decision: verdict.decision, record: true };
}
