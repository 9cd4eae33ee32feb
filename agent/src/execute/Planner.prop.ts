import { ACTIONS, FLAT, type Decision, type Plan, type Side } from '@plimsoll/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VenueOrder } from '../venue/Venue.ts';
import { clientOrderIdOf } from './ClientOrderId.ts';
import { contingenciesFor, stepsFor } from './Planner.ts';
import { coveredQuantity, isOurs, stopsOf } from './Protect.ts';
import type { Planned, Step } from './Step.ts';
import { decisionOf, PLAN_ID, planOf } from './testing/Decisions.ts';
import { START_MS } from './testing/Market.ts';
import { applyStep, restingOrder, RULES } from './testing/ModelVenue.ts';
import type { VenueState } from './VenueState.ts';

const OTHER_ID = PLAN_ID.map((byte) => byte ^ 255);
const ROUNDS = 6;

const price = fc.integer({ min: 8_000, max: 12_000 }).map((ticks) => ticks / 1000);
const side = fc.constantFrom<Side>(1, -1);
const quantity = fc.integer({ min: 1, max: 200 });

const plan: fc.Arbitrary<Plan> = fc
  .record({ side, quantity, stopPrice: price, first: price, second: price })
  .map(({ first, second, ...rest }) => {
    const third = Math.floor(rest.quantity / 3);
    const rungs = third > 0 ? [first, second].map((each) => ({ price: each, quantity: third })) : [];
    return planOf({ ...rest, takeProfits: rungs, referencePrice: 10 });
  });

const decision: fc.Arbitrary<Decision> = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    plan: fc.option(plan, { freq: 4 }),
    stopPrice: fc.oneof(price, fc.constant(0)),
    targetQuantity: fc.integer({ min: 0, max: 200 }),
  })
  .map((parts) => decisionOf(parts));

/** Orders of ours, of this trade or another, on either side, and orders of somebody else. */
const resting: fc.Arbitrary<VenueOrder[]> = fc.uniqueArray(
  fc
    .record({
      planId: fc.constantFrom(PLAN_ID, OTHER_ID),
      role: fc.constantFrom('stop' as const, 'take-profit-1' as const, 'take-profit-2' as const, null),
      version: fc.integer({ min: 0, max: 3 }),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity,
      triggerPrice: price,
    })
    .map(({ planId, role, version, ...order }) =>
      restingOrder({
        ...order,
        type: role === 'stop' || role === null ? 'stop' : 'take-profit',
        clientOrderId:
          role === null ? `by-hand-${String(version)}` : clientOrderIdOf({ planId, role, version }),
      }),
    ),
  { selector: (order) => order.clientOrderId, maxLength: 6 },
);

const state: fc.Arbitrary<VenueState> = fc
  .record({
    markPrice: price,
    held: fc.option(fc.record({ side, quantity }), { freq: 4 }),
    resting,
    isEntryTried: fc.boolean(),
    isTakeProfitDone: fc.tuple(fc.boolean(), fc.boolean()),
    minutes: fc.integer({ min: 0, max: 30 }),
    versions: fc.integer({ min: 4, max: 9 }),
  })
  .map(({ held, minutes, versions, isEntryTried, isTakeProfitDone, ...rest }) => ({
    ...rest,
    timeMs: START_MS + minutes * 60_000,
    rules: RULES,
    stopPassedSinceMs: null,
    position:
      held === null
        ? FLAT
        : { ...held, entryPrice: 10, walletUsdt: 100, venueLiquidationPrice: 8, openedMs: START_MS },
    trade: {
      id: PLAN_ID,
      isEntryTried,
      enteredQuantity: isEntryTried ? (held?.quantity ?? 50) : 0,
      isTakeProfitDone,
      nextVersion: {
        entry: 0,
        stop: versions,
        'take-profit-1': versions,
        'take-profit-2': versions,
        close: versions,
        reduce: versions,
      },
    },
  }));

const scene = fc.record({ decision, state });

/** Every state on the way, the first included, until nothing more is planned. */
function play(
  start: VenueState,
  planning: (state: VenueState) => Planned,
): { states: VenueState[]; steps: Step[]; isAtRest: boolean } {
  const states = [start];
  const steps: Step[] = [];
  let current = start;
  for (let round = 0; round < ROUNDS; round++) {
    const planned = planning(current).steps;
    if (planned.length === 0) return { states, steps, isAtRest: true };
    for (const step of planned) {
      current = applyStep(current, step);
      states.push(current);
      steps.push(step);
    }
  }
  return { states, steps, isAtRest: false };
}

const asDecided = (made: Decision) => (venue: VenueState) => stepsFor(made, 'enter', venue);
const RUNS = { numRuns: 2_000 };

/** The price down to which all of the position is covered; null when part of it is not. */
function coveringPrice(venue: VenueState): number | null {
  const { side: held, quantity: amount } = venue.position;
  const covering = stopsOf(venue)
    .filter((stop) => stop.quantity >= amount)
    .map((stop) => stop.triggerPrice);
  if (held === 0 || covering.length === 0) return null;
  return held > 0 ? Math.max(...covering) : Math.min(...covering);
}

test('what was covered stays covered at every step, and never at a looser price', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      const { states } = play(start, asDecided(made));
      for (let i = 1; i < states.length; i++) {
        const [before, after] = [states[i - 1]!, states[i]!];
        if (after.position.side === 0 || before.position.side === 0) continue;
        const was = coveringPrice(before);
        if (was === null) continue;
        const is = coveringPrice(after);
        expect(is).not.toBeNull();
        expect(after.position.side * (is! - was)).toBeGreaterThanOrEqual(0);
      }
    }),
    RUNS,
  );
});

