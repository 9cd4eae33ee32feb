import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, tiers } from '../../test/Arbitrary.ts';
import { EngineError } from '../EngineError.ts';
import { maintenanceMargin, maxLeverageAt, validateTiers } from './MarginTiers.ts';
import type { MarginTier } from './MarginTiers.ts';

describe('margin tiers', () => {
  it('the maximum of their lines is the line of the tier that holds the notional', () => {
    fc.assert(
      fc.property(tiers, real(0, 1), (table, share) => {
        validateTiers(table);
        const last = table[table.length - 1] as MarginTier;
        const notional = share * last.maxNotional;
        const own = table.find((t) => notional <= t.maxNotional) as MarginTier;
        const margin = maintenanceMargin(table, notional);
        return Math.abs(margin - (own.mmr * notional - own.cum)) <= 1e-9 * (1 + margin);
      }),
      RUNS,
    );
  });

  it('offer never more leverage for more notional, the stricter tier on a bound, and nothing beyond the last', () => {
    fc.assert(
      fc.property(tiers, real(0, 3e6), real(0, 1e6), (table, notional, more) => {
        return maxLeverageAt(table, notional + more) <= maxLeverageAt(table, notional);
      }),
      RUNS,
    );
    const table: MarginTier[] = [
      { minNotional: 0, maxNotional: 5000, mmr: 0.01, maxLeverage: 25, cum: 0 },
      { minNotional: 5000, maxNotional: 25000, mmr: 0.025, maxLeverage: 20, cum: 75 },
    ];
    expect([0, 4999, 5000, 25000, 25001].map((n) => maxLeverageAt(table, n))).toEqual([25, 25, 20, 20, 0]);
  });

  it('are refused when broken in any one way', () => {
    const ways: ((t: MarginTier[]) => MarginTier[])[] = [
      () => [],
      ([first, ...rest]) => [{ ...(first as MarginTier), minNotional: 1 }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), maxNotional: 0 }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), mmr: 0 }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), mmr: NaN }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), cum: 5 }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), maxLeverage: 0.5 }, ...rest],
      ([first, ...rest]) => [{ ...(first as MarginTier), maxLeverage: 1e9 }, ...rest],
      (t) => [...t, { ...(t[t.length - 1] as MarginTier) }],
    ];
    fc.assert(
      fc.property(tiers, fc.constantFrom(...ways), (table, way) => {
        expect(() => validateTiers(way(table))).toThrow(EngineError);
      }),
      RUNS,
    );
  });
});
