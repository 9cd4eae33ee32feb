import { BAR_MS } from './Hour.ts';

/*
 * The leader's closes by time, so that they meet our own bars whether they come with them or before them. A close that
 * comes after our bar of its time was missing then; a jump that ours would be quarantined for counts as missing too.
 */
/** A power of two. */
const SLOTS = 64;
/** e^0.5. */
const JUMP_FACTOR = 1.6487212707001282;
/** Bars without the leader from which on the guard assumes the worst it may assume unseen. */
const MISSING_BARS = 3;
const FACTOR_MISSING = 0.75;

export type Leader = {
  /** Open time of its newest bar, -1 before the first. */
  lastMs: number;
  lastClose: number;
  times: Float64Array;
  closes: Float64Array;
  /** Own bars in a row without the leader's. */
  missing: number;
};

export function createLeader(): Leader {
  return {
    lastMs: -1,
    lastClose: 0,
    times: new Float64Array(SLOTS).fill(-1),
    closes: new Float64Array(SLOTS),
    missing: 0,
  };
}

function slotOf(timeMs: number): number {
  return (timeMs / BAR_MS) & (SLOTS - 1);
}

/** Keeps a closed bar of the leader, later than the one before. */
export function leaderBar(state: Leader, timeMs: number, close: number): void {
  const last = state.lastClose;
  const isJump = last > 0 && (close > JUMP_FACTOR * last || last > JUMP_FACTOR * close);
  const slot = slotOf(timeMs);
  state.times[slot] = timeMs;
  state.closes[slot] = isJump ? 0 : close;
  state.lastMs = timeMs;
  state.lastClose = close;
}

/** Its close of the bar that opened at `timeMs`, 0 where that is missing; counts how long it has been missing. */
export function leaderClose(state: Leader, timeMs: number): number {
  const slot = slotOf(timeMs);
  const close = state.times[slot] === timeMs ? (state.closes[slot] as number) : 0;
  state.missing = close > 0 ? 0 : state.missing + 1;
  return close;
}

export function isLeaderMissing(state: Leader): boolean {
  return state.missing >= MISSING_BARS;
}

/** F_LEADLAG once the leader is missing: at most three quarters. */
export function factorWithoutLeader(state: Leader, factor: number): number {
  return isLeaderMissing(state) && factor > FACTOR_MISSING ? FACTOR_MISSING : factor;
}
