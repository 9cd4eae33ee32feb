import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BAR_MS } from '@plimsoll/engine';
import { checkConfig } from '../config/Config.ts';
import { Budget } from './Budget.ts';
import { dueFor, jitterOf, type Moment } from './Cadence.ts';

const CADENCE = {
  heartbeatSeconds: 60,
  jitterSeconds: 5,
  nearPercent: 0.5,
  leaderPercent: 1,
  leastSeconds: 10,
};
const OPEN = 1_000 * BAR_MS;

/** A quiet moment in the middle of a bar, told half a minute ago. */
const momentOf = (changes: Partial<Moment> = {}): Moment => ({
  nowMs: OPEN + 120_000,
  toldMs: OPEN + 90_000,
  toldBarMs: OPEN - BAR_MS,
  markPrice: 10,
  levels: [9.5, 11, 8],
  leaderMove: 0,
  hasAccountChanged: false,
  isWithinBudget: true,
  ...changes,
});

test('nothing is told without a cause, and each cause is told as itself', () => {
  const due = (changes: Partial<Moment>) => dueFor(momentOf(changes), CADENCE, 2_000);
  expect(due({})).toBeNull();
  expect(due({ toldMs: -Infinity })).toBe('start');
  expect(due({ hasAccountChanged: true, toldMs: OPEN + 119_999 })).toBe('account');
  expect(due({ toldMs: OPEN + 60_000 })).toBe('heartbeat');
  expect(due({ markPrice: 9.54 })).toBe('near-level');
  expect(due({ markPrice: 9.56 })).toBeNull();
  expect(due({ leaderMove: -0.01 })).toBe('leader');
  expect(due({ markPrice: 9.5, toldMs: OPEN + 111_000 })).toBeNull();
});

test('a closed bar is told after the agent’s own delay, and not before', () => {
  const at = (afterMs: number) =>
    dueFor(momentOf({ nowMs: OPEN + BAR_MS + afterMs, toldMs: OPEN + BAR_MS - 1_000 }), CADENCE, 2_000);
  expect(at(0)).toBeNull();
  expect(at(2_999)).toBeNull();
  expect(at(3_000)).toBe('bar');
});

test('without budget only bars, fills and the lease are told, whatever else happens', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 5, max: 15, noNaN: true }),
      fc.double({ min: -0.2, max: 0.2, noNaN: true }),
      fc.integer({ min: 0, max: 300_000 }),
      (markPrice, leaderMove, agoMs) => {
        const moment = momentOf({ markPrice, leaderMove, isWithinBudget: false });
        const why = dueFor({ ...moment, toldMs: moment.nowMs - agoMs }, CADENCE, 0);
        expect(why).toBe(agoMs >= 110_000 ? 'heartbeat' : null);
      },
    ),
  );
});

test('no two causes are told closer together than configured, except bars and fills', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_999 }),
      fc.double({ min: 5, max: 15, noNaN: true }),
      (agoMs, markPrice) => {
        const moment = momentOf({ markPrice, leaderMove: 0.5 });
        expect(dueFor({ ...moment, toldMs: moment.nowMs - agoMs }, CADENCE, 0)).toBeNull();
      },
    ),
  );
});

test('agents are spread over the jitter, each always at its own place', () => {
  const delays = Array.from({ length: 200 }, (_, i) => jitterOf(Uint8Array.of(i, 1, 2), 5));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThan(5_000);
  expect(new Set(delays.map((ms) => Math.floor(ms / 1_000))).size).toBe(5);
  expect(jitterOf(Uint8Array.of(7), 5)).toBe(jitterOf(Uint8Array.of(7), 5));
});

test('the budget counts a UTC day and begins anew with the next', () => {
  const day = 86_400_000;
  const budget = new Budget({ updatesPerDay: 300, cyclesPerUpdate: 2e6 }, 10 * day + 5, 298);
  budget.spend(10 * day + 6, 1);
  expect(budget.isLeft(10 * day + 7)).toBe(true);
  budget.spend(10 * day + 8, 1);
  expect(budget.isLeft(11 * day - 1)).toBe(false);
  expect(budget.view(11 * day - 1)).toEqual({ usedToday: 300, perDay: 300, cyclesToday: 600e6 });
  expect(budget.isLeft(11 * day)).toBe(true);
});

test('a heartbeat that would let the lease run out is no configuration', () => {
  expect(checkConfig({ cadence: { heartbeatSeconds: 111 } }).faults.join()).toMatch(
    /cadence.heartbeatSeconds/,
  );
});
