import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, side } from '../../test/Arbitrary.ts';
import { assertOthers, notionalPortfolio, type OtherPosition } from './Portfolio.ts';

const rho = fc.option(real(-1, 1));

const others: fc.Arbitrary<OtherPosition[]> = fc
  .array(
    fc.record({
      side,
      notionalUsdt: real(1, 5_000),
      sigmaDay: real(0.01, 0.3),
      correlation: rho,
      among: fc.array(rho, { minLength: 3, maxLength: 3 }),
    }),
    { maxLength: 4 },
  )
  .map((list) => list.map((one, i) => ({ ...one, among: one.among.slice(0, i) })));

/** A correlation as it counts, by the words of the model. */
function prudent(measured: number | null | undefined, sameSide: boolean): number {
  if (measured === null || measured === undefined) return sameSide ? 1 : 0;
  return sameSide ? Math.min(1, Math.max(0.5, measured)) : Math.max(-1, Math.min(0.9, measured));
}

/** Squared daily deviation of the others and a new position of so much. */
function variance(s: number, sigma: number, notional: number, list: readonly OtherPosition[]): number {
  const all = [...list, { side: s, notionalUsdt: notional, sigmaDay: sigma, correlation: null }];
  let sum = 0;
  all.forEach((one, i) => {
    all.forEach((other, j) => {
      const late = all[Math.max(i, j)]!;
      const early = all[Math.min(i, j)]!;
      const measured = Math.max(i, j) === list.length ? early.correlation : late.among?.[Math.min(i, j)];
      const r = i === j ? 1 : prudent(measured, one.side === other.side);
      sum +=
        r * one.side * one.notionalUsdt * one.sigmaDay * other.side * other.notionalUsdt * other.sigmaDay;
    });
  });
  return sum;
}

describe('the portfolio', () => {
  it('bears the largest notional that keeps its daily deviation within the budget, and no more', () => {
    fc.assert(
      fc.property(side, real(0.01, 0.3), real(10, 2_000), others, (s, sigma, budget, list) => {
        const most = notionalPortfolio(s, sigma, budget, list);
        const square = budget * budget;
        if (most === 0) {
          // Nothing that is added keeps it within.
          for (const more of [1, 100, 10_000]) {
            expect(variance(s, sigma, more, list)).toBeGreaterThan(square * (1 - 1e-9));
          }
          return;
        }
        const scale =
          square +
          variance(
            s,
            sigma,
            most,
            list.map((one) => ({ ...one, side: s, among: [] })),
          );
        expect(variance(s, sigma, most, list) - square).toBeLessThan(1e-9 * scale);
        expect(variance(s, sigma, most * 1.001, list)).toBeGreaterThan(square - 1e-9 * scale);
      }),
      RUNS,
    );
  });

  it('has no more room for what is not known than for anything measured on the same side', () => {
    fc.assert(
      fc.property(side, real(0.01, 0.3), real(10, 2_000), others, (s, sigma, budget, list) => {
        const along = list.map((one) => ({ ...one, side: s }));
        const unknown = along.map(({ side: of, notionalUsdt, sigmaDay }) => ({
          side: of,
          notionalUsdt,
          sigmaDay,
          correlation: null,
        }));
        const room = notionalPortfolio(s, sigma, budget, unknown);
        expect(notionalPortfolio(s, sigma, budget, along)).toBeGreaterThanOrEqual(room * (1 - 1e-12));
      }),
      RUNS,
    );
  });

  it('refuses what is no position', () => {
    const one = { side: 1, notionalUsdt: 1, sigmaDay: 0.1, correlation: 0.5 };
    const field =
      (bad: Partial<OtherPosition>): (() => void) =>
      () =>
        assertOthers([{ ...one, ...bad }]);
    expect(field({})).not.toThrow();
    expect(field({ among: [null, 0.2] })).not.toThrow();
    expect(field({ side: 0 })).toThrow('others.side');
    expect(field({ notionalUsdt: -1 })).toThrow('others.notionalUsdt');
    expect(field({ sigmaDay: NaN })).toThrow('others.sigmaDay');
    expect(field({ correlation: Infinity })).toThrow('others.correlation');
    expect(field({ among: [NaN] })).toThrow('others.among');
  });
});
