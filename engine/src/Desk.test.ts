import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  confirmJump,
  decodeDecision,
  encodeDecision,
  intend,
  observe,
  restoreDesk,
  snapshotDesk,
  stateHash,
  WARM_UP_BARS,
} from './index.ts';
import { HOUR_MS, idOf, INSTRUMENT, longPosition, observationOf } from '../test/market.ts';
import { PLAY_MS, refusal, plainBars, plainDesk, played, after, enter } from '../test/Stage.ts';

describe('a fold over frames', () => {
  test('one observation of many bars and many of one bar leave the same state', () => {
    const one = plainDesk();
    const many = plainDesk();
    for (let i = 0; i < 96; i++) observe(one, after(i));
    for (let i = 0; i < 96; i += 12) {
      const last = played(i + 11);
      const run = plainBars.slice(WARM_UP_BARS + i, WARM_UP_BARS + i + 12);
      observe(many, observationOf(10 + i, run, last.timeMs + BAR_MS, last.close));
    }
    expect(stateHash(many)).toBe(stateHash(one));
  });

  test('snapshot and restore at any bar change no later decision', () => {
    const straight = plainDesk();
    let broken = plainDesk();
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
    const desk = plainDesk();
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
    const desk = plainDesk();
    const jumped = { ...played(0), high: 40, close: 40 };
    const next = { ...played(1), open: 40, high: 41, low: 39.5, close: 40.5 };
    expect(() => observe(desk, observationOf(2, [jumped, next], next.timeMs + BAR_MS, 40.5))).not.toThrow();
    const other = plainDesk();
    observe(other, after(12));
    expect(other.state.feed.bars).toBe(WARM_UP_BARS + 1);
  });

  test('a jump waits for the owner’s word where no next bar confirms it, and for that bar alone', () => {
    const desk = plainDesk();
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
    const bytes = snapshotDesk(plainDesk());
    expect(refusal(() => restoreDesk(bytes.slice(1))).leaf).toBe('snapshot-length');
    const version = bytes.slice();
    version[0] = 9;
    expect(refusal(() => restoreDesk(version)).leaf).toBe('snapshot-version');
    const shape = bytes.slice();
    shape[4]! ^= 1;
    expect(refusal(() => restoreDesk(shape)).leaf).toBe('snapshot-shape');
  });
});

describe('an answer', () => {
  test('survives its own encoding, whatever the action', () => {
    const desk = plainDesk();
    const decisions = [observe(desk, after(0)).decision];
    const other = plainDesk();
    const { held } = enter(other);
    decisions.push(held);
    decisions.push(intend(other, { id: idOf(3), timeMs: PLAY_MS, side: -1, notionalUsdt: 500 }).decision);
    for (const decision of decisions) {
      const bytes = encodeDecision(decision);
      expect(encodeDecision(decodeDecision(bytes))).toEqual(bytes);
    }
  });

  test('a tick with the same answer asks for no record, a closed bar and a change do', () => {
    const desk = plainDesk();
    expect(observe(desk, after(0)).record).toBe(true);
    const { timeMs } = desk.state;
    expect(observe(desk, observationOf(70, [], timeMs, played(0).close)).record).toBe(false);
    const position = longPosition(20, played(0).close, 3, timeMs);
    expect(observe(desk, observationOf(71, [], timeMs, played(0).close, { position })).record).toBe(true);
  });

  test('the sizes of a shrunken plan follow what was filled', () => {
    const desk = plainDesk();
    const { decision } = intend(desk, { id: idOf(3), timeMs: PLAY_MS, side: 1, notionalUsdt: 1_000 });
    const plan = decision.plan!;
    const position = longPosition(Math.floor(plan.quantity / 2), plan.referencePrice, plan.leverage, PLAY_MS);
    const held = observe(desk, observationOf(4, [], PLAY_MS, plan.referencePrice, { position })).decision;
    const third = Math.floor(position.quantity / 3 / INSTRUMENT.quantityStep) * INSTRUMENT.quantityStep;
    expect(held.plan?.takeProfits.map(({ quantity }) => quantity)).toEqual([third, third]);
  });
});
