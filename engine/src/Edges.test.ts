import { describe, expect, test } from 'vitest';
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
  binding,
  bindingFactor,
  bindingLeverage,
  createDesk,
  decodeAnswer,
  decodeDecision,
  decodeObservation,
  DEFAULT_LIMITS,
  encodeAnswer,
  encodeDecision,
  encodeObservation,
  EngineError,
  FLAT,
  instrumentHash,
  intend,
  loadHistory,
  observe,
  setLimits,
  type Answer,
  type Decision,
  type Desk,
  type Instrument,
} from './index.ts';
import { finish, putText, putU64, writer } from './codec/Bytes.ts';
import { expectFrame } from './codec/Frame.ts';
import { exp } from './math/Exp.ts';
import { clustersStep, createClusters } from './model/Clusters.ts';
import { crowdMix } from './model/CrowdMix.ts';
import { liquidationPriceEntryBased, liquidationPriceFlat } from './model/Liquidation.ts';
import { createRegime, regimeStep, TREND_REGIMES, VOLATILITY_REGIMES } from './model/Regime.ts';
import { rungs } from './Trade.ts';
import { publishE8 } from './Verdict.ts';

/** A bar that did not move. */
const flat = (price: number) => ({ open: price, high: price, low: price, close: price });

const bars = randomBars(31, 400, START_MS, 0.0015);
const NOW_MS = START_MS + 400 * BAR_MS;
const mark = bars.at(-1)!.close;

function desk(): Desk {
  const made = createDesk(DEFAULT_LIMITS);
  loadHistory(made, historyOf(bars));
  made.state.wasWarm = true;
  return made;
}

function decided(): Decision {
  return observe(desk(), observationOf(1, [], NOW_MS, mark)).decision;
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return `${error.leaf} ${error.field}`;
    throw error;
  }
  throw new Error('expected a refusal, got an answer');
}

describe('answers', () => {
  const answers: Answer[] = [
    { kind: 'record', head: new Uint8Array(32).fill(5), record: Uint8Array.of(1, 2, 3) },
    { kind: 'error', disposition: 'temporary', leaf: 'stale', message: 'try again' },
  ];
  test.each(answers)('of kind $kind read back as written', (answer) => {
    expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
  });

  test('of another kind or disposition are refused', () => {
    expect(refusal(() => decodeAnswer(Uint8Array.of(3)))).toBe('out-of-domain answer.kind');
    expect(refusal(() => decodeAnswer(Uint8Array.of(2, 7)))).toBe('out-of-domain disposition');
  });
});

describe('frames out of their domain', () => {
  test('name the field', () => {
    const look = observationOf(1, [], NOW_MS, mark);
    const changed = (at: number, value: number): (() => unknown) => {
      const bytes = encodeObservation({ ...look, funding: null });
      bytes[at] = value;
      return () => observe(desk(), decodeObservation(bytes));
    };
    // Offsets by docs/frame.md: funding time 48, rate 64, interval 3, flags 76.
    expect(refusal(changed(48, 1))).toBe('out-of-domain funding.timeMs');
    expect(refusal(changed(64, 1))).toBe('out-of-domain funding.rate');
    expect(refusal(changed(3, 3))).toBe('out-of-domain funding.intervalHours');
    expect(refusal(changed(76, 16))).toBe('out-of-domain flags');
    const decision = encodeDecision(decided());
    decision[40] = 5;
    expect(refusal(() => decodeDecision(decision))).toBe('out-of-domain side');
  });

  test('are never written either', () => {
    const w = writer(8);
    expect(refusal(() => putU64(w, 0.5, 'count'))).toBe('out-of-domain count');
    expect(refusal(() => putText(w, 'é', 'name'))).toBe('out-of-domain name');
    expect(refusal(() => putText(w, 'x'.repeat(256), 'name'))).toBe('out-of-domain name');
    expect(finish(w)).toHaveLength(0 + 1);
    expect(refusal(() => expectFrame(1, 99, 98))).toBe('frame-kind kind');
  });
});

