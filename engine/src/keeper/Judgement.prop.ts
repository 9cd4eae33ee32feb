import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  accountOf,
  actOn,
  BAR_MS,
  createKeeper,
  decodeKeeper,
  DEFAULT_LIMITS,
  encodeControl,
  encodeKeeper,
  FLAT,
  judgeLook,
  judgeWish,
  lookRecorded,
  pinPlace,
  type Keeper,
} from '../index.ts';
import { historyOf, longPosition } from '../../test/market.ts';
import { OWNER, T0, acts, anyone, nextId, play, populated, shortBars } from '../../test/KeeperActs.ts';

describe('a stance', () => {
  /** A look at the market 0 of account 0, and the keeper that it leaves on record. */
  const look = (keeper: Keeper, i: number, equityUsdt: number, side: 0 | 1, markPrice = 10) => {
    const place = { account: 0, market: 0 };
    const timeMs = T0 + i * BAR_MS;
    const position = side === 0 ? FLAT : longPosition(10, 10, 3, T0);
    const sight = { ...position, timeMs, markPrice, equityUsdt };
    const judgement = judgeLook(keeper, place, sight, timeMs);
    return { ...judgement, recorded: lookRecorded(judgement.next, place, sight, 0.05) };
  };

  test('never says anything about exits but that one has to happen', () => {
    fc.assert(
      fc.property(
        fc.array(acts(anyone), { maxLength: 12 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.constantFrom(0 as const, 1 as const)), {
          minLength: 1,
          maxLength: 12,
        }),
        (list, looks) => {
          let keeper = play(populated(), list);
          looks.forEach(([equity, side], i) => {
            // A third of a day apart, so that days begin anew.
            const { stance, next, recorded, others, mustRecord } = look(keeper, 96 * i, equity, side);
            const [before, after] = [keeper, recorded].map((state) => {
              const { breaker, released, markets } = accountOf(state, 0)!;
              return { breaker, released, flattening: markets[0]!.flattening };
            });
            // What is judged without making the account is what the account says once it is made.
            const isChanged = !isDeepStrictEqual(after, before);
            expect(mustRecord).toBe(isChanged || next.limitsVersion !== keeper.limitsVersion);
            if (after!.breaker !== null) expect(stance.entriesBlocked).not.toBeNull();
            expect(Object.keys(stance).sort()).toEqual(['entriesBlocked', 'limits', 'manual', 'mustClose']);
            // A demand to close always blocks entries too: nothing is closed to be opened again.
            if (stance.mustClose !== null && next.halted) expect(stance.entriesBlocked).not.toBeNull();
            expect(stance.limits.capitalUsdt).toBeLessThanOrEqual(next.limits.capitalUsdt);
            expect(others.length).toBeLessThanOrEqual(32);
            keeper = recorded;
          });
          expect(decodeKeeper(encodeKeeper(keeper))).toEqual(keeper);
        },
      ),
    );
  });

  test('a breaker counts open losses, closes what is held, and only the owner resumes after its time', () => {
    let keeper = populated();
    const record = (i: number, equity: number, side: 0 | 1): ReturnType<typeof look> => {
      const judgement = look(keeper, i, equity, side);
      keeper = judgement.recorded;
      return judgement;
    };
    expect(record(0, 1_000, 0).stance.entriesBlocked).toBeNull();
    expect(record(1, 1_100, 1).stance.entriesBlocked).toBeNull();
    // Open, nothing realised: 6 % of the day's 1,000 are gone at 940.
    expect(record(2, 941, 1).stance.mustClose).toBeNull();
    const out = record(3, 940, 1);
    expect(out.mustRecord).toBe(true);
    expect(out.stance).toMatchObject({
      entriesBlocked: 'breaker-daily-loss',
      mustClose: 'breaker-daily-loss',
    });
    // Back up it stays out.
    expect(record(4, 1_050, 0).stance.entriesBlocked).toBe('breaker-daily-loss');
    const resume = (account: number | null): Keeper => {
      const frame = encodeControl({ id: nextId(), control: 'resume', account, market: null });
      return actOn(keeper, 'control', frame, { icTimeMs: T0, sequence: 99 });
    };
    expect(() => resume(0)).toThrow('cool-down');
    expect(resume(null).accounts[0]!.breaker).toBe('breaker-daily-loss');
    record(3 + 288, 1_050, 0);
    expect(resume(0).accounts[0]!.breaker).toBeNull();
    keeper = resume(0);
    expect(record(3 + 289, 1_050, 0).stance.entriesBlocked).toBeNull();
  });

  test('drawdown is measured from the peak over days, a losing streak from trade to trade', () => {
    let keeper = populated();
    const record = (i: number, equity: number, side: 0 | 1, mark?: number): string | null => {
      const { recorded, stance } = look(keeper, i, equity, side, mark);
      keeper = recorded;
      return stance.entriesBlocked;
    };
    expect(record(0, 1_000, 0)).toBeNull();
    for (let day = 1; day <= 4; day++) expect(record(288 * day, 1_000 - 49 * day, 0)).toBeNull();
    expect(record(288 * 5, 800, 0)).toBe('breaker-drawdown');
    keeper = populated();
    record(0, 1_000, 0);
    for (let trade = 1; trade <= 6; trade++) {
      record(10 * trade, 1_000 - trade, 1);
      const blocked = record(10 * trade + 1, 1_000 - trade, 0);
      expect(blocked).toBe(trade < 6 ? null : 'breaker-loss-streak');
    }
    keeper = populated();
    record(0, 1_000, 0);
    for (let trade = 1; trade <= 12; trade++) {
      record(10 * trade, 1_000, 1);
      // Every fifth is won: the streak begins anew.
      const [equity, mark] = trade % 5 === 0 ? [1_001, 10.1] : [999 - trade / 100, 9.9];
      expect(record(10 * trade + 1, equity, 0, mark)).toBeNull();
    }
  });

  test('a live account enters in mode live alone, a paper one from paper on, recorded and home-made ones always', () => {
    const cases = [
      ['replay', 'advisory', null],
      ['localnet', 'advisory', null],
      ['paper', 'advisory', 'mode'],
      ['paper', 'paper', null],
      ['live', 'paper', 'mode'],
      ['live', 'live', null],
    ] as const;
    for (const [kind, mode, blocked] of cases) {
      const keeper = pinPlace(createKeeper(OWNER, DEFAULT_LIMITS), historyOf(shortBars, { kind }), T0);
      const stepped = { ...keeper, accounts: keeper.accounts.map((account) => ({ ...account, mode })) };
      expect(judgeWish(stepped, { account: 0, market: 0 }, T0).stance.entriesBlocked).toBe(blocked);
    }
  });

  test('what the owner does not allow is blocked by that name, and a tick never moves the limits', () => {
    const symbols = { ...DEFAULT_LIMITS, symbols: ['BTCUSDT'] };
    const keeper = pinPlace(createKeeper(OWNER, symbols), historyOf(shortBars), T0);
    expect(judgeWish(keeper, { account: 0, market: 0 }, T0).stance.entriesBlocked).toBe('not-allowed');
    const far = { ...createKeeper(OWNER, DEFAULT_LIMITS), limits: DEFAULT_LIMITS };
    const two = [0, 1].reduce(
      (kept, account) => pinPlace(kept, historyOf(shortBars, { place: { account, market: 0 } }), T0),
      far,
    );
    const rich = {
      ...two,
      accounts: two.accounts.map((one) => ({ ...one, equityUsdt: 800_000, timeMs: T0 })),
    };
    const capital = (equity: number): number => look(rich, 1, equity, 0).stance.limits.capitalUsdt;
    expect(capital(800_000)).toBe(500_000);
    expect(capital(900_000)).toBe(500_000);
  });

  test('giving the steering back starts a cool-down: an hour, or the full one after a loss', () => {
    for (const [equity, hours] of [
      [1_000, 1],
      [990, 24],
    ] as const) {
      let keeper = populated();
      keeper = look(keeper, 0, 1_000, 0).recorded;
      const steer = (control: 'takeover' | 'release'): void => {
        const frame = encodeControl({ id: nextId(), control, account: 0, market: null });
        keeper = actOn(keeper, 'control', frame, { icTimeMs: T0, sequence: 50 });
      };
      steer('takeover');
      const during = look(keeper, 1, equity, 1);
      expect(during.stance).toMatchObject({ entriesBlocked: 'manual', manual: true, mustClose: null });
      keeper = during.recorded;
      steer('release');
      keeper = look(keeper, 1, equity, 0).recorded;
      expect(look(keeper, hours * 12, equity, 0).stance.entriesBlocked).toBe('cool-down');
      expect(look(keeper, hours * 12 + 1, equity, 0).stance.entriesBlocked).toBeNull();
    }
  });
});
