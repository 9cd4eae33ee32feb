import { EngineError, outOfDomain } from './EngineError.ts';
import { BAR_MS } from './Bar.ts';
import { decideFlat, decideHeld, plan, type Verdict } from './Decide.ts';
import { REASONS, type Decision } from './Decision.ts';
import { assertSequence, createFeed, MAX_GAP_BARS, step, stepLeader, type Feed } from './Feed.ts';
import { assertRate, type FundingNext, type Settlement } from './Funding.ts';
import { FEED_KINDS, WARM_UP_BARS, type History } from './History.ts';
import { getInstrument, putInstrument, type Instrument } from './Instrument.ts';
import { assertLimits, DEFAULT_LIMITS, type Limits } from './Limits.ts';
import type { Intent } from './Intent.ts';
import { instrumentHash, type Observation } from './Observation.ts';
import {
  clearPlan,
  createPlanSlot,
  PLAN_ENTERED,
  PLAN_NONE,
  PLAN_WAITING,
  storePlan,
  type PlanSlot,
} from './PlanSlot.ts';
import type { Position } from './Position.ts';
import { restore, shapeHash, snapshot } from './Snapshot.ts';
import { createTrade, openTrade, tradeBar, tradeMark, type Trade } from './Trade.ts';
import type { Waters } from './Assessment.ts';
import { fnv1aWords } from './codec/Fnv.ts';
import { finish, reader, writer } from './codec/Bytes.ts';
import { createFunding, fundingStep, type Funding } from './model/Funding.ts';
import { initialStop, initialStopDistance } from './model/Stops.ts';

/** Room for an encoded instrument: 32 tiers and a long symbol. */
const INSTRUMENT_BYTES = 1_536;
/** An intent may lag the observation it builds on by this much. */
const INTENT_FRESH_MS = 15_000;
/** A stale feed is warm again after a day of contiguous bars. */
const RE_WARM_BARS = 288;

type DeskState = {
  limits: { -readonly [K in keyof Limits]: number };
  kind: number;
  /** Whether history was ever loaded, and whether the first full warm-up is behind us. */
  loaded: boolean;
  wasWarm: boolean;
  accountHash: Uint8Array;
  instrument: Uint8Array;
  instrumentLength: number;
  instrumentHash: number;
  timeMs: number;
  markPrice: number;
  equityUsdt: number;
  fundingNextMs: number;
  fundingNextRate: number;
  fundingIntervalHours: number;
  lastSettlementMs: number;
  funding: Funding;
  feed: Feed;
  plan: PlanSlot;
  trade: Trade;
  position: {
    side: number;
    quantity: number;
    entryPrice: number;
    walletUsdt: number;
    venueLiquidationPrice: number;
  };
  restingStopPrice: number;
  /** What the last decision said, to tell a tick from a change. */
  last: { action: number; reason: number; stopVersion: number; targetQuantity: number };
};

/**
 * One owner's account in one perpetual: limits, feed, plan and trade as a fold over frames. The canister, the agent
 * and an auditor run this same fold; equal frames give equal bytes.
 */
export interface Desk {
  readonly state: DeskState;
  /** Decoded from the state's bytes; null until history brings one. */
  instrument: Instrument | null;
}

/** A decision, and whether the log takes it: a closed bar, a change or an act of the owner does, a tick does not. */
export interface Outcome {
  readonly decision: Decision;
  readonly record: boolean;
}

function createState(): DeskState {
  return {
    limits: { ...DEFAULT_LIMITS },
    kind: 0,
    loaded: false,
    wasWarm: false,
    accountHash: new Uint8Array(32),
    instrument: new Uint8Array(INSTRUMENT_BYTES),
    instrumentLength: 0,
    instrumentHash: 0,
    timeMs: 0,
    markPrice: 0,
    equityUsdt: 0,
    fundingNextMs: 0,
    fundingNextRate: 0,
    fundingIntervalHours: 8,
    lastSettlementMs: -1,
    funding: createFunding(),
    feed: createFeed(),
    plan: createPlanSlot(),
    trade: createTrade(),
    position: { side: 0, quantity: 0, entryPrice: 0, walletUsdt: 0, venueLiquidationPrice: 0 },
    restingStopPrice: 0,
    last: { action: -1, reason: -1, stopVersion: -1, targetQuantity: -1 },
  };
}

export function createDesk(limits: Limits): Desk {
  const desk: Desk = { state: createState(), instrument: null };
  setLimits(desk, limits);
  return desk;
}

/** Takes the limits as they are given; who may loosen what, and when, is the keeper's affair. */
export function setLimits(desk: Desk, limits: Limits): void {
  assertLimits(limits);
  const kept = desk.state.limits;
  kept.maxLeverage = limits.maxLeverage;
  kept.riskPerTrade = limits.riskPerTrade;
  kept.capitalUsdt = limits.capitalUsdt;
  kept.maxNotionalUsdt = limits.maxNotionalUsdt;
  kept.unattendedHours = limits.unattendedHours;
  kept.longestHoldHours = limits.longestHoldHours;
}

