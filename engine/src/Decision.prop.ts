import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { real, RUNS, side } from '../test/Arbitrary.ts';
import {
  historyOf,
  idOf,
  INSTRUMENT,
  longPosition,
  observationOf,
  randomBars,
  START_MS,
} from '../test/market.ts';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  instrumentHash,
  intend,
  loadHistory,
  observe,
  restoreDesk,
  snapshotDesk,
  setLimits,
  type Bar,
  type Decision,
  type Desk,
  type Instrument,
} from './index.ts';

const HISTORY = 2_880;
const NOW_MS = START_MS + HISTORY * BAR_MS;
const bars = randomBars(5, HISTORY, START_MS, 0.0015);
const mark = bars.at(-1)!.close;
let warm: Uint8Array;

beforeAll(() => {
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(bars, { settlements: [{ timeMs: START_MS, rate: 0.0001 }] }));
  observe(desk, observationOf(1, [], NOW_MS, mark));
  warm = snapshotDesk(desk);
});

/** What the waters are like beside what the history says; each field is a share or a factor. */
interface Weather {
  readonly sigma: number;
  readonly bandwidth: number;
  readonly kappa: number;
  readonly fundingRate: number;
  readonly severity: number;
  readonly rank: number;
  readonly equityUsdt: number;
  readonly depth: number;
  readonly openInterest: number;
}

const weather: fc.Arbitrary<Weather> = fc.record({
  sigma: real(0.5, 4),
  bandwidth: real(0.3, 4),
  kappa: real(1, 2),
  fundingRate: real(-0.005, 0.005),
  severity: real(0, 0.75),
  rank: real(0, 1),
  equityUsdt: real(10, 1e6),
  depth: real(1, 1e5),
  openInterest: real(1e3, 1e8),
});

/** A desk in that weather. The crowd map stays unknown: its score is of the density, which a larger sigma may thin. */
function deskIn(w: Weather, quantity = 0, walletUsdt = 0): Desk {
  const desk = restoreDesk(warm);
  const { feed } = desk.state;
  feed.volatility.sigma *= w.sigma;
  feed.bollinger.bandwidth *= w.bandwidth;
  feed.kappa.kappaLong *= w.kappa;
  feed.kappa.kappaShort *= w.kappa;
  feed.volatilityRank.value = w.rank;
  feed.leadLag.severityLong = w.severity;
  feed.leadLag.severityShort = w.severity;
  feed.leader.missing = 0;
  const level = (s: number) => [{ price: mark * (1 + s * 0.0004), size: Math.max(w.depth, 1e-8) }];
  observe(
    desk,
    observationOf(2, [], NOW_MS, mark, {
      account: { equityUsdt: w.equityUsdt },
      funding: { timeMs: NOW_MS + 8 * BAR_MS, rate: w.fundingRate, intervalHours: 8 },
      book: { bids: level(-1), asks: level(1) },
      openInterest: Math.floor(w.openInterest),
      ...(quantity > 0 && { position: { ...longPosition(quantity, mark, 5, NOW_MS), walletUsdt } }),
    }),
  );
  return desk;
}

function wish(w: Weather, s: number, notionalUsdt: number): Decision {
  const desk = deskIn(w);
  return intend(desk, { id: idOf(3), timeMs: NOW_MS, side: s as 1 | -1, notionalUsdt }).decision;
}

const request = real(20, 500_000);

describe('a decision on an entry', () => {
  test('is within each of its constraints, and its parts add up', () => {
    fc.assert(
      fc.property(weather, side, request, (w, s, notional) => {
        const decision = wish(w, s, notional);
        const { leverage, notionalUsdt, plan } = decision;
        const { constraints } = decision.table!;
        for (const cap of constraints.leverage) expect(leverage).toBeLessThanOrEqual(cap);
        for (const cap of constraints.notional) expect(notionalUsdt).toBeLessThanOrEqual(cap);
        if (plan === null) {
          expect(decision.action).toBe('WAIT');
          return;
        }
        expect(decision.action).toBe('ENTER');
        expect(plan.quantity * mark).toBeLessThanOrEqual(notionalUsdt * (1 + 1e-9));
        const onRungs = plan.takeProfits.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(onRungs).toBeLessThanOrEqual(plan.quantity);
        expect(s * (mark - plan.stopPrice)).toBeGreaterThan(0);
        expect(s * (plan.stopPrice - plan.liquidationPrice)).toBeGreaterThan(0);
        for (const { price } of plan.takeProfits)
          expect(s * (price - mark * (1 + s * 0.001))).toBeGreaterThan(0);
        for (const point of decision.fan) {
          expect(point.touchProbability).toBeGreaterThanOrEqual(0);
          expect(point.touchProbability).toBeLessThanOrEqual(1);
        }
      }),
      RUNS,
    );
  });

  test('never has more leverage or size in worse waters', () => {
    const worse: fc.Arbitrary<Partial<Record<keyof Weather, number>>> = fc.oneof(
      fc.record({ sigma: real(1, 3) }),
      fc.record({ bandwidth: real(1, 3) }),
      fc.record({ kappa: real(1, 2) }),
      fc.record({ rank: real(1, 10) }),
      fc.record({ depth: real(0.1, 1) }),
      fc.record({ openInterest: real(0.1, 1) }),
      fc.record({ severity: real(1, 4) }),
    );
    fc.assert(
      fc.property(weather, side, request, worse, (w, s, notional, factors) => {
        const bad: Record<keyof Weather, number> = { ...w };
        for (const key of Object.keys(factors) as (keyof Weather)[]) bad[key] *= factors[key]!;
        bad.rank = Math.min(bad.rank, 1);
        bad.severity = Math.min(bad.severity, 0.75);
        const before = wish(w, s, notional);
        const after = wish(bad, s, notional);
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(after.notionalUsdt).toBeLessThanOrEqual(before.notionalUsdt * (1 + 1e-12));
      }),
      RUNS,
    );
  });

  test('never has more leverage or size when more funding has to be paid', () => {
    fc.assert(
      fc.property(weather, side, request, real(0, 0.01), (w, s, notional, more) => {
        const before = wish(w, s, notional);
        const after = wish({ ...w, fundingRate: w.fundingRate + s * more }, s, notional);
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(after.notionalUsdt).toBeLessThanOrEqual(before.notionalUsdt * (1 + 1e-12));
      }),
      RUNS,
    );
  });

  test('never has more leverage for a larger request, and no size beyond it', () => {
    fc.assert(
      fc.property(weather, side, request, real(1, 20), (w, s, notional, factor) => {
        const before = wish(w, s, notional);
        const after = wish(w, s, notional * factor);
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(after.notionalUsdt).toBeLessThanOrEqual(notional * factor);
      }),
      RUNS,
    );
  });
});

