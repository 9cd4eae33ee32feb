import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createKeeper,
  DEFAULT_LIMITS,
  grantWish,
  isNowhereLooser,
  settled,
  wished,
  type Allowed,
  type Keeper,
  type Limits,
} from '../index.ts';
import { HOUR_MS, OWNER, limits, T0 } from '../../test/KeeperActs.ts';

describe('a wish for limits', () => {
  test('tightens at once whatever it tightens, and never loosens anything before its time', () => {
    fc.assert(
      fc.property(limits, limits, (now, wish) => {
        const { limits: then, pending } = grantWish({ limits: now, pending: [] }, wish, T0);
        expect(isNowhereLooser(now, then)).toBe(true);
        // What the wish is tighter in holds already: nothing that waits would tighten.
        expect(isNowhereLooser(then, wish)).toBe(pending.length === 0);
        const delay = then.looseningDelayHours;
        expect(delay).toBeGreaterThanOrEqual(now.looseningDelayHours);
        for (const { effectiveMs } of pending) expect(effectiveMs).toBe(T0 + delay * HOUR_MS);
        const just = T0 + delay * HOUR_MS;
        const keeper: Keeper = { ...createKeeper(OWNER, then), pending };
        expect(settled(keeper, just - 1)).toBe(keeper);
        expect(settled(keeper, just).limits).toEqual(wish);
        expect(settled(keeper, just).pending).toEqual([]);
        expect(wished(keeper)).toEqual(wish);
      }),
    );
  });

  test('replaces what waited for the same field, and asked again leaves the waiting time as it was', () => {
    fc.assert(
      fc.property(limits, limits, limits, fc.nat(HOUR_MS), (now, one, two, later) => {
        const first = grantWish({ limits: now, pending: [] }, one, T0);
        const again = grantWish(first, one, T0 + later);
        expect(again.pending).toEqual(first.pending);
        expect(again.limits).toEqual(first.limits);
        const second = grantWish(first, two, T0 + later);
        expect(wished(second)).toEqual(two);
        expect(new Set(second.pending.map(({ unit }) => unit)).size).toBe(second.pending.length);
      }),
    );
  });

  test('gives the same limits in whatever order its loosenings become due', () => {
    fc.assert(
      fc.property(limits, limits, fc.infiniteStream(fc.nat(100)), (now, wish, ages) => {
        const granted = grantWish({ limits: now, pending: [] }, wish, T0);
        const pending = granted.pending.map((change) => {
          const { value: age } = ages.next();
          return { ...change, effectiveMs: change.effectiveMs + (age ?? 0) };
        });
        const last = Math.max(T0, ...pending.map(({ effectiveMs }) => effectiveMs));
        const inOrder = (order: Allowed['pending']): Limits => {
          const keeper: Keeper = { ...createKeeper(OWNER, granted.limits), pending: order };
          return settled(keeper, last).limits;
        };
        expect(inOrder([...pending].reverse())).toEqual(inOrder(pending));
        // Step by step or at once.
        let keeper: Keeper = { ...createKeeper(OWNER, granted.limits), pending };
        for (const { effectiveMs } of [...pending].sort((a, b) => a.effectiveMs - b.effectiveMs)) {
          keeper = settled(keeper, effectiveMs);
        }
        expect(keeper.limits).toEqual(wish);
      }),
    );
  });

  test('for a shorter delay waits the delay that is in force', () => {
    const { limits: now, pending } = grantWish(
      { limits: DEFAULT_LIMITS, pending: [] },
      { ...DEFAULT_LIMITS, looseningDelayHours: 1 },
      T0,
    );
    expect(now.looseningDelayHours).toBe(24);
    expect(pending.map(({ effectiveMs }) => effectiveMs)).toEqual([T0 + 24 * HOUR_MS]);
  });
});
