import { describe, expect, test } from 'vitest';
import { accountOf, actOn, DEFAULT_LIMITS, encodeLimits, type Limits } from '../index.ts';
import { populated, T0 } from '../../test/KeeperActs.ts';
import { refusal } from '../../test/Stage.ts';
import { watch, type Watch } from '../../test/Watch.ts';

const DAY_MS = 86_400_000;
/** The hour of the feed at which its second UTC day begins. */
const MIDNIGHT = (DAY_MS - (T0 % DAY_MS)) / 3_600_000;

function watched(limits: Partial<Limits> = {}): Watch {
  return watch({ ...populated(), limits: { ...DEFAULT_LIMITS, ...limits } });
}

const leaf = (one: Watch): string => refusal(() => one.act('resume')).leaf;

describe('resuming', () => {
  test('from daily losses leaves the peak: day after day of them is a drawdown', () => {
    const one = watched();
    one.look(0);
    const out = [];
    let equityUsdt = 1_000;
    for (let day = 0; day < 4; day++) {
      one.look(MIDNIGHT + 48 * day, { equityUsdt });
      equityUsdt *= 0.939;
      one.look(MIDNIGHT + 48 * day + 1, { equityUsdt });
      out.push(one.account().breaker);
      one.look(MIDNIGHT + 48 * day + 26, { equityUsdt });
      one.act('resume');
    }
    expect(out).toEqual([
      'breaker-daily-loss',
      'breaker-daily-loss',
      'breaker-daily-loss',
      'breaker-drawdown',
    ]);
    // Of this one the peak is what begins anew.
    expect(one.account()).toMatchObject({ breaker: null, peakUsdt: equityUsdt });
  });

  test('from a daily loss has to wait for the next UTC day, however short the cool-down', () => {
    const one = watched({ coolDownHours: 1 });
    one.look(0);
    one.look(1, { equityUsdt: 940 });
    one.look(MIDNIGHT - 0.1, { equityUsdt: 940 });
    expect(leaf(one)).toBe('cool-down');
    // Nor does the new day shorten a cool-down that is longer.
    const late = watched();
    late.look(0);
    late.look(MIDNIGHT - 1, { equityUsdt: 940 });
    late.look(MIDNIGHT + 22.9, { equityUsdt: 940 });
    expect(leaf(late)).toBe('cool-down');
    one.look(MIDNIGHT, { equityUsdt: 940 });
    one.act('resume');
    expect(one.account()).toMatchObject({ breaker: null, peakUsdt: 1_000, dayStartUsdt: 940 });
    expect(one.look(MIDNIGHT + 1, { equityUsdt: 884 }).stance.entriesBlocked).toBeNull();
    expect(one.look(MIDNIGHT + 2, { equityUsdt: 883 }).stance.entriesBlocked).toBe('breaker-daily-loss');
  });

  test('from a drawdown leaves the day’s loss, which comes out by the next look or wish', () => {
    const one = watched({ coolDownHours: 1, drawdownBreaker: 0.1 });
    one.look(0);
    one.look(1, { equityUsdt: 900 });
    one.look(2, { equityUsdt: 900 });
    expect(one.account().breaker).toBe('breaker-drawdown');
    one.act('resume');
    expect(one.account()).toMatchObject({ breaker: null, peakUsdt: 900, dayStartUsdt: 1_000 });
    expect(one.wish().stance.entriesBlocked).toBe('breaker-daily-loss');
    expect(one.look(3, { equityUsdt: 900 }).stance.entriesBlocked).toBe('breaker-daily-loss');
  });

  test('from a losing streak leaves peak and day, and the streak begins anew', () => {
    const one = watched({ coolDownHours: 1, lossStreakBreaker: 2 });
    const lose = (hours: number, equityUsdt: number): void => {
      one.look(hours, { side: 1, quantity: 1, entryPrice: 10 });
      one.look(hours + 0.1, { equityUsdt, markPrice: 9 });
    };
    one.look(0);
    lose(0.1, 999);
    lose(0.3, 998);
    expect(one.account().breaker).toBe('breaker-loss-streak');
    one.look(2, { equityUsdt: 998 });
    one.act('resume');
    expect(one.account()).toMatchObject({ breaker: null, losses: 0, peakUsdt: 1_000, dayStartUsdt: 1_000 });
    lose(2.1, 997);
    expect(one.account()).toMatchObject({ breaker: null, losses: 1 });
  });
});

