import {
  BAR_MS,
  EngineError,
  type FeedKind,
  type History,
  type Intent,
  type Observation,
} from '@plimsoll/engine';

/** A live feed's newest closed bar is at most this old when it arrives. */
export const MAX_BAR_AGE_MS = 90_000;
/** A look without a closed bar, and a wish, are at most this old. */
export const MAX_TICK_AGE_MS = 15_000;
/** The venue's clock may run ahead of IC time by this much. */
export const MAX_AHEAD_MS = 5_000;

/**
 * Replayed feeds live in their own time and are only monotone, which the engine sees to. All others are held
 * to IC time: late data must not decide as if it were fresh.
 *
 * @throws EngineError `request/clock-late`, `temporary/clock-ahead`
 */
export function assertObservationClock(
  kind: FeedKind | null,
  observation: Pick<Observation, 'bars' | 'timeMs'>,
  icTimeMs: number,
): void {
  if (!isClocked(kind)) return;
  const bar = observation.bars[observation.bars.length - 1];
  assertNotAhead(observation.timeMs, 'timeMs', icTimeMs);
  if (bar === undefined) {
    assertAge(observation.timeMs, 'timeMs', MAX_TICK_AGE_MS, icTimeMs);
  } else {
    assertNotAhead(bar.timeMs + BAR_MS, 'bar close', icTimeMs);
    assertAge(bar.timeMs + BAR_MS, 'bar close', MAX_BAR_AGE_MS, icTimeMs);
    assertAge(observation.timeMs, 'timeMs', MAX_BAR_AGE_MS, icTimeMs);
  }
}

/** @throws EngineError `request/clock-late`, `temporary/clock-ahead` */
export function assertIntentClock(kind: FeedKind | null, intent: Intent, icTimeMs: number): void {
  if (!isClocked(kind)) return;
  assertNotAhead(intent.timeMs, 'timeMs', icTimeMs);
  assertAge(intent.timeMs, 'timeMs', MAX_TICK_AGE_MS, icTimeMs);
}

/**
 * History may arrive at any moment of the bar that is open, so its newest bar may be one bar older than an observed one.
 *
 * @throws EngineError `request/clock-late`, `temporary/clock-ahead`
 */
export function assertHistoryClock(history: History, icTimeMs: number): void {
  if (!isClocked(history.kind)) return;
  for (const bars of [history.bars, history.leaderBars]) {
    const bar = bars[bars.length - 1];
    if (bar === undefined) continue;
    assertNotAhead(bar.timeMs + BAR_MS, 'bar close', icTimeMs);
    assertAge(bar.timeMs + BAR_MS, 'bar close', BAR_MS + MAX_BAR_AGE_MS, icTimeMs);
  }
}

function isClocked(kind: FeedKind | null): boolean {
  return kind !== null && kind !== 'replay';
}

function assertNotAhead(timeMs: number, field: string, icTimeMs: number): void {
  const latest = icTimeMs + MAX_AHEAD_MS;
  if (timeMs > latest)
    throw new EngineError('temporary', 'clock-ahead', field, `at most ${String(latest)}`, String(timeMs));
}

function assertAge(timeMs: number, field: string, maxAgeMs: number, icTimeMs: number): void {
  const oldest = icTimeMs - maxAgeMs;
  if (timeMs < oldest)
    throw new EngineError('request', 'clock-late', field, `at least ${String(oldest)}`, String(timeMs));
}