test('applied, a plan leaves nothing to plan', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      const { states, isAtRest } = play(start, asDecided(made));
      expect(isAtRest).toBe(true);
      expect(stepsFor(made, 'enter', states.at(-1)!).steps).toEqual([]);
    }),
    RUNS,
  );
});

test('everything but the entry only reduces, against the position and by no more than is held', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      const { states, steps } = play(start, asDecided(made));
      steps.forEach((step, i) => {
        if (step.do !== 'send' || step.role === 'entry') return;
        const { position } = states[i]!;
        expect(step.order.type !== 'market' || step.order.reduceOnly).toBe(true);
        expect(step.order.side).toBe(position.side > 0 ? 'sell' : 'buy');
        expect(step.order.quantity).toBeLessThanOrEqual(position.quantity);
        expect(step.order.quantity).toBeGreaterThan(0);
      });
    }),
    RUNS,
  );
});

test('an entry follows only a fresh ENTER with a plan in its window, from flat, once, and within plan and decision', () => {
  fc.assert(
    fc.property(
      scene,
      fc.constantFrom('enter' as const, 'exit' as const, 'none' as const),
      (given, freshness) => {
        const { decision: made, state: start } = given;
        const steps = stepsFor(made, freshness, start).steps;
        const entry = steps.find((step) => step.do === 'send' && step.role === 'entry');
        if (freshness === 'none') expect(steps).toEqual([]);
        if (entry?.do !== 'send') return;
        expect(freshness).toBe('enter');
        expect(made.action).toBe('ENTER');
        expect(start.position.side).toBe(0);
        expect(start.trade.isEntryTried).toBe(false);
        expect(start.timeMs).toBeLessThan(made.plan!.enterUntilMs);
        expect(entry.order.quantity).toBeLessThanOrEqual(Math.min(made.plan!.quantity, made.targetQuantity));
        expect(made.plan!.side * (start.markPrice - made.plan!.stopPrice)).toBeGreaterThan(0);
        const before = steps.slice(0, steps.indexOf(entry));
        expect(before.at(-1)).toEqual({ do: 'prepare', leverage: made.plan!.leverage });
        // What is left of an earlier trade goes before it could touch the new one.
        const cancelled = before.filter((step) => step.do === 'cancel').length;
        expect(cancelled).toBe(start.resting.filter(isOurs).length);
      },
    ),
    RUNS,
  );
});

test('in the end the stop is for all that is held, and the ladder for no more', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      fc.pre(made.plan !== null && made.plan.side === start.position.side && start.trade.isEntryTried);
      const end = play(start, asDecided(made)).states.at(-1)!;
      const { side: held, quantity: amount } = end.position;
      const ours = end.resting.filter(isOurs);
      if (held === 0) return void expect(ours).toEqual([]);
      const stops = ours.filter((order) => order.type === 'stop');
      // A stop that the mark has reached is the venue's to fill: nothing is touched then.
      if (stops.some((stop) => held * (end.markPrice - stop.triggerPrice) <= 0)) return;
      expect(stops.map((stop) => stop.quantity)).toEqual([amount]);
      expect(coveredQuantity(end)).toBe(amount);
      const rungs = ours.filter((order) => order.type === 'take-profit');
      expect(rungs.reduce((sum, order) => sum + order.quantity, 0)).toBeLessThanOrEqual(amount);
      expect(rungs.every((order) => held * (order.triggerPrice - end.markPrice) > 0)).toBe(true);
    }),
    RUNS,
  );
});

test('a reduction ends at its target or below', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      fc.pre(start.position.side !== 0 && made.action === 'REDUCE');
      fc.pre(made.plan === null || made.plan.side === start.position.side);
      const end = play(start, asDecided(made)).states.at(-1)!;
      expect(end.position.quantity).toBeLessThanOrEqual(Math.max(made.targetQuantity, 0));
    }),
    RUNS,
  );
});

test('what is not ours is never touched, and always told of', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      const foreign = start.resting.filter((order) => !isOurs(order)).map((order) => order.clientOrderId);
      const { steps } = play(start, asDecided(made));
      const touched = steps.flatMap((step) => (step.do === 'cancel' ? [step.clientOrderId] : []));
      expect(touched.filter((id) => foreign.includes(id))).toEqual([]);
      const { notes } = stepsFor(made, 'enter', start);
      expect(notes.filter(({ code }) => code === 'foreign-order')).toHaveLength(foreign.length);
    }),
    RUNS,
  );
});

test('no two orders on the way share an id', () => {
  fc.assert(
    fc.property(scene, ({ decision: made, state: start }) => {
      const { steps } = play(start, asDecided(made));
      const ids = steps.flatMap((step) => (step.do === 'send' ? [step.order.clientOrderId] : []));
      const before = start.resting.map((order) => order.clientOrderId);
      expect(new Set([...ids, ...before]).size).toBe(ids.length + before.length);
    }),
    RUNS,
  );
});

test('a plan alone never enters or adds, closes when its time is over, and comes to rest', () => {
  fc.assert(
    fc.property(plan, price, state, fc.boolean(), (made, stopPrice, start, isOver) => {
      const plan = { ...made, exitByMs: isOver ? start.timeMs : start.timeMs + 1 };
      const { states, steps, isAtRest } = play(start, (venue) => contingenciesFor(plan, stopPrice, venue));
      expect(isAtRest).toBe(true);
      expect(
        steps.some((step) => step.do === 'prepare' || (step.do === 'send' && step.role === 'entry')),
      ).toBe(false);
      if (isOver && start.position.side === plan.side) expect(states.at(-1)!.position.side).toBe(0);
    }),
    RUNS,
  );
});