function setInstrument(desk: Desk, instrument: Instrument): void {
  const w = writer(INSTRUMENT_BYTES);
  putInstrument(w, instrument);
  const bytes = finish(w);
  if (bytes.length > INSTRUMENT_BYTES) {
    throw new EngineError(
      'request',
      'oversized',
      'instrument',
      `at most ${String(INSTRUMENT_BYTES)} bytes`,
      bytes.length,
    );
  }
  desk.state.instrument.fill(0);
  desk.state.instrument.set(bytes);
  desk.state.instrumentLength = bytes.length;
  desk.state.instrumentHash = instrumentHash(instrument);
  desk.instrument = instrument;
}

function assertSettlements(settlements: readonly Settlement[], lastMs: number, untilMs: number): void {
  let previousMs = lastMs;
  for (let i = 0; i < settlements.length; i++) {
    const { timeMs, rate } = settlements[i]!;
    assertRate(rate, 'settlement.rate');
    if (!(timeMs > previousMs && timeMs <= untilMs)) {
      throw new EngineError(
        'request',
        'out-of-order',
        'settlement.timeMs',
        `after ${String(previousMs)} and not after ${String(untilMs)}`,
        timeMs,
      );
    }
    previousMs = timeMs;
  }
}

function settle(state: DeskState, settlements: readonly Settlement[]): void {
  for (let i = 0; i < settlements.length; i++) {
    fundingStep(state.funding, settlements[i]!.rate);
    state.lastSettlementMs = settlements[i]!.timeMs;
  }
}

/** Whether the feed has seen enough contiguous bars to plan an entry on. */
export function isWarm(desk: Desk): boolean {
  const { feed, wasWarm } = desk.state;
  return feed.bars >= (wasWarm ? RE_WARM_BARS : WARM_UP_BARS);
}

/**
 * Warms an empty or stale feed. Never decides.
 *
 * @throws EngineError `not-stale` when the feed can go on by itself, or whatever is wrong with the bars; nothing is
 * changed then.
 */
export function loadHistory(desk: Desk, history: History): void {
  const { state } = desk;
  const first = history.bars[0];
  const last = history.bars[history.bars.length - 1];
  if (first === undefined || last === undefined) {
    throw new EngineError('request', 'out-of-domain', 'history.bars', 'at least one bar', 0);
  }
  if (state.loaded) {
    if (history.kind !== FEED_KINDS[state.kind]) {
      throw new EngineError('request', 'feed-kind', 'history.kind', FEED_KINDS[state.kind]!, history.kind);
    }
    for (let i = 0; i < 32; i++) {
      if (history.accountHash[i] !== state.accountHash[i]) {
        throw new EngineError(
          'request',
          'other-account',
          'history.accountHash',
          'the account of this feed',
          'another',
        );
      }
    }
    const expected = state.feed.lastMs + BAR_MS;
    if (last.timeMs < expected) {
      throw new EngineError(
        'request',
        'out-of-order',
        'history.bars',
        `bars after ${String(expected)}`,
        last.timeMs,
      );
    }
    if (last.timeMs - expected < MAX_GAP_BARS * BAR_MS) {
      throw new EngineError(
        'request',
        'not-stale',
        'history',
        'an empty or stale feed',
        'one that can go on',
      );
    }
  }
  assertSequence(-1, 0, history.bars, 'history.bar');
  assertSequence(-1, 0, history.leaderBars, 'history.leaderBar');
  const untilMs = last.timeMs + BAR_MS;
  assertSettlements(history.settlements, -1, untilMs);

  setInstrument(desk, history.instrument);
  state.kind = FEED_KINDS.indexOf(history.kind);
  state.accountHash.set(history.accountHash);
  state.feed = createFeed();
  state.funding = createFunding();
  state.lastSettlementMs = -1;
  for (let i = 0; i < history.bars.length; i++) step(state.feed, history.bars[i]!);
  for (let i = 0; i < history.leaderBars.length; i++) stepLeader(state.feed, history.leaderBars[i]!);
  settle(state, history.settlements);
  state.loaded = true;
  if (untilMs > state.timeMs) state.timeMs = untilMs;
}

function waters(desk: Desk, instrument: Instrument): Waters {
  const { state } = desk;
  const fundingNext: FundingNext = {
    timeMs: state.fundingNextMs,
    rate: state.fundingNextRate,
    intervalHours: state.fundingIntervalHours,
  };
  return {
    feed: state.feed,
    funding: state.funding,
    fundingNext,
    instrument,
    limits: state.limits,
    timeMs: state.timeMs,
    markPrice: state.markPrice,
    equityUsdt: state.equityUsdt,
  };
}

function needInstrument(desk: Desk): Instrument {
  if (desk.instrument === null) {
    throw new EngineError('request', 'no-history', 'feed', 'history loaded first', 'an empty feed');
  }
  return desk.instrument;
}

