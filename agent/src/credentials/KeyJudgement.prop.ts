import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Permissions } from '../venue/Venue.ts';
import { isRefused, judgeKey, type Mode } from './KeyJudgement.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const MODES: readonly Mode[] = ['advisory', 'paper', 'live'];
const flag = fc.constantFrom(true, false, null);
const permissions: fc.Arbitrary<Permissions> = fc.record({
  canWithdraw: flag,
  isIpRestricted: flag,
  canTradeFutures: flag,
  expiresMs: fc.option(fc.integer({ min: NOW_MS - 90 * DAY_MS, max: NOW_MS + 90 * DAY_MS })),
});
const codesOf = (p: Permissions, mode: Mode, severity: string) =>
  judgeKey(p, mode, NOW_MS)
    .filter((finding) => finding.severity === severity)
    .map(({ code }) => code);

test('a key that can withdraw is refused in every mode', () => {
  fc.assert(
    fc.property(permissions, fc.constantFrom(...MODES), (p, mode) => {
      expect(codesOf({ ...p, canWithdraw: true }, mode, 'refused')).toContain('can-withdraw');
    }),
  );
});

test('live starts only with a key known to trade, known not to withdraw and not expired', () => {
  fc.assert(
    fc.property(permissions, (p) => {
      const isKnownGood = p.canWithdraw === false && p.canTradeFutures === true;
      const isOver = p.expiresMs !== null && p.expiresMs <= NOW_MS;
      expect(isRefused(judgeKey(p, 'live', NOW_MS))).toBe(!isKnownGood || isOver);
    }),
  );
});

test('a key of which nothing is known may be used on paper, with a warning', () => {
  const unknown = { canWithdraw: null, isIpRestricted: null, canTradeFutures: null, expiresMs: null };
  expect(isRefused(judgeKey(unknown, 'paper', NOW_MS))).toBe(false);
  expect(codesOf(unknown, 'paper', 'warning')).toContain('permissions-unknown');
  expect(isRefused(judgeKey(unknown, 'live', NOW_MS))).toBe(true);
});

test('what is refused in a milder mode is refused in a stricter one', () => {
  fc.assert(
    fc.property(permissions, (p) => {
      const refused = MODES.map((mode) => isRefused(judgeKey(p, mode, NOW_MS)));
      expect(refused).toEqual([...refused].sort());
    }),
  );
});

test('a key for any address is warned about, and so is one that ends within a week', () => {
  fc.assert(
    fc.property(permissions, fc.constantFrom(...MODES), (p, mode) => {
      const warned = codesOf(p, mode, 'warning');
      expect(warned.includes('no-ip-restriction')).toBe(p.isIpRestricted !== true);
      const left = (p.expiresMs ?? Infinity) - NOW_MS;
      expect(warned.includes('expires-soon')).toBe(left > 0 && left <= 7 * DAY_MS);
    }),
  );
});
