import { describe, expect, test } from 'vitest';
import { intend, observe, warningsOf, type Decision, type Desk } from './index.ts';
import { HOUR_MS, idOf, longPosition, observationOf } from '../test/market.ts';
import { PLAY_MS, plainDesk, played, after, enter } from '../test/Stage.ts';

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
    const desk = plainDesk();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
    let stop = plan.stopPrice;
    for (const decision of hold(desk, 280, position)) {
      expect(decision.stopPrice).toBeGreaterThanOrEqual(stop);
      stop = decision.stopPrice;
    }
  });

  test('a close once decided stays decided until the venue says flat', () => {
    const desk = plainDesk();
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
    const desk = plainDesk();
    const { plan } = enter(desk);
    const far = longPosition(plan.quantity, plan.referencePrice, 2, PLAY_MS);
    const last = hold(desk, 24 * 12, far).at(-1)!;
    expect(last.action).not.toBe('HOLD');
    expect(last.timeMs - PLAY_MS).toBeLessThanOrEqual(24 * HOUR_MS);
  });

  test('too large a position is reduced once per bar, with one target until it is met', () => {
    const desk = plainDesk();
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

  test('a reduction that is not met yet asks for less when the next bar allows less, and never for more', () => {
    const desk = plainDesk();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity * 5, plan.referencePrice, plan.leverage, PLAY_MS);
    const told = (i: number, equityUsdt: number): Decision =>
      observe(desk, after(i, { position, account: { equityUsdt } })).decision;
    const targets = [1_000, 300, 2_000].map((equityUsdt, i) => told(i, equityUsdt).targetQuantity);
    expect(targets[1]).toBeLessThan(0.5 * targets[0]!);
    expect(targets[2]).toBe(targets[1]);
  });

  test('size is judged with a closed bar, not by a tick: a moving mark alone reduces nothing that is safe', () => {
    const desk = plainDesk();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, 1, PLAY_MS);
    const shown = { position, restingStopPrice: plan.stopPrice };
    expect(observe(desk, after(0, shown)).decision.action).toBe('HOLD');
    // Hardly anything of the equity is left: what is held is far more than may be now.
    const poor = { ...shown, account: { equityUsdt: 100 } };
    const tick = observe(desk, observationOf(70, [], desk.state.timeMs, played(0).close, poor));
    expect([tick.record, tick.decision.action]).toEqual([false, 'HOLD']);
    expect(observe(desk, after(1, poor)).decision).toMatchObject({ action: 'REDUCE', reason: 'over-size' });
  });

  test('found without a plan it is adopted and protected', () => {
    const desk = plainDesk();
    const mark = played(0).open;
    const position = longPosition(20, mark, 3, PLAY_MS);
    const { decision } = observe(desk, observationOf(5, [], PLAY_MS, mark, { position }));
    expect(decision.stopPrice).toBeGreaterThan(0);
    expect(decision.plan).toBeNull();
    expect(warningsOf(decision)).toEqual(expect.arrayContaining(['no-resting-stop', 'adopted-position']));
  });

  test('too near to liquidation it is closed', () => {
    const desk = plainDesk();
    const mark = played(0).open;
    const position = longPosition(20, mark, 60, PLAY_MS);
    const { decision } = observe(desk, observationOf(5, [], PLAY_MS, mark, { position }));
    expect(decision).toMatchObject({ action: 'CLOSE', reason: 'liquidation-too-near' });
  });

  test('filled in parts at other prices has its R from the mean entry to the first stop', () => {
    const desk = plainDesk();
    const { decision } = intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 });
    const { stopPrice, quantity, referencePrice, leverage } = decision.plan!;
    const fill = (n: number, share: number, price: number): void => {
      const position = longPosition(Math.floor(quantity * share), price, leverage, PLAY_MS);
      observe(desk, observationOf(n, [], PLAY_MS, referencePrice, { position, restingStopPrice: stopPrice }));
    };
    fill(4, 0.5, referencePrice);
    expect(desk.state.trade.risk).toBeCloseTo(referencePrice - stopPrice, 12);
    fill(5, 1, referencePrice + 0.02);
    const { risk, entryPrice, filledQuantity, exit } = desk.state.trade;
    expect(risk).toBeCloseTo(referencePrice + 0.02 - stopPrice, 12);
    expect([entryPrice, filledQuantity]).toEqual([referencePrice + 0.02, quantity]);
    expect(exit.stop).toBe(stopPrice);
    fill(6, 1.5, stopPrice - 0.01);
    expect(desk.state.trade.risk).toBe(0);
  });

  test('is stopped by the mark although the last close is far above it, and says that they are far apart', () => {
    const desk = plainDesk();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
    const mark = plan.stopPrice - 0.001;
    expect(desk.state.feed.lastClose / mark).toBeGreaterThan(1.01);
    const look = observationOf(50, [], PLAY_MS, mark, { position, restingStopPrice: plan.stopPrice });
    const { decision } = observe(desk, look);
    expect(decision).toMatchObject({ action: 'CLOSE', reason: 'stop' });
    expect(warningsOf(decision)).toContain('mark-far-from-last');
  });

  test('of an account that has nothing left still has its exits decided', () => {
    const desk = plainDesk();
    const { plan } = enter(desk);
    const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
    const account = { equityUsdt: -5 };
    const { decision } = observe(desk, after(0, { position, account, restingStopPrice: plan.stopPrice }));
    expect(['REDUCE', 'CLOSE']).toContain(decision.action);
    expect(decision.stopPrice).toBeGreaterThanOrEqual(plan.stopPrice);
  });

  test('whose first fill the venue does not tell counts from the look that shows it', () => {
    const desk = plainDesk();
    const position = longPosition(20, played(0).open, 3, 0);
    observe(desk, observationOf(5, [], PLAY_MS, played(0).open, { position }));
    expect(desk.state.trade.openedMs).toBe(PLAY_MS);
    const { decision } = observe(desk, after(0, { position: { ...position, quantity: 15 } }));
    expect(decision.targetQuantity).toBeLessThanOrEqual(15);
  });
});
