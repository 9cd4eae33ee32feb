import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  DEFAULT_LIMITS,
  observe,
  OPEN_STANCE,
  setLimits,
  WARM_UP_BARS,
  type ConstraintTable,
  type Decision,
  type DeskLimits,
  type OtherPosition,
} from './index.ts';
import { HOUR_MS, longPosition } from '../test/market.ts';
import { crash, fullBars, fullDesk, leaderBars, look, PLAY_MS, refusal, wish } from '../test/Stage.ts';
import { LEVERAGE_CAPS, NOTIONAL_CAPS } from './Constraints.ts';

/** A wish for 1,000 USDT on a full desk under changed limits. */
function wishUnder(limits: Partial<DeskLimits>, fundingRate = 0.0001): Decision {
  const desk = fullDesk();
  setLimits(desk, { ...DEFAULT_LIMITS, ...limits });
  const funding = { timeMs: PLAY_MS + 8 * HOUR_MS, rate: fundingRate, intervalHours: 8 };
  observe(desk, look(0, { funding }));
  return wish(desk);
}

const capOf = (decision: Decision, name: (typeof LEVERAGE_CAPS)[number]): number =>
  decision.table!.constraints.leverage[LEVERAGE_CAPS.indexOf(name)]!;
const sizeOf = (decision: Decision, name: (typeof NOTIONAL_CAPS)[number]): number =>
  decision.table!.constraints.notional[NOTIONAL_CAPS.indexOf(name)]!;
const factorsOf = (decision: Decision): ConstraintTable['factors'] => decision.table!.constraints.factors;

describe('a limit of the owner', () => {
  test('on the notional and the capital is a size of its own, and the equity that counts', () => {
    expect(sizeOf(wishUnder({ maxNotionalUsdt: 123 }), 'N_USER')).toBe(123);
    const whole = wishUnder({});
    const half = wishUnder({ capitalUsdt: 10_000 });
    for (const name of ['N_RISK', 'N_VOL', 'N_PORT'] as const) {
      expect(sizeOf(half, name)).toBeCloseTo(sizeOf(whole, name) / 2, 8);
    }
    expect(wishUnder({ capitalUsdt: 0 })).toMatchObject({ action: 'WAIT', reason: 'size' });
  });

  test('on what a trade may lose binds where it is less than the share of equity', () => {
    const usual = sizeOf(wishUnder({}), 'N_RISK');
    expect(sizeOf(wishUnder({ maxLossUsdt: 50 }), 'N_RISK')).toBeCloseTo(usual / 4, 8);
    expect(sizeOf(wishUnder({ maxLossUsdt: 200 }), 'N_RISK')).toBeCloseTo(usual, 8);
    expect(sizeOf(wishUnder({ maxLossUsdt: 201 }), 'N_RISK')).toBe(usual);
    expect(sizeOf(wishUnder({ maxLossUsdt: 0 }), 'N_RISK')).toBe(0);
  });

  test('on the portfolio’s daily deviation scales what all positions together may be', () => {
    const whole = sizeOf(wishUnder({ portfolioBudget: 0.08 }), 'N_PORT');
    expect(sizeOf(wishUnder({ portfolioBudget: 0.02 }), 'N_PORT')).toBeCloseTo(whole / 4, 8);
  });

  test('on the hours without anybody awake lowers leverage and is the horizon that is told', () => {
    const short = wishUnder({ unattendedHours: 4 });
    const long = wishUnder({ unattendedHours: 24 });
    expect(capOf(long, 'L_FP')).toBeLessThan(capOf(short, 'L_FP'));
    expect([short.horizonHours, long.horizonHours]).toEqual([4, 24]);
  });

  test('on targets and the longest hold is in the plan', () => {
    const { plan } = wishUnder({ firstTargetR: 0.5, secondTargetR: 7, longestHoldHours: 5 });
    const { referencePrice, stopPrice, takeProfits, createdMs, exitByMs } = plan!;
    const risk = referencePrice - stopPrice;
    const [first, second] = takeProfits.map(({ price }) => (price - referencePrice) / risk);
    // Targets lie on the tick grid, at most one tick beyond.
    expect(first).toBeGreaterThanOrEqual(0.5 - 1e-9);
    expect(first).toBeLessThan(0.5 + 0.001 / risk + 1e-9);
    expect(second).toBeGreaterThanOrEqual(7 - 1e-9);
    expect(second).toBeLessThan(7 + 0.001 / risk + 1e-9);
    expect(exitByMs - createdMs).toBe(5 * HOUR_MS);
  });

  test('on funding counts it so many times as hard, in leverage and in size', () => {
    const usual = wishUnder({}, 0.0012);
    const hard = wishUnder({ fundingSensitivity: 4 }, 0.0012);
    expect(capOf(hard, 'L_FUND')).toBeCloseTo(capOf(usual, 'L_FUND') / 4, 10);
    expect(factorsOf(usual)[1]).toBe(1);
    expect(factorsOf(hard)[1]).toBeLessThan(1);
    expect(factorsOf(hard)[1]).toBeGreaterThanOrEqual(0.25);
    // What is received never costs, however sensitive.
    expect(factorsOf(wishUnder({ fundingSensitivity: 10 }, -0.002))[1]).toBe(1);
  });

  test('on the leader and the crowd takes away so many times as much, down to nothing', () => {
    const under = (limits: Partial<DeskLimits>): ConstraintTable['factors'] => {
      const desk = fullDesk();
      setLimits(desk, { ...DEFAULT_LIMITS, ...limits });
      const { close, timeMs } = leaderBars[WARM_UP_BARS - 1]!;
      observe(desk, look(0, { leaderBars: [{ timeMs: timeMs + BAR_MS, close: close * 0.97 }] }));
      // A crowd right below the price.
      const { clusters } = desk.state.feed;
      clusters.longs.fill(0);
      for (let i = 1; i < 120; i++) clusters.longs[clusters.place - i] = i < 5 ? 3 : 1;
      clusters.aheadLong = 4 * 3 + 115;
      return factorsOf(wish(desk));
    };
    const [crowd, , leader] = under({});
    expect(crowd).toBeGreaterThan(0.25);
    expect(crowd).toBeLessThan(1);
    expect(leader).toBe(0.75);
    const [harder, , harderLeader] = under({ clusterSensitivity: 1.5, leaderSensitivity: 2 });
    expect(harder).toBeCloseTo(Math.max(0, 1 - 1.5 * (1 - crowd!)), 12);
    expect(harderLeader).toBe(0.5);
    expect(under({ leaderSensitivity: 10, clusterSensitivity: 10 })).toEqual([0, 1, 0]);
  });

  test('on adopted positions leaves them alone with a warning, unless the owner or a breaker closes them', () => {
    const desk = fullDesk();
    setLimits(desk, { ...DEFAULT_LIMITS, adoptedProtected: 0 });
    const near = longPosition(40, fullBars[WARM_UP_BARS - 1]!.close, 60, PLAY_MS);
    const seen = look(-1, { bars: [], leaderBars: [], position: near });
    expect(observe(desk, seen).decision).toMatchObject({ action: 'HOLD', reason: 'adopted', stopPrice: 0 });
    const flatten = { ...OPEN_STANCE, entriesBlocked: 'halted', mustClose: 'flatten' } as const;
    expect(observe(desk, seen, [], flatten).decision).toMatchObject({ action: 'CLOSE', targetQuantity: 0 });
    expect(observe(desk, seen).decision.action).toBe('CLOSE');
  });

  test('on shocks takes its share of a position, and none where it is 0', () => {
    const after = (shockReduceFraction: number): Decision => {
      const desk = fullDesk();
      setLimits(desk, { ...DEFAULT_LIMITS, longestHoldHours: 336, shockReduceFraction });
      const bar = crash(0, 0.035);
      const position = longPosition(40, bar.open, 3, PLAY_MS);
      observe(desk, look(-1, { bars: [], leaderBars: [], position }));
      desk.state.trade.exit.stop = 1;
      return observe(desk, look(0, { bars: [bar], position })).decision;
    };
    expect(after(0.25)).toMatchObject({ action: 'REDUCE', reason: 'shock', targetQuantity: 30 });
    expect(after(0).reason).not.toBe('shock');
  });

  test('out of its domain is refused by name, and the desk keeps those it had', () => {
    const desk = fullDesk();
    const before = { ...desk.state.limits };
    const cases: Partial<DeskLimits>[] = [
      { portfolioBudget: 0 },
      { fundingSensitivity: 0.5 },
      { adoptedProtected: 0.5 },
      { secondTargetR: 1 },
      { maxLossUsdt: Number.NaN },
    ];
    for (const limits of cases) {
      const [field] = Object.keys(limits);
      expect(refusal(() => setLimits(desk, { ...DEFAULT_LIMITS, ...limits })).field).toBe(`limits.${field}`);
      expect(desk.state.limits).toEqual(before);
    }
  });
});

