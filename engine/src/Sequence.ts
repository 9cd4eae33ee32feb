import { assertBar, assertLeaderBar, BAR_MS, type Bar, type LeaderBar } from './Bar.ts';
import { EngineError } from './EngineError.ts';
import { assertRate, type Settlement } from './Funding.ts';

/** Missing bars up to this many are filled flat; a longer gap makes the feed stale. */
export const MAX_GAP_BARS = 12;
/** A jump of the close beyond this log return waits for the next bar to confirm it. */
export const QUARANTINE_LOG_RETURN = 0.5;
/** e to that: no logarithm is needed. */
const JUMP_FACTOR = 1.6487212707001282;
/** A next bar this near confirms the jump. */
const CONFIRMATION = 0.05;

/** Whether a close is so far from the one before that it has to be confirmed. */
export function isJump(from: number, to: number): boolean {
  return to > JUMP_FACTOR * from || from > JUMP_FACTOR * to;
}

function assertOrder(bar: LeaderBar, expectedMs: number, field: string): void {
  if (bar.timeMs < expectedMs) {
    throw new EngineError(
      'request',
      'out-of-order',
      `${field}.timeMs`,
      `at least ${String(expectedMs)}`,
      bar.timeMs,
    );
  }
}

/**
 * Whether a run of bars can follow what a feed has seen; throws before anything is changed.
 *
 * @throws EngineError `out-of-order`, `stale-feed` (a gap of more than 12 bars) or `quarantined` (a jump that no next
 * bar within 5 % confirms).
 * @param confirmedMs open time of a bar whose jump the owner has confirmed.
 */
export function assertSequence(
  lastMs: number,
  lastClose: number,
  bars: readonly Bar[],
  field: string,
  confirmedMs = -1,
): void {
  let previousMs = lastMs;
  let previousClose = lastClose;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    assertBar(bar, field);
    if (previousMs >= 0) {
      if (bar.timeMs < previousMs + BAR_MS) assertOrder(bar, previousMs + BAR_MS, field);
      if (bar.timeMs > previousMs + (MAX_GAP_BARS + 1) * BAR_MS) {
        throw new EngineError(
          'request',
          'stale-feed',
          `${field}.timeMs`,
          `at most ${String(MAX_GAP_BARS)} bars missing after ${String(previousMs)} (load history to go on)`,
          bar.timeMs,
        );
      }
      if (isJump(previousClose, bar.close) && bar.timeMs !== confirmedMs) {
        const next = bars[i + 1];
        // As products: the quotient of two prices that are 5 % apart may be rounded to more.
        const { close } = bar;
        const isNear =
          next !== undefined &&
          next.close <= (1 + CONFIRMATION) * close &&
          next.close >= (1 - CONFIRMATION) * close;
        if (!isNear) {
          throw new EngineError(
            'temporary',
            'quarantined',
            `${field}.close`,
            `a next bar within 5 %, or the owner's word, to confirm the jump from ${String(previousClose)}`,
            bar.close,
          );
        }
      }
    }
    previousMs = bar.timeMs;
    previousClose = bar.close;
  }
}

/** The leader's bars must be valid and in order; whatever it lacks only weakens its guard and blocks nothing. */
export function assertLeaderSequence(lastMs: number, bars: readonly LeaderBar[], field: string): void {
  let previousMs = lastMs;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    assertLeaderBar(bar, field);
    if (previousMs >= 0 && bar.timeMs < previousMs + BAR_MS) assertOrder(bar, previousMs + BAR_MS, field);
    previousMs = bar.timeMs;
  }
}

/** Settlements must come in order, after the last one and not after `untilMs`. */
export function assertSettlements(settlements: readonly Settlement[], lastMs: number, untilMs: number): void {
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
