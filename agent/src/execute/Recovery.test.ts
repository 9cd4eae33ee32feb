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