describe('the owner', () => {
  test('with other positions on the same side may add less, and a hedge more', () => {
    const portfolio = (others: readonly OtherPosition[]): number => {
      const desk = fullDesk();
      return wish(desk, 1_000, others).table!.constraints.notional[4]!;
    };
    const other = { notionalUsdt: 500, sigmaDay: 0.06, correlation: 0.7 };
    const alone = portfolio([]);
    const along = portfolio([{ side: 1, ...other }]);
    const hedged = portfolio([{ side: -1, ...other }]);
    expect(along).toBeLessThan(alone);
    expect(hedged).toBeGreaterThan(alone);
    const both = portfolio([
      { side: 1, ...other },
      { side: -1, ...other, correlation: 0.9 },
    ]);
    expect(both).toBeGreaterThan(along);
    expect(() => portfolio([{ side: 2, ...other }])).toThrow('others.side');
  });

  test('with a record that shows no edge risks nothing', () => {
    const desk = fullDesk();
    setLimits(desk, { ...DEFAULT_LIMITS, kellyWins: 20, kellyTrades: 100, kellyPayoff: 1 });
    expect(wish(desk)).toMatchObject({ action: 'WAIT', reason: 'size' });
  });

  test('chooses how far stops are in trend and in chop', () => {
    const distance = (kTrend: number, kChop: number): number => {
      const desk = fullDesk();
      setLimits(desk, { ...DEFAULT_LIMITS, kTrend, kChop });
      return wish(desk).table!.statistics.stopMultiple;
    };
    expect(distance(5, 5)).toBe(5);
    expect(distance(1.5, 1.5)).toBe(1.5);
  });

  test('can bring the touch probability down by adding the margin that is named', () => {
    const desk = fullDesk();
    const bar = fullBars[WARM_UP_BARS]!;
    const position = longPosition(30, bar.close, 18, PLAY_MS);
    const before = observe(desk, look(0, { position })).decision;
    expect(before.table!.marginToAddUsdt).toBeGreaterThan(0);
    const walletUsdt = position.walletUsdt + before.table!.marginToAddUsdt;
    const after = observe(
      desk,
      look(0, { bars: [], leaderBars: [], position: { ...position, walletUsdt }, onRecord: true }),
    );
    expect(after.decision.fan[2]!.touchProbability).toBeLessThan(0.005);
    expect(after.decision.fan[2]!.touchProbability).toBeGreaterThan(0.0049);
    expect(after.decision.table!.marginToAddUsdt).toBe(0);
  });
});
