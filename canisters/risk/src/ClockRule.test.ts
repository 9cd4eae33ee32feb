import { describe, expect, it } from 'vitest';
import type { EngineError, FeedKind } from '@plimsoll/engine';
import { createMarket, historyOf, lookOf, START_MS, wishOf } from '../test/support/Market.ts';
import { assertHistoryClock, assertIntentClock, assertObservationClock } from './ClockRule.ts';

const market = createMarket(10, 3);
const CLOSE_MS = START_MS + 10 * 300_000;

function leafOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    const { kind, leaf } = error as EngineError;
    return `${kind}/${leaf}`;
  }
  return 'passes';
}

const LATE = 'request/clock-late';
const AHEAD = 'temporary/clock-ahead';

describe.each(['live', 'paper'] as const)('the clock rule of a %s feed', (kind: FeedKind) => {
  it.each([
    [0, 'passes'],
    [90_000, 'passes'],
    [90_001, LATE],
    [-5_000, 'passes'],
    [-5_001, AHEAD],
  ])('closed bar that arrives %i ms after its close: %s', (ageMs, expected) => {
    expect(leafOf(() => assertObservationClock(kind, lookOf(market, 9), CLOSE_MS + ageMs))).toBe(expected);
  });

  it.each([
    [0, 'passes'],
    [15_000, 'passes'],
    [15_001, LATE],
    [-5_000, 'passes'],
    [-5_001, AHEAD],
  ])('tick and intent that arrive %i ms after they were made: %s', (ageMs, expected) => {
    const tick = lookOf(market, 9, { tick: true });
    expect(leafOf(() => assertObservationClock(kind, tick, tick.timeMs + ageMs))).toBe(expected);
    const wish = wishOf(CLOSE_MS, new Uint8Array(16));
    expect(leafOf(() => assertIntentClock(kind, wish, CLOSE_MS + ageMs))).toBe(expected);
  });

  it('a fresh bar does not excuse a look from the future', () => {
    const look = lookOf(market, 9, { afterMs: 20_000 });
    expect(leafOf(() => assertObservationClock(kind, look, CLOSE_MS + 14_999))).toBe(AHEAD);
  });

  it.each([
    [0, 'passes'],
    [390_000, 'passes'],
    [390_001, LATE],
    [-5_001, AHEAD],
  ])('history whose newest bar closed %i ms ago: %s', (ageMs, expected) => {
    expect(leafOf(() => assertHistoryClock(historyOf(market, 10, kind), CLOSE_MS + ageMs))).toBe(expected);
  });
});

describe('a replayed feed, or none yet', () => {
  it('lives in its own time', () => {
    for (const icTimeMs of [0, CLOSE_MS, 4e12]) {
      for (const kind of ['replay', null] as const) {
        expect(leafOf(() => assertObservationClock(kind, lookOf(market, 9), icTimeMs))).toBe('passes');
        expect(leafOf(() => assertIntentClock(kind, wishOf(1, new Uint8Array(16)), icTimeMs))).toBe('passes');
      }
      expect(leafOf(() => assertHistoryClock(historyOf(market, 10, 'replay'), icTimeMs))).toBe('passes');
    }
  });
});
