import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  DEFAULT_LIMITS,
  observe,
  setLimits,
  type BookSummary,
  type Decision,
  type DeskLimits,
  type Factor,
  type LeverageCap,
  type NotionalCap,
  type Observation,
} from './index.ts';
import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS } from './Constraints.ts';
import { clustersStep, createClusters } from './model/Clusters.ts';
import { placeOf } from './model/ClusterGrid.ts';
import { crowdMix } from './model/CrowdMix.ts';
import { avoidClusters } from './model/StopPlacement.ts';
import { HOUR_MS, INSTRUMENT, longPosition } from '../test/market.ts';
import { fullBars, fullDesk, look, PLAY_MS, wish } from '../test/Stage.ts';
import { WARM_UP_BARS } from './History.ts';

/*
 * The numbers that the risk model fixes and no owner sets, each in a public decision against what the text of the section
 * gives by hand. The equity is 20,000, the wish 1,000: in the first tier, whose maintenance rate is 1 %.
 */

const EQUITY = 20_000;
const WISHED = 1_000;
const FEE = 0.0005;
const MMR = 0.01;
const MARK = fullBars[WARM_UP_BARS]!.close;
const NO_LEVELS: BookSummary = { bids: [], asks: [] };

/** The decision on a wish after one look, and what its table says. */
function decided(overrides: Partial<Observation> = {}, limits: Partial<DeskLimits> = {}) {
  const desk = fullDesk();
  setLimits(desk, { ...DEFAULT_LIMITS, ...limits });
  observe(desk, look(0, { account: { equityUsdt: EQUITY }, ...overrides }));
  const decision = wish(desk, WISHED);
  const { constraints, statistics } = decision.table!;
  // Section 6: k ATR, held in [0.6 %, 8 %], the stop rounded down to its tick of a thousandth.
  const wished = Math.min(0.08, Math.max(0.006, (statistics.stopMultiple * statistics.atr) / MARK));
  const x = 1 - Math.floor(MARK * (1 - wished) * 1_000) / 1_000 / MARK;
  return {
    decision,
    statistics,
    x,
    sigmaDay: statistics.sigmaHour * Math.sqrt(24),
    leverage: (name: LeverageCap): number => constraints.leverage[LEVERAGE_CAPS.indexOf(name)]!,
    notional: (name: NotionalCap): number => constraints.notional[NOTIONAL_CAPS.indexOf(name)]!,
    factor: (name: Factor): number => constraints.factors[FACTORS.indexOf(name)]!,
  };
}

/** Funding that costs a share of R a day at a stop distance x, three settlements of the mean and the next rate alike. */
function fundedAt(rate: number): Partial<Observation> {
  return { funding: { timeMs: PLAY_MS + 8 * HOUR_MS, rate, intervalHours: 8 } };
}

/** Section 3.1 for a long in the first tier: the leverage whose liquidation lies at `factor` times the entry. */
function capAt(factor: number): number {
  return 1 / (1 + FEE - (1 - MMR - FEE) * factor);
}

describe('caps on leverage', () => {
  const { leverage, statistics, x } = decided();

  test('L_HARD is 20 (3.3)', () => {
    expect(leverage('L_HARD')).toBe(20);
  });

  test('L_FP survives 8 h with a touch of at most 0.5 %: kappa 3.958 (2, 3.1)', () => {
    const deviation = statistics.sigmaSideHour * Math.sqrt(8);
    const kappa = 3.9580785505143665 * statistics.calibration;
    expect(leverage('L_FP')).toBeCloseTo(capAt(Math.exp(-kappa * deviation)), 9);
  });

  test('L_BB is 10 at the bandwidth of reference (3.3)', () => {
    const ratio = statistics.bandwidthReference / statistics.bandwidth;
    expect(leverage('L_BB')).toBeCloseTo(10 * Math.min(2, Math.max(0.25, ratio)), 9);
  });

  test('L_REGIME is 20 up to the median and 5 from the 95th percentile on (3.3)', () => {
    const above = Math.min(1, Math.max(0, (statistics.volatilityRank - 0.5) / 0.45));
    expect(leverage('L_REGIME')).toBeCloseTo(20 - 15 * above, 9);
  });

  test('L_STOPBUF leaves 1.5 stop distances (3.3)', () => {
    expect(leverage('L_STOPBUF')).toBeCloseTo(capAt(1 - 1.5 * x), 9);
  });

  test('L_FUND lets funding burn 3 % of margin a day (3.3)', () => {
    expect(statistics.fundingDay).toBeGreaterThan(0);
    expect(leverage('L_FUND')).toBeCloseTo(0.03 / statistics.fundingDay, 9);
  });
});

