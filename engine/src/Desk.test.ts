import { beforeAll, describe, expect, test } from 'vitest';
import {
  BAR_MS,
  binding,
  confirmJump,
  createDesk,
  decodeDecision,
  DEFAULT_LIMITS,
  encodeDecision,
  EngineError,
  intend,
  isWarm,
  loadHistory,
  observe,
  restoreDesk,
  snapshotDesk,
  stateHash,
  warningsOf,
  WARM_UP_BARS,
  setLimits,
  type Bar,
  type Decision,
  type Desk,
  type Observation,
} from './index.ts';
import {
  historyOf,
  HOUR_MS,
  idOf,
  INSTRUMENT,
  longPosition,
  observationOf,
  randomBars,
  START_MS,
} from '../test/market.ts';

const bars = randomBars(7, WARM_UP_BARS + 1_500, START_MS);
const PLAY_MS = START_MS + WARM_UP_BARS * BAR_MS;
let warm: Uint8Array;

beforeAll(() => {
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(bars.slice(0, WARM_UP_BARS)));
  observe(desk, observationOf(1, [], PLAY_MS, bars[WARM_UP_BARS - 1]!.close));
  warm = snapshotDesk(desk);
});

function fresh(): Desk {
  return restoreDesk(warm);
}

function played(i: number): Bar {
  return bars[WARM_UP_BARS + i]!;
}

/** The observation made at the open that follows bar i. */
function after(i: number, overrides: Partial<Observation> = {}): Observation {
  const bar = played(i);
  return observationOf(10 + i, [bar], bar.timeMs + BAR_MS, bar.close, overrides);
}

function refusal(act: () => unknown): EngineError {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got an answer');
}

/** Opens a trade as planned: intent, fill at the mark, and the observation that shows it. */
function enter(desk: Desk): { readonly plan: NonNullable<Decision['plan']>; readonly held: Decision } {
  const timeMs = desk.state.timeMs;
  const { decision } = intend(desk, { id: idOf(900), timeMs, side: 1, notionalUsdt: 1_000 });
  const { plan } = decision;
  if (plan === null) throw new Error(`expected a plan, got ${binding(decision)}`);
  const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, timeMs);
  const held = observe(
    desk,
    observationOf(901, [], timeMs, plan.referencePrice, { position, restingStopPrice: plan.stopPrice }),
  ).decision;
  return { plan, held };
}

