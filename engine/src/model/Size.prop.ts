import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, side } from '../../test/Arbitrary.ts';
import { ladderOf, maxQuantity, squareRootNotional, squareRootSlip, walkBook } from './Book.ts';
import { EngineError } from '../EngineError.ts';
import {
  kelly,
  portfolioVariance,
  prudentCorrelation,
  sizeAlone,
  sizeMargin,
  sizeOpenInterest,
  sizePortfolio,
  sizeRisk,
  sizeVolatility,
} from './Size.ts';

describe('portfolio size', () => {
  it('spends the budget exactly, together with what is held', () => {
    const other = fc.tuple(real(-2e4, 2e4), real(0.01, 0.1), real(-0.5, 0.9));
    fc.assert(
      fc.property(side, real(0.01, 0.2), real(100, 5000), other, (s, sigma, budget, [n, sigmaOther, rho]) => {
        const exposure = n * sigmaOther;
        const notional = sizePortfolio(s, sigma, budget, [exposure], [1], [rho]);
        expect(notional).toBeGreaterThanOrEqual(0);
        fc.pre(notional > 0);
        const total = portfolioVariance([exposure, s * notional * sigma], [1, rho, rho, 1]);
        expect(Math.sqrt(total) / budget).toBeCloseTo(1, 6);
      }),
      RUNS,
    );
  });

  it('assumes at least .5 along a side and credits a hedge with at most .9', () => {
    fc.assert(
      fc.property(
        real(-1, 1),
        (rho) => prudentCorrelation(rho, true) >= 0.5 && prudentCorrelation(rho, false) <= 0.9,
      ),
      RUNS,
    );
  });
});

describe('risk size', () => {
  it('loses exactly the risk at the stop, costs included, and shrinks as the stop widens', () => {
    fc.assert(
      fc.property(real(100, 1e6), real(0.001, 0.02), real(0.006, 0.08), (equity, risk, x) => {
        const notional = sizeRisk(equity, risk, x, 0.001, 0.0008);
        const loss = notional * (x + 0.001 + 0.0008);
        return (
          Math.abs(loss / (risk * equity) - 1) < 1e-12 &&
          sizeRisk(equity, risk, x * 1.1, 0.001, 0.0008) < notional
        );
      }),
      RUNS,
    );
  });

  it('by Kelly is 0 without an edge, never above that of a 60 % win rate, and rises with wins', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), real(0.2, 5), (wins, losses, payoff) => {
        const fraction = kelly(wins, wins + losses, payoff);
        return (
          fraction >= 0 &&
          fraction <= Math.max(0, 0.6 - 0.4 / payoff) + 1e-15 &&
          kelly(wins + 1, wins + losses + 1, payoff) >= fraction
        );
      }),
      RUNS,
    );
    expect(() => kelly(2, 1, 1)).toThrow('wins');
  });
});

describe('book', () => {
  const level = fc.tuple(real(1e-4, 0.01), real(1, 5000));
  const book = fc.array(level, { minLength: 1, maxLength: 8 });
  const pairsOf = (s: number, steps: readonly [number, number][]): number[] => {
    let price = 5;
    return steps.flatMap(([step, size]) => [(price *= 1 + s * step), size]);
  };

  it('the largest quantity within a slip slips by no more, and a little more would', () => {
    fc.assert(
      fc.property(side, book, real(1e-4, 0.02), (s, steps, slip) => {
        const ladder = pairsOf(s, steps);
        const qty = maxQuantity(s, slip, ladderOf(ladder), 5, 1);
        fc.pre(qty > 0);
        expect(walkBook(s, qty, ladderOf(ladder), 5).slip).toBeLessThanOrEqual(slip + 1e-12);
        const more = walkBook(s, qty * 1.001, ladderOf(ladder), 5);
        expect(!more.complete || more.slip > slip - 1e-12).toBe(true);
      }),
      RUNS,
    );
  });

  it('takes a level that lies on the limit itself whole', () => {
    const limit = 5 * (1 - 0.0001);
    expect(maxQuantity(-1, 0.0001, ladderOf([limit, 3.2574162040993238, limit, 1]), 5, 0.5)).toBeCloseTo(
      2.1287,
      4,
    );
  });

  it('bears more with more slip or depth, and nothing is filled past its end', () => {
    fc.assert(
      fc.property(side, book, real(1e-4, 0.02), (s, steps, slip) => {
        const ladder = pairsOf(s, steps);
        const qty = maxQuantity(s, slip, ladderOf(ladder), 5, 0.5);
        expect(maxQuantity(s, slip * 1.2, ladderOf(ladder), 5, 0.5)).toBeGreaterThanOrEqual(qty);
        expect(maxQuantity(s, slip, ladderOf(ladder), 5, 1)).toBeGreaterThanOrEqual(qty);
        const total = steps.reduce((sum, [, size]) => sum + size, 0);
        const walk = walkBook(s, 2 * total, ladderOf(ladder), 5);
        expect(walk.complete).toBe(false);
        expect(walk.filled / total).toBeCloseTo(1, 12);
      }),
      RUNS,
    );
  });

  it('the square-root law and its inverse agree', () => {
    fc.assert(
      fc.property(real(0.01, 0.3), real(1e-4, 0.01), real(1e5, 1e9), (sigma, slip, volume) => {
        return (
          Math.abs(squareRootSlip(sigma, squareRootNotional(sigma, slip, volume), volume) / slip - 1) < 1e-12
        );
      }),
      RUNS,
    );
  });
});

describe('every size', () => {
  it.each<[string, (value: number) => number, 'above 0' | 'from 0']>([
    ['equity', (equity) => sizeRisk(equity, 0.01, 0.02, 0, 0), 'above 0'],
    ['risk', (risk) => sizeRisk(1_000, risk, 0.02, 0, 0), 'from 0'],
    ['stopDistance', (distance) => sizeRisk(1_000, 0.01, distance, 0, 0), 'above 0'],
    ['equity', (equity) => sizeVolatility(equity, 0.05, 0.02), 'above 0'],
    ['sigmaDay', (sigmaDay) => sizeVolatility(1_000, sigmaDay, 0.02), 'above 0'],
    ['equity', (equity) => sizeMargin(equity, 5, 0.3), 'above 0'],
    ['openInterest', (interest) => sizeOpenInterest(interest, 5, 0.001), 'from 0'],
    ['price', (price) => sizeOpenInterest(1e6, price, 0.001), 'above 0'],
    ['sigmaDay', (sigmaDay) => sizeAlone(sigmaDay, 100), 'above 0'],
    ['budget', (budget) => sizeAlone(0.05, budget), 'above 0'],
  ])('refuses a %s outside its domain, and names it', (field, size, domain) => {
    const outside = [NaN, Infinity, -Infinity, -1e-9, ...(domain === 'above 0' ? [0, -0] : [])];
    for (const value of outside) {
      const attempt = (): number => size(value);
      expect(attempt, String(value)).toThrow(EngineError);
      expect(attempt).toThrow(expect.objectContaining({ field }));
    }
    expect(size(1e-9)).toBeGreaterThan(0);
    if (domain === 'from 0') expect(size(0)).toBe(0);
  });
});