describe('caps on notional', () => {
  const { decision, notional, sigmaDay, x } = decided();

  test('N_RISK loses 1 % of equity at the stop, with 0.1 % of fees and 0.08 % of slippage (3.4, decision.json)', () => {
    expect(notional('N_RISK')).toBeCloseTo((0.01 * EQUITY) / (x + 2 * FEE + 0.0008), 6);
  });

  test('N_VOL moves equity by 5 % in a daily deviation, N_PORT all positions by 8 % (3.4)', () => {
    expect(notional('N_VOL')).toBeCloseTo((EQUITY * 0.05) / sigmaDay, 6);
    expect(notional('N_PORT')).toBeCloseTo((EQUITY * 0.08) / sigmaDay, 6);
  });

  test('N_MARGIN is a quarter of equity at L* (3.4)', () => {
    expect(notional('N_MARGIN')).toBe(0.25 * EQUITY * decision.leverage);
  });

  test('N_OI is 0.5 % of the open interest (3.4)', () => {
    expect(notional('N_OI')).toBeCloseTo(0.005 * 5_000_000 * MARK, 6);
  });
});

describe('the book (3.4)', () => {
  /** Two levels a side, the second far beyond what the slippage allows, about a middle at the mark. */
  const near = 100;
  const levels = (side: number): BookSummary['asks'] => [
    { price: MARK * (1 + side * 0.001), size: near },
    { price: MARK * (1 + side * 0.02), size: 1_000_000 },
  ];
  const book: BookSummary = { bids: levels(-1), asks: levels(1) };
  /** Quantity whose mean price lies `slip` off the middle: all of the first level, and of the second as much as evens out. */
  const within = (slip: number, depth: number): number => depth * near * (1 + (slip - 0.001) / (0.02 - slip));

  test('N_ENTRYBOOK slips by 0.15 % at most', () => {
    // Prices are told in 1e-8: seven digits of the quantity.
    expect(decided({ book }).notional('N_ENTRYBOOK') / MARK).toBeCloseTo(within(0.0015, 1), 4);
  });

  test('N_EXITBOOK slips by 0.5 % at most in half of what rests', () => {
    expect(decided({ book }).notional('N_EXITBOOK') / MARK).toBeCloseTo(within(0.005, 0.5), 4);
  });

  test('without a book both follow from the root of the day’s turnover, the way out from half of it', () => {
    const { notional, sigmaDay, statistics } = decided({ book: NO_LEVELS });
    const day = statistics.turnoverDayUsdt;
    expect(day).toBeGreaterThan(0);
    const rooted = (slip: number): number => (slip / sigmaDay) ** 2;
    expect(notional('N_ENTRYBOOK') / (day * rooted(0.0015))).toBeCloseTo(1, 9);
    expect(notional('N_EXITBOOK') / ((day / 2) * rooted(0.005))).toBeCloseTo(1, 9);
  });

  test('the slippage that is told of the way out is that of half of the book, or of half of the turnover', () => {
    const { decision, statistics } = decided({ book });
    const quantity = decision.targetQuantity;
    expect(quantity).toBeGreaterThan(near / 2);
    expect(quantity).toBeLessThan(near);
    expect(statistics.entrySlip).toBeCloseTo(0.001, 7);
    const mean = (0.001 * near + 0.02 * (2 * quantity - near)) / (2 * quantity);
    expect(statistics.exitSlip).toBeCloseTo(mean, 7);
    const without = decided({ book: NO_LEVELS });
    const { turnoverDayUsdt: day } = without.statistics;
    const share = (without.decision.targetQuantity * MARK) / day;
    expect(without.statistics.entrySlip).toBeCloseTo(without.sigmaDay * Math.sqrt(share), 9);
    expect(without.statistics.exitSlip).toBeCloseTo(without.sigmaDay * Math.sqrt(2 * share), 9);
  });
});

