import { describe, expect, test } from 'vitest';
import { createKeeper, DEFAULT_LIMITS, pinPlace, type FeedKind, type Keeper, type Limits } from '../index.ts';
import { historyOf } from '../../test/market.ts';
import { OWNER, populated, shortBars, T0 } from '../../test/KeeperActs.ts';
import { HERE, watch, type Watch } from '../../test/Watch.ts';

const BESIDE = { account: 0, market: 1 };
const ELSEWHERE = { account: 1, market: 0 };
const LONG = { side: 1, quantity: 10, entryPrice: 10 } as const;

function under(limits: Partial<Limits>, keeper: Keeper = populated()): Watch {
  const one = watch({ ...keeper, limits: { ...DEFAULT_LIMITS, ...limits } });
  one.look(0);
  return one;
}

const blocks = (one: Watch): (string | null)[] =>
  [HERE, BESIDE, ELSEWHERE].map((place) => one.wish(place).stance.entriesBlocked);

describe('limits', () => {
  test('name the venues that may be entered at: none but those', () => {
    const { venue } = under({}).account();
    expect(under({ venues: [venue, 'b'] }).wish().stance.entriesBlocked).toBeNull();
    expect(under({ venues: ['b'] }).wish().stance.entriesBlocked).toBe('not-allowed');
    expect(under({ venues: [] }).look(1).stance.entriesBlocked).toBe('not-allowed');
  });

  test('say whether a drawdown or a daily loss closes what is held; a losing streak never does', () => {
    const closed = (limits: Partial<Limits>, equityUsdt: number): string | null => {
      const { entriesBlocked, mustClose } = under(limits).look(1, { ...LONG, equityUsdt }).stance;
      expect(entriesBlocked).not.toBeNull();
      return mustClose;
    };
    expect(closed({ breakerCloses: 1 }, 940)).toBe('breaker-daily-loss');
    expect(closed({ breakerCloses: 1 }, 800)).toBe('breaker-drawdown');
    expect(closed({ breakerCloses: 0 }, 940)).toBeNull();
    expect(closed({ breakerCloses: 0 }, 800)).toBeNull();
    const one = under({ breakerCloses: 1, lossStreakBreaker: 2 });
    for (const hours of [1, 2]) {
      one.look(hours, LONG);
      one.look(hours + 0.5, { markPrice: 9.9 });
    }
    expect(one.look(3, LONG).stance).toMatchObject({
      entriesBlocked: 'breaker-loss-streak',
      mustClose: null,
    });
  });

  test.each([1, 5, 168])('say how long a breaker cools down: %i hours of feed time', (coolDownHours) => {
    const one = under({ coolDownHours });
    one.look(100, { equityUsdt: 800 });
    one.look(100 + coolDownHours - 0.01, { equityUsdt: 800 });
    expect(() => one.act('resume')).toThrow('cool-down');
    one.look(100 + coolDownHours, { equityUsdt: 800 });
    one.act('resume');
    expect(one.account().breaker).toBeNull();
  });

  test.each([2, 48])('say how long entries wait after a loss by hand: %i hours', (coolDownHours) => {
    const one = under({ coolDownHours });
    one.act('takeover');
    one.act('release');
    one.look(1, { equityUsdt: 990 });
    expect(one.look(coolDownHours + 0.99).stance.entriesBlocked).toBe('cool-down');
    expect(one.look(coolDownHours + 1).stance.entriesBlocked).toBeNull();
  });

  test('of an account’s capital hold for that account alone, and bound its share of the owner’s', () => {
    const accountCapitalUsdt = DEFAULT_LIMITS.accountCapitalUsdt.map((most, i) => (i === 0 ? 300 : most));
    const one = under({ accountCapitalUsdt, capitalUsdt: 10_000 });
    one.look(0, {}, ELSEWHERE);
    const capitals = (): number[] =>
      [HERE, ELSEWHERE].map((place) => one.wish(place).stance.limits.capitalUsdt);
    expect(capitals()).toEqual([300, 10_000]);
    // 300 of the one and 1,000 of the other count: more than there is, they share it.
    one.keeper = { ...one.keeper, limits: { ...one.keeper.limits, capitalUsdt: 650 } };
    expect(capitals()).toEqual([150, 500]);
  });
});

test('capital is shared among accounts of one kind, whatever others hold', () => {
  const kinds: readonly FeedKind[] = ['live', 'paper', 'replay', 'paper'];
  const keeper = kinds.reduce(
    (kept, kind, account) =>
      pinPlace(kept, historyOf(shortBars, { kind, place: { account, market: 0 } }), T0),
    createKeeper(OWNER, DEFAULT_LIMITS),
  );
  const one = watch({ ...keeper, limits: { ...DEFAULT_LIMITS, capitalUsdt: 1_000 } });
  const places = kinds.map((_, account) => ({ account, market: 0 }));
  for (const place of places) one.look(0, {}, place);
  const capitals = places.map((place) => one.wish(place).stance.limits.capitalUsdt);
  expect(capitals).toEqual([1_000, 500, 1_000, 500]);
});

describe('a control of one market', () => {
  test('halts it alone, and its resuming ends that', () => {
    const one = under({});
    one.act('halt', 0, 0);
    expect(blocks(one)).toEqual(['halted', null, null]);
    one.act('resume', 0, 0);
    expect(blocks(one)).toEqual([null, null, null]);
  });

  test('flattens it alone', () => {
    const one = under({});
    one.look(1, LONG);
    one.look(1, LONG, BESIDE);
    one.act('flatten', 0, 0);
    expect(one.look(2, LONG).stance.mustClose).toBe('flatten');
    expect(one.look(2, LONG, BESIDE).stance).toMatchObject({ mustClose: null, entriesBlocked: null });
  });

  test('takes it over alone', () => {
    const one = under({});
    one.act('takeover', 0, 0);
    expect(blocks(one)).toEqual(['manual', null, null]);
    expect(one.look(1, {}, BESIDE).stance.manual).toBe(false);
    expect(one.look(1).stance.manual).toBe(true);
  });

  test('resumes it and leaves the account’s breaker, though its cool-down is over', () => {
    const one = under({});
    one.look(1, { equityUsdt: 800 });
    one.look(100, { equityUsdt: 800 });
    one.act('halt', 0, 0);
    one.act('resume', 0, 0);
    expect(one.account()).toMatchObject({ breaker: 'breaker-drawdown', peakUsdt: 1_000 });
    expect(blocks(one)).toEqual(['breaker-drawdown', 'breaker-drawdown', null]);
    one.act('resume');
    expect(blocks(one)).toEqual([null, null, null]);
  });
});