describe('a fold over frames', () => {
  test('one observation of many bars and many of one bar leave the same state', () => {
    const one = fresh();
    const many = fresh();
    for (let i = 0; i < 96; i++) observe(one, after(i));
    for (let i = 0; i < 96; i += 12) {
      const last = played(i + 11);
      const run = bars.slice(WARM_UP_BARS + i, WARM_UP_BARS + i + 12);
      observe(many, observationOf(10 + i, run, last.timeMs + BAR_MS, last.close));
    }
    expect(stateHash(many)).toBe(stateHash(one));
  });

  test('snapshot and restore at any bar change no later decision', () => {
    const straight = fresh();
    let broken = fresh();
    enter(straight);
    enter(broken);
    for (let i = 0; i < 60; i++) {
      const { plan } = observe(straight, after(i)).decision;
      broken = restoreDesk(snapshotDesk(broken));
      const again = observe(broken, after(i)).decision;
      expect(again.plan).toEqual(plan);
      expect(stateHash(broken)).toBe(stateHash(straight));
    }
  });

  test('a refused observation changes nothing and says what was expected', () => {
    const desk = fresh();
    observe(desk, after(0));
    const before = stateHash(desk);
    const cases: [string, () => unknown][] = [
      ['out-of-order', () => observe(desk, after(0))],
      ['out-of-order', () => observe(desk, observationOf(2, [], PLAY_MS, 10))],
      ['bar-not-closed', () => observe(desk, { ...after(1), timeMs: played(1).timeMs + BAR_MS - 1 })],
      ['instrument-unknown', () => observe(desk, { ...after(1), instrumentHash: 1 })],
      ['stale-feed', () => observe(desk, after(14))],
      ['quarantined', () => observe(desk, { ...after(1), bars: [{ ...played(1), high: 40, close: 40 }] })],
      ['out-of-domain', () => observe(desk, { ...after(1), bars: [{ ...played(1), high: 1 }] })],
      [
        'out-of-order',
        () => observe(desk, { ...after(1), settlements: [{ timeMs: played(1).timeMs + HOUR_MS, rate: 0 }] }),
      ],
      ['stale', () => intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 100 })],
    ];
    for (const [leaf, act] of cases) {
      expect(refusal(act).leaf).toBe(leaf);
      expect(stateHash(desk)).toBe(before);
    }
  });

  test('a jump that the next bar confirms is taken, and missing bars up to twelve are filled', () => {
    const desk = fresh();
    const jumped = { ...played(0), high: 40, close: 40 };
    const next = { ...played(1), open: 40, high: 41, low: 39.5, close: 40.5 };
    expect(() => observe(desk, observationOf(2, [jumped, next], next.timeMs + BAR_MS, 40.5))).not.toThrow();
    const other = fresh();
    observe(other, after(12));
    expect(other.state.feed.bars).toBe(WARM_UP_BARS + 13);
  });

  test('a jump waits for the owner’s word where no next bar confirms it, and for that bar alone', () => {
    const desk = fresh();
    const jumped = { ...played(0), high: 40, close: 40 };
    const look = observationOf(2, [jumped], jumped.timeMs + BAR_MS, 40);
    expect(refusal(() => observe(desk, look)).leaf).toBe('quarantined');
    confirmJump(desk, jumped.timeMs + BAR_MS);
    expect(refusal(() => observe(desk, look)).leaf).toBe('quarantined');
    confirmJump(desk, jumped.timeMs);
    expect(() => observe(restoreDesk(snapshotDesk(desk)), look)).not.toThrow();
    expect(refusal(() => confirmJump(desk, -1)).field).toBe('confirm.barMs');
  });

  test('a snapshot of another shape, version or length is refused', () => {
    const bytes = snapshotDesk(fresh());
    expect(refusal(() => restoreDesk(bytes.slice(1))).leaf).toBe('snapshot-length');
    const version = bytes.slice();
    version[0] = 9;
    expect(refusal(() => restoreDesk(version)).leaf).toBe('snapshot-version');
    const shape = bytes.slice();
    shape[4]! ^= 1;
    expect(refusal(() => restoreDesk(shape)).leaf).toBe('snapshot-shape');
  });
});

describe('history', () => {
  test('an empty feed is not warm, ten days of bars warm it', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(bars.slice(0, WARM_UP_BARS - 1)));
    expect(isWarm(desk)).toBe(false);
    expect(isWarm(fresh())).toBe(true);
  });

  test('a feed that can go on takes no history, a stale one does and is warm again after a day', () => {
    const desk = fresh();
    expect(refusal(() => loadHistory(desk, historyOf(bars.slice(100, WARM_UP_BARS + 5)))).leaf).toBe(
      'not-stale',
    );
    const later = bars.slice(WARM_UP_BARS + 20, WARM_UP_BARS + 20 + 288);
    loadHistory(desk, historyOf(later));
    expect(isWarm(desk)).toBe(true);
  });

  test("a feed stays its account's and its kind's for ever", () => {
    const desk = fresh();
    const later = bars.slice(WARM_UP_BARS + 20);
    expect(refusal(() => loadHistory(desk, historyOf(later, { kind: 'live' }))).leaf).toBe('feed-kind');
    const accountHash = new Uint8Array(32).fill(1);
    expect(refusal(() => loadHistory(desk, historyOf(later, { accountHash }))).leaf).toBe('other-account');
  });
});