describe('a decision on a held position', () => {
  test('never adds, and a reduction takes a tenth at least', () => {
    fc.assert(
      fc.property(weather, fc.integer({ min: 1, max: 50_000 }), real(0.01, 0.9), (w, quantity, share) => {
        const wallet = quantity * mark * share;
        const desk = deskIn(w, quantity, wallet);
        const position = { ...longPosition(quantity, mark, 5, NOW_MS), walletUsdt: wallet };
        const tick = observationOf(4, [], NOW_MS, mark, { position });
        const { decision } = observe(desk, tick);
        expect(decision.targetQuantity).toBeLessThanOrEqual(quantity);
        if (decision.action === 'REDUCE') expect(decision.targetQuantity).toBeLessThanOrEqual(0.9 * quantity);
        if (decision.action === 'CLOSE') expect(decision.targetQuantity).toBe(0);
      }),
      RUNS,
    );
  });

  test('keeps or tightens the stop whatever the bars do', () => {
    const moves = fc.array(fc.tuple(real(-0.01, 0.01), real(0, 0.01)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(moves, side, real(1.5, 5), real(1.5, 5), (steps, s, kTrend, kChop) => {
        const desk = restoreDesk(warm);
        setLimits(desk, { ...desk.state.limits, kTrend, kChop });
        const position = { ...longPosition(50, mark, 3, NOW_MS), side: s as 1 | -1 };
        let stop = observe(desk, observationOf(5, [], NOW_MS, mark, { position })).decision.stopPrice;
        let close = mark;
        steps.forEach(([move, range], i) => {
          const timeMs = NOW_MS + i * BAR_MS;
          const open = close;
          close = open * (1 + move);
          const high = Math.max(open, close) * (1 + range);
          const low = Math.min(open, close) * (1 - range);
          const bar: Bar = { timeMs, open, high, low, close, volume: 1 };
          const look = observationOf(6 + i, [bar], timeMs + BAR_MS, close, { position });
          const { stopPrice } = observe(desk, look).decision;
          expect(s * (stopPrice - stop)).toBeGreaterThanOrEqual(0);
          stop = stopPrice;
        });
      }),
      RUNS,
    );
  });
});

describe('prices in another unit', () => {
  /** A grid of 2^-10, on which every price and its multiple by a power of two is exact. */
  const GRID: Instrument = { ...INSTRUMENT, tickDenominator: 1_024 };

  function answer(factor: number, seed: number, s: 1 | -1): Decision {
    const instrument: Instrument = {
      ...GRID,
      tickDenominator: GRID.tickDenominator / factor,
      quantityStep: GRID.quantityStep / factor,
    };
    const scaled = randomBars(seed, 700, START_MS, 0.0015).map(
      ({ timeMs, open, high, low, close, volume }): Bar => ({
        timeMs,
        open: open * factor,
        high: high * factor,
        low: low * factor,
        close: close * factor,
        volume: volume / factor,
      }),
    );
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(scaled, { instrument }));
    desk.state.wasWarm = true;
    const timeMs = START_MS + 700 * BAR_MS;
    const price = scaled.at(-1)!.close;
    const hash = instrumentHash(instrument);
    observe(desk, observationOf(1, [], timeMs, price, { instrumentHash: hash }));
    return intend(desk, { id: idOf(2), timeMs, side: s, notionalUsdt: 900 }).decision;
  }

  test('scaled by a power of two scale the answer and change nothing else', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(0.25, 0.5, 2, 4, 8), side, (seed, factor, s) => {
        const one = answer(1, seed, s as 1 | -1);
        const other = answer(factor, seed, s as 1 | -1);
        expect(other.action).toBe(one.action);
        expect(other.table!.constraints.leverage).toEqual(one.table!.constraints.leverage);
        expect(other.notionalUsdt).toBe(one.notionalUsdt);
        // Frames carry eight decimals of either.
        expect(other.stopPrice).toBeCloseTo(one.stopPrice * factor, 6);
        expect(other.targetQuantity).toBe(one.targetQuantity / factor);
        expect(other.table!.statistics.sigmaHour).toBe(one.table!.statistics.sigmaHour);
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 10) },
    );
  });
});
