import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bars, real, RUNS as ALL_RUNS, side } from '../../test/Arbitrary.ts';
import type { Bar } from '../../test/Arbitrary.ts';
import { BUCKETS, gridIndex } from './ClusterGrid.ts';
import { scaledAhead, sumOf } from './ClusterMass.ts';
import { clustersStep, createClusters } from './Clusters.ts';
import { BUCKET_LN, crowdMix, RANGE_BUCKETS } from './CrowdMix.ts';
import { barrierScore, factorCluster, massBetween, nearScore } from './ClusterScores.ts';
import type { Clusters } from './Clusters.ts';

/** A bar that did not move. */
const flat = (price: number) => ({ open: price, high: price, low: price, close: price });

const MIX = crowdMix([3, 5, 10, 20, 25], [0.1, 0.2, 0.35, 0.2, 0.15], 0.01);
const LAMBDA = 0.9987973432501812;
const RUNS = { numRuns: Math.ceil(ALL_RUNS.numRuns / 10) };
const interest = fc.array(real(1e6, 4e6), { minLength: 60, maxLength: 60 });

function run(list: readonly Bar[], openInterest: readonly number[], unit = 1): Clusters {
  const state = createClusters();
  list.forEach(({ high, low, close }, i) =>
    clustersStep(state, MIX, { high, low, close }, (openInterest[i] as number) * unit),
  );
  return state;
}

function total(state: Clusters, s: number): number {
  return massBetween(state, s, state.base, state.base + BUCKETS - 1);
}

/** The same map without grid window, global scale or marks: every bucket is touched at every bar. */
function bruteForce(list: readonly Bar[], openInterest: readonly number[], s: number): Map<number, number> {
  let masses = new Map<number, number>();
  const shifts = s > 0 ? MIX.longShifts : MIX.shortShifts;
  list.forEach(({ high, low, close }, i) => {
    const now = openInterest[i] as number;
    const before = i === 0 ? now : (openInterest[i - 1] as number);
    const keep = LAMBDA * (now < before ? now / before : 1);
    const kept = new Map<number, number>();
    masses.forEach((mass, index) => {
      const swept =
        s > 0
          ? index >= Math.floor(Math.log(low) / BUCKET_LN)
          : index <= Math.floor(Math.log(high) / BUCKET_LN);
      if (!swept) kept.set(index, mass * keep);
    });
    masses = kept;
    if (now <= before) return;
    const middle = (high + low + close) / 3;
    const entries: [number, number][] = [
      [low, 0.25],
      [middle, 0.5],
      [high, 0.25],
    ];
    for (const [entry, share] of entries) {
      shifts.forEach((shift, j) => {
        const mass = (now - before) * middle * share * (MIX.weights[j] as number);
        const u = Math.log(entry) / BUCKET_LN + shift - 0.5;
        const index = Math.floor(u);
        masses.set(index, (masses.get(index) ?? 0) + mass * (index + 1 - u));
        masses.set(index + 1, (masses.get(index + 1) ?? 0) + mass * (u - index));
      });
    }
  });
  return masses;
}

