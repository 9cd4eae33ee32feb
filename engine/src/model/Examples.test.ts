import { describe, expect, it } from 'vitest';
import { EngineError } from '../EngineError.ts';
import {
  bankruptcyPrice,
  liquidationDistance,
  liquidationPrice,
  liquidationPriceEntryBased,
  liquidationPriceFlat,
} from './Liquidation.ts';
import {
  believedWinRate,
  kelly,
  portfolioVariance,
  sizeMargin,
  sizeOpenInterest,
  sizePortfolio,
  sizeRisk,
  sizeVolatility,
} from './Size.ts';
import {
  adoptedStop,
  carryExceeds,
  chandelier,
  furthest,
  initialStop,
  initialStopDistance,
  isStale,
  ladder,
  ratchet,
  stopFill,
  takeProfitReached,
  trailedStop,
} from './Stops.ts';

/* Liquidation, sizes and stops by numbers that a reader can check by hand: what mutated formulas must not survive. */

const GRID = { numerator: 1, denominator: 1_000 };
const TIER = [{ minNotional: 0, maxNotional: 1e6, mmr: 0.01, maxLeverage: 25, cum: 0 }];
const HELD = { side: 1, qty: 1_000, entry: 5, wallet: 500, upnlOther: 20, mmOther: 0, fee: 0 };
const ENTRY_BASED = { side: 1, qty: 2, entry: 20_000, leverage: 50, mmr: 0.005, deduction: 0, extra: 0 };

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return `${error.field}: ${error.expected}`;
    throw error;
  }
  return 'no error';
}

describe('liquidation', () => {
  it('where wallet and profit elsewhere are gone is bankruptcy', () => {
    expect(bankruptcyPrice(HELD)).toBeCloseTo(4.48, 12);
    expect(bankruptcyPrice({ ...HELD, side: -1 })).toBeCloseTo(5.52, 12);
  });

  it('on entry value: margin of entry less maintenance of entry, per unit', () => {
    expect(liquidationPriceEntryBased(ENTRY_BASED)).toBeCloseTo(19_700, 9);
    expect(liquidationPriceEntryBased({ ...ENTRY_BASED, side: -1 })).toBeCloseTo(20_300, 9);
    expect(liquidationPriceEntryBased({ ...ENTRY_BASED, deduction: 40, extra: 60 })).toBeCloseTo(19_650, 9);
    expect(liquidationPriceEntryBased({ ...ENTRY_BASED, leverage: 1, extra: 1e6 })).toBe(0);
  });

  it('at one flat rate with the fee in the trigger', () => {
    expect(liquidationPriceFlat(1, 1_000, 5, 500, 0.01, 0.0005)).toBeCloseTo(4_500 / 989.5, 12);
    expect(liquidationPriceFlat(-1, 1_000, 5, 500, 0.01, 0.0005)).toBeCloseTo(5_500 / 1_010.5, 12);
    expect(liquidationPriceFlat(1, 1_000, 5, 6_000, 0.01, 0.0005)).toBe(0);
  });

  it('lies as far from entry as the article says', () => {
    expect(liquidationDistance(1, 10, 0.01)).toBeCloseTo(1 - 0.9 / 0.99, 12);
    expect(liquidationDistance(-1, 10, 0.01)).toBeCloseTo(1.1 / 1.01 - 1, 12);
  });

  it('names what is out of its domain', () => {
    expect(refusal(() => bankruptcyPrice({ ...HELD, qty: 0 }))).toMatch(/^qty:/);
    for (const field of ['side', 'qty', 'entry', 'leverage'] as const)
      expect(refusal(() => liquidationPriceEntryBased({ ...ENTRY_BASED, [field]: 0 }))).toMatch(`${field}:`);
    expect(refusal(() => liquidationPriceFlat(0, 1, 1, 1, 0.01, 0))).toMatch(/^side:/);
    expect(refusal(() => liquidationPriceFlat(1, 0, 1, 1, 0.01, 0))).toMatch(/^qty:/);
    expect(refusal(() => liquidationPriceFlat(1, 1, 0, 1, 0.01, 0))).toMatch(/^entry:/);
    expect(liquidationPrice({ ...HELD, wallet: -20 }, TIER)).toBe(Infinity);
    expect(liquidationPrice({ ...HELD, wallet: 6_000 }, TIER)).toBe(0);
  });
});