describe('a breaker that was tightened', () => {
  test.each([
    ['drawdownBreaker', 'breaker-drawdown'],
    ['dailyLossBreaker', 'breaker-daily-loss'],
  ] as const)('blocks a wish on the numbers on record as it does a look: %s', (field, breaker) => {
    const one = watched();
    one.look(0);
    one.look(1, { equityUsdt: 950 });
    expect(one.wish().stance.entriesBlocked).toBeNull();
    one.keeper = actOn(one.keeper, 'limits', encodeLimits({ ...DEFAULT_LIMITS, [field]: 0.02 }), {
      icTimeMs: T0,
      sequence: 60,
    });
    const { stance, next } = one.wish();
    expect(stance).toMatchObject({ entriesBlocked: breaker, mustClose: breaker });
    // The refusal is on record, and the breaker with it.
    expect(accountOf(next, 0)).toMatchObject({ breaker });
    expect(accountOf(next, 0)!.breakerUntilMs).toBeGreaterThanOrEqual(T0 + 25 * 3_600_000);
    expect(one.look(1.1, { equityUsdt: 950 }).stance.entriesBlocked).toBe(breaker);
  });
});

describe('a trade’s result', () => {
  const LONG = { side: 1, quantity: 10, entryPrice: 10 } as const;
  const BESIDE = { account: 0, market: 1 };
  const resultOf = (one: Watch, act: () => void): number => {
    const before = one.account().realisedUsdt;
    act();
    return one.account().realisedUsdt - before;
  };

  test('is not made a loss by what another market fell since it was looked at', () => {
    const one = watched();
    one.look(0, {}, BESIDE);
    one.look(0);
    one.look(1, { ...LONG, quantity: 100 }, BESIDE);
    one.look(2, LONG);
    // The other one stands 10 lower than its last record says, and this one made 5.
    expect(resultOf(one, () => one.look(3, { equityUsdt: 995, markPrice: 10.5 }))).toBe(5);
    expect(one.account().losses).toBe(0);
    // Nor is the other’s loss hidden: it is judged by its own price.
    expect(resultOf(one, () => one.look(4, { equityUsdt: 1_020, markPrice: 9.9 }, BESIDE))).toBeCloseTo(-10);
    expect(one.account().losses).toBe(1);
  });

  test('is judged by price where another market was held at any time of it, and by the account too else', () => {
    const one = watched();
    one.look(0, {}, BESIDE);
    one.look(0);
    one.look(1, LONG);
    one.look(2, LONG, BESIDE);
    one.look(3, { equityUsdt: 900 }, BESIDE);
    expect(resultOf(one, () => one.look(4, { equityUsdt: 900, markPrice: 10.5 }))).toBe(5);
    one.look(5, { ...LONG, equityUsdt: 900 });
    // Alone from before to after: fees and funding took more than the price gave.
    expect(resultOf(one, () => one.look(6, { equityUsdt: 899, markPrice: 10.01 }))).toBe(-1);
    expect(one.account().losses).toBe(1);
  });

  test('is a loss whatever was paid in meanwhile', () => {
    const one = watched({ lossStreakBreaker: 3, drawdownBreaker: 1, dailyLossBreaker: 1 });
    one.look(0);
    for (let trade = 1; trade <= 3; trade++) {
      const equityUsdt = 1_000 + 10 * trade;
      one.look(trade, { ...LONG, equityUsdt: equityUsdt - 10 });
      // Fifty lost, sixty paid in.
      one.look(trade + 0.5, { equityUsdt, markPrice: 5 });
    }
    expect(one.account()).toMatchObject({ losses: 3, breaker: 'breaker-loss-streak' });
  });

  test('counts every part where its price was when it was closed, long and short', () => {
    for (const side of [1, -1] as const) {
      const one = watched();
      one.look(0);
      one.look(1, { ...LONG, side });
      one.look(2, { ...LONG, side, quantity: 4, markPrice: 10 + 2 * side, equityUsdt: 1_012 });
      expect(one.account().markets[0]!.closedUsdt).toBeCloseTo(12);
      // Twelve made by the greater part, four lost by the rest.
      const result = resultOf(one, () => one.look(3, { markPrice: 10 - side, equityUsdt: 1_008 }));
      expect(result).toBeCloseTo(8);
      expect(one.account().markets[0]!.closedUsdt).toBe(0);
    }
  });

  test('of a position that turned over is that of the side which ended', () => {
    const one = watched();
    one.look(0);
    one.look(1, LONG);
    const turned = { side: -1, quantity: 5, entryPrice: 9 } as const;
    expect(resultOf(one, () => one.look(2, { ...turned, markPrice: 9, equityUsdt: 990 }))).toBe(-10);
    expect(resultOf(one, () => one.look(3, { markPrice: 8, equityUsdt: 995 }))).toBe(5);
    expect(one.account().losses).toBe(0);
  });
});