describe('crowd map', () => {
  it('equals brute force over every bucket, re-centring included', () => {
    const drift = fc.constantFrom(1, 1.02, 0.98);
    fc.assert(
      fc.property(bars(60, 60), drift, interest, side, (list, d, openInterest, s) => {
        const drifted = list.map(({ high, low, close, open }, i) => {
          const f = d ** i;
          return { open: open * f, high: high * f, low: low * f, close: close * f };
        });
        const state = run(drifted, openInterest);
        const expected = bruteForce(drifted, openInterest, s);
        let sum = 0;
        expected.forEach((mass, index) => {
          sum += mass;
          // What the window lost lay far from price.
          if (index < state.base || index >= state.base + BUCKETS) return;
          expect(Math.abs(massBetween(state, s, index, index) - mass)).toBeLessThanOrEqual(
            1e-9 * mass + 1e-3,
          );
        });
        expect(total(state, s)).toBeLessThanOrEqual(sum * (1 + 1e-9) + 1e-3);
      }),
      RUNS,
    );
  });

  it('keeps the sums of what lies ahead as a sum over the buckets gives them, wherever price goes and is asked', () => {
    const drift = fc.constantFrom(1, 1.02, 0.98, 1.9);
    fc.assert(
      fc.property(
        bars(60, 60),
        drift,
        interest,
        side,
        fc.integer({ min: -200, max: 200 }),
        (list, d, oi, s, by) => {
          const drifted = list.map(({ high, low, close, open }, i) => {
            const f = d ** (i % 20);
            return { open: open * f, high: high * f, low: low * f, close: close * f };
          });
          const state = run(drifted, oi);
          const place = state.place + by;
          const masses = s > 0 ? state.longs : state.shorts;
          const direct =
            s > 0
              ? sumOf(masses, place - RANGE_BUCKETS + 1, place)
              : sumOf(masses, place, place + RANGE_BUCKETS - 1);
          const largest = sumOf(masses, 0, BUCKETS - 1);
          expect(Math.abs(scaledAhead(state, s, place) - direct)).toBeLessThanOrEqual(1e-9 * largest);
        },
      ),
      RUNS,
    );
  });

  it('loses mass without deposits, and a bar leaves no long at or above its low and no short at or below its high', () => {
    fc.assert(
      fc.property(bars(60, 60), interest, (list, openInterest) => {
        const state = run(list, openInterest);
        const { high, low, close } = list[list.length - 1] as Bar;
        const before = [total(state, 1), total(state, -1)] as const;
        clustersStep(state, MIX, { high, low, close }, state.openInterest * 0.99);
        expect(total(state, 1)).toBeLessThanOrEqual(before[0]);
        expect(total(state, -1)).toBeLessThanOrEqual(before[1]);
        expect(massBetween(state, 1, gridIndex(low), state.base + BUCKETS)).toBe(0);
        expect(massBetween(state, -1, state.base, gridIndex(high))).toBe(0);
        for (const masses of [state.longs, state.shorts])
          expect(masses.every((mass) => mass >= 0)).toBe(true);
      }),
      RUNS,
    );
  });

  it('scores do not depend on the unit of open interest, and the factor stays in [0.25, 1]', () => {
    fc.assert(
      fc.property(bars(60, 60), interest, side, real(0.01, 0.1), (list, openInterest, s, sigma) => {
        const price = (list[list.length - 1] as Bar).close;
        const one = run(list, openInterest);
        const other = run(list, openInterest, 1000);
        const level = price * (1 - s * 0.05);
        expect(nearScore(other, s, price, sigma)).toBeCloseTo(nearScore(one, s, price, sigma), 9);
        expect(barrierScore(other, s, price, level)).toBeCloseTo(barrierScore(one, s, price, level), 9);
        const factor = factorCluster(nearScore(one, s, price, sigma));
        expect(factor).toBeGreaterThanOrEqual(0.25);
        expect(factor).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('an empty map says 1', () => {
    const state = createClusters();
    clustersStep(state, MIX, flat(5), 1e6);
    expect(nearScore(state, 1, 5, 0.02)).toBe(0);
    expect(barrierScore(state, 1, 5, 4.8)).toBe(0);
    expect(factorCluster(nearScore(state, 1, 5, 0.02))).toBe(1);
  });

  it('survives a scale that would vanish', () => {
    const state = createClusters();
    clustersStep(state, MIX, flat(5), 1e6);
    clustersStep(state, MIX, flat(5), 2e6);
    for (let i = 1; i <= 60; i++) clustersStep(state, MIX, flat(5), 2e6 * 0.01 ** (i % 2));
    const before = total(state, 1);
    clustersStep(state, MIX, flat(5), state.openInterest + 1e6);
    expect(total(state, 1) / (before * LAMBDA + 5e6)).toBeCloseTo(1, 9);
  });
});
