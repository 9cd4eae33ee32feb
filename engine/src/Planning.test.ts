import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  binding,
  createDesk,
  DEFAULT_LIMITS,
  instrumentHash,
  intend,
  loadHistory,
  observe,
  OPEN_STANCE,
  setLimits,
  snapshotDesk,
  type Desk,
} from './index.ts';
import { historyOf, HOUR_MS, idOf, INSTRUMENT, observationOf, START_MS } from '../test/market.ts';
import { PLAY_MS, plainBars, plainDesk, refusal, played, after, enter } from '../test/Stage.ts';

describe('an entry', () => {
  test('without a warm feed it is refused by that name', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(plainBars.slice(0, 300)));
    const timeMs = START_MS + 300 * BAR_MS;
    observe(desk, observationOf(1, [], timeMs, plainBars[299]!.close));
    const { decision } = intend(desk, { id: idOf(2), timeMs, side: 1, notionalUsdt: 1_000 });
    expect([decision.action, binding(decision), decision.plan]).toEqual(['WAIT', 'warming-up', null]);
  });

  test('is granted only as a plan that holds every exit', () => {
    const { plan } = enter(plainDesk());
    expect(plan.stopPrice).toBeLessThan(plan.referencePrice);
    expect(plan.liquidationPrice).toBeLessThan(plan.stopPrice);
    expect(plan.takeProfits.map(({ price }) => price > plan.referencePrice)).toEqual([true, true]);
    const onRungs = plan.takeProfits.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(onRungs).toBeLessThanOrEqual(plan.quantity);
    expect(plan.exitByMs - plan.createdMs).toBe(24 * HOUR_MS);
  });

  test('is refused while a position or a plan is open', () => {
    const waiting = plainDesk();
    const ask = (desk: Desk): string =>
      binding(
        intend(desk, { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 }).decision,
      );
    expect(ask(waiting)).toBe('plan');
    expect(ask(waiting)).toBe('plan-open');
    const holding = plainDesk();
    enter(holding);
    expect(ask(holding)).toBe('position-open');
  });

  test('a plan that tighter limits would not grant is void at the next look, one that they would stays', () => {
    const wait = (limits: Partial<typeof DEFAULT_LIMITS>) => {
      const desk = plainDesk();
      const wished = { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 } as const;
      const { plan } = intend(desk, wished).decision;
      const stance = { ...OPEN_STANCE, limits: { ...DEFAULT_LIMITS, ...limits } };
      const { decision } = observe(desk, observationOf(4, [], PLAY_MS, played(0).open), [], stance);
      return { plan: plan!, decision };
    };
    const { plan } = wait({});
    const worth = plan.quantity * plan.referencePrice;
    for (const tighter of [
      { maxLeverage: plan.leverage - 1 },
      { maxNotionalUsdt: worth / 2 },
      { riskPerTrade: DEFAULT_LIMITS.riskPerTrade / 2 },
      { capitalUsdt: 100 },
    ]) {
      const { decision } = wait(tighter);
      expect(decision).toMatchObject({ action: 'WAIT', reason: 'limits-tightened', plan: null });
    }
    for (const wide of [{ maxLeverage: plan.leverage }, { maxNotionalUsdt: 100 * worth }, { kTrend: 4 }])
      expect([wide, wait(wide).decision.reason]).toEqual([wide, 'plan']);
  });

  test('what is lost at the stop as it is rounded stays within what a trade may lose', () => {
    const desk = plainDesk();
    // A tick of five per mille of the price: rounded away from the mark, a stop lies that much further.
    const instrument = { ...INSTRUMENT, tickNumerator: 1, tickDenominator: 20, quantityStep: 1e-4 };
    const coarse = { instrument, instrumentHash: instrumentHash(instrument) };
    observe(desk, observationOf(2, [], PLAY_MS, played(0).open, coarse));
    const wished = { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 100_000 } as const;
    const { plan } = intend(desk, wished).decision;
    const lost = plan!.quantity * (plan!.referencePrice - plan!.stopPrice);
    expect(lost).toBeLessThanOrEqual(DEFAULT_LIMITS.riskPerTrade * 1_000);
    expect(lost).toBeGreaterThan(0.5 * DEFAULT_LIMITS.riskPerTrade * 1_000);
  });

  test('a plan that nobody entered within its window is void', () => {
    const desk = plainDesk();
    intend(desk, { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 });
    expect(observe(desk, observationOf(4, [], PLAY_MS, played(0).open)).decision.action).toBe('ENTER');
    const { decision } = observe(desk, after(0));
    expect([decision.action, decision.reason]).toEqual(['WAIT', 'plan-expired']);
  });

  test('the owner’s leverage cap binds when it is the lowest', () => {
    const desk = plainDesk();
    setLimits(desk, { ...desk.state.limits, maxLeverage: 2 });
    const { decision } = intend(desk, {
      id: idOf(3),
      timeMs: desk.state.timeMs,
      side: 1,
      notionalUsdt: 1_000,
    });
    expect([decision.leverage, decision.plan?.leverage]).toEqual([2, 2]);
    const careful = plainDesk();
    setLimits(careful, { ...careful.state.limits, maxLeverage: 1 });
    const refused = intend(careful, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 });
    expect(refused.decision).toMatchObject({ action: 'WAIT', reason: 'leverage', plan: null });
  });

  test('on bars that are later than they may be is refused by that name', () => {
    const ask = (lateMs: number): string => {
      const desk = plainDesk();
      const timeMs = PLAY_MS + BAR_MS + lateMs;
      observe(desk, observationOf(2, [], timeMs, played(0).open, { onRecord: true }));
      return binding(intend(desk, { id: idOf(3), timeMs, side: 1, notionalUsdt: 1_000 }).decision);
    };
    expect(ask(89_999)).toBe('plan');
    expect(ask(90_000)).toBe('stale-data');
  });

  test('that is refused as a wish leaves the limits as they were, whatever it was judged by', () => {
    const desk = plainDesk();
    // A tick so coarse that no stop lies below the price.
    const instrument = { ...INSTRUMENT, tickNumerator: 1_000, tickDenominator: 1 };
    const coarse = { instrument, instrumentHash: instrumentHash(instrument) };
    observe(desk, observationOf(2, [], PLAY_MS, played(0).open, coarse));
    const before = snapshotDesk(desk);
    const stance = { ...OPEN_STANCE, limits: { ...DEFAULT_LIMITS, maxLeverage: 3 } };
    const wished = { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 } as const;
    expect(refusal(() => intend(desk, wished, [], stance)).field).toBe('stop');
    expect(snapshotDesk(desk)).toEqual(before);
  });

  test('pays at least the venue’s fee out of its margin, however dear it is', () => {
    const desk = plainDesk();
    const instrument = { ...INSTRUMENT, takerFee: 0.004 };
    const dear = { instrument, instrumentHash: instrumentHash(instrument) };
    observe(desk, observationOf(2, [], PLAY_MS, played(0).open, dear));
    const { plan } = intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 900 }).decision;
    const { quantity, leverage, referencePrice: entry, liquidationPrice } = plan!;
    const wallet = quantity * entry * (1 / leverage - 0.004);
    const price = (wallet - quantity * entry) / (quantity * (0.01 + 0.004 - 1));
    expect(liquidationPrice).toBeCloseTo(price, 7);
  });

  test('of an account that has nothing left is refused for its size', () => {
    for (const equityUsdt of [0, -20]) {
      const desk = plainDesk();
      observe(
        desk,
        observationOf(2, [], PLAY_MS, played(0).open, { account: { equityUsdt }, onRecord: true }),
      );
      const { decision } = intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 100 });
      expect(decision).toMatchObject({ action: 'WAIT', reason: 'size', plan: null });
    }
  });
});
