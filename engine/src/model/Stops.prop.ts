import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, bars, real, side } from '../../test/Arbitrary.ts';
import { createExit, exitStop, exitTakeProfits, exitTime, exitTrail } from './Exit.ts';
import type { ExitPlan } from './Exit.ts';
import {
  BREAK_EVEN_COST,
  STOP_DISTANCE_MAX,
  STOP_DISTANCE_MIN,
  breakEvenStop,
  initialStop,
  initialStopDistance,
  ladder,
  ratchet,
  stopFill,
} from './Stops.ts';
import { ceilToTick, floorToTick } from './Tick.ts';

const GRID = { denominator: 1000, numerator: 1 };

describe('tick', () => {
  const grid = fc.tuple(fc.integer({ min: 1, max: 25 }), fc.constantFrom(1, 10, 100, 1000, 10_000));

  it('floor and ceil enclose a price within one tick, and leave a price on the grid alone', () => {
    fc.assert(
      fc.property(real(0.01, 5000), grid, (price, [numerator, denominator]) => {
        const tick = numerator / denominator;
        const floor = floorToTick(price, denominator, numerator);
        const ceil = ceilToTick(price, denominator, numerator);
        expect(floor).toBeLessThanOrEqual(price * (1 + 5e-16) + 1.1e-9 * tick);
        expect(ceil).toBeGreaterThanOrEqual(price * (1 - 5e-16) - 1.1e-9 * tick);
        expect([0, 1]).toContain(Math.round((ceil - floor) / tick));
        expect(floorToTick(floor, denominator, numerator)).toBe(floor);
        expect(ceilToTick(floor, denominator, numerator)).toBe(floor);
      }),
      RUNS,
    );
  });

  it('gives the double of the decimal, not of a product with 0.001', () => {
    for (let n = 1; n < 20_000; n++) {
      const decimal = Number(`${Math.floor(n / 1000)}.${String(n % 1000).padStart(3, '0')}`);
      expect(floorToTick(decimal, 1000)).toBe(decimal);
    }
  });
});

describe('initial stop', () => {
  it('is on the losing side at 0.6 to 8 % (and a tick), never nearer for a larger ATR; profits lie beyond costs', () => {
    fc.assert(
      fc.property(side, real(0.5, 500), real(2, 4), real(0, 0.05), (s, entry, k, atrShare) => {
        const x = initialStopDistance(k, atrShare * entry, entry);
        expect(x).toBeGreaterThanOrEqual(STOP_DISTANCE_MIN);
        expect(x).toBeLessThanOrEqual(STOP_DISTANCE_MAX);
        expect(initialStopDistance(k, atrShare * entry * 1.1, entry)).toBeGreaterThanOrEqual(x);
        const stop = initialStop(s, entry, x, GRID);
        const r = s * (entry - stop);
        expect(r).toBeGreaterThan(0);
        expect(r).toBeGreaterThanOrEqual(x * entry - 1e-9);
        expect(r).toBeLessThanOrEqual(x * entry + 0.001 + 1e-9);
        const [first, second] = ladder(s, entry, r, GRID);
        expect(s * (first - breakEvenStop(s, entry))).toBeGreaterThan(0);
        expect(s * (second - first)).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('is refused where the tick is too coarse for the price', () => {
    expect(() => initialStop(1, 0.01, 0.08, { denominator: 10, numerator: 1 })).toThrow('stop');
  });
});

describe('exits over a bar', () => {
  const plan = (s: number, x: number): ExitPlan => {
    const entry = 5;
    const stop = initialStop(s, entry, x, GRID);
    const r = s * (entry - stop);
    return { side: s, entry, r, takeProfits: ladder(s, entry, r, GRID), grid: GRID, maxHoldMs: 3_600_000 };
  };

  it('the stop never loosens whatever k and ATR do, and covers costs once 1 R was earned', () => {
    const steps = fc.array(fc.tuple(real(2, 4), real(0, 0.5)), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(side, real(0.006, 0.08), bars(1, 40), steps, (s, x, list, kAtr) => {
        const p = plan(s, x);
        const state = createExit(p, initialStop(s, p.entry, x, GRID));
        list.forEach(({ open, high, low }, i) => {
          if (exitStop(state, p, open, high, low) > 0) return;
          const before = state.stop;
          const legs = state.legs;
          exitTakeProfits(state, p, high, low);
          const [k, atr] = kAtr[i] as [number, number];
          exitTrail(state, p, high, low, k, atr);
          expect(s * (state.stop - before)).toBeGreaterThanOrEqual(0);
          expect(state.legs).toBeGreaterThanOrEqual(legs);
          expect(s * (state.extreme - p.entry)).toBeGreaterThanOrEqual(0);
          if (state.maxFavourable >= p.r) {
            const costs = s * (state.stop - p.entry) - BREAK_EVEN_COST * p.entry;
            expect(costs).toBeGreaterThanOrEqual(-GRID.numerator / GRID.denominator);
          }
        });
      }),
      RUNS,
    );
  });

  it('a stop fills at the worse of open and stop, and only if the bar reached it', () => {
    fc.assert(
      fc.property(side, real(4, 6), bars(1, 1), (s, stop, [bar]) => {
        const { open, high, low } = bar as { open: number; high: number; low: number };
        const fill = stopFill(s, stop, open, high, low);
        const reached = s > 0 ? low <= stop : high >= stop;
        return reached ? s * (fill - stop) <= 0 && (fill === open || fill === stop) : fill === 0;
      }),
      RUNS,
    );
  });

  it('time ends a trade at its limit, and at half of it one that never earned half an R', () => {
    const p = plan(1, 0.02);
    const state = createExit(p, 4.9);
    expect(exitTime(state, p, 1_799_999)).toBe('NONE');
    expect(exitTime(state, p, 1_800_000)).toBe('STALE');
    state.maxFavourable = 0.5 * p.r;
    expect(exitTime(state, p, 1_800_000)).toBe('NONE');
    expect(exitTime(state, p, 3_600_000)).toBe('TIME');
  });

  it('the ratchet keeps the tighter', () => {
    fc.assert(
      fc.property(
        side,
        real(1, 9),
        real(1, 9),
        (s, a, b) => ratchet(s, a, b) === (s > 0 ? Math.max(a, b) : Math.min(a, b)),
      ),
      RUNS,
    );
  });
});
