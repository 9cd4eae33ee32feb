import { beforeAll, describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  intend,
  loadHistory,
  observe,
  restoreDesk,
  setLimits,
  snapshotDesk,
  stateHash,
  warningsOf,
  WARM_UP_BARS,
  type Bar,
  type BookSummary,
  type Decision,
  type Desk,
  type Limits,
  type Observation,
  type OtherPosition,
  type Warning,
} from './index.ts';
import {
  historyOf,
  idOf,
  INSTRUMENT,
  longPosition,
  observationOf,
  randomBars,
  START_MS,
} from '../test/market.ts';

const bars = randomBars(21, WARM_UP_BARS + 400, START_MS, 0.0015);
const leaderBars = randomBars(22, WARM_UP_BARS + 400, START_MS, 0.0015, 2_000);
const PLAY_MS = START_MS + WARM_UP_BARS * BAR_MS;
const DEEP: BookSummary = bookOf(100_000);
let warm: Uint8Array;

function bookOf(size: number, middle = bars[WARM_UP_BARS - 1]!.close): BookSummary {
  return {
    bids: [1, 2, 3].map((i) => ({ price: middle * (1 - 0.0005 * i), size })),
    asks: [1, 2, 3].map((i) => ({ price: middle * (1 + 0.0005 * i), size })),
  };
}

beforeAll(() => {
  const desk = createDesk({ ...DEFAULT_LIMITS, longestHoldHours: 336 });
  const openInterest = [{ timeMs: START_MS, units: 5_000_000 }];
  loadHistory(
    desk,
    historyOf(bars.slice(0, WARM_UP_BARS), {
      leaderBars: leaderBars.slice(0, WARM_UP_BARS),
      settlements: [{ timeMs: START_MS, rate: 0.0001 }],
      openInterest,
    }),
  );
  observe(desk, look(-1, { bars: [], leaderBars: [] }));
  warm = snapshotDesk(desk);
});

const fresh = (): Desk => restoreDesk(warm);

/** What is seen when bar i of the play has closed, everything known. */
function look(i: number, overrides: Partial<Observation> = {}): Observation {
  const at = WARM_UP_BARS + i;
  const bar = overrides.bars?.at(-1) ?? bars[at]!;
  return observationOf(100 + i, [bar], PLAY_MS + (i + 1) * BAR_MS, bar.close, {
    leaderBars: [leaderBars[at]!],
    openInterest: 5_000_000,
    book: DEEP,
    account: { equityUsdt: 20_000 },
    ...overrides,
  });
}

function wish(desk: Desk, notionalUsdt = 1_000, others: readonly OtherPosition[] = []): Decision {
  const intent = { id: idOf(9), timeMs: desk.state.timeMs, side: 1, notionalUsdt } as const;
  return intend(desk, intent, others).decision;
}

const warned = (decision: Decision, warning: Warning): boolean => warningsOf(decision).includes(warning);

/** A bar that falls by a share within one step. */
function crash(i: number, share: number): Bar {
  const { close: open, timeMs } = bars[WARM_UP_BARS + i - 1]!;
  const close = Math.round(open * (1 - share) * 1_000) / 1_000;
  return { timeMs: timeMs + BAR_MS, open, high: open, low: close, close, volume: 1 };
}

describe('the leader', () => {
  test('missing for three bars weakens the guard and blocks nothing; back again it is whole', () => {
    const desk = fresh();
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
    const desk = fresh();
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
    const desk = fresh();
    const { timeMs } = leaderBars[WARM_UP_BARS]!;
    const bar = { timeMs, open: 20, high: 20, low: 20, close: 20, volume: 1 };
    const { decision } = observe(desk, look(0, { leaderBars: [bar] }));
    expect(warned(decision, 'leader-shock')).toBe(false);
  });

  test('that comes before our bar of its time meets it all the same', () => {
    const together = fresh();
    const before = fresh();
    const hash = (desk: Desk): number => stateHash(desk);
    observe(together, look(0, { bars: [], leaderBars: [] }));
    observe(before, look(0, { bars: [], markPrice: bars[WARM_UP_BARS]!.close }));
    observe(together, look(0));
    observe(before, look(0, { leaderBars: [] }));
    expect(hash(before)).toBe(hash(together));
  });
});

