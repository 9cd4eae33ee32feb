import { expect, test } from 'vitest';
import type { GrantView } from '../canister/Standing.ts';
import type { Permissions } from '../venue/Venue.ts';
import { EntryBars } from './EntryBars.ts';
import { Tenure, type TenureOptions } from './Tenure.ts';

const NOW = Date.UTC(2026, 0, 1);
const FIT: Permissions = {
  canWithdraw: false,
  isIpRestricted: true,
  canTradeFutures: true,
  expiresMs: NOW + 86_400_000,
};
const GRANT: GrantView = { account: 0, scopes: ['relay'], expiresMs: NOW + 9e8, isRevoked: false };

function open(changes: Partial<TenureOptions> = {}) {
  const bars = new EntryBars();
  const said: string[] = [];
  const tenure = new Tenure({
    mode: 'live',
    account: 0,
    bars,
    say: (_, code) => said.push(code),
    permissions: () => Promise.resolve(FIT),
    grant: () => Promise.resolve(GRANT),
    health: () => Promise.resolve({ status: 'ok', isLowOnCycles: false, runwayDays: 12 }),
    now: () => NOW,
    ...changes,
  });
  return { tenure, said, bars: () => bars.list().map(({ code }) => code) };
}

test('key, grant and cycles are read, and bar nothing while they hold', async () => {
  const { tenure, said, bars } = open();
  expect(await tenure.look()).toBe(true);
  expect(tenure.view).toEqual({
    keyExpiresMs: NOW + 86_400_000,
    grantExpiresMs: NOW + 9e8,
    cyclesRunwayDays: 12,
  });
  expect([said, bars()]).toEqual([[], []]);
});

test.each([
  [
    'a key that may withdraw by now',
    { permissions: () => Promise.resolve({ ...FIT, canWithdraw: true }) },
    'key-unfit',
  ],
  [
    'a key that may not trade any more',
    { permissions: () => Promise.resolve({ ...FIT, canTradeFutures: false }) },
    'key-unfit',
  ],
  ['no grant', { grant: () => Promise.resolve(null) }, 'no-grant'],
  ['a revoked grant', { grant: () => Promise.resolve({ ...GRANT, isRevoked: true }) }, 'no-grant'],
  ['a grant of another account', { grant: () => Promise.resolve({ ...GRANT, account: 1 }) }, 'no-grant'],
])('%s bars entries and is told', async (_, changes, code) => {
  const { tenure, said, bars } = open(changes);
  await tenure.look();
  expect([said, bars()]).toEqual([[code], [code]]);
});

test('what cannot be read leaves the rest, and what was known stays known', async () => {
  let isDown = false;
  const health = () =>
    isDown
      ? Promise.reject(new Error('down'))
      : Promise.resolve({ status: 'ok' as const, isLowOnCycles: false, runwayDays: 40 });
  const { tenure } = open({ health });
  await tenure.look();
  isDown = true;
  expect(await tenure.look()).toBe(false);
  expect(tenure.view).toMatchObject({ cyclesRunwayDays: 40, grantExpiresMs: NOW + 9e8 });
});
