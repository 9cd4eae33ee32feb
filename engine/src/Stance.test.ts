import { beforeAll, describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  intend,
  loadHistory,
  observe,
  OPEN_STANCE,
  REASONS,
  restoreDesk,
  snapshotDesk,
  warningsOf,
  WARM_UP_BARS,
  type Decision,
  type Desk,
  type Observation,
  type Plan,
  type Stance,
} from './index.ts';
import { historyOf, idOf, longPosition, observationOf, randomBars, START_MS } from '../test/market.ts';

const bars = randomBars(7, WARM_UP_BARS + 20, START_MS);
const PLAY_MS = START_MS + WARM_UP_BARS * BAR_MS;
const HALTED: Stance = { ...OPEN_STANCE, entriesBlocked: 'halted' };
const FLATTENED: Stance = { ...HALTED, mustClose: 'flatten' };

let warm: Uint8Array;
beforeAll(() => {
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(bars.slice(0, WARM_UP_BARS)));
  observe(desk, observationOf(1, [], PLAY_MS, bars[WARM_UP_BARS - 1]!.close));
  warm = snapshotDesk(desk);
});

function look(desk: Desk, id: number, stance: Stance, overrides: Partial<Observation> = {}): Decision {
  const mark = overrides.markPrice ?? desk.state.markPrice;
  return observe(desk, observationOf(id, [], PLAY_MS, mark, overrides), [], stance).decision;
}

function ask(desk: Desk, stance: Stance): Decision {
  const wish = { id: idOf(900), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 } as const;
  return intend(desk, wish, [], stance).decision;
}

function held(plan: Plan): Partial<Observation> {
  const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
  return { position, restingStopPrice: plan.stopPrice };
}

describe('a stance that blocks entries', () => {
  test.each(REASONS)('refuses a wish and says so: %s', (reason) => {
    const { action, plan, ...rest } = ask(restoreDesk(warm), { ...OPEN_STANCE, entriesBlocked: reason });
    expect([action, rest.reason, plan]).toEqual(['WAIT', reason, null]);
  });

  test('voids a plan that waits, and the next wish after it gets a new one', () => {
    const desk = restoreDesk(warm);
    expect(ask(desk, OPEN_STANCE).action).toBe('ENTER');
    expect(look(desk, 2, HALTED)).toMatchObject({ action: 'WAIT', reason: 'halted', plan: null });
    expect(look(desk, 3, OPEN_STANCE)).toMatchObject({ action: 'WAIT', reason: 'no-intent' });
    expect(ask(desk, OPEN_STANCE).action).toBe('ENTER');
  });

  test('leaves what was filled under a plan to its exits: held, warned of, closed at its stop', () => {
    const desk = restoreDesk(warm);
    const plan = ask(desk, OPEN_STANCE).plan!;
    const kept = look(desk, 2, HALTED, held(plan));
    expect(kept).toMatchObject({ action: 'HOLD', stopPrice: plan.stopPrice });
    expect(warningsOf(kept)).toContain('entries-blocked');
    const fallen = { ...held(plan), markPrice: plan.stopPrice - 0.001 };
    expect(look(desk, 3, HALTED, fallen)).toMatchObject({ action: 'CLOSE', reason: 'stop' });
  });
});

describe('a stance that demands a close', () => {
  test('closes what is held, and the close stays decided once the demand is gone', () => {
    const desk = restoreDesk(warm);
    const plan = ask(desk, OPEN_STANCE).plan!;
    expect(look(desk, 2, FLATTENED, held(plan))).toMatchObject({
      action: 'CLOSE',
      reason: 'flatten',
      targetQuantity: 0,
    });
    expect(look(desk, 3, OPEN_STANCE, held(plan))).toMatchObject({ action: 'CLOSE', reason: 'flatten' });
    expect(look(desk, 4, OPEN_STANCE)).toMatchObject({ action: 'WAIT', reason: 'no-intent' });
  });

  test('does not hide a more urgent reason', () => {
    const desk = restoreDesk(warm);
    const plan = ask(desk, OPEN_STANCE).plan!;
    const fallen = { ...held(plan), markPrice: plan.stopPrice - 0.001 };
    expect(look(desk, 2, FLATTENED, fallen)).toMatchObject({ action: 'CLOSE', reason: 'stop' });
  });
});

test('the limits of a stance are those that decide, from that decision on', () => {
  const desk = restoreDesk(warm);
  const limits = { ...DEFAULT_LIMITS, maxLeverage: 2 };
  expect(ask(desk, { ...OPEN_STANCE, limits }).plan?.leverage).toBe(2);
  expect(desk.state.limits.maxLeverage).toBe(2);
});

test('under manual control the exits are computed as ever and the decision says who steers', () => {
  const desk = restoreDesk(warm);
  const plan = ask(desk, OPEN_STANCE).plan!;
  const manual: Stance = { ...OPEN_STANCE, entriesBlocked: 'manual', manual: true };
  const decision = look(desk, 2, manual, held(plan));
  expect(decision.stopPrice).toBe(plan.stopPrice);
  expect(warningsOf(decision)).toContain('manual-control');
});
