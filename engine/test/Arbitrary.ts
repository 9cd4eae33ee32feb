import fc from 'fast-check';
import { deriveCum } from '../src/model/MarginTiers.ts';
import type { MarginTier } from '../src/model/MarginTiers.ts';

/** Finite double in [min, max]. */
export function real(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
}

export const side: fc.Arbitrary<number> = fc.constantFrom(1, -1);

/** A bar around a price: low <= open, close <= high, all above 0. */
export type Bar = { open: number; high: number; low: number; close: number };

/** A walk of valid bars from a price near 5, with flat bars, gaps and jumps. */
export function bars(minLength: number, maxLength: number): fc.Arbitrary<Bar[]> {
  const step = fc.tuple(real(-0.03, 0.03), real(-0.03, 0.03), real(0, 0.03), real(0, 0.03), fc.nat(9));
  return fc.array(step, { minLength, maxLength }).map((steps) => {
    let price = 5;
    return steps.map(([gap, body, up, down, kind]) => {
      if (kind === 0) return { open: price, high: price, low: price, close: price };
      const open = kind < 4 ? price * (1 + gap) : price;
      const close = open * (1 + body);
      const high = Math.max(open, close) * (1 + up);
      const low = Math.min(open, close) * (1 - down);
      price = close;
      return { open, high, low, close };
    });
  });
}

/** The same bars with every price times `factor`. */
export function scaled(list: readonly Bar[], factor: number): Bar[] {
  return list.map((b) => ({
    open: b.open * factor,
    high: b.high * factor,
    low: b.low * factor,
    close: b.close * factor,
  }));
}

/** A valid tier table of one to eight tiers, stricter with size. */
export const tiers: fc.Arbitrary<MarginTier[]> = fc
  .array(fc.tuple(real(1_000, 500_000), real(1.05, 2.5)), { minLength: 1, maxLength: 8 })
  .map((steps) => {
    let minNotional = 0;
    let mmr = 0.004;
    return deriveCum(
      steps.map(([width, growth]) => {
        mmr = Math.min(mmr * growth, 0.5);
        const maxNotional = Math.floor(minNotional + width);
        const tier = { minNotional, maxNotional, mmr, maxLeverage: Math.max(1, Math.floor(0.5 / mmr)) };
        minNotional = maxNotional;
        return tier;
      }),
    );
  });

/** How far a published maintenance amount is off at most, quote: venues round what they print. */
export const CUM_ROUNDING = 5e-7;

/** As venues print them: neighbours may share a rate and differ in leverage alone, and each amount is a little off. */
export const publishedTiers: fc.Arbitrary<MarginTier[]> = fc
  .tuple(
    tiers,
    fc.array(fc.tuple(fc.boolean(), real(-CUM_ROUNDING, CUM_ROUNDING)), { minLength: 8, maxLength: 8 }),
  )
  .map(([table, printed]) => {
    let mmr = 0;
    const rated = table.map((tier, k) => {
      if (k === 0 || !printed[k]![0]) mmr = tier.mmr;
      return { ...tier, mmr };
    });
    return deriveCum(rated).map((tier, k) => ({ ...tier, cum: tier.cum + (k === 0 ? 0 : printed[k]![1]) }));
  });

/** `a` is at most `b` but for rounding. */
export function atMost(a: number, b: number, relative = 1e-12): boolean {
  return a <= b + relative * Math.max(Math.abs(a), Math.abs(b), 1e-300);
}

/** FC_RUNS=100000 asks for more cases. */
export const RUNS = { numRuns: Number(process.env['FC_RUNS'] ?? 1_000) };
