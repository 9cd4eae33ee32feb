import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleKilledAgent, countSteps, killOnce } from './testing/killing.ts';

/** In `npm test` a tenth of the campaign. */
const RUNS = Number(process.env['KILL_RUNS'] ?? 30);
const SEED = Number(process.env['FC_SEED'] ?? 20_250_303);
/** Seeds that once failed. */
const KEPT: readonly number[] = [];

let steps = 0;
let remove: () => void = () => undefined;

beforeAll(async () => {
  remove = await bundleKilledAgent();
  steps = await countSteps();
});

afterAll(() => remove());

const seeds = [...KEPT, ...Array.from({ length: RUNS }, (_, i) => SEED + i)];

test(`killed at any step of journal or wire, ${String(seeds.length)} times: nothing twice, nothing bare, nothing orphaned, all agreed`, async () => {
  const outcomes = [];
  for (const seed of seeds) outcomes.push(await killOnce(seed, steps));
  expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
  // A campaign that cuts no life proves nothing.
  expect(outcomes.filter(({ kills }) => kills.length > 0).length).toBeGreaterThan(seeds.length * 0.9);
}, 3_600_000);
