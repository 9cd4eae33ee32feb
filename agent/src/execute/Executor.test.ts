import { afterEach, expect, test } from 'vitest';
import { Executor } from './Executor.ts';
import { certified, decisionOf, planOf } from './testing/Decisions.ts';
import { flat, START_MS, type Prices } from './testing/Market.ts';
import {
  ALGO,
  CLOSE,
  ENTER,
  ENTRY_ID,
  HOLD,
  LADDER,
  openScene,
  TIMING,
  type Scene,
} from './testing/Scene.ts';

let scene: Scene;
/** Opens the scene that the test plays in. */
async function open(bars?: readonly Prices[]): Promise<Scene> {
  scene = await openScene(bars);
  return scene;
}

afterEach(() => scene.close());

test('an entry is opened with the plan’s leverage, its stop and its ladder, and the same decision then does nothing', async () => {
  const { exchange, journal, executor, resting, audit } = await open();
  const first = await executor.carryOut(await certified(ENTER));
  expect(first).toMatchObject({ outcome: 'done', isProtected: true, problems: [] });
  expect(first.position).toMatchObject({ side: 1, quantity: 90, entryPrice: 10, openedMs: START_MS });
  expect(await resting()).toEqual(LADDER);
  expect(exchange.market).toMatchObject({ leverage: 5, isolated: true });
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({ outcome: 'done', stepsTaken: 0 });
  expect(journal.order(ENTRY_ID)).toMatchObject({ state: 'filled', filledQuantity: 90, attempts: 1 });
  expect(journal.fills(0)).toHaveLength(1);
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('a short is protected from above', async () => {
  const { executor, resting } = await open();
  const takeProfits = [{ price: 9.25, quantity: 30 }];
  const plan = planOf({ side: -1, stopPrice: 10.5, takeProfits, liquidationPrice: 11.9 });
  await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  // One rung and the runner share evenly, and a rung is never more than planned.
  expect(await resting()).toEqual(['stop 90@10.5', 'take-profit 30@9.25']);
});

test('before journal and venue have agreed there is no entry', async () => {
  const { venue, journal } = await open();
  const unready = new Executor({ venue, journal, timing: TIMING });
  const execution = await unready.carryOut(await certified(ENTER));
  expect(execution).toMatchObject({ outcome: 'incomplete', stepsTaken: 0 });
  expect(execution.problems[0]).toMatch(/No entry/);
  expect((await venue.position()).side).toBe(0);
});

test('a decision older than 15 seconds enters nothing, older than 5 minutes does nothing', async () => {
  const { venue, executor, resting } = await open();
  expect(await executor.carryOut(await certified(ENTER, Date.now() - 20_000))).toMatchObject({
    stepsTaken: 0,
  });
  await executor.carryOut(await certified(ENTER));
  const stale = await certified(CLOSE, Date.now() - 310_000);
  expect(await executor.carryOut(stale)).toMatchObject({ outcome: 'refused', stepsTaken: 0 });
  expect(await executor.carryOut(await certified(CLOSE, Date.now() - 20_000))).toMatchObject({
    outcome: 'done',
  });
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
});

test('a tighter stop replaces the old one with no moment without, a looser one is ignored', async () => {
  const { proxy, executor, resting, audit } = await open();
  await executor.carryOut(await certified(ENTER));
  const before = proxy.seen.length;
  await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.7, stopVersion: 2 }));
  expect(await resting()).toEqual(['stop 90@9.7', ...LADDER.slice(1)]);
  const acts = proxy.seen.slice(before).filter(({ path, method }) => path === ALGO && method !== 'GET');
  expect(acts.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  expect(await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.6 }))).toMatchObject({
    stepsTaken: 0,
  });
  expect(await resting()).toContain('stop 90@9.7');
  expect((await audit()).unprotectedMs).toBe(0);
});

