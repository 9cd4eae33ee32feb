import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUGS } from './testing/Misbehaviour.ts';
import { Killing, type KillResult } from './testing/killing.ts';
import { STAGES, stageOf, type Stage } from './testing/Steps.ts';

/** In `npm test` a tenth of the campaign. */
const RUNS = Number(process.env['KILL_RUNS'] ?? 30);
const SEED = Number(process.env['CAMPAIGN_SEED'] ?? 20_250_300);
/** No run begins after so many minutes: the figures tell how many there were. */
const MINUTES = Number(process.env['KILL_MINUTES'] ?? Infinity);
/** Runs side by side: one waits while the other computes. */
const LANES = 2;
/** Seeds that once failed. */
const KEPT: readonly number[] = [606_885_159, 610_680_680, 610_680_700, 618_372_381];

let killing: Killing;

beforeAll(async () => {
  killing = await Killing.open();
}, 600_000);

afterAll(() => killing.close());

const seeds = [...KEPT, ...Array.from({ length: RUNS - KEPT.length }, (_, i) => SEED + i)];

test(`killed at any step of journal or wire, ${String(seeds.length)} times: nothing twice, nothing bare, nothing orphaned, all agreed`, async () => {
  const outcomes: KillResult[] = [];
  const left = [...seeds];
  const untilMs = performance.now() + MINUTES * 60_000;
  const lane = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      if (performance.now() > untilMs) return;
      const outcome = await killing.kill(seed);
      outcomes.push(outcome);
      // At once, whatever becomes of the rest.
      if (outcome.violations.length > 0) console.error(outcome);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const kills = Object.fromEntries(STAGES.map((stage) => [stage, count(outcomes, stage)]));
  console.table(kills);
  const hit = (stages: readonly Stage[]): number =>
    outcomes.filter(({ kills: cuts }) => cuts.some((step) => stages.includes(stageOf(step)))).length;
  const empty = outcomes.reduce((sum, outcome) => sum + outcome.empty, 0);
  const shown = {
    runs: outcomes.length,
    entryFillOrStop: hit(['entry', 'fill', 'stop']),
    runsChosenAgain: empty,
  };
  console.table(shown);
  const file = process.env['CAMPAIGN_FIGURES'];
  const steps = new Set(outcomes.flatMap((outcome) => outcome.kills));
  if (file !== undefined) writeFileSync(file, JSON.stringify({ ...shown, steps: steps.size, kills }));
  expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
  // A campaign that cuts no life proves nothing.
  expect(outcomes.filter(({ kills: cuts }) => cuts.length === 0)).toEqual([]);
  // Nor does one in which nothing was entered that could have been lost.
  expect(outcomes.filter(({ entries }) => entries === 0)).toEqual([]);
  for (const stage of STAGES)
    expect(total(kills[stage]), stage).toBeGreaterThanOrEqual(
      Math.floor(outcomes.length / STAGES.length) - 1,
    );
}, 7_200_000);

type Kills = Readonly<Record<string, number>>;

function count(outcomes: readonly { readonly kills: readonly string[] }[], stage: string): Kills {
  const kills: Record<string, number> = {};
  for (const step of outcomes.flatMap((outcome) => outcome.kills)) {
    if (stageOf(step) !== stage) continue;
    const [where = '', , , when = ''] = step.split('/');
    const key = `${where} ${when}`;
    kills[key] = (kills[key] ?? 0) + 1;
  }
  return kills;
}

function total(kills: Kills = {}): number {
  return Object.values(kills).reduce((sum, each) => sum + each, 0);
}

test.each(BUGS)(
  'a mistake made on purpose is found: %s',
  async (bug) => {
    const cut = { name: 'wire/entry/POST/after', nth: 1 };
    const { violations } = await killing.killOnce(SEED, { bug, first: cut });
    expect(violations).not.toEqual([]);
  },
  240_000,
);