describe('an entry', () => {
  test('without a warm feed it is refused by that name', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(bars.slice(0, 300)));
    const timeMs = START_MS + 300 * BAR_MS;
    observe(desk, observationOf(1, [], timeMs, bars[299]!.close));
    const { decision } = intend(desk, { id: idOf(2), timeMs, side: 1, notionalUsdt: 1_000 });
    expect([decision.action, binding(decision), decision.plan]).toEqual(['WAIT', 'warming-up', null]);
  });

  test('is granted only as a plan that holds every exit', () => {
    const { plan } = enter(fresh());
    expect(plan.stopPrice).toBeLessThan(plan.referencePrice);
    expect(plan.liquidationPrice).toBeLessThan(plan.stopPrice);
    expect(plan.takeProfits.map(({ price }) => price > plan.referencePrice)).toEqual([true, true]);
    const onRungs = plan.takeProfits.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(onRungs).toBeLessThanOrEqual(plan.quantity);
    expect(plan.exitByMs - plan.createdMs).toBe(24 * HOUR_MS);
  });

  test('is refused while a position or a plan is open', () => {
    const waiting = fresh();
    const ask = (desk: Desk): string =>
      binding(
        intend(desk, { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 }).decision,
      );
    expect(ask(waiting)).toBe('plan');
    expect(ask(waiting)).toBe('plan-open');
    const holding = fresh();
    enter(holding);
    expect(ask(holding)).toBe('position-open');
  });

  test('a plan that nobody entered within its window is void', () => {
    const desk = fresh();
    intend(desk, { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 });
    expect(observe(desk, observationOf(4, [], PLAY_MS, played(0).open)).decision.action).toBe('ENTER');
    const { decision } = observe(desk, after(0));
    expect([decision.action, decision.reason]).toEqual(['WAIT', 'plan-expired']);
  });

  test('the owner’s leverage cap binds when it is the lowest', () => {
    const desk = fresh();
    setLimits(desk, { ...desk.state.limits, maxLeverage: 2 });
    const { decision } = intend(desk, {
      id: idOf(3),
      timeMs: desk.state.timeMs,
      side: 1,
      notionalUsdt: 1_000,
    });
    expect([decision.leverage, decision.plan?.leverage]).toEqual([2, 2]);
    setLimits(desk, { ...desk.state.limits, maxLeverage: 1 });
    const refused = intend(fresh(), { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 });
    expect(refused.decision.action).toBe('ENTER');
  });
});

