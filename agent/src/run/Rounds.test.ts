import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Execution } from '../execute/Executor.ts';
import { decisionOf } from '../execute/testing/Decisions.ts';
import { Journal } from '../journal/Journal.ts';
import type { Listed, Settings, Venue } from '../venue/Venue.ts';
import { EntryBars } from './EntryBars.ts';
import { Rounds } from './Rounds.ts';

const LISTED: Listed = { isTrading: true, status: 'TRADING', contract: 'PERPETUAL ICP USDT' };
const SETTINGS: Settings = { isOneWay: true, isIsolated: true, leverage: 5 };

let folder: string;
let journal: Journal;
let bars: EntryBars;
let said: string[];
/** What the venue says at the next round. */
let venue: { listing: Listed; settings: Settings; aheadMs: number };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-rounds-'));
  journal = new Journal(join(folder, 'journal.db'));
  bars = new EntryBars();
  said = [];
  venue = { listing: LISTED, settings: SETTINGS, aheadMs: 0 };
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

async function round(isHeld: boolean): Promise<readonly string[]> {
  const rounds = new Rounds({
    venue: {
      symbol: 'ICPUSDT',
      listing: () => Promise.resolve(venue.listing),
      settings: () => Promise.resolve(venue.settings),
      synchronise: () => Promise.resolve(venue.aheadMs),
    } as Partial<Venue> as Venue,
    journal,
    bars,
    standing: () => ({
      decision: decisionOf(),
      execution: { position: { side: isHeld ? 1 : 0 } } as Partial<Execution> as Execution,
    }),
    say: (_, code) => said.push(code),
    reconcile: () => undefined,
  });
  await rounds.look();
  return bars.list().map(({ code }) => code);
}

test('an ordinary round bars nothing', async () => {
  expect(await round(true)).toEqual([]);
  expect(said).toEqual([]);
});

test('a delisting bars entries while it lasts', async () => {
  venue.listing = { ...LISTED, isTrading: false, status: 'SETTLING' };
  expect(await round(false)).toEqual(['not-trading']);
  venue.listing = LISTED;
  expect(await round(false)).toEqual([]);
});

test('another contract under the old symbol bars entries, also after a restart', async () => {
  await round(false);
  venue.listing = { ...LISTED, contract: 'PERPETUAL ICP2 USDT' };
  expect(await round(false)).toEqual(['contract-changed']);
  bars = new EntryBars();
  expect(await round(false)).toEqual(['contract-changed']);
  expect(said).toContain('contract-changed');
});

test.each([
  ['another leverage', { leverage: 20 }],
  ['cross margin', { isIsolated: false }],
  ['hedge mode', { isOneWay: false }],
])('%s than the plan was made for bars entries while it is held', async (_, changes) => {
  venue.settings = { ...SETTINGS, ...changes };
  expect(await round(true)).toEqual(['settings-differ']);
  expect(await round(false)).toEqual([]);
});

test.each([
  [0, [], []],
  [1_500, [], ['clock-drift']],
  [-4_000, ['clock-drift'], ['clock-drift']],
])('a clock %i ms off: entries barred by %j, told %j', async (aheadMs, expectedBars, expectedSaid) => {
  venue.aheadMs = aheadMs;
  expect(await round(false)).toEqual(expectedBars);
  expect(said).toEqual(expectedSaid);
});
