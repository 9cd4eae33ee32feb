import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../journal/Journal.ts';
import { journalPathOf } from './openAgent.ts';
import { LiveScene } from './testing/LiveScene.ts';
import { BARS_PER_DAY, Soak } from './testing/Soak.ts';

const SHARED = resolve(fileURLToPath(new URL('../../../../shared/data', import.meta.url)));
const isRecorded = existsSync(SHARED);
/** In `npm test` only long enough to see that a soak can be played at all. */
const DAYS = Number(process.env['SOAK_DAYS'] ?? 0.125);
const FIRST_DAY = '2024-07-07';
const ENTER_EVERY_BARS = 24;
const MOST_MEGABYTES = 250;
const MOST_GROWTH = 1.1;
/** After this long the journal drops as much as it takes in: decisions are kept for a week. */
const SETTLED_DAYS = 9;
/** The synthetic market ends after a week. */
const SYNTHETIC_DAYS = 6;

const recorded = {
  market: join(SHARED, 'candles', 'ICPUSDT_bybit-perp_5m_2024-05_08.csv.gz'),
  leader: join(SHARED, 'candles', 'ETHUSDT_bybit-perp_5m_2024-05_08.csv.gz'),
  funding: join(SHARED, 'funding', 'ICPUSDT_bybit-perp_8h.csv.gz'),
  from: FIRST_DAY,
};

let scene: LiveScene;

afterEach(() => scene.close());

test(`an agent that trades ${String(DAYS)} days of market time stays as it was after the first, and is found again by the next`, async (context) => {
  if (!isRecorded && DAYS > SYNTHETIC_DAYS) context.skip('needs the recorded prices in ../shared/data');
  scene = await LiveScene.open(isRecorded ? recorded : {});
  const agent = scene.start('live');
  await scene.until('running', ({ phase, decision, entryBars }) => {
    return phase === 'running' && decision !== null && entryBars.length === 0;
  });
  const soak = new Soak(scene, agent, ENTER_EVERY_BARS);
  await soak.play(Math.round(DAYS * BARS_PER_DAY));
  const { days } = soak;
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('expected at least one day');
  await scene.end(agent, 'SIGKILL');
  const startedMs = performance.now();
  const next = scene.start('live');
  await scene.until('running again', ({ phase, decision }) => phase === 'running' && decision !== null);
  const restartSeconds = Math.round((performance.now() - startedMs) / 100) / 10;
  expect(await scene.end(next)).toBe(0);
  const file = process.env['CAMPAIGN_FIGURES'];
  if (file !== undefined) writeFileSync(file, JSON.stringify({ isRecorded, restartSeconds, days }));
  expect(last.entries).toBeGreaterThan(0);
  expect(Math.max(...days.map((day) => day.residentMostMegabytes))).toBeLessThan(MOST_MEGABYTES);
  expect(last.residentMegabytes).toBeLessThanOrEqual(MOST_GROWTH * first.residentMegabytes);
  const settled = days[SETTLED_DAYS - 1];
  if (settled !== undefined)
    expect(last.journalMegabytes).toBeLessThanOrEqual(MOST_GROWTH * settled.journalMegabytes);
  const journal = new Journal(journalPathOf({ state: scene.state }), Date.now, 'read');
  expect(journal.unresolved()).toEqual([]);
  journal.close();
}, 14_400_000);