describe('a held position', () => {
  /** Plays bars on with the position held, as long as the desk says HOLD. */
  function hold(desk: Desk, count: number, position: ReturnType<typeof longPosition>): Decision[] {
    const decisions: Decision[] = [];
    for (let i = 0; i < count; i++) {
      const decision = observe(desk, after(i, { position, restingStopPrice: 1 })).decision;
      decisions.push(decision);
      if (decision.action !== 'HOLD') break;
    }
    return decisions;
  }

  test('its stop never loosens', () => {
    const desk = fresh();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
    let stop = plan.stopPrice;
    for (const decision of hold(desk, 280, position)) {
      expect(decision.stopPrice).toBeGreaterThanOrEqual(stop);
      stop = decision.stopPrice;
    }
  });

  test('a close once decided stays decided until the venue says flat', () => {
    const desk = fresh();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
    const fallen = plan.stopPrice - 0.001;
    const at = (n: number, markPrice: number): Decision =>
      observe(desk, observationOf(n, [], PLAY_MS, markPrice, { position, restingStopPrice: 1 })).decision;
    expect(at(50, fallen)).toMatchObject({ action: 'CLOSE', reason: 'stop', targetQuantity: 0 });
    expect(at(51, plan.referencePrice)).toMatchObject({ action: 'CLOSE', reason: 'stop' });
    expect(observe(desk, observationOf(52, [], PLAY_MS, fallen)).decision.action).toBe('WAIT');
  });

  test('ends by its longest hold at the latest', () => {
    const desk = fresh();
    const { plan } = enter(desk);
    const far = longPosition(plan.quantity, plan.referencePrice, 2, PLAY_MS);
    const last = hold(desk, 24 * 12, far).at(-1)!;
    expect(last.action).not.toBe('HOLD');
    expect(last.timeMs - PLAY_MS).toBeLessThanOrEqual(24 * HOUR_MS);
  });

  test('too large a position is reduced once per bar, with one target until it is met', () => {
    const desk = fresh();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity * 5, plan.referencePrice, plan.leverage, PLAY_MS);
    const first = observe(desk, after(0, { position })).decision;
    expect(first).toMatchObject({ action: 'REDUCE', reason: 'over-size' });
    expect(first.targetQuantity).toBeLessThanOrEqual(0.9 * position.quantity);
    const again = observe(
      desk,
      observationOf(60, [], desk.state.timeMs, played(0).close, { position }),
    ).decision;
    expect(again).toMatchObject({ action: 'REDUCE', targetQuantity: first.targetQuantity });
    const met = { ...position, quantity: first.targetQuantity };
    const done = observe(desk, observationOf(61, [], desk.state.timeMs, played(0).close, { position: met }));
    expect(done.decision.action).toBe('HOLD');
  });

  test('found without a plan it is adopted and protected', () => {
    const desk = fresh();
    const mark = played(0).open;
    const position = longPosition(20, mark, 3, PLAY_MS);
    const { decision } = observe(desk, observationOf(5, [], PLAY_MS, mark, { position }));
    expect(decision.stopPrice).toBeGreaterThan(0);
    expect(decision.plan).toBeNull();
    expect(warningsOf(decision)).toEqual(expect.arrayContaining(['no-resting-stop', 'adopted-position']));
  });

  test('too near to liquidation it is closed', () => {
    const desk = fresh();
    const mark = played(0).open;
    const position = longPosition(20, mark, 60, PLAY_MS);
    const { decision } = observe(desk, observationOf(5, [], PLAY_MS, mark, { position }));
    expect(decision).toMatchObject({ action: 'CLOSE', reason: 'liquidation-too-near' });
  });
});

describe('an answer', () => {
  test('survives its own encoding, whatever the action', () => {
    const desk = fresh();
    const decisions = [observe(desk, after(0)).decision];
    const other = fresh();
    const { held } = enter(other);
    decisions.push(held);
    decisions.push(intend(other, { id: idOf(3), timeMs: PLAY_MS, side: -1, notionalUsdt: 500 }).decision);
    for (const decision of decisions) {
      const bytes = encodeDecision(decision);
      expect(encodeDecision(decodeDecision(bytes))).toEqual(bytes);
    }
  });

  test('a tick with the same answer asks for no record, a closed bar and a change do', () => {
    const desk = fresh();
    expect(observe(desk, after(0)).record).toBe(true);
    const { timeMs } = desk.state;
    expect(observe(desk, observationOf(70, [], timeMs, played(0).close)).record).toBe(false);
    const position = longPosition(20, played(0).close, 3, timeMs);
    expect(observe(desk, observationOf(71, [], timeMs, played(0).close, { position })).record).toBe(true);
  });

  test('the sizes of a shrunken plan follow what was filled', () => {
    const desk = fresh();
    const { decision } = intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 });
    const plan = decision.plan!;
    const position = longPosition(Math.floor(plan.quantity / 2), plan.referencePrice, plan.leverage, PLAY_MS);
    const held = observe(desk, observationOf(4, [], PLAY_MS, plan.referencePrice, { position })).decision;
    const third = Math.floor(position.quantity / 3 / INSTRUMENT.quantityStep) * INSTRUMENT.quantityStep;
    expect(held.plan?.takeProfits.map(({ quantity }) => quantity)).toEqual([third, third]);
  });
});
