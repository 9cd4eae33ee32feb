import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../journal/Journal.ts';
import { Executor } from './Executor.ts';
import { certified } from './testing/Decisions.ts';
import { flat, type Prices } from './testing/Market.ts';
import { CLOSE, ENTER, HOLD, LADDER, openScene, TIMING, type Scene } from './testing/Scene.ts';

let scene: Scene;
async function open(bars?: readonly Prices[]): Promise<Scene> {
  scene = await openScene(bars);
  return scene;
}

afterEach(() => scene.close());

test('what happened while nobody looked is found: fills, a stop that fired, rungs that stay behind', async () => {
  const { exchange, executor, journal, venue } = await open([flat(10), [10, 10, 9.4, 9.4], flat(9.4)]);
  await executor.carryOut(await certified(ENTER));
  exchange.advance('open');
  exchange.advance('open');
  const report = await new Executor({ venue, journal, timing: TIMING }).recover();
  expect(report).toMatchObject({ isAgreed: true, newFills: 1, unknown: [], strays: [], foreign: [] });
  expect(report.resolutions.map(({ was, is }) => [was, is])).toEqual([['confirmed', 'filled']]);
  expect(report.position.side).toBe(0);
  expect(report.resting).toHaveLength(2);
});

test('orders of ours that no journal knows, and orders of others, are told apart; nothing is sent', async () => {
  const { executor, venue, proxy } = await open();
  await executor.carryOut(await certified(ENTER));
  await venue.send({ type: 'stop', clientOrderId: 'by-hand', side: 'sell', quantity: 10, triggerPrice: 9 });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-recovery-'));
  const journal = new Journal(join(folder, 'journal.db'));
  try {
    const fresh = new Executor({ venue, journal, timing: TIMING });
    const sent = proxy.seen.filter(({ method }) => method !== 'GET').length;
    const report = await fresh.recover();
    expect(proxy.seen.filter(({ method }) => method !== 'GET')).toHaveLength(sent);
    expect(report.strays).toHaveLength(3);
    expect(report.foreign.map(({ clientOrderId }) => clientOrderId)).toEqual(['by-hand']);
    expect(journal.events().filter(({ code }) => code === 'stray-order')).toHaveLength(3);

    // With its journal lost the agent goes on protecting: it neither enters again nor guesses at the ladder.
    expect(await fresh.carryOut(await certified(ENTER))).toMatchObject({ stepsTaken: 0, isProtected: true });
    await fresh.carryOut(await certified({ ...HOLD, stopPrice: 9.7 }));
    const resting = (await venue.restingOrders()).map(
      ({ type, triggerPrice }) => `${type}@${String(triggerPrice)}`,
    );
    expect(resting.sort()).toEqual(['stop@9', 'stop@9.7', 'take-profit@10.75', 'take-profit@11.5']);
    await fresh.carryOut(await certified(CLOSE));
    expect((await venue.position()).side).toBe(0);
    expect((await venue.restingOrders()).map(({ clientOrderId }) => clientOrderId)).toEqual(['by-hand']);
  } finally {
    journal.close();
    rmSync(folder, { recursive: true });
  }
});

test('an order that rested and that the venue has forgotten is taken as gone, and replaced', async () => {
  const { executor, venue, proxy, journal, resting } = await open();
  await executor.carryOut(await certified(ENTER));
  const stop = (await venue.restingOrders()).find(({ type }) => type === 'stop');
  await venue.cancel({ kind: 'conditional', clientOrderId: stop?.clientOrderId ?? '' });
  const forgotten = {
    status: 400,
    body: '{"code":-2013,"msg":"Order does not exist."}',
    isCarriedOut: false,
  };
  proxy.faultOf = ({ method, path, parameters }) =>
    method === 'GET' && path.endsWith('Order') && parameters.get('clientAlgoId') === stop?.clientOrderId
      ? forgotten
      : null;
  expect(await executor.recover()).toMatchObject({ isAgreed: true });
  expect(journal.order(stop?.clientOrderId ?? '')).toMatchObject({
    state: 'cancelled',
    failure: 'not-found',
  });
  expect(await executor.carryOut(await certified(HOLD))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual(LADDER);
});

test('a venue that cannot be read leaves nothing agreed', async () => {
  const { executor, proxy } = await open();
  proxy.faultOf = ({ path }) => (path === '/fapi/v1/openAlgoOrders' ? 'lose-request' : null);
  await expect(executor.recover()).rejects.toMatchObject({ leaf: 'no-answer' });
  expect(executor.isReconciled).toBe(false);
});

test('what the venue closed by force while nobody looked is told with its figures, once', async () => {
  const { exchange, executor, journal, venue, exchangeUrl } = await open([flat(10), [10, 10, 6, 6], flat(6)]);
  await executor.carryOut(await certified(ENTER));
  const forced = new URLSearchParams({ kind: 'deleveraging', symbol: 'ICPUSDT', quantity: '30' });
  await fetch(`${exchangeUrl}/localnet/v1/faults`, { method: 'POST', body: forced });
  const told = () =>
    journal.events().filter(({ severity, code }) => severity === 'alarm' && code !== 'unprotected');
  await new Executor({ venue, journal, timing: TIMING }).recover();
  expect(told().map(({ code }) => code)).toEqual(['deleveraged']);
  expect(told()[0]?.message).toContain('sold 30 at 10.000');

  // Without its stop the rest of it goes with the price.
  for (const order of await venue.restingOrders()) await venue.cancel(order);
  exchange.advance('open');
  exchange.advance('open');
  for (let start = 0; start < 2; start++) {
    const report = await new Executor({ venue, journal, timing: TIMING }).recover();
    expect(report.position.side).toBe(0);
  }
  expect(told().map(({ code }) => code)).toEqual(['deleveraged', 'liquidated']);
});

test('what was closed by force before this journal began is not told', async () => {
  const { exchange, executor, venue } = await open([flat(10), [10, 10, 6, 6], flat(6)]);
  await executor.carryOut(await certified(ENTER));
  for (const order of await venue.restingOrders()) await venue.cancel(order);
  exchange.advance('open');
  exchange.advance('open');
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-recovery-'));
  const journal = new Journal(join(folder, 'journal.db'));
  try {
    expect(await venue.forcedCloses(0)).toMatchObject([{ kind: 'liquidation', side: 'sell' }]);
    await new Executor({ venue, journal, timing: TIMING }).recover();
    expect(journal.events().map(({ code }) => code)).toEqual([]);
  } finally {
    journal.close();
    rmSync(folder, { recursive: true });
  }
});
