import { afterEach, expect, test } from 'vitest';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;

afterEach(() => scene.close());

/** Advances the market bar by bar until the agent has told of every one of them. */
async function play(bars: number): Promise<void> {
  for (let i = 0; i < bars; i++) {
    const { timeMs } = await scene.advance('open');
    await scene.until(`the bar before ${String(timeMs)} told`, ({ freshness, decision }) => {
      return freshness.barAgoMs === 0 && decision?.timeMs === timeMs;
    });
  }
}

test('live on a market of this machine: warmed up, entered, protected, moved on by bars, stopped with its stop in place', async () => {
  scene = await LiveScene.open();
  const doctor = await scene.command('doctor', '--json');
  const certified = expect.objectContaining({ name: 'controllers', grade: 'ok' }) as unknown;
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    passed: true,
    findings: expect.arrayContaining([certified]) as unknown,
  });

  const agent = scene.start('live');
  await scene.until('running', ({ phase, decision, entryBars }) => {
    return phase === 'running' && decision !== null && entryBars.length === 0;
  });
  const entered = await scene.command('enter', 'long', '300', '--json');
  expect(entered).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(entered.stdout)).toMatchObject({ isEntered: true });
  const held = await scene.until('protected', ({ position, stop }) => position !== null && stop !== null);
  expect(held).toMatchObject({ isSimulated: true, isProtected: true, position: { side: 'long' } });
  expect(held.liquidation?.dailySigmas).toBeGreaterThan(1);
  expect(held.leverage?.used).toBeLessThanOrEqual((held.leverage?.allowed ?? 0) * 1.02);

  await play(3);
  const again = await scene.command('enter', 'long', '300');
  expect(again).toMatchObject({ code: 2, stdout: 'Not entered: position-open.\n' });
  // What is held already is no part of the answer.
  const refused = await scene.command('enter', 'long', '300', '--json');
  expect(JSON.parse(refused.stdout)).toMatchObject({
    isEntered: false,
    quantity: 0,
    leverage: 0,
    stopPrice: 0,
  });

  expect(await scene.end(agent)).toBe(0);
  expect(scene.output).toContain('stopped; what rests on the venue stays there');
  const stopped = await scene.command('status', '--json');
  expect(stopped.code).toBe(3);
  expect(JSON.parse(stopped.stdout)).toMatchObject({ phase: 'stopped', unresolved: 0 });

  // Without an agent the owner's word is carried out by the command itself.
  const flat = await scene.command('flatten', '--json');
  expect(flat).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(flat.stdout)).toMatchObject({ isFlat: true, resting: 0, byAgent: false });
}, 240_000);

test('paper acts on an account of this machine and leaves the venue’s alone; advisory only says what it would do', async () => {
  scene = await LiveScene.open();
  const paper = scene.start('paper');
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  const entered = await scene.command('enter', 'short', '300', '--json');
  expect(entered.stderr).toBe('');
  expect(JSON.parse(entered.stdout)).toMatchObject({ isEntered: true });
  const held = await scene.until('held', ({ position, stop }) => position !== null && stop !== null);
  expect(held).toMatchObject({ mode: 'paper', isSimulated: true, isProtected: true });
  await play(1);

  const halted = await scene.command('flatten', '--json');
  expect(JSON.parse(halted.stdout)).toMatchObject({ isFlat: true, byAgent: true });
  expect(await scene.command('enter', 'long', '300')).toMatchObject({ code: 2 });
  expect(await scene.end(paper)).toBe(0);
  // The canister knows of the halt by now: no key of this machine lifts it.
  const resumed = await scene.command('resume', '--local');
  expect(resumed).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('only the owner lifts it') as string,
  });

  const doctor = JSON.parse((await scene.command('doctor', '--json')).stdout) as {
    readonly findings: readonly { readonly name: string; readonly found: string }[];
  };
  expect(doctor.findings.find(({ name }) => name === 'position')?.found).toBe('Flat, 0 orders rest.');
}, 240_000);
