import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countInstructions, type Instructions } from './Instructions.ts';

const TOLERANCE = 0.02;

/** Every figure by its path. */
function figures(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, part]) =>
    figures(part, path === '' ? key : `${path} / ${key}`),
  );
}

test('the engine costs what bench/instructions.json says, part by part, within 2 % (npm run bench -- instructions --write)', async () => {
  const kept = JSON.parse(
    readFileSync(new URL('instructions.json', import.meta.url), 'utf8'),
  ) as Instructions;
  const counted = new Map(figures(await countInstructions()));
  expect([...counted.keys()].sort()).toEqual(figures(kept).map(([path]) => path).sort());
  const off = figures(kept).filter(([path, value]) => Math.abs(counted.get(path)! - value) > TOLERANCE * value);
  expect(off.map(([path, value]) => `${path}: ${String(value)} kept, ${String(counted.get(path))} counted`)).toEqual([]);
}, 240_000);
