import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../journal/Journal.ts';
import type { RiskCanister } from '../canister/RiskCanister.ts';
import { statusFor } from './testing/statusFor.ts';
import { Lookout } from './Lookout.ts';
import type { RunStatus } from './RunStatus.ts';

const DAY_MS = 86_400_000;
let folder: string;
let journal: Journal;
let told: string[];
let counted: [string, number][];
let refusals: { reason: string; count: number }[];
let status: RunStatus;
let wallMs: number;
let lookout: Lookout;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-lookout-'));
  wallMs = Date.now();
  journal = new Journal(join(folder, 'journal.sqlite'), () => wallMs);
  [told, counted, refusals] = [[], [], []];
  status = statusFor({ nowMs: Date.now() });
  lookout = new Lookout({
    agent: { journal, canister: { refusals: () => refusals } as Partial<RiskCanister> as RiskCanister },
    status: () => status,
    tell: ({ key, level }) => told.push(`${key} ${level}`),
    onRefused: (reason, count) => counted.push([reason, count]),
    everyMs: 3_600_000,
  });
});

afterEach(() => {
  lookout.close();
  journal.close();
  rmSync(folder, { recursive: true });
});

test('a well agent gives nothing to tell', () => {
  lookout.look();
  expect(told).toEqual([]);
});

test('what ends, what is silent and what is bare is told', () => {
  const { nowMs, freshness } = status;
  status = {
    ...status,
    tenure: { keyExpiresMs: nowMs + 6 * DAY_MS, grantExpiresMs: nowMs + DAY_MS / 2, cyclesRunwayDays: 12 },
    freshness: { ...freshness, canisterSilentMs: 61_000 },
    uncoveredMs: 11_000,
  };
  lookout.look();
  expect(told).toEqual([
    'unprotected alarm',
    'canister-silent alarm',
    'key-expiry:7d warning',
    'grant-expiry:1d alarm',
    'cycles-runway warning',
  ]);
});

test('answers that were refused are counted once each, and told', () => {
  refusals = [{ reason: 'signature', count: 2 }];
  lookout.look();
  lookout.look();
  refusals = [{ reason: 'signature', count: 3 }];
  lookout.look();
  expect(counted).toEqual([
    ['signature', 2],
    ['signature', 1],
  ]);
  expect(told).toEqual(['forgery:signature alarm', 'forgery:signature alarm']);
});

test('an order whose answer is on its way is not in doubt; one whose fate stays unknown is an alarm', () => {
  const id = 'plm-sl-0-aa';
  wallMs -= 15_000;
  journal.intend({
    clientOrderId: id,
    tradeId: 'aa',
    role: 'stop',
    version: 0,
    kind: 'conditional',
    side: 'sell',
    quantity: 1,
    triggerPrice: 9,
    because: 'test',
    decisionId: null,
  });
  wallMs = Date.now();
  journal.markSent(id);
  lookout.look();
  expect(told).toEqual([]);
  journal.markFailed(id, 'ambiguous', 'no-answer');
  lookout.look();
  expect(told).toEqual([`ambiguous:${id} alarm`]);
});