describe('funding (8)', () => {
  /** F_FUNDING at a rate, and what the text gives for it. */
  const factorAt = (
    rate: number,
  ): { readonly came: number; readonly given: number; readonly carry: number } => {
    const { factor, statistics, x } = decided(fundedAt(rate));
    const carry = Math.max(0, statistics.fundingDay) / x;
    return {
      came: factor('F_FUNDING'),
      given: 1 - 0.75 * Math.min(1, Math.max(0, (carry - 0.1) / 0.4)),
      carry,
    };
  };

  test('F_FUNDING shrinks a size from a tenth of R a day on, and to a quarter at half of R', () => {
    const soft = factorAt(0.0025);
    const hard = factorAt(0.0065);
    for (const { came, given, carry } of [soft, hard]) {
      expect(came).toBeCloseTo(given, 9);
      expect(carry).toBeGreaterThan(0.1);
      expect(carry).toBeLessThan(0.5);
    }
    expect(factorAt(0.05).came).toBe(0.25);
    expect(factorAt(-0.05).came).toBe(1);
  });

  test('carry closes within one bar of the settlement, when it takes more than a quarter of R (6)', () => {
    const entry = fullBars[WARM_UP_BARS - 1]!.close;
    const held = (msToFunding: number, share: number): Decision => {
      const desk = fullDesk();
      const position = longPosition(40, entry, 3, PLAY_MS);
      const opening = observe(desk, look(-1, { bars: [], leaderBars: [], position })).decision;
      const rate = (share * (entry - opening.stopPrice)) / entry;
      const funding = { timeMs: PLAY_MS + BAR_MS + msToFunding, rate, intervalHours: 8 };
      return observe(desk, look(0, { position, funding })).decision;
    };
    expect(held(BAR_MS, 0.251)).toMatchObject({ action: 'CLOSE', reason: 'carry' });
    expect(held(BAR_MS, 0.249).reason).not.toBe('carry');
    expect(held(BAR_MS + 1, 0.251).reason).not.toBe('carry');
  });
});

describe('a stop out of the crowd’s way (6)', () => {
  const PRICE = 10;
  const X = 0.4;
  const BARRIER_BUCKETS = 5;
  const DENSE = 9;

  /** The chosen candidate's j on a map on which the level of candidate j scores `scores[j]`, and densely without. */
  function chosen(scores: readonly number[]): number {
    const map = createClusters();
    const bar = { high: PRICE, low: PRICE, close: PRICE };
    clustersStep(map, crowdMix([10], [1], MMR), bar, 1);
    map.longs.fill(0);
    const bucketOf = (price: number): number => placeOf(map, price) - map.base;
    // A mean of one: 120 in the 120 buckets below the price, all of it where no candidate lies.
    map.longs[bucketOf(PRICE) - 1] = 120 / map.scale;
    map.aheadLong = 120 / map.scale;
    for (let j = 0; j < 9; j++) {
      const level = PRICE * (1 - X * (1 + 0.05 * j));
      map.longs[bucketOf(level)] = (BARRIER_BUCKETS * (scores[j] ?? DENSE)) / map.scale;
    }
    return (avoidClusters(map, 1, PRICE, X) / X - 1) / 0.05;
  }

  test('is worth a quarter of a mean density a step', () => {
    expect(chosen([1, 0.76])).toBeCloseTo(0, 9);
    expect(chosen([1, 0.74])).toBeCloseTo(1, 9);
    expect(chosen([1, DENSE, 0.51])).toBeCloseTo(0, 9);
    expect(chosen([1, DENSE, 0.49])).toBeCloseTo(2, 9);
  });

  test('is the nearest of equals', () => {
    expect(chosen([1, 0.75, 0.5, 0.25, 0])).toBeCloseTo(0, 9);
    expect(chosen([DENSE, 1, 0.75])).toBeCloseTo(1, 9);
  });

  test('is looked for in eight steps of a twentieth', () => {
    expect(chosen(Object.assign([], { 7: 0 }))).toBeCloseTo(7, 9);
    expect(chosen(Object.assign([], { 8: 0 }))).toBeCloseTo(0, 9);
  });
});

test('the instrument of these numbers is the one that the text quotes', () => {
  expect(INSTRUMENT.tiers[0]).toMatchObject({ mmr: MMR, cum: 0 });
  expect(INSTRUMENT.takerFee).toBe(FEE);
});