describe('a desk', () => {
  test('without history answers nothing', () => {
    const empty = createDesk(DEFAULT_LIMITS);
    expect(refusal(() => observe(empty, observationOf(1, [], NOW_MS, mark)))).toBe('no-history feed');
    const wish = { id: idOf(1), timeMs: NOW_MS, side: 1, notionalUsdt: 100 } as const;
    expect(refusal(() => intend(empty, wish))).toBe('no-history feed');
  });

  test('takes no history that is empty, misfitting or out of order', () => {
    const load = (change: Partial<ReturnType<typeof historyOf>>): string =>
      refusal(() => loadHistory(createDesk(DEFAULT_LIMITS), historyOf(bars, change)));
    expect(load({ bars: [] })).toBe('out-of-domain history.bars');
    expect(load({ accountHash: new Uint8Array(31) })).toBe('out-of-domain history.accountHash');
    const point = { timeMs: START_MS, units: 5 };
    expect(load({ openInterest: [point, point] })).toBe('out-of-domain history.openInterest.timeMs');
    expect(load({ openInterest: [{ ...point, units: 0 }] })).toBe('out-of-domain history.openInterest.units');
    const late = refusal(() => loadHistory(desk(), historyOf(bars.slice(0, 50))));
    expect(late).toBe('out-of-order history.bars');
  });

  test('takes no other symbol, no crowd that does not add up, and no more rules than it keeps', () => {
    const look = (instrument: Instrument): string =>
      refusal(() =>
        observe(
          desk(),
          observationOf(1, [], NOW_MS, mark, { instrument, instrumentHash: instrumentHash(instrument) }),
        ),
      );
    expect(look({ ...INSTRUMENT, symbol: 'OTHER' })).toBe('out-of-domain instrument.symbol');
    const share = { leverage: 10, weight: 0.5 };
    expect(look({ ...INSTRUMENT, crowd: [share] })).toBe('out-of-domain instrument.crowd');
    expect(look({ ...INSTRUMENT, crowd: Array(9).fill(share) })).toBe('out-of-domain instrument.crowd');
    expect(look({ ...INSTRUMENT, crowd: [{ leverage: 1, weight: 1 }] })).toBe(
      'out-of-domain instrument.crowd.leverage',
    );
    expect(look({ ...INSTRUMENT, crowd: [{ leverage: 9, weight: 2 }] })).toBe(
      'out-of-domain instrument.crowd.weight',
    );
    const tiers = Array.from({ length: 60 }, (_, i) => ({
      minNotional: 1_000 * i,
      maxNotional: 1_000 * (i + 1),
      mmr: 0.01,
      maxLeverage: 25,
      cum: 0,
    }));
    expect(look({ ...INSTRUMENT, tiers })).toBe('oversized instrument');
  });

  test('follows the venue when a position turns round, and when less is held than it allowed', () => {
    const one = desk();
    const long = longPosition(20, mark, 3, NOW_MS);
    observe(one, observationOf(1, [], NOW_MS, mark, { position: long }));
    observe(one, observationOf(2, [], NOW_MS, mark, { position: { ...long, quantity: 15 } }));
    expect(one.state.trade.targetQuantity).toBe(15);
    observe(one, observationOf(3, [], NOW_MS, mark, { position: { ...long, quantity: 25 } }));
    expect(one.state.trade.targetQuantity).toBe(25);
    const { decision } = observe(
      one,
      observationOf(4, [], NOW_MS, mark, { position: { ...long, side: -1 } }),
    );
    expect(decision.side).toBe(-1);
    expect(decision.stopPrice).toBeGreaterThan(mark);
    observe(one, observationOf(5, [], NOW_MS, mark, { position: { ...FLAT, quantity: 7 } }));
    expect(one.state.heldSide).toBe(0);
  });

  test('closes what cannot be protected on too coarse a grid', () => {
    const coarse: Instrument = { ...INSTRUMENT, tickNumerator: 100, tickDenominator: 1 };
    const one = createDesk(DEFAULT_LIMITS);
    loadHistory(one, historyOf(bars, { instrument: coarse }));
    const look = observationOf(1, [], NOW_MS, mark, {
      instrumentHash: instrumentHash(coarse),
      position: longPosition(20, mark, 3, NOW_MS),
    });
    expect(observe(one, look).decision).toMatchObject({ action: 'CLOSE', reason: 'stop' });
  });

  test('says what bound a refusal', () => {
    const wish = (change: (made: Desk) => void): Decision => {
      const made = desk();
      observe(made, observationOf(1, [], NOW_MS, mark));
      change(made);
      return intend(made, { id: idOf(2), timeMs: NOW_MS, side: 1, notionalUsdt: 900 }).decision;
    };
    const slow = wish((made) => setLimits(made, { ...DEFAULT_LIMITS, maxLeverage: 1 }));
    expect([binding(slow), bindingLeverage(slow)]).toEqual(['L_USER', 'L_USER']);
    const struck = wish((made) => (made.state.feed.leadLag.severityLong = 0.7));
    expect([binding(struck), bindingFactor(struck)]).toEqual(['F_LEADLAG', 'F_LEADLAG']);
    const small = wish((made) => setLimits(made, { ...DEFAULT_LIMITS, maxNotionalUsdt: 10 }));
    expect(binding(small)).toBe('N_USER');
    const dear = wish((made) => (made.instrument = { ...INSTRUMENT, minNotionalUsdt: 5_000 }));
    expect(dear.reason).toBe('size');
  });
});