/** Everything that can be wrong with an observation, found before anything is changed. */
function assertObservation(desk: Desk, observation: Observation): Instrument {
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
  if (instrument.symbol !== known.symbol)
    throw outOfDomain('instrument.symbol', known.symbol, instrument.symbol);
  const { bars, leaderBars } = observation;
  assertSequence(state.feed.lastMs, state.feed.lastClose, bars, 'bar');
  assertSequence(state.feed.leaderMs, state.feed.leaderClose, leaderBars, 'leaderBar');
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

function grid(instrument: Instrument): { readonly numerator: number; readonly denominator: number } {
  return { numerator: instrument.tickNumerator, denominator: instrument.tickDenominator };
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
      const atr = feed.wilder.atrReady ? feed.wilder.atr : 0;
      const { side, entryPrice, quantity } = position;
      const distance = initialStopDistance(feed.stopMultiple, atr, entryPrice);
      const stop = initialStop(side, entryPrice, distance, grid(instrument));
      openTrade(trade, side, openedMs, entryPrice, quantity, stop, quantity * entryPrice, true);
    }
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

/**
 * Takes one observation: bars oldest first, funding at its settlement, account and position, the trade, and one
 * decision.
 *
 * @throws EngineError when the observation is stale, gapped, out of order or out of its domain; nothing is changed
 * then.
 */
export function observe(desk: Desk, observation: Observation): Outcome {
  const { state } = desk;
  const instrument = assertObservation(desk, observation);
  if (observation.instrument !== null) setInstrument(desk, observation.instrument);
  const { feed, trade } = state;
  const { bars, leaderBars, position } = observation;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    step(feed, bar);
    if (trade.open) {
      const atr = feed.wilder.atrReady ? feed.wilder.atr : 0;
      tradeBar(trade, bar.timeMs, bar.high, bar.low, feed.stopMultiple, atr, grid(instrument));
    }
  }
  for (let i = 0; i < leaderBars.length; i++) stepLeader(feed, leaderBars[i]!);
  settle(state, observation.settlements);
  if (!state.wasWarm && feed.bars >= WARM_UP_BARS) state.wasWarm = true;

  state.timeMs = observation.timeMs;
  state.markPrice = observation.markPrice;
  state.equityUsdt = observation.account.equityUsdt;
  state.fundingNextMs = observation.funding.timeMs;
  state.fundingNextRate = observation.funding.rate;
  state.fundingIntervalHours = observation.funding.intervalHours;
  state.restingStopPrice = observation.restingStopPrice;
  state.position.side = position.side;
  state.position.quantity = position.quantity;
  state.position.entryPrice = position.entryPrice;
  state.position.walletUsdt = position.walletUsdt;
  state.position.venueLiquidationPrice = position.venueLiquidationPrice;
  meetPosition(desk, instrument, position);
  if (trade.open) tradeMark(trade, state.markPrice, feed.lastMs);
  const expired = state.plan.state === PLAN_WAITING && state.timeMs >= state.plan.enterUntilMs;
  if (expired) clearPlan(state.plan);

  const water = waters(desk, instrument);
  const verdict =
    trade.open && position.side !== 0
      ? decideHeld(water, observation.id, trade, state.plan, position, observation.restingStopPrice)
      : decideFlat(water, observation.id, state.plan, expired);
  const record = bars.length > 0 || differs(state, verdict);
  keepVerdict(state, verdict);
  return { decision: verdict.decision, record };
}

/**
 * Answers a wish to enter with a certified plan or a refusal that names what bound.
 *
 * @throws EngineError `stale` when the last observation is too old to plan on; nothing is changed then.
 */
export function intend(desk: Desk, intent: Intent): Outcome {
  const { state } = desk;
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
  const busy =
    state.trade.open || state.position.side !== 0
      ? 'position-open'
      : state.plan.state === PLAN_NONE
        ? null
        : 'plan-open';
  const { verdict, made } = plan(waters(desk, instrument), intent, busy, isWarm(desk));
  if (made !== null) storePlan(state.plan, made);
  state.last.action = verdict.actionIndex;
  state.last.reason = REASONS.indexOf(verdict.decision.reason);
  return { decision: verdict.decision, record: true };
}

let deskShape = 0;

function shape(): number {
  if (deskShape === 0) deskShape = shapeHash(createState());
  return deskShape;
}

/** Versioned little-endian bytes of everything the desk remembers. */
export function snapshotDesk(desk: Desk): Uint8Array {
  return snapshot(desk.state, shape());
}

/** @throws EngineError when the bytes are of another version or shape. */
export function restoreDesk(bytes: Uint8Array): Desk {
  const desk: Desk = { state: createState(), instrument: null };
  restore(desk.state, shape(), bytes);
  const { instrument, instrumentLength } = desk.state;
  if (instrumentLength > 0) desk.instrument = getInstrument(reader(instrument.slice(0, instrumentLength)));
  return desk;
}

/** Fingerprint of the whole state, for replays and tests (risk model, section 0.1). */
export function stateHash(desk: Desk): number {
  return fnv1aWords(snapshotDesk(desk));
}
