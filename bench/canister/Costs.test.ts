import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { measureCosts, type Costs } from './Measured.ts';

/** Written by `npm run bench -- instructions`. */
const WRITTEN = JSON.parse(readFileSync(new URL('../../docs/costs.json', import.meta.url), 'utf8')) as Costs;
const TOLERANCE = 0.02;

it('the engine’s instructions in the canister are those of docs/costs.json, part by part, within 2 %', async () => {
  const measured = await measureCosts();
  const numbers = (costs: Costs): [string, number][] =>
    Object.entries(costs).flatMap(([message, parts]) =>
      Object.entries(parts as Record<string, number>).map(([part, n]): [string, number] => [
        `${message}, ${part}`,
        n,
      ]),
    );
  const written = new Map(numbers(WRITTEN));
  const off = numbers(measured).filter(
    ([part, n]) => !(Math.abs(n / (written.get(part) ?? 0) - 1) <= TOLERANCE),
  );
  expect(off, 'if this is meant: npm run bench -- instructions').toEqual([]);
  expect(written.size).toBe(numbers(measured).length);
  // The measuring canister may have to be built first.
}, 300_000);
