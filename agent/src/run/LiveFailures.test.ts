import { afterEach, expect, test } from 'vitest';
import { httpServer } from '../alert/testing/Servers.ts';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { Journal } from '../journal/Journal.ts';
import { journalPathOf } from './openAgent.ts';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;
let proxy: FaultyProxy | null = null;

afterEach(async () => {
  await scene.close();
  await proxy?.close();
  proxy = null;
});

async function running(): Promise<void> {
  await scene.until('running', ({ phase, decision, entryBars }) => {
    return phase === 'running' && decision !== null && entryBars.length === 0;
  });
}

async function entered(): Promise<void> {
  const reply = await scene.command('enter', 'long', '300', '--json');
  expect(JSON.parse(reply.stdout)).toMatchObject({ isEntered: true });
  await scene.until('protected', ({ position, stop }) => position !== null && stop !== null);
}

test('without the canister: no entry, the stop stays, the owner is told after a minute and can still get out; with it again, on as before', async () => {
  scene = await LiveScene.open();
  const { icUrl } = scene.demo.localnet.address;
  proxy = new FaultyProxy(icUrl);
  // The first address is dead for good: the second one is what the agent lives by.
  const second = await proxy.start();
  const webhook = await httpServer();
  await scene.configure(
    (text) =>
      `${text.replace(icUrl, `http://127.0.0.1:9\n    - ${second}`)}\nalerts: { webhook: { least: alarm } }\n`,
  );
  const agent = scene.start('live', { PLIMSOLL_WEBHOOK_URL: webhook.url });
  await running();
  await entered();
  proxy.faultOf = () => 'lose-request';
  await scene.advance('open');
  const silent = await scene.until('silent', ({ entryBars }) => {
    return entryBars.some(({ code }) => code === 'canister-silent');
  });
  expect(silent).toMatchObject({ isProtected: true, position: { side: 'long' } });
  const silentSinceMs = performance.now() - (silent.freshness.canisterSilentMs ?? NaN);
  const refused = await scene.command('enter', 'long', '300');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('no entry: the canister gives no answer that can be believed');
  // After a minute of silence, and not before, whoever is to be told is told.
  const told = () => webhook.received.map(({ body }) => (JSON.parse(body) as { key: string }).key);
  expect(told()).not.toContain('canister-silent');
  await expect.poll(told, { timeout: 90_000, interval: 100 }).toContain('canister-silent');
  const afterSeconds = (performance.now() - silentSinceMs) / 1_000;
  expect(afterSeconds).toBeGreaterThan(59);
  expect(afterSeconds).toBeLessThan(80);
  expect(told().filter((key) => key === 'canister-silent')).toHaveLength(1);
  proxy.faultOf = () => null;
  await running();
  proxy.faultOf = () => 'lose-request';
  expect(JSON.parse((await scene.command('flatten', '--json')).stdout)).toMatchObject({
    isFlat: true,
    byAgent: true,
  });
  expect(await scene.end(agent)).toBe(0);
  await webhook.close();
}, 240_000);

test('killed with a position, and restarted after the market has moved on: found, covered, agreed with the canister', async () => {
  scene = await LiveScene.open();
  const first = scene.start('live');
  await running();
  await entered();
  await scene.end(first, 'SIGKILL');
  await scene.advance('open');
  const second = scene.start('live');
  const held = await scene.until('held again', ({ phase, position, stop, decision, freshness }) => {
    return (
      phase === 'running' &&
      position !== null &&
      stop !== null &&
      decision !== null &&
      freshness.barAgoMs === 0
    );
  });
  expect(held).toMatchObject({ isProtected: true, isReconciled: true, decision: { action: 'HOLD' } });
  // A second agent on the same state is refused by the journal's lock, in one line.
  const third = scene.start('live');
  expect(await scene.ended(third)).toBe(3);
  expect(scene.output).toContain('Stop the other agent first');
  expect(await scene.end(second)).toBe(0);
  const journal = new Journal(journalPathOf({ state: scene.state }), Date.now, 'read');
  expect(journal.unresolved()).toEqual([]);
  expect(journal.allOrders().filter(({ role }) => role === 'entry')).toHaveLength(1);
  journal.close();
}, 240_000);

test('the venue in maintenance: nothing is believed flat and nothing entered; afterwards everything is agreed anew', async () => {
  scene = await LiveScene.open();
  const agent = scene.start('live');
  await running();
  await entered();
  await scene.fault({ kind: 'maintenance' });
  await scene.advance('open');
  const silent = await scene.until('silent', ({ entryBars }) =>
    entryBars.some(({ code }) => code === 'venue-silent'),
  );
  expect(silent).toMatchObject({ position: { side: 'long' }, isHalted: false });
  await scene.endFaults();
  await running();
  expect(await scene.status()).toMatchObject({ isReconciled: true, isProtected: true });
  expect(await scene.end(agent)).toBe(0);
}, 240_000);
