import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actOn,
  decodeKeeper,
  encodeControl,
  encodeGrant,
  encodeKeeper,
  encodeReport,
  encodeRevocation,
  isNowhereLooser,
  judgeWish,
} from '../index.ts';
import { idOf } from '../../test/market.ts';
import {
  HOUR_MS,
  OWNER,
  AGENT,
  T0,
  acts,
  anyone,
  taken,
  populated,
  play,
  isHalted,
} from '../../test/KeeperActs.ts';

describe('the keeper', () => {
  test('no sequence of acts by an agent loosens a limit, ends a halt, steps up or lets anyone in', () => {
    fc.assert(
      fc.property(
        fc.array(acts(anyone), { maxLength: 8 }),
        fc.array(acts(fc.constant(AGENT)), { maxLength: 12 }),
        (before, after) => {
          const start = play(populated(), before);
          // From here on only the agent acts: what waits by the owner's wish is none of its doing.
          const still = { ...start, pending: [] };
          const end = play(still, after);
          expect(isNowhereLooser(still.limits, end.limits)).toBe(true);
          expect(end.pending).toEqual([]);
          expect(end.grants).toEqual(still.grants);
          expect(end.owner).toEqual(still.owner);
          expect(end.recovery).toEqual(still.recovery);
          isHalted(still).forEach((was, i) => expect(isHalted(end)[i] || !was).toBe(true));
          end.accounts.forEach(({ mode, breaker }, i) => {
            expect(mode).toBe(still.accounts[i]!.mode);
            expect(breaker).toBe(still.accounts[i]!.breaker);
          });
          // Nor does it touch the account that it was not granted.
          const open = still.grants.some(({ account }) => account === 1);
          if (!open) expect(end.accounts[1]).toEqual(still.accounts[1]);
        },
      ),
    );
  });

  test('a halt survives every act but the owner’s resume', () => {
    const halt = encodeControl({ id: idOf(9_000), control: 'halt', account: null, market: null });
    fc.assert(
      fc.property(fc.array(acts(anyone), { maxLength: 20 }), (list) => {
        const halted = actOn(populated(), 'control', halt, { icTimeMs: T0, sequence: 5 });
        const kept = list.filter(({ method }) => method !== 'resume');
        const end = play(halted, kept);
        expect(end.halted).toBe(true);
        for (const account of end.accounts) {
          for (const market of account.markets) {
            const at = { account: account.account, market: market.market };
            const { stance } = judgeWish(end, at, T0 + 10_000 * HOUR_MS);
            expect(['halted', 'flatten']).toContain(stance.entriesBlocked);
          }
        }
        const resume = encodeControl({ id: idOf(9_001), control: 'resume', account: null, market: null });
        const moment = { icTimeMs: T0 + 9 * HOUR_MS, sequence: 90 };
        expect(isHalted(actOn(end, 'control', resume, moment)).some(Boolean)).toBe(false);
      }),
    );
  });

  test('reads back from its bytes whatever was done, and the same acts give the same bytes', () => {
    fc.assert(
      fc.property(fc.array(acts(anyone), { maxLength: 25 }), (list) => {
        const end = play(populated('live'), list);
        expect(decodeKeeper(encodeKeeper(end))).toEqual(end);
        // Stored and read again after every act, as a canister may, or kept in the heap: the same.
        const stored = list.reduce(
          (keeper, act, i) => decodeKeeper(encodeKeeper(taken(keeper, act, T0 + (i + 1) * HOUR_MS, 10 + i))),
          populated('live'),
        );
        expect(Buffer.compare(encodeKeeper(stored), encodeKeeper(end))).toBe(0);
      }),
    );
  });

  test('is bounded whatever is reported and granted', () => {
    const reports = Array.from({ length: 200 }, (_, i) => ({
      method: 'report' as const,
      sender: AGENT,
      frame: encodeReport({
        id: idOf(20_000 + i),
        place: { account: 0, market: 0 },
        report: 'violation',
        decision: 1,
        timeMs: T0,
        side: 0,
        quantity: 0,
        price: 0,
        code: 'w'.repeat(32),
      }),
    }));
    const grants = Array.from({ length: 200 }, (_, i) => [
      {
        method: 'grant' as const,
        sender: OWNER,
        frame: encodeGrant({ agent: idOf(i), expiresMs: T0 + 900 * HOUR_MS }),
      },
      { method: 'revoke' as const, sender: OWNER, frame: encodeRevocation(idOf(i)) },
    ]).flat();
    const end = play(populated(), [...reports, ...grants], 1_000);
    expect(end.reports).toHaveLength(32);
    expect(end.open).toHaveLength(32);
    expect(end.openBeyond).toBe(168);
    expect(end.grants.length).toBeLessThanOrEqual(17);
    expect(encodeKeeper(end).length).toBeLessThan(8_000);
  });
});
