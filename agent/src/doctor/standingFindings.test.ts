import { Principal } from '@icp-sdk/core/principal';
import { SCOPES } from '@plimsoll/engine';
import { expect, test } from 'vitest';
import type { Rung } from '../canister/Standing.ts';
import type { Config, Mode } from '../config/Config.ts';
import { controllersFinding, cyclesFinding, grantFinding, ladderFinding } from './standingFindings.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const GRANT = { account: 0, scopes: SCOPES, expiresMs: NOW + 30 * DAY_MS, isRevoked: false };

test.each([
  ['a whole grant', GRANT, 'ok'],
  ['none', null, 'fail'],
  ['a revoked one', { ...GRANT, isRevoked: true }, 'fail'],
  ['one for another account', { ...GRANT, account: 3 }, 'fail'],
  ['one that lacks a scope', { ...GRANT, scopes: ['relay'] }, 'fail'],
  ['one that has ended', { ...GRANT, expiresMs: NOW }, 'fail'],
  ['one that ends within a week', { ...GRANT, expiresMs: NOW + 6 * DAY_MS }, 'warn'],
])('the grant: %s', (_, grant, grade) => {
  expect(grantFinding(grant, 0, NOW).grade).toBe(grade);
});

const rung = (kind: string, mode: Mode): Rung => ({ kind, mode });

test.each<readonly [Config['venue']['kind'], Mode, Rung | null, string]>([
  ['binanceusdm', 'live', rung('live', 'live'), 'ok'],
  ['binanceusdm', 'live', rung('live', 'paper'), 'fail'],
  ['binanceusdm', 'live', rung('live', 'advisory'), 'fail'],
  ['binanceusdm', 'live', rung('paper', 'live'), 'fail'],
  ['binanceusdm', 'live', null, 'fail'],
  ['binanceusdm', 'advisory', null, 'ok'],
  ['binanceusdm', 'advisory', rung('live', 'advisory'), 'ok'],
  ['binanceusdm', 'paper', null, 'ok'],
  ['binanceusdm', 'paper', rung('paper', 'advisory'), 'warn'],
  ['binanceusdm', 'paper', rung('paper', 'paper'), 'ok'],
  ['binanceusdm', 'paper', rung('live', 'live'), 'fail'],
  ['localnet', 'live', rung('localnet', 'advisory'), 'ok'],
  ['localnet', 'live', null, 'ok'],
])('the ladder: on %s for %s with %j', (kind, mode, told, grade) => {
  const venue = { kind } as Config['venue'];
  const finding = ladderFinding(told, { account: 0, venue }, mode);
  expect(finding.grade).toBe(grade);
  // Whoever is stopped is told what to do.
  expect(finding.advice === '').toBe(grade === 'ok');
});

test.each([
  ['plenty', { runwayDays: 400 }, 'ok'],
  ['not known yet', { runwayDays: null }, 'ok'],
  ['29 days', { runwayDays: 29 }, 'warn'],
  ['short already', { runwayDays: 3, isLowOnCycles: true }, 'fail'],
  ['a canister that failed its self-test', { status: 'failed' as const }, 'fail'],
])('cycles: %s', (_, changes, grade) => {
  const health = { status: 'ok' as const, isLowOnCycles: false, runwayDays: 400, ...changes };
  expect(cyclesFinding(health).grade).toBe(grade);
});

const key = Principal.fromUint8Array(Uint8Array.of(...new Uint8Array(28).fill(7), 2));
const canister = Principal.fromText('rrkah-fqaaa-aaaaa-aaaaq-cai');

test.each([
  ['nobody', [], true, 'ok', 'Nobody'],
  ['a canister, such as a multisig', [canister], true, 'ok', canister.toText()],
  ['a key on mainnet', [canister, key], true, 'warn', key.toText()],
  ['a key elsewhere', [key], false, 'ok', key.toText()],
] as const)('controllers: %s', (_, controllers, isMainnet, grade, named) => {
  const finding = controllersFinding(controllers, isMainnet);
  expect(finding.grade).toBe(grade);
  expect(finding.found).toContain(named);
});
