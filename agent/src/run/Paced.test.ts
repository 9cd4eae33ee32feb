import { afterEach, expect, test } from 'vitest';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;
afterEach(() => scene.close());

test('a market that goes on by itself at sixty times its pace: entered, protected, told bar by bar, no request too old', async () => {
  scene = await LiveScene.open({ pace: 60 });
  const agent = scene.start('live');
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  const entered = await scene.command('enter', 'long', '300', '--json');
  expect(entered.stderr).toBe('');
  const first = await scene.until('decided', ({ decision }) => decision !== null);
  const later = (first.decision?.timeMs ?? 0) + 15 * 60_000;
  const last = await scene.until('three bars on', ({ decision }) => (decision?.timeMs ?? 0) >= later);
  expect(last.isProtected).toBe(true);
  for (const trouble of ['clock-skew', 'not-proven', 'forgery']) expect(scene.output).not.toContain(trouble);
  expect(await scene.end(agent)).toBe(0);
}, 240_000);
