import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FAN_HOURS,
  FLAT,
  tableOf,
  warningBit,
  type Decision,
  type Observation,
  type Warning,
} from '@plimsoll/engine';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { httpServer } from '../alert/testing/Servers.ts';
import { configText } from '../config/ConfigText.ts';
import { readConfig } from '../config/readConfig.ts';
import type { Execution } from '../execute/Executor.ts';
import { decisionOf } from '../execute/testing/Decisions.ts';
import { Journal } from '../journal/Journal.ts';
import type { Log } from '../log/Log.ts';
import type { OpenAgent } from './openAgent.ts';
import { openOutlets, type Outlets } from './Outlets.ts';
import { statusFor } from './testing/statusFor.ts';
import { Voice } from './Voice.ts';

/** Alerts that tell prices. */
const PRICED = ['fan-beyond-limits', 'liquidation-disagrees', 'mark-far-from-last', 'adopted-position'];

let folder: string;
let webhook: Awaited<ReturnType<typeof httpServer>>;
let journal: Journal;
let outlets: Outlets;

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plm-outlets-'));
  webhook = await httpServer();
  vi.stubEnv('PLIMSOLL_WEBHOOK_URL', webhook.url);
  const path = join(folder, 'plimsoll.yaml');
  const text = configText({
    urls: ['http://127.0.0.1:9'],
    rootKey: 'mainnet',
    canister: 'uxrrr-q7777-77774-qaaaq-cai',
    owner: 'aaaaa-aa',
    venueKind: 'binanceusdm',
  });
  writeFileSync(path, `${text}\nalerts: { webhook: { least: warning } }\n`);
  journal = new Journal(join(folder, 'journal.sqlite'));
  outlets = await openOutlets(await readConfig(path), LOG, '1');
  const agent = {
    journal,
    voice: new Voice(journal, outlets.onAlert),
    session: { lastRecord: null },
    observer: { instrument: { tickNumerator: 1, tickDenominator: 1000 } },
    canister: { refusals: () => [] },
    live: { phase: 'running' },
  } as unknown as OpenAgent;
  await outlets.attach(agent, () => statusFor({ nowMs: Date.now() }));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  outlets.detach();
  await outlets.close();
  journal.close();
  await webhook.close();
  rmSync(folder, { recursive: true });
});

const observed: Observation = { position: FLAT, restingStopPrice: 0, restingStopQuantity: 0 } as Observation;
const warned = (warning: Warning): Partial<Decision> => ({ warnings: warningBit(warning) });
const table = tableOf(decisionOf());
const measured = (statistics: Partial<typeof table.statistics>): Partial<Decision> => ({
  table: { ...table, statistics: { ...table.statistics, ...statistics } },
});

test.each<readonly [string, Partial<Decision>]>([
  ['leader-shock', { ...warned('leader-shock'), ...measured({ leaderMove: 3.2 }) }],
  ['clusters-ahead', measured({ clusterNear: 4 })],
  ['funding-punishing', warned('funding-punishing-and-rising')],
  ['fan-beyond-limits', { fan: FAN_HOURS.map(() => ({ liquidationPrice: 8, touchProbability: 0.03 })) }],
  ['liquidation-disagrees', warned('liquidation-disagrees')],
  ['mark-far-from-last', warned('mark-far-from-last')],
  ['adopted-position', warned('adopted-position')],
  ['breaker:drawdown', { reason: 'breaker-drawdown' }],
  ['breaker:daily-loss', { reason: 'breaker-daily-loss' }],
  ['breaker:loss-streak', { reason: 'breaker-loss-streak' }],
])('what a decision gives to tell really leaves: %s', async (key, changes) => {
  const execution = { position: FLAT, problems: [], advice: [] } as Partial<Execution> as Execution;
  const pass = {
    observation: observed,
    decision: decisionOf(changes),
    isRecord: true,
    sequence: 3,
    execution,
  };
  outlets.follower.passed('bar', [pass]);
  outlets.follower.passed('bar', [pass]);
  const alerts = () =>
    webhook.received.map(({ body }) => JSON.parse(body) as { readonly key: string; readonly text: string });
  const keys = () => alerts().map((alert) => alert.key);
  while (!keys().includes(key)) await new Promise((done) => setTimeout(done, 5));
  expect(keys().filter((each) => each === key)).toHaveLength(1);
  expect(journal.events().map(({ code }) => code)).toContain(key);
  const prices = alerts().flatMap(({ text }) => [...text.matchAll(/(?:[Mm]ark|stop|Ours:) (\d[\d.]*\d)/g)]);
  expect(prices.length > 0).toBe(PRICED.includes(key));
  // In the decimals of the market's tick.
  for (const [, price] of prices) expect(price).toMatch(/^\d+\.\d{3}$/);
});
