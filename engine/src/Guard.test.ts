import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  DEFAULT_LIMITS,
  observe,
  setLimits,
  stateHash,
  WARM_UP_BARS,
  type Decision,
  type Desk,
  type Limits,
} from './index.ts';
import { longPosition } from '../test/market.ts';
import { PLAY_MS, fullBars, leaderBars, fullDesk, look, warned, crash } from '../test/Stage.ts';

describe('the leader', () => {
  test('missing for three bars weakens the guard and blocks nothing; back again it is whole', () => {
    const desk = fullDesk();
    const factors: number[] = [];
    for (let i = 0; i < 30; i++) {
      const { decision } = observe(desk, look(i, i < 20 ? { leaderBars: [] } : {}));
      factors.push(decision.table!.constraints.factors[2]!);
      expect(warned(decision, 'leader-missing')).toBe(i >= 2 && i < 20);
    }
    expect(Math.min(...factors.slice(0, 2))).toBeGreaterThan(0.99);
    expect(factors.slice(2, 20).every((factor) => factor === 0.75)).toBe(true);
    expect(factors.at(-1)).toBeGreaterThan(0.99);
  });

  test('that falls hard shrinks a long, warns of it, and is forgotten within hours', () => {
    const desk = fullDesk();
    const { close, timeMs } = leaderBars[WARM_UP_BARS - 1]!;
    const fallen = close * 0.97;
    const bar = { timeMs: timeMs + BAR_MS, open: close, high: close, low: fallen, close: fallen, volume: 1 };
    const { decision } = observe(desk, look(0, { leaderBars: [bar] }));
    expect(warned(decision, 'leader-shock')).toBe(true);
    expect(decision.table!.constraints.factors[2]).toBe(0.75);
    expect(decision.table!.statistics.leaderMove).toBeGreaterThan(3);
    let last = decision;
    for (let i = 1; i < 80; i++) last = observe(desk, look(i)).decision;
    expect(last.table!.constraints.factors[2]).toBeGreaterThan(0.99);
  });

  test('whose price jumps by half is not believed at that bar', () => {
    const desk = fullDesk();
    const { timeMs } = leaderBars[WARM_UP_BARS]!;
    const bar = { timeMs, open: 20, high: 20, low: 20, close: 20, volume: 1 };
    const { decision } = observe(desk, look(0, { leaderBars: [bar] }));
    expect(warned(decision, 'leader-shock')).toBe(false);
  });

  test('that comes before our bar of its time meets it all the same', () => {
    const together = fullDesk();
    const before = fullDesk();
    const hash = (desk: Desk): number => stateHash(desk);
    observe(together, look(0, { bars: [], leaderBars: [] }));
    observe(before, look(0, { bars: [], markPrice: fullBars[WARM_UP_BARS]!.close }));
    observe(together, look(0));
    observe(before, look(0, { leaderBars: [] }));
    expect(hash(before)).toBe(hash(together));
  });
});

describe('a shock', () => {
  function held(limits: Partial<Limits> = {}): { readonly desk: Desk; readonly quantity: number } {
    const desk = fullDesk();
    setLimits(desk, { ...DEFAULT_LIMITS, longestHoldHours: 336, ...limits });
    const position = longPosition(40, fullBars[WARM_UP_BARS - 1]!.close, 3, PLAY_MS);
    observe(desk, look(-1, { bars: [], leaderBars: [], position }));
    // A stop out of the way: what is asked for here is the shock alone.
    desk.state.trade.exit.stop = 1;
    return { desk, quantity: position.quantity };
  }

  function shocked(desk: Desk, quantity: number): Decision {
    const bar = crash(0, 0.035);
    const position = longPosition(quantity, bar.open, 3, PLAY_MS);
    return observe(desk, look(0, { bars: [bar], position })).decision;
  }

  test('against a position takes half of it, once', () => {
    const { desk, quantity } = held();
    const decision = shocked(desk, quantity);
    expect(decision).toMatchObject({ action: 'REDUCE', reason: 'shock', targetQuantity: 20 });
    expect(decision.table!.statistics.shockOwn).toBeLessThan(-3);
    const entry = fullBars[WARM_UP_BARS - 1]!.close;
    const position = longPosition(20, entry, 3, PLAY_MS);
    const tick = look(0, { bars: [], leaderBars: [], position, markPrice: desk.state.feed.lastClose });
    expect(observe(desk, tick).decision.reason).not.toBe('shock');
    expect(desk.state.trade).toMatchObject({ shocked: true, shockTaken: true });
  });

  test('repeats its target until it is met', () => {
    const { desk, quantity } = held();
    shocked(desk, quantity);
    const position = longPosition(30, fullBars[WARM_UP_BARS - 1]!.close, 3, PLAY_MS);
    const tick = look(0, { bars: [], leaderBars: [], position, markPrice: desk.state.feed.lastClose });
    expect(observe(desk, tick).decision).toMatchObject({ reason: 'shock', targetQuantity: 20 });
  });

  test('takes what the owner said: nothing, a tenth at least, or all', () => {
    const take = (shockReduceFraction: number): Decision => {
      const { desk, quantity } = held({ shockReduceFraction });
      return shocked(desk, quantity);
    };
    expect(take(0).reason).not.toBe('shock');
    expect(take(0.01)).toMatchObject({ action: 'REDUCE', reason: 'shock', targetQuantity: 36 });
    expect(take(1)).toMatchObject({ action: 'CLOSE', reason: 'shock', targetQuantity: 0 });
  });

  test('in favour of a position changes nothing', () => {
    const { desk } = held();
    const { close, timeMs } = fullBars[WARM_UP_BARS - 1]!;
    const high = close * 1.04;
    const bar = { timeMs: timeMs + BAR_MS, open: close, high, low: close, close: high, volume: 1 };
    const position = longPosition(40, close, 3, PLAY_MS);
    expect(observe(desk, look(0, { bars: [bar], position })).decision.reason).not.toBe('shock');
  });

  test('that closed with the bar of the entry counts for it', () => {
    const desk = fullDesk();
    const bar = crash(0, 0.035);
    const position = { ...longPosition(40, bar.close, 3, PLAY_MS + 1_000) };
    expect(observe(desk, look(0, { bars: [bar], position })).decision.reason).toBe('shock');
  });
});