describe('sizes', () => {
  it('by risk, volatility, margin and open interest', () => {
    expect(sizeRisk(10_000, 0.01, 0.0482, 0.001, 0.0008)).toBeCloseTo(2_000, 9);
    expect(sizeVolatility(10_000, 0.1, 0.05)).toBeCloseTo(5_000, 9);
    expect(sizeMargin(10_000, 8, 0.25)).toBe(20_000);
    expect(sizeOpenInterest(1e6, 5, 0.005)).toBeCloseTo(25_000, 9);
  });

  it('by the portfolio: what is left of the budget, more for a hedge, nothing beyond it', () => {
    expect(sizePortfolio(1, 0.05, 800, [], [], [])).toBeCloseTo(16_000, 9);
    expect(sizePortfolio(1, 0.05, 500, [300], [1], [1])).toBeCloseTo(4_000, 9);
    expect(sizePortfolio(-1, 0.05, 500, [300], [1], [1])).toBeCloseTo(16_000, 9);
    expect(sizePortfolio(1, 0.05, 500, [600], [1], [0.5])).toBe(0);
    expect(sizePortfolio(1, 0.05, 500, [500], [1], [0.5])).toBe(0);
    expect(sizePortfolio(1, 0.05, 500, [500], [1], [0])).toBe(0);
    // Over budget along the same side: the root is negative.
    expect(sizePortfolio(1, 0.05, 500, [600], [1], [1])).toBe(0);
    // A position is itself, whatever the matrix says of it.
    expect(portfolioVariance([300], [0.5])).toBe(90_000);
  });

  it('by Kelly on a believed win rate', () => {
    expect(believedWinRate(30, 50)).toBeCloseTo(4 / 7, 12);
    expect(believedWinRate(50, 50)).toBe(0.6);
    expect(believedWinRate(0, 0)).toBe(0.5);
    expect(kelly(30, 50, 1.5)).toBeCloseTo(4 / 7 - 2 / 7, 12);
    expect(kelly(0, 0, 1)).toBe(0);
    expect(kelly(10, 50, 1)).toBe(0);
  });

  it('names what is out of its domain', () => {
    const bad: [string, () => unknown][] = [
      ['equity', () => sizeRisk(0, 0.01, 0.05, 0, 0)],
      ['risk', () => sizeRisk(1, -1, 0.05, 0, 0)],
      ['stopDistance', () => sizeRisk(1, 0.01, 0, 0, 0)],
      ['equity', () => sizeVolatility(0, 0.1, 0.05)],
      ['sigmaDay', () => sizeVolatility(1, 0, 0.05)],
      ['equity', () => sizeMargin(0, 8, 0.25)],
      ['openInterest', () => sizeOpenInterest(-1, 5, 0.005)],
      ['price', () => sizeOpenInterest(1, 0, 0.005)],
      ['side', () => sizePortfolio(0, 0.05, 1, [], [], [])],
      ['sigmaDay', () => sizePortfolio(1, 0, 1, [], [], [])],
      ['budget', () => sizePortfolio(1, 0.05, 0, [], [], [])],
      ['wins', () => believedWinRate(-1, 5)],
      ['trades', () => believedWinRate(0, -5)],
      ['wins: at most the 5 trades', () => believedWinRate(6, 5)],
      ['payoff', () => kelly(1, 2, 0)],
    ];
    for (const [field, act] of bad) expect(refusal(act)).toMatch(new RegExp(`^${field}`));
    expect(refusal(() => believedWinRate(5, 5))).toBe('no error');
  });
});

