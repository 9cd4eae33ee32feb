import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { randomIds } from '../observe/IdSource.ts';
import { HaltFile } from './HaltFile.ts';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;
let proxy: FaultyProxy | null = null;

afterEach(async () => {
  await scene.close();
  await proxy?.close();
  proxy = null;
});

/** Calls whose answers are kept, proven. */
const kept = (method: string): number =>
  readdirSync(join(scene.state, 'receipts')).filter((name) => name.endsWith(`-${method}.receipt`)).length;

test('without an agent, halt and flatten act here first and tell the canister themselves; what it could not be told waits', async () => {
  scene = await LiveScene.open();
  const { icUrl } = scene.demo.localnet.address;
  proxy = new FaultyProxy(icUrl);
  const url = await proxy.start();
  await scene.configure((text) => text.replace(icUrl, url));
  const agent = scene.start('live');
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  expect((await scene.command('enter', 'long', '300')).code).toBe(0);
  await scene.end(agent, 'SIGKILL');

  proxy.faultOf = () => ({ status: 503, body: '', isCarriedOut: false });
  const unheard = await scene.command('halt', '--json');
  expect(unheard).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(unheard.stdout)).toMatchObject({
    isHalted: true,
    isAgentRunning: false,
    isCanisterTold: false,
    untold: expect.stringMatching(/./) as string,
  });
  expect(new HaltFile(scene.state).read()).toMatchObject({ isTold: false });
  const text = await scene.command('halt');
  expect(text.stdout).toContain('The canister does not know');
  expect(text.stdout).toContain('the next plimsoll run tells it');
  expect(kept('halt')).toBe(0);

  proxy.faultOf = () => null;
  expect(JSON.parse((await scene.command('halt', '--json')).stdout)).toMatchObject({ isCanisterTold: true });
  expect(kept('halt')).toBe(1);
  // Halted twice is halted once: the canister is not asked again.
  expect((await scene.command('halt')).stdout).toContain('The canister knows too.');
  expect(kept('halt')).toBe(1);

  const flat = await scene.command('flatten', '--json');
  expect(flat).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(flat.stdout)).toMatchObject({ isFlat: true, byAgent: false, isCanisterTold: true });
  expect(kept('flatten')).toBe(1);

  // The next run finds all of it, and only the owner lifts it. The plan's entry might still be under way.
  const next = scene.start('live');
  await scene.until('halted', ({ isHalted, decision }) => isHalted && decision?.reason === 'flatten');
  expect((await scene.command('resume', '--local')).code).toBe(2);
  await scene.asOwner((port) => port.resume(randomIds(Date.now()), { account: null, market: null }));
  await scene.advance('open');
  await scene.until('resumed', ({ isHalted, entryBars }) => !isHalted && entryBars.length === 0);
  expect(await scene.end(next)).toBe(0);
}, 240_000);