test('after a partial take-profit the stop is resized to what is left, and the rung is not placed again', async () => {
  const { exchange, venue, journal, executor, resting, audit } = await open([
    flat(10),
    [10, 10.9, 10, 10.8],
    flat(10.8),
    flat(10.8),
  ]);
  await executor.carryOut(await certified(ENTER));
  exchange.advance('open');
  exchange.advance('open');
  expect((await venue.position()).quantity).toBe(60);
  expect(await executor.carryOut(await certified(HOLD))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual(['stop 60@9.5', 'take-profit 30@11.5']);
  expect(journal.fills(0)).toHaveLength(2);
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('a reduction goes to the target by market, and stop and ladder follow', async () => {
  const { venue, executor, resting } = await open();
  await executor.carryOut(await certified(ENTER));
  const reduce = decisionOf({ action: 'REDUCE', reason: 'touch', targetQuantity: 45 });
  expect(await executor.carryOut(await certified(reduce))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect((await venue.position()).quantity).toBe(45);
  expect(await resting()).toEqual(['stop 45@9.5', 'take-profit 15@11.5', 'take-profit 30@10.75']);
  expect(await executor.carryOut(await certified(reduce))).toMatchObject({ stepsTaken: 0 });
});

test('once the venue’s stop has filled, what is left of the ladder is cleared up', async () => {
  const { exchange, venue, journal, executor, resting, audit } = await open([
    flat(10),
    [10, 10, 9.4, 9.4],
    flat(9.4),
    flat(9.4),
  ]);
  await executor.carryOut(await certified(ENTER));
  exchange.advance('open');
  exchange.advance('open');
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual(LADDER.slice(1));
  expect(await executor.carryOut(await certified(HOLD))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual([]);
  const stop = journal.allOrders().find(({ role }) => role === 'stop');
  expect(stop).toMatchObject({ state: 'filled', filledQuantity: 90 });
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('an order of somebody else is left alone and told of once', async () => {
  const { venue, journal, executor, resting } = await open();
  await venue.prepare(5);
  await executor.carryOut(await certified(ENTER));
  await venue.send({ type: 'stop', clientOrderId: 'by-hand', side: 'sell', quantity: 10, triggerPrice: 9 });
  await executor.carryOut(await certified(HOLD));
  await executor.carryOut(await certified(CLOSE));
  expect(await resting()).toEqual(['stop 10@9']);
  expect(journal.events().filter(({ code }) => code === 'foreign-order')).toHaveLength(1);
});

test('without decisions the plan’s own exits go on: protection, and the time exit', async () => {
  const { exchange, venue, executor, resting } = await open();
  await executor.carryOut(await certified(ENTER));
  const [stop] = (await venue.restingOrders()).filter(({ type }) => type === 'stop');
  await venue.cancel({ kind: 'conditional', clientOrderId: stop?.clientOrderId ?? '' });
  expect(await executor.carryOutPlan(await certified(decisionOf({ stopPrice: 9.6 })))).toMatchObject({
    isProtected: true,
  });
  expect(await resting()).toEqual(['stop 90@9.6', ...LADDER.slice(1)]);
  const late = planOf({ exitByMs: exchange.status().timeMs });
  await executor.carryOutPlan(await certified(decisionOf({ plan: late, stopPrice: 9.6 })));
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
});

test('a position whose stop is gone and whose price is beyond it is closed at market', async () => {
  const { exchange, venue, executor, audit } = await open([
    flat(10),
    [10, 10, 9.4, 9.4],
    flat(9.4),
    flat(9.4),
  ]);
  await executor.carryOut(await certified(ENTER));
  for (const order of await venue.restingOrders()) await venue.cancel(order);
  exchange.advance('open');
  exchange.advance('open');
  await executor.carryOutPlan(await certified(decisionOf()));
  expect((await venue.position()).side).toBe(0);
  expect((await audit()).unprotectedMs).toBeGreaterThan(0);
});