describe('prices without an answer of their own', () => {
  test('a liquidation that no price or every price brings is published as such', () => {
    expect(publishE8(1, 0, 5)).toBe(0);
    expect(publishE8(1, Infinity, 5)).toBe(5e8);
    expect(publishE8(-1, Infinity, 5)).toBe(0);
    expect(publishE8(-1, 0, 5)).toBe(5e8);
    expect(publishE8(-1, 1e12, 5)).toBe(67_108_864e8);
    expect(publishE8(1, 1e12, 5)).toBe(67_108_864e8);
  });

  test('a position backed by more than its value has no liquidation price on any venue', () => {
    const backed = { side: 1, qty: 1, entry: 5, leverage: 1, mmr: 0.01, deduction: 0, extra: 10 };
    expect(liquidationPriceEntryBased(backed)).toBe(0);
    expect(liquidationPriceFlat(1, 1, 5, 10, 0.01, 0)).toBe(0);
  });

  test('a ladder without risk, or of less than three steps, has no rungs', () => {
    const grid = { numerator: 1, denominator: 1_000 };
    expect(rungs(1, 5, 0, 9, 1, grid)).toEqual([]);
    expect(rungs(1, 5, 0.1, 2, 1, grid)).toEqual([]);
  });

  test('an exponential past its range is 0, Infinity or not a number', () => {
    expect([exp(1_000), exp(-1_000), exp(NaN)]).toEqual([Infinity, 0, NaN]);
  });
});

describe('the crowd map', () => {
  test('is renormalised before its scale underflows, and keeps its mass', () => {
    const mix = crowdMix([10], [1], 0.01);
    const state = createClusters();
    clustersStep(state, mix, flat(5), 1);
    for (let i = 0; i < 12; i++) {
      clustersStep(state, mix, flat(5), 1e12);
      clustersStep(state, mix, flat(5), 1);
    }
    expect(state.scale).toBeGreaterThan(1e-100);
    const mass = state.longs.reduce((sum, m) => sum + m, 0) * state.scale;
    expect(mass).toBeGreaterThan(0);
    expect(mass).toBeLessThan(10);
  });
});

describe('the regime', () => {
  test('is named after the continuous values and left later than it is entered', () => {
    const state = createRegime();
    const named = (rank: number, trend: number): string[] => {
      regimeStep(state, rank, trend, true);
      return [VOLATILITY_REGIMES[state.volatility]!, TREND_REGIMES[state.trend]!];
    };
    regimeStep(state, -1, 0, false);
    expect(state).toEqual({ volatility: 0, trend: 0 });
    expect(named(0.4, 0.55)).toEqual(['calm', 'mixed']);
    expect(named(0.75, 0.6)).toEqual(['normal', 'trend']);
    expect(named(0.8, 0.5)).toEqual(['high', 'trend']);
    expect(named(0.75, 0.49)).toEqual(['high', 'mixed']);
    expect(named(0.95, 0.4)).toEqual(['extreme', 'chop']);
    expect(named(0.69, 0.45)).toEqual(['normal', 'chop']);
    expect(named(0.69, 0.5)).toEqual(['normal', 'mixed']);
  });
});
