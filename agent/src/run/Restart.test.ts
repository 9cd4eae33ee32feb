import { afterEach, expect, test } from 'vitest';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;
let proxy: FaultyProxy | null = null;

afterEach(async () => {
  await scene.close();
  await proxy?.close();
  proxy = null;
});

test('killed with a position, and the canister gone: the next start looks after it and enters nothing until the doctor is satisfied', async () => {
  scene = await LiveScene.open();
  const { icUrl } = scene.demo.localnet.address;
  proxy = new FaultyProxy(icUrl);
  const url = await proxy.start();
  await scene.configure((text) => text.replace(icUrl, url));

  // With nothing open, a start has to pass: what may pass by itself is worth another try.
  proxy.faultOf = () => 'lose-request';
  expect(await scene.ended(scene.start('live'))).toBe(3);
  expect(scene.output).toContain('expected a passed doctor');
  proxy.faultOf = () => null;
  const first = scene.start('live');
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  expect((await scene.command('enter', 'long', '300')).code).toBe(0);
  await scene.until('protected', ({ stop }) => stop !== null);
  await scene.end(first, 'SIGKILL');

  proxy.faultOf = () => 'lose-request';
  const second = scene.start('live');
  const held = await scene.until('held', ({ position, stop, phase }) => {
    return phase !== 'stopping' && position !== null && stop !== null;
  });
  expect(held).toMatchObject({ isProtected: true, isReconciled: true });
  expect(held.entryBars.map(({ code }) => code)).toContain('unhealthy');

  proxy.faultOf = () => null;
  // It is looked again with the next round, five minutes on.
  await scene.advance('open');
  await scene.until('healthy', ({ entryBars, decision }) => decision !== null && entryBars.length === 0);
  expect(await scene.end(second)).toBe(0);
}, 240_000);
