import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUM_ROUNDING, RUNS, atMost, publishedTiers, real, side, tiers } from '../../test/Arbitrary.ts';
import { barrierZ } from './Fan.ts';
import { kappaOf, touchProbability } from './FirstPassage.ts';
import { capBollinger, capFirstPassage, capFunding, capRegime, capStopBuffer } from './Leverage.ts';
import type { LeverageTerms } from './Leverage.ts';
import { liquidationPrice } from './Liquidation.ts';
import type { MarginTier } from './MarginTiers.ts';

const ENTRY = 5;
const terms: fc.Arbitrary<LeverageTerms> = fc
  .tuple(side, real(100, 2e6))
  .map(([s, notional]) => ({ side: s, notional, feeClose: 0.0005, costEntry: 0.0005 }));
const sigma = real(0.002, 0.09);

/** Liquidation price of a position opened at ENTRY with the terms and a leverage. */
function liquidationAt(t: LeverageTerms, table: readonly MarginTier[], leverage: number): number {
  const wallet = t.notional / leverage - t.costEntry * t.notional;
  const qty = t.notional / ENTRY;
  return liquidationPrice(
    { side: t.side, qty, entry: ENTRY, wallet, upnlOther: 0, mmOther: 0, fee: t.feeClose },
    table,
  );
}

describe('leverage cap by first passage', () => {
  it('floored, keeps the exact touch probability of liquidation at or below p', () => {
    fc.assert(
      fc.property(terms, tiers, sigma, real(1, 24), real(0.001, 0.05), (t, table, s, hours, p) => {
        const leverage = Math.floor(capFirstPassage(t, table, s, hours, kappaOf(p)));
        fc.pre(leverage >= 1);
        const z = barrierZ(t.side, ENTRY, liquidationAt(t, table, leverage), s, hours);
        expect(touchProbability(z)).toBeLessThanOrEqual(p * (1 + 1e-9));
      }),
      RUNS,
    );
  });

  it('is the leverage whose liquidation lies at kappa deviations: no larger one is allowed', () => {
    fc.assert(
      fc.property(terms, tiers, sigma, real(1, 24), (t, table, s, hours) => {
        const kappa = kappaOf(0.005);
        const cap = capFirstPassage(t, table, s, hours, kappa);
        fc.pre(cap > 1.1 && cap < 100);
        const z = barrierZ(t.side, ENTRY, liquidationAt(t, table, cap), s, hours);
        expect(z / kappa).toBeCloseTo(1, 9);
      }),
      RUNS,
    );
  });

  it('leaves no stricter tier out, where neighbours share a rate and amounts are rounded', () => {
    fc.assert(
      fc.property(terms, publishedTiers, sigma, real(1, 24), (t, table, s, hours) => {
        const kappa = kappaOf(0.005);
        const priceFactor = Math.exp(-t.side * kappa * s * Math.sqrt(hours));
        const lines = table.map(({ mmr, cum }) => (mmr + t.feeClose) * priceFactor - cum / t.notional);
        const loss = t.side > 0 ? 1 - priceFactor : priceFactor - 1;
        const inverse = loss + t.costEntry + Math.max(...lines);
        const cap = capFirstPassage(t, table, s, hours, kappa);
        expect(Math.abs(1 / cap - inverse)).toBeLessThanOrEqual(1e-12 + (2 * CUM_ROUNDING) / t.notional);
      }),
      RUNS,
    );
  });

  it('never rises with volatility, horizon, kappa or requested notional', () => {
    fc.assert(
      fc.property(terms, tiers, sigma, real(1, 2), (t, table, s, factor) => {
        const cap = capFirstPassage(t, table, s, 8, 3);
        expect(atMost(capFirstPassage(t, table, s * factor, 8, 3), cap)).toBe(true);
        expect(atMost(capFirstPassage(t, table, s, 8 * factor, 3), cap)).toBe(true);
        expect(atMost(capFirstPassage(t, table, s, 8, 3 * factor), cap)).toBe(true);
        expect(atMost(capFirstPassage({ ...t, notional: t.notional * factor }, table, s, 8, 3), cap)).toBe(
          true,
        );
      }),
      RUNS,
    );
  });
});

describe('leverage cap by stop buffer', () => {
  it('keeps liquidation at least the buffer of stop distances away, and falls as the stop widens', () => {
    fc.assert(
      fc.property(terms, tiers, real(0.006, 0.08), real(1, 2), (t, table, x, factor) => {
        const cap = capStopBuffer(t, table, x, 1.5);
        fc.pre(cap > 1 && cap < 1000);
        const liq = liquidationAt(t, table, cap);
        expect((t.side * (ENTRY - liq)) / ENTRY).toBeGreaterThanOrEqual(1.5 * x - 1e-9);
        expect(atMost(capStopBuffer(t, table, x * factor, 1.5), cap)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('other leverage caps', () => {
  it('by bandwidth, regime and funding never rise as these worsen', () => {
    fc.assert(
      fc.property(
        real(0, 0.5),
        real(0, 0.5),
        real(0, 1),
        real(0, 0.02),
        side,
        (width, reference, rank, rate, s) => {
          expect(capBollinger(width * 1.5, reference, true, 10)).toBeLessThanOrEqual(
            capBollinger(width, reference, true, 10),
          );
          expect(capRegime(Math.min(1, rank * 1.2))).toBeLessThanOrEqual(capRegime(rank));
          expect(capFunding(s, s * rate * 1.5, 0.03)).toBeLessThanOrEqual(capFunding(s, s * rate, 0.03));
          expect(capFunding(s, -s * rate, 0.03)).toBe(Infinity);
        },
      ),
      RUNS,
    );
  });

  it('treat what is unknown as bad: half the reference while bands warm up, 5 for an unknown rank', () => {
    expect(capBollinger(0.02, 0.02, false, 10)).toBe(5);
    expect(capRegime(-1)).toBe(5);
    expect(capRegime(0.5)).toBe(20);
  });
});