describe('a shock', () => {
  function held(limits: Partial<Limits> = {}): { readonly desk: Desk; readonly quantity: number } {
    const desk = fresh();
    setLimits(desk, { ...DEFAULT_LIMITS, longestHoldHours: 336, ...limits });
    const position = longPosition(40, bars[WARM_UP_BARS - 1]!.close, 3, PLAY_MS);
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
    const entry = bars[WARM_UP_BARS - 1]!.close;
    const position = longPosition(20, entry, 3, PLAY_MS);
    const tick = look(0, { bars: [], leaderBars: [], position, markPrice: desk.state.feed.lastClose });
    expect(observe(desk, tick).decision.reason).not.toBe('shock');
    expect(desk.state.trade).toMatchObject({ shocked: true, shockTaken: true });
  });

  test('repeats its target until it is met', () => {
    const { desk, quantity } = held();
    shocked(desk, quantity);
    const position = longPosition(30, bars[WARM_UP_BARS - 1]!.close, 3, PLAY_MS);
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
    const { close, timeMs } = bars[WARM_UP_BARS - 1]!;
    const high = close * 1.04;
    const bar = { timeMs: timeMs + BAR_MS, open: close, high, low: close, close: high, volume: 1 };
    const position = longPosition(40, close, 3, PLAY_MS);
    expect(observe(desk, look(0, { bars: [bar], position })).decision.reason).not.toBe('shock');
  });

  test('that closed with the bar of the entry counts for it', () => {
    const desk = fresh();
    const bar = crash(0, 0.035);
    const position = { ...longPosition(40, bar.close, 3, PLAY_MS + 1_000) };
    expect(observe(desk, look(0, { bars: [bar], position })).decision.reason).toBe('shock');
  });
});

describe('the crowd map', () => {
  /** Twelve bars during which open interest grows at one price. */
  function crowded(): Desk {
    const desk = fresh();
    for (let i = 0; i < 12; i++) observe(desk, look(i, { openInterest: 5_000_000 * (1 + 0.05 * (i + 1)) }));
    return desk;
  }

  test('of open interest is acted on, and a stop keeps out of its dense parts', () => {
    const desk = crowded();
    expect(warned(observe(desk, look(12)).decision, 'approximate-map')).toBe(false);
    const { decision } = { decision: wish(desk) };
    expect(decision.plan).not.toBeNull();
    const { plan } = decision;
    const { statistics } = decision.table!;
    const distance = 1 - plan!.stopPrice / plan!.referencePrice;
    const usual = Math.min(
      0.08,
      Math.max(0.006, (statistics.stopMultiple * statistics.atr) / plan!.referencePrice),
    );
    expect(distance).toBeGreaterThanOrEqual(usual - 1e-9);
    expect(distance).toBeLessThanOrEqual(usual * 1.35 + 1e-3);
  });

  test('without a reading for more than an hour is no longer acted on, and comes back with the next', () => {
    const desk = crowded();
    for (let i = 12; i < 40; i++) {
      const { decision } = observe(desk, look(i, { openInterest: 0 }));
      expect(warned(decision, 'missing-open-interest')).toBe(true);
      expect(warned(decision, 'approximate-map')).toBe(i >= 24);
      expect(decision.table!.constraints.notional[3]).toBe(Infinity);
      if (i >= 24) expect(decision.table!.constraints.factors[0]).toBe(1);
    }
    const back = observe(desk, look(40)).decision;
    expect(warned(back, 'approximate-map')).toBe(false);
    expect(back.table!.constraints.notional[3]).toBeCloseTo(0.005 * 5_000_000 * back.markPrice, 6);
  });

  test('of the volume proxy is a picture, and goes when open interest comes', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(bars.slice(0, 300)));
    expect(desk.state.feed.isMapMeasured).toBe(false);
    expect(Math.max(...desk.state.feed.clusters.longs)).toBeGreaterThan(0);
    const bar = bars[300]!;
    observe(
      desk,
      observationOf(1, [bar], bar.timeMs + BAR_MS, bar.close, { openInterest: 1_000, leaderBars: [] }),
    );
    expect(desk.state.feed.isMapMeasured).toBe(true);
    expect(Math.max(...desk.state.feed.clusters.longs)).toBe(0);
  });

  test('bends to the leverage of the venue’s crowd', () => {
    const desk = fresh();
    const crowd = [
      { leverage: 50, weight: 0.5 },
      { leverage: 100, weight: 0.5 },
    ];
    observe(desk, look(0, { instrument: { ...INSTRUMENT, crowd } }));
    expect(desk.state.feed.crowd.count).toBe(2);
    expect(desk.state.feed.crowd.weights[1]).toBe(0.5);
  });

  test('forced orders raise an alarm when they are many at once', () => {
    const desk = fresh();
    for (let i = 0; i < 200; i++) observe(desk, look(i, { longPrintsUsdt: 100 }));
    const { decision } = observe(desk, look(200, { longPrintsUsdt: 1_000_000 }));
    expect(decision.table!.statistics.heat).toBeGreaterThan(5);
    expect(warned(decision, 'heat-alarm')).toBe(true);
  });
});