describe('stops', () => {
  it('begin at k ATR of the price', () => {
    expect(initialStopDistance(3, 0.1, 10)).toBeCloseTo(0.03, 12);
    expect(adoptedStop(1, 10, 3, 0.1, GRID)).toBe(9.7);
    expect(adoptedStop(-1, 10, 3, 0.1, GRID)).toBe(10.3);
    expect(adoptedStop(1, 0.0005, 3, 0.0001, GRID)).toBe(0.001);
    expect(adoptedStop(1, 2, 3, 0.1, { numerator: 5, denominator: 2 })).toBe(2.5);
    expect(chandelier(1, 10, 3, 0.1)).toBeCloseTo(9.7, 12);
    expect(chandelier(-1, 10, 3, 0.1)).toBeCloseTo(10.3, 12);
  });

  it('keep the tighter, and fill at the worse of open and stop once reached', () => {
    expect([ratchet(1, 9, 9.5), ratchet(1, 9, 8), ratchet(-1, 9, 8), ratchet(-1, 9, 9.5)]).toEqual([
      9.5, 9, 8, 9,
    ]);
    expect([stopFill(1, 9, 10, 11, 9), stopFill(1, 9, 8, 11, 7), stopFill(1, 9, 10, 11, 9.1)]).toEqual([
      9, 8, 0,
    ]);
    expect([stopFill(-1, 9, 8, 9, 7), stopFill(-1, 9, 10, 11, 8), stopFill(-1, 9, 8, 8.9, 7)]).toEqual([
      9, 10, 0,
    ]);
    expect([
      furthest(1, 9, 10, 8),
      furthest(1, 9, 8, 7),
      furthest(-1, 9, 10, 8),
      furthest(-1, 9, 11, 10),
    ]).toEqual([10, 9, 8, 9]);
  });

  it('round profits away from entry, and cover costs only once that was earned', () => {
    expect(ladder(1, 10, 0.0333, GRID)).toEqual([10.05, 10.1]);
    expect(ladder(-1, 10, 0.0333, GRID)).toEqual([9.95, 9.9]);
    expect(trailedStop(1, 9, 10, 10.2, false, 3, 0.1, GRID)).toBe(9.9);
    expect(trailedStop(1, 9, 10, 10.2, true, 3, 0.1, GRID)).toBe(10.01);
  });

  it('targets count from their very price on', () => {
    expect([takeProfitReached(1, 10, 10, 9), takeProfitReached(1, 10, 9.9, 9)]).toEqual([true, false]);
    expect([takeProfitReached(-1, 9, 10, 9), takeProfitReached(-1, 9, 10, 9.1)]).toEqual([true, false]);
    expect([takeProfitReached(1, 10, 11, 10.5), takeProfitReached(-1, 9, 8.5, 8)]).toEqual([true, true]);
  });

  it('carry of exactly a quarter of R is borne, half an R earned is not stale', () => {
    expect([carryExceeds(1, 0.25, 4, 4), carryExceeds(1, 0.26, 4, 4), carryExceeds(-1, 0.26, 4, 4)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([
      carryExceeds(-1, -0.26, 4, 4),
      carryExceeds(1, 0.01, 5, 0.5),
      carryExceeds(1, 0.03, 5, 0.5),
    ]).toEqual([true, false, true]);
    expect([isStale(0.5, 1), isStale(0.49, 1)]).toEqual([false, true]);
  });

  it('name what is out of its domain', () => {
    expect(refusal(() => initialStopDistance(0, 0.1, 10))).toMatch(/^k:/);
    expect(refusal(() => initialStopDistance(3, 0.1, 0))).toMatch(/^entry:/);
    expect(refusal(() => initialStop(0, 10, 0.03, GRID))).toMatch(/^side:/);
    expect(refusal(() => initialStop(1, 10, 0, GRID))).toMatch(/^x:/);
    expect(refusal(() => initialStop(1, 0.0005, 0.03, GRID))).toBe(
      'stop: above 0 and on the losing side of entry',
    );
    expect(refusal(() => initialStop(1, 10, 1e-17, GRID))).toMatch(/^stop:/);
    expect(refusal(() => initialStop(-1, 10, 1e-16, GRID))).toBe(
      'stop: above 0 and on the losing side of entry',
    );
    expect(refusal(() => ladder(0, 10, 1, GRID))).toMatch(/^side:/);
    expect(refusal(() => ladder(1, 10, 0, GRID))).toMatch(/^r:/);
  });
});
