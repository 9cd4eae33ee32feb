import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  intend,
  loadHistory,
  observe,
  WARM_UP_BARS,
  type Desk,
} from './index.ts';
import { historyOf, idOf, INSTRUMENT, longPosition, observationOf } from '../test/market.ts';
import { PLAY_MS, fullBars, bookOf, fullDesk, look, wish, warned } from '../test/Stage.ts';

describe('the crowd map', () => {
  /** Twelve bars during which open interest grows at one price. */
  function crowded(): Desk {
    const desk = fullDesk();
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
    loadHistory(desk, historyOf(fullBars.slice(0, 300)));
    expect(desk.state.feed.isMapMeasured).toBe(false);
    expect(Math.max(...desk.state.feed.clusters.longs)).toBeGreaterThan(0);
    const bar = fullBars[300]!;
    observe(
      desk,
      observationOf(1, [bar], bar.timeMs + BAR_MS, bar.close, { openInterest: 1_000, leaderBars: [] }),
    );
    expect(desk.state.feed.isMapMeasured).toBe(true);
    expect(Math.max(...desk.state.feed.clusters.longs)).toBe(0);
  });

  test('bends to the leverage of the venue’s crowd', () => {
    const desk = fullDesk();
    const crowd = [
      { leverage: 50, weight: 0.5 },
      { leverage: 100, weight: 0.5 },
    ];
    observe(desk, look(0, { instrument: { ...INSTRUMENT, crowd } }));
    expect(desk.state.feed.crowd.count).toBe(2);
    expect(desk.state.feed.crowd.weights[1]).toBe(0.5);
  });

  test('forced orders raise an alarm when they are many at once', () => {
    const desk = fullDesk();
    for (let i = 0; i < 200; i++) observe(desk, look(i, { longPrintsUsdt: 100 }));
    const { decision } = observe(desk, look(200, { longPrintsUsdt: 1_000_000 }));
    expect(decision.table!.statistics.heat).toBeGreaterThan(5);
    expect(warned(decision, 'heat-alarm')).toBe(true);
  });
});

describe('a gap', () => {
  test('cools no alarm: what was printed during it counts with the bar after it', () => {
    const heat = (missing: number): number => {
      const desk = fullDesk();
      for (let i = 0; i < 50; i++) observe(desk, look(i, { longPrintsUsdt: 100 }));
      const at = 50 + missing;
      return observe(desk, look(at, { longPrintsUsdt: 5_000 })).decision.table!.statistics.heat;
    };
    expect(heat(12)).toBe(heat(0));
    expect(heat(0)).toBeGreaterThan(1);
  });
});

describe('a market that never moved', () => {
  test('has the bands’ cap of a warm-up and the volatility of the floor', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    const still = fullBars.slice(0, WARM_UP_BARS).map(({ timeMs }) => ({
      timeMs,
      open: 5,
      high: 5,
      low: 5,
      close: 5,
      volume: 1_000,
    }));
    loadHistory(desk, historyOf(still));
    observe(desk, observationOf(1, [], PLAY_MS, 5));
    const { table } = wish(desk);
    expect(table!.constraints.leverage[0]).toBe(5);
    expect(table!.statistics.sigmaHour).toBeCloseTo(0.015 / Math.sqrt(24), 12);
  });
});

describe('the book', () => {
  test('that is thin binds an entry and says how it would slip', () => {
    const desk = fullDesk();
    observe(desk, look(0, { book: bookOf(4) }));
    const decision = wish(desk);
    expect(decision.notionalUsdt).toBeLessThan(200);
    const [entry, exit] = decision.table!.constraints.notional;
    expect(Math.min(entry!, exit!)).toBeGreaterThanOrEqual(decision.notionalUsdt);
    const deep = fullDesk();
    observe(deep, look(0));
    const planned = wish(deep);
    expect(planned.table!.statistics.entrySlip).toBeGreaterThan(0);
    expect(planned.table!.statistics.exitSlip).toBeGreaterThan(0);
    expect(planned.table!.statistics.entrySlip).toBeLessThan(0.0015);
  });

  test('that is unknown leaves the square-root law of the day’s turnover, and without that no entry', () => {
    const desk = fullDesk();
    const { decision } = observe(desk, look(0, { book: { bids: [], asks: [] } }));
    expect(warned(decision, 'missing-book')).toBe(true);
    expect(decision.table!.constraints.notional[0]).toBeGreaterThan(0);
    expect(wish(desk).table!.statistics.entrySlip).toBeGreaterThan(0);
    const silent = createDesk(DEFAULT_LIMITS);
    const mute = fullBars.slice(0, WARM_UP_BARS).map((bar) => ({ ...bar, volume: 0 }));
    loadHistory(silent, historyOf(mute));
    observe(silent, observationOf(1, [], PLAY_MS, mute.at(-1)!.close));
    expect(wish(silent)).toMatchObject({ action: 'WAIT', reason: 'size', notionalUsdt: 0 });
    const position = longPosition(20, mute.at(-1)!.close, 3, PLAY_MS);
    const held = observe(silent, observationOf(2, [], PLAY_MS, mute.at(-1)!.close, { position })).decision;
    expect(held.table!.statistics.exitSlip).toBe(Infinity);
  });

  test('too thin to leave by says so without a number', () => {
    const desk = fullDesk();
    const position = longPosition(400, fullBars[WARM_UP_BARS]!.close, 3, PLAY_MS);
    const { decision } = observe(desk, look(0, { book: bookOf(10), position }));
    expect(decision.table!.statistics.exitSlip).toBe(Infinity);
  });
});

describe('funding', () => {
  test('that is unknown is assumed against either side', () => {
    for (const side of [1, -1] as const) {
      const desk = fullDesk();
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
    const hint = observe(fullDesk(), look(0, { funding: { ...funding, rate: -0.0005 } })).decision;
    expect(warned(hint, 'funding-favourable')).toBe(true);
    const desk = fullDesk();
    const settlements = [{ timeMs, rate: 0.002 }];
    const paid = observe(desk, look(0, { settlements, funding: { ...funding, rate: 0.002 } })).decision;
    expect(warned(paid, 'funding-punishing-and-rising')).toBe(true);
    expect(warned(paid, 'funding-favourable')).toBe(false);
  });

  test('of one settlement beyond a quarter of R closes the trade before it', () => {
    const desk = fullDesk();
    const { close } = fullBars[WARM_UP_BARS - 1]!;
    const position = longPosition(40, close, 3, PLAY_MS);
    observe(desk, look(-1, { bars: [], leaderBars: [], position }));
    const funding = { timeMs: PLAY_MS + 2 * BAR_MS, rate: 0.02, intervalHours: 8 };
    const { decision } = observe(desk, look(0, { position, funding }));
    expect(decision).toMatchObject({ action: 'CLOSE', reason: 'carry' });
  });
});