describe('the book', () => {
  test('that is thin binds an entry and says how it would slip', () => {
    const desk = fresh();
    observe(desk, look(0, { book: bookOf(4) }));
    const decision = wish(desk);
    expect(decision.notionalUsdt).toBeLessThan(200);
    const [entry, exit] = decision.table!.constraints.notional;
    expect(Math.min(entry!, exit!)).toBeGreaterThanOrEqual(decision.notionalUsdt);
    const deep = fresh();
    observe(deep, look(0));
    const planned = wish(deep);
    expect(planned.table!.statistics.entrySlip).toBeGreaterThan(0);
    expect(planned.table!.statistics.exitSlip).toBeGreaterThan(0);
    expect(planned.table!.statistics.entrySlip).toBeLessThan(0.0015);
  });

  test('that is unknown leaves the square-root law of the day’s turnover, and without that no entry', () => {
    const desk = fresh();
    const { decision } = observe(desk, look(0, { book: { bids: [], asks: [] } }));
    expect(warned(decision, 'missing-book')).toBe(true);
    expect(decision.table!.constraints.notional[0]).toBeGreaterThan(0);
    expect(wish(desk).table!.statistics.entrySlip).toBeGreaterThan(0);
    const silent = createDesk(DEFAULT_LIMITS);
    const mute = bars.slice(0, WARM_UP_BARS).map((bar) => ({ ...bar, volume: 0 }));
    loadHistory(silent, historyOf(mute));
    observe(silent, observationOf(1, [], PLAY_MS, mute.at(-1)!.close));
    expect(wish(silent)).toMatchObject({ action: 'WAIT', reason: 'size', notionalUsdt: 0 });
    const position = longPosition(20, mute.at(-1)!.close, 3, PLAY_MS);
    const held = observe(silent, observationOf(2, [], PLAY_MS, mute.at(-1)!.close, { position })).decision;
    expect(held.table!.statistics.exitSlip).toBe(Infinity);
  });

  test('too thin to leave by says so without a number', () => {
    const desk = fresh();
    const position = longPosition(400, bars[WARM_UP_BARS]!.close, 3, PLAY_MS);
    const { decision } = observe(desk, look(0, { book: bookOf(10), position }));
    expect(decision.table!.statistics.exitSlip).toBe(Infinity);
  });
});

