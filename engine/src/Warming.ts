import { BAR_MS, type Bar } from './Bar.ts';
import { assertStorable, setInstrument, type Desk, type DeskState } from './DeskState.ts';
import { EngineError } from './EngineError.ts';
import { createFeed, step, stepLeader, type Feed } from './Feed.ts';
import type { Settlement } from './Funding.ts';
import { assertHistory, assertOpenInterest, FEED_KINDS, WARM_UP_BARS, type History } from './History.ts';
import { gridOf } from './Instrument.ts';
import { HASH_BYTES } from './Record.ts';
import { assertLeaderSequence, assertSequence, assertSettlements, MAX_GAP_BARS } from './Sequence.ts';
import { tradeBar, tradeShock } from './Trade.ts';
import { atrOf, stopMultipleOf } from './Waters.ts';
import { createFunding, fundingStep } from './model/Funding.ts';
import type { KappaTracker } from './model/KappaTracker.ts';
import { isShock } from './model/Shock.ts';
import type { TickGrid } from './model/Stops.ts';

/** A stale feed is warm again after a day of contiguous bars. */
const RE_WARM_BARS = 288;
/** A bar may be this late. */
const BAR_DELAY_MS = 90_000;

/** Takes settlements into the funding statistics. */
export function settle(state: DeskState, settlements: readonly Settlement[]): void {
  for (let i = 0; i < settlements.length; i++) {
    fundingStep(state.funding, settlements[i]!.rate);
    state.lastSettlementMs = settlements[i]!.timeMs;
  }
}

/** Remembers the first full warm-up: a feed that had one needs less to be warm again. */
export function noteWarmth(state: DeskState): void {
  if (state.feed.bars >= WARM_UP_BARS) state.wasWarm = true;
}

/**
 * Whether the feed has seen enough bars without a break to plan an entry on; those that were filled in do not count.
 * Where most hours were missing there may be bars enough and no true range yet: a stop cannot be placed then.
 */
export function isWarm(desk: Desk): boolean {
  const { feed, wasWarm } = desk.state;
  return feed.bars >= (wasWarm ? RE_WARM_BARS : WARM_UP_BARS) && feed.wilder.atrReady;
}

/** Whether the newest closed bar is there, or may still be on its way, as of the last look on record. */
export function isCurrent({ feed, timeMs }: DeskState): boolean {
  return timeMs < feed.lastMs + 2 * BAR_MS + BAR_DELAY_MS;
}

/** Whether this history may warm this desk's feed: the same account and kind for ever, and only when it is needed. */
function assertFitting(state: DeskState, history: History, lastMs: number): void {
  const kind = FEED_KINDS[state.kind]!;
  if (history.kind !== kind)
    throw new EngineError('request', 'feed-kind', 'history.kind', kind, history.kind);
  for (let i = 0; i < HASH_BYTES; i++) {
    if (history.accountHash[i] !== state.accountHash[i]) {
      const expected = 'the account of this feed';
      throw new EngineError('request', 'other-account', 'history.accountHash', expected, 'another');
    }
  }
  const expectedMs = state.feed.lastMs + BAR_MS;
  if (lastMs < expectedMs) {
    const expected = `bars after ${String(expectedMs)}`;
    throw new EngineError('request', 'out-of-order', 'history.bars', expected, lastMs);
  }
  if (lastMs - expectedMs < MAX_GAP_BARS * BAR_MS) {
    throw new EngineError('request', 'not-stale', 'history', 'an empty or stale feed', 'one that can go on');
  }
}

/** What a stale feed still knows for sure: how far its touch distances had to be stretched. They never loosen here. */
function keepCalibration(before: KappaTracker, feed: Feed): void {
  const { kappa } = feed;
  if (before.kappaLong > kappa.kappaLong) kappa.kappaLong = before.kappaLong;
  if (before.kappaShort > kappa.kappaShort) kappa.kappaShort = before.kappaShort;
}

/** One bar of an open trade, as the feed saw it close. */
export function followTrade(state: DeskState, bar: Bar, grid: TickGrid): void {
  const { feed, trade, limits } = state;
  tradeBar(trade, bar.timeMs, bar.high, bar.low, stopMultipleOf(feed, limits), atrOf(feed), grid);
  if (isShock(feed.shock, trade.side)) tradeShock(trade, bar.timeMs);
}

/** Bars into the feed in the order of time: the leader's before ours of the same time, each with the interest of its close. */
function replayBars(state: DeskState, history: History, knownMs: number, grid: TickGrid): void {
  const { feed, trade } = state;
  const { bars, leaderBars, openInterest } = history;
  let leader = 0;
  let point = 0;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    while (leader < leaderBars.length && leaderBars[leader]!.timeMs <= bar.timeMs) {
      stepLeader(feed, leaderBars[leader++]!);
    }
    let units = 0;
    while (point < openInterest.length && openInterest[point]!.timeMs <= bar.timeMs + BAR_MS) {
      units = openInterest[point++]!.units;
    }
    step(feed, bar, units);
    if (trade.open && bar.timeMs > knownMs) followTrade(state, bar, grid);
  }
  while (leader < leaderBars.length) stepLeader(feed, leaderBars[leader++]!);
}

/**
 * Warms an empty or stale feed. Never decides. The feed begins anew with these bars: indicators, volatility, the crowd
 * map, ranks and lead-lag know nothing of what was before the gap, and open calibration windows are dropped unscored.
 * Kept are the stretched touch distances, and an open trade, which these bars carry on.
 *
 * @throws EngineError `not-stale` when the feed can go on by itself, or whatever is wrong with the bars; nothing is
 * changed then.
 */
export function loadHistory(desk: Desk, history: History): void {
  const { state } = desk;
  const { bars, leaderBars, settlements, openInterest, instrument } = history;
  const last = bars[bars.length - 1];
  if (last === undefined) {
    throw new EngineError('request', 'out-of-domain', 'history.bars', 'at least one bar', 0);
  }
  assertHistory(history);
  if (state.loaded) assertFitting(state, history, last.timeMs);
  assertSequence(-1, 0, bars, 'history.bar');
  assertLeaderSequence(-1, leaderBars, 'history.leaderBar');
  const untilMs = last.timeMs + BAR_MS;
  assertSettlements(settlements, -1, untilMs);
  assertOpenInterest(openInterest);
  assertStorable(instrument);

  const { feed: before } = state;
  state.kind = FEED_KINDS.indexOf(history.kind);
  state.accountHash.set(history.accountHash);
  state.feed = createFeed();
  state.funding = createFunding();
  state.lastSettlementMs = -1;
  setInstrument(desk, instrument);
  replayBars(state, history, before.lastMs, gridOf(instrument));
  keepCalibration(before.kappa, state.feed);
  settle(state, settlements);
  noteWarmth(state);
  state.loaded = true;
  if (untilMs > state.timeMs) state.timeMs = untilMs;
}
