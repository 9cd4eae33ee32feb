import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { real } from '../../test/Arbitrary.ts';
import { createKappaTracker, kappaTrackerBar, kappaTrackerDrop, kappaTrackerHour } from './KappaTracker.ts';

const KAPPA = 3.9580785505143665;
const hours = fc.array(fc.tuple(real(-0.2, 0.2), real(0.003, 0.08)), { minLength: 1, maxLength: 120 });

describe('kappa tracker', () => {
  it('stays in [kappa0, 2 kappa0]; a hit never lowers it and a miss never raises it', () => {
    fc.assert(
      fc.property(hours, (moves) => {
        const tracker = createKappaTracker(KAPPA, 0.005, 0.05);
        let close = 5;
        moves.forEach(([move, sigma], hour) => {
          close *= 1 + move;
          kappaTrackerBar(tracker, { high: close * 1.01, low: close * 0.99 });
          const slot = hour % 8;
          const scored = tracker.openedHour[slot] === hour - 8;
          const hits = tracker.hits[slot] as number;
          const { kappaLong, kappaShort } = tracker;
          kappaTrackerHour(tracker, hour, close, sigma, sigma);
          for (const [before, after, hit] of [
            [kappaLong, tracker.kappaLong, (hits & 1) !== 0],
            [kappaShort, tracker.kappaShort, (hits & 2) !== 0],
          ] as const) {
            expect(after).toBeGreaterThanOrEqual(KAPPA);
            expect(after).toBeLessThanOrEqual(2 * KAPPA);
            if (!scored) expect(after).toBe(before);
            else if (hit) expect(after).toBeGreaterThanOrEqual(before);
            else expect(after).toBeLessThanOrEqual(before);
          }
        });
      }),
    );
  });

  it('marks exactly the windows whose level was reached, whatever shortcut it takes', () => {
    fc.assert(
      fc.property(hours, (moves) => {
        const tracker = createKappaTracker(1, 0.005, 0.0025);
        const reached = new Map<number, number>();
        let close = 5;
        moves.forEach(([move, sigma], hour) => {
          close *= 1 + move;
          const [high, low] = [close * 1.02, close * 0.98];
          for (let i = 0; i < 8; i++) {
            const opened = tracker.openedHour[i] as number;
            if (opened < 0) continue;
            let hits = reached.get(opened) ?? 0;
            if (low <= (tracker.levelLong[i] as number)) hits |= 1;
            if (high >= (tracker.levelShort[i] as number)) hits |= 2;
            reached.set(opened, hits);
          }
          kappaTrackerBar(tracker, { high, low });
          for (let i = 0; i < 8; i++) {
            const opened = tracker.openedHour[i] as number;
            if (opened >= 0) expect(tracker.hits[i]).toBe(reached.get(opened));
          }
          kappaTrackerHour(tracker, hour, close, sigma, sigma);
        });
      }),
    );
  });

  it('scores nothing that was dropped', () => {
    const tracker = createKappaTracker(KAPPA, 0.005, 0.0025);
    kappaTrackerHour(tracker, 100, 5, 0.01, 0.01);
    kappaTrackerBar(tracker, { high: 50, low: 0.5 });
    kappaTrackerDrop(tracker);
    kappaTrackerHour(tracker, 108, 5, 0.01, 0.01);
    expect(tracker.kappaLong).toBe(KAPPA);
    expect(tracker.kappaShort).toBe(KAPPA);
  });
});