describe('the owner', () => {
  test('with other positions on the same side may add less, and a hedge more', () => {
    const portfolio = (others: readonly OtherPosition[]): number => {
      const desk = fresh();
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
    const desk = fresh();
    setLimits(desk, { ...DEFAULT_LIMITS, kellyWins: 20, kellyTrades: 100, kellyPayoff: 1 });
    expect(wish(desk)).toMatchObject({ action: 'WAIT', reason: 'size' });
  });

  test('chooses how far stops are in trend and in chop', () => {
    const distance = (kTrend: number, kChop: number): number => {
      const desk = fresh();
      setLimits(desk, { ...DEFAULT_LIMITS, kTrend, kChop });
      return wish(desk).table!.statistics.stopMultiple;
    };
    expect(distance(5, 5)).toBe(5);
    expect(distance(1.5, 1.5)).toBe(1.5);
  });

  test('can bring the touch probability down by adding the margin that is named', () => {
    const desk = fresh();
    const bar = bars[WARM_UP_BARS]!;
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

describe('funding', () => {
  test('that is unknown is assumed against either side', () => {
    for (const side of [1, -1] as const) {
      const desk = fresh();
      observe(desk, look(0, { funding: null }));
      const intent = { id: idOf(9), timeMs: desk.state.timeMs, side, notionalUsdt: 1_000 };
      const { decision } = intend(desk, intent);
      expect(warned(decision, 'missing-funding')).toBe(true);
      expect(side * decision.table!.statistics.fundingDay).toBeGreaterThan(0);
    }
  });

  test('received next and not turning is a hint, paid and rising a warning', () => {
    const timeMs = PLAY_MS + BAR_MS;
    const funding = { timeMs: timeMs + BAR_MS, intervalHours: 8 };
    const hint = observe(fresh(), look(0, { funding: { ...funding, rate: -0.0005 } })).decision;
    expect(warned(hint, 'funding-favourable')).toBe(true);
    const desk = fresh();
    const settlements = [{ timeMs, rate: 0.002 }];
    const paid = observe(desk, look(0, { settlements, funding: { ...funding, rate: 0.002 } })).decision;
    expect(warned(paid, 'funding-punishing-and-rising')).toBe(true);
    expect(warned(paid, 'funding-favourable')).toBe(false);
  });

  test('of one settlement beyond a quarter of R closes the trade before it', () => {
    const desk = fresh();
    const { close } = bars[WARM_UP_BARS - 1]!;
    const position = longPosition(40, close, 3, PLAY_MS);
    observe(desk, look(-1, { bars: [], leaderBars: [], position }));
    const funding = { timeMs: PLAY_MS + 2 * BAR_MS, rate: 0.02, intervalHours: 8 };
    const { decision } = observe(desk, look(0, { position, funding }));
    expect(decision).toMatchObject({ action: 'CLOSE', reason: 'carry' });
  });
});

describe('a new warm-up', () => {
  test('keeps the stretched touch distances and carries an open trade on', () => {
    const desk = fresh();
    const { close } = bars[WARM_UP_BARS - 1]!;
    observe(desk, look(-1, { bars: [], leaderBars: [], position: longPosition(40, close, 3, PLAY_MS) }));
    desk.state.feed.kappa.kappaLong *= 1.5;
    const { kappaLong } = desk.state.feed.kappa;
    const { stop } = desk.state.trade.exit;
    const later = bars.slice(WARM_UP_BARS + 20, WARM_UP_BARS + 20 + 300);
    loadHistory(desk, historyOf(later));
    expect(desk.state.feed.kappa.kappaLong).toBe(kappaLong);
    const { trade } = desk.state;
    expect(trade.open).toBe(true);
    expect(trade.exit.extreme).toBeGreaterThanOrEqual(Math.max(...later.map(({ high }) => high), close));
    expect(trade.exit.stop).toBeGreaterThanOrEqual(stop);
  });

  test('a jump that the next bar confirms drops the calibration windows that saw it', () => {
    const desk = fresh();
    expect([...desk.state.feed.kappa.openedHour].some((hour) => hour >= 0)).toBe(true);
    const { timeMs } = bars[WARM_UP_BARS]!;
    const flat = (t: number): Bar => ({ timeMs: t, open: 30, high: 30, low: 30, close: 30, volume: 1 });
    const pair = [flat(timeMs), flat(timeMs + BAR_MS)];
    observe(
      desk,
      look(1, { bars: pair, leaderBars: leaderBars.slice(WARM_UP_BARS, WARM_UP_BARS + 2), book: DEEP }),
    );
    expect([...desk.state.feed.kappa.openedHour].every((hour) => hour < 0)).toBe(true);
  });
});
