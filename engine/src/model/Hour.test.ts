import { describe, expect, it } from 'vitest';
import { BAR_MS, HOUR_CLOSED, HOUR_MS, HOUR_RUNNING, HOUR_UNUSABLE, createHour, hourStep } from './Hour.ts';

function feed(from: number, count: number, synthetic: (i: number) => boolean): number[] {
  const hour = createHour();
  return Array.from({ length: count }, (_, i) => {
    return hourStep(
      hour,
      { timeMs: (from + i) * BAR_MS, open: 5 + i, high: 6 + i, low: 4 + i, close: 5.5 + i },
      synthetic(i),
    );
  });
}

describe('hour', () => {
  it('closes with the twelfth bar of a clock hour and holds its four prices', () => {
    const hour = createHour();
    for (let i = 0; i < 12; i++) {
      const state = hourStep(
        hour,
        { timeMs: HOUR_MS + i * BAR_MS, open: 5 + i, high: 6 + i, low: 4 - i / 10, close: 5.5 + i },
        false,
      );
      expect(state).toBe(i === 11 ? HOUR_CLOSED : HOUR_RUNNING);
    }
    expect(hour).toMatchObject({ open: 5, high: 17, low: 2.9, close: 16.5 });
  });

  it('is unusable if it began before the first bar, and the next one is whole', () => {
    const states = feed(5, 19, () => false);
    expect(states.flatMap((state, i) => (state === HOUR_RUNNING ? [] : [[i, state]]))).toEqual([
      [6, HOUR_UNUSABLE],
      [18, HOUR_CLOSED],
    ]);
  });

  it('bears three synthetic bars and no more', () => {
    expect(feed(12, 12, (i) => i < 3)[11]).toBe(HOUR_CLOSED);
    expect(feed(12, 12, (i) => i < 4)[11]).toBe(HOUR_UNUSABLE);
  });
});
