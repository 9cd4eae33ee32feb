import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUM_ROUNDING, RUNS, atMost, publishedTiers, real, side, tiers } from '../../test/Arbitrary.ts';
import { EngineError } from '../EngineError.ts';
import { bankruptcyPrice, liquidationPrice } from './Liquidation.ts';
import type { MarginedPosition } from './Liquidation.ts';
import { maintenanceMargin, validateTiers } from './MarginTiers.ts';
import type { MarginTier } from './MarginTiers.ts';

const position: fc.Arbitrary<MarginedPosition> = fc
  .tuple(
    side,
    real(10, 100_000),
    real(1, 20),
    real(0.02, 1.2),
    real(-0.01, 0.01),
    real(0, 0.01),
    real(0, 0.002),
  )
  .map(([s, qty, entry, backing, upnl, mm, fee]) => {
    const notional = qty * entry;
    return {
      side: s,
      qty,
      entry,
      wallet: backing * notional,
      upnlOther: upnl * notional,
      mmOther: mm * notional * backing,
      fee,
    };
  });

/** Equity less maintenance margin at a mark price. */
function cushion(p: MarginedPosition, table: readonly MarginTier[], price: number): number {
  const notional = p.qty * price;
  const equity = p.wallet + p.upnlOther - p.mmOther + p.side * p.qty * (price - p.entry);
  return equity - maintenanceMargin(table, notional) - p.fee * notional;
}

/** The first price without cushion, going against the position, by 200 halvings. */
function bisect(p: MarginedPosition, table: readonly MarginTier[]): number {
  let safe = p.side > 0 ? 1e4 : 0;
  let dead = p.side > 0 ? 0 : 1e4;
  if (cushion(p, table, dead) > 0) return dead;
  for (let i = 0; i < 200; i++) {
    const middle = (safe + dead) / 2;
    if (cushion(p, table, middle) > 0) safe = middle;
    else dead = middle;
  }
  return dead;
}

/** How far away liquidation is: larger is safer. */
function distance(p: MarginedPosition, table: readonly MarginTier[]): number {
  const liq = liquidationPrice(p, table);
  return p.side > 0 ? -liq : liq;
}

describe('liquidation price', () => {
  it('is where equity meets maintenance margin: equal to bisection over random tiers', () => {
    fc.assert(
      fc.property(position, tiers, (p, table) => {
        const liq = liquidationPrice(p, table);
        expect(Math.abs(liq - bisect(p, table))).toBeLessThanOrEqual(1e-9 * p.entry);
      }),
      RUNS,
    );
  });

  it('is never hidden behind tiers that share a rate and whose amounts are rounded', () => {
    fc.assert(
      fc.property(position, publishedTiers, (p, table) => {
        validateTiers(table);
        const liq = liquidationPrice(p, table);
        expect(Math.abs(liq - bisect(p, table))).toBeLessThanOrEqual(
          1e-9 * p.entry + (5 * CUM_ROUNDING) / p.qty,
        );
      }),
      RUNS,
    );
  });

  it('is by the worse of two tiers that share a rate, to the last bit', () => {
    const tier = (minNotional: number, cum: number): MarginTier => ({
      ...{ minNotional, maxNotional: minNotional + 1_000, mmr: 0.01, maxLeverage: 10, cum },
    });
    for (const s of [1, -1]) {
      const p = { side: s, qty: 300, entry: 5, wallet: 300, upnlOther: 0, mmOther: 0, fee: 0 };
      const byOne = (cum: number): number => (300 - s * 1_500 + cum) / (300 * (0.01 - s));
      expect(byOne(4e-7)).not.toBe(byOne(0));
      for (const cums of [
        [0, 4e-7],
        [0, -4e-7],
      ]) {
        const worse = s > 0 ? Math.max(...cums.map(byOne)) : Math.min(...cums.map(byOne));
        expect(liquidationPrice(p, [tier(0, cums[0]!), tier(1_000, cums[1]!)])).toBe(worse);
      }
    }
  });

  it('is not beyond the bankruptcy price without debts elsewhere', () => {
    fc.assert(
      fc.property(position, tiers, (p, table) => {
        const own = { ...p, upnlOther: 0, mmOther: 0 };
        const toBankruptcy = p.side * bankruptcyPrice(own);
        return atMost(toBankruptcy, p.side * liquidationPrice(own, table), 1e-9);
      }),
      RUNS,
    );
  });

  it('comes nearer with fees, with less wallet, with more quantity; margin pushes it away', () => {
    fc.assert(
      fc.property(position, tiers, real(0.001, 0.3), (p, table, share) => {
        const now = distance(p, table);
        const notional = p.qty * p.entry;
        const worse = [
          { ...p, fee: p.fee + share / 100 },
          { ...p, wallet: p.wallet - share * notional },
          { ...p, qty: p.qty * (1 + share) },
        ];
        for (const w of worse) expect(distance(w, table)).toBeLessThanOrEqual(now + 1e-9 * p.entry);
        const better = distance({ ...p, wallet: p.wallet + share * notional }, table);
        expect(better).toBeGreaterThanOrEqual(now - 1e-9 * p.entry);
      }),
      RUNS,
    );
  });

  it('is out of reach without quantity, and everywhere without margin', () => {
    const table = [{ minNotional: 0, maxNotional: 1e6, mmr: 0.01, maxLeverage: 25, cum: 0 }];
    const base = { qty: 100, entry: 5, wallet: 50, upnlOther: 0, mmOther: 0, fee: 0 };
    expect(liquidationPrice({ ...base, side: 1, qty: 0 }, table)).toBe(0);
    expect(liquidationPrice({ ...base, side: -1, qty: 0 }, table)).toBe(Infinity);
    expect(liquidationPrice({ ...base, side: 1, wallet: 0 }, table)).toBe(Infinity);
    expect(liquidationPrice({ ...base, side: -1, wallet: 0 }, table)).toBe(0);
  });

  it('refuses bad input with the name of the field', () => {
    const table = [{ minNotional: 0, maxNotional: 1e6, mmr: 0.01, maxLeverage: 25, cum: 0 }];
    const base = { side: 1, qty: 100, entry: 5, wallet: 50, upnlOther: 0, mmOther: 0, fee: 0 };
    for (const [field, value] of [
      ['side', 0],
      ['qty', -1],
      ['qty', NaN],
      ['entry', 0],
      ['wallet', Infinity],
    ] as const) {
      const attempt = (): number => liquidationPrice({ ...base, [field]: value }, table);
      expect(attempt).toThrow(EngineError);
      expect(attempt).toThrow(field);
    }
  });
});
