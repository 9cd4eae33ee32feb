import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  isWarm,
  loadHistory,
  observe,
  snapshotDesk,
  WARM_UP_BARS,
  type Bar,
} from './index.ts';
import { historyOf, longPosition, START_MS } from '../test/market.ts';
import {
  PLAY_MS,
  after,
  refusal,
  plainBars,
  plainDesk,
  fullBars,
  leaderBars,
  DEEP,
  fullDesk,
  look,
} from '../test/Stage.ts';

describe('history', () => {
  test('an empty feed is not warm, ten days of bars warm it', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, historyOf(plainBars.slice(0, WARM_UP_BARS - 1)));
    expect(isWarm(desk)).toBe(false);
    expect(isWarm(plainDesk())).toBe(true);
  });

  test('a feed that can go on takes no history, a stale one does and is warm again after a day', () => {
    const desk = plainDesk();
    expect(refusal(() => loadHistory(desk, historyOf(plainBars.slice(100, WARM_UP_BARS + 5)))).leaf).toBe(
      'not-stale',
    );
    const later = plainBars.slice(WARM_UP_BARS + 20, WARM_UP_BARS + 20 + 288);
    loadHistory(desk, historyOf(later));
    expect(isWarm(desk)).toBe(true);
  });

  test('with four bars missing in each hour warms nothing, however many there are: no stop could be placed', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    const sparse = Array.from({ length: 1.5 * WARM_UP_BARS }, (_, i) => ({
      timeMs: START_MS + i * BAR_MS,
      ...{ open: 10, high: 10.1, low: 9.9, close: 10, volume: 1 },
    })).filter((_, i) => i % 12 >= 4);
    loadHistory(desk, historyOf(sparse));
    expect(desk.state.feed.bars).toBe(WARM_UP_BARS);
    expect(isWarm(desk)).toBe(false);
  });

  test('bars that were filled in do not count towards it', () => {
    const desk = createDesk(DEFAULT_LIMITS);
    const holed = plainBars.slice(0, WARM_UP_BARS).filter((_, i) => i % 100 !== 50);
    loadHistory(desk, historyOf(holed));
    expect(desk.state.feed).toMatchObject({
      bars: holed.length,
      lastMs: plainBars[WARM_UP_BARS - 1]!.timeMs,
    });
    expect(isWarm(desk)).toBe(false);
    const whole = createDesk(DEFAULT_LIMITS);
    const more = plainBars.slice(0, 2 * WARM_UP_BARS - holed.length).filter((bar) => !holed.includes(bar));
    const after = more.filter(({ timeMs }) => timeMs >= START_MS + WARM_UP_BARS * BAR_MS);
    loadHistory(whole, historyOf([...holed, ...after]));
    expect(isWarm(whole)).toBe(true);
  });

  test('what was opened while bars were missing lies where the bar after them is', () => {
    const massAfter = (missing: number): Float64Array => {
      const desk = createDesk(DEFAULT_LIMITS);
      const flat = (i: number, close: number): Bar => ({
        timeMs: START_MS + i * BAR_MS,
        ...{ open: close, high: close, low: close, close, volume: 1 },
      });
      const bars = [flat(0, 10), flat(1, 10), flat(2 + missing, 8)];
      const openInterest = bars.map(({ timeMs }, i) => ({
        timeMs: timeMs + BAR_MS,
        units: i < 2 ? 5_000_000 : 6_000_000,
      }));
      loadHistory(desk, historyOf(bars, { openInterest }));
      const { clusters, openInterestAge } = desk.state.feed;
      expect(openInterestAge).toBe(1);
      return clusters.longs.map((mass) => mass * clusters.scale);
    };
    const together = massAfter(0);
    expect(Math.max(...together)).toBeGreaterThan(0);
    for (const missing of [1, 12]) {
      massAfter(missing).forEach((mass, i) => expect(mass).toBeCloseTo(together[i]!, 6));
    }
  });

  test('a reading of open interest that is no count is refused, and nothing is changed', () => {
    for (const units of [Infinity, NaN, 0, -1, 0.5, 2 ** 60]) {
      const desk = plainDesk();
      const before = snapshotDesk(desk);
      const later = plainBars.slice(WARM_UP_BARS + 20, WARM_UP_BARS + 30);
      const openInterest = [{ timeMs: later[0]!.timeMs, units }];
      const refused = refusal(() => loadHistory(desk, historyOf(later, { openInterest })));
      expect(refused).toMatchObject({ leaf: 'out-of-domain', field: 'history.openInterest.units' });
      expect(snapshotDesk(desk)).toEqual(before);
    }
  });

  test("a feed stays its account's and its kind's for ever", () => {
    const desk = plainDesk();
    const later = plainBars.slice(WARM_UP_BARS + 20);
    expect(refusal(() => loadHistory(desk, historyOf(later, { kind: 'live' }))).leaf).toBe('feed-kind');
    const accountHash = new Uint8Array(32).fill(1);
    expect(refusal(() => loadHistory(desk, historyOf(later, { accountHash }))).leaf).toBe('other-account');
  });
});

describe('a new warm-up', () => {
  test('keeps the stretched touch distances and carries an open trade on', () => {
    const desk = fullDesk();
    const { close } = fullBars[WARM_UP_BARS - 1]!;
    observe(desk, look(-1, { bars: [], leaderBars: [], position: longPosition(40, close, 3, PLAY_MS) }));
    desk.state.feed.kappa.kappaLong *= 1.5;
    desk.state.feed.kappa.kappaShort *= 1.25;
    const { kappaLong, kappaShort } = desk.state.feed.kappa;
    const { stop } = desk.state.trade.exit;
    const later = fullBars.slice(WARM_UP_BARS + 20, WARM_UP_BARS + 20 + 300);
    loadHistory(desk, historyOf(later));
    expect(desk.state.feed.kappa).toMatchObject({ kappaLong, kappaShort });
    const { trade } = desk.state;
    expect(trade.open).toBe(true);
    expect(trade.exit.extreme).toBeGreaterThanOrEqual(Math.max(...later.map(({ high }) => high), close));
    expect(trade.exit.stop).toBeGreaterThanOrEqual(stop);
  });

  test('a jump that the next bar confirms drops the calibration windows that saw it', () => {
    const desk = fullDesk();
    expect([...desk.state.feed.kappa.openedHour].some((hour) => hour >= 0)).toBe(true);
    const { timeMs } = fullBars[WARM_UP_BARS]!;
    const flat = (t: number): Bar => ({ timeMs: t, open: 30, high: 30, low: 30, close: 30, volume: 1 });
    const pair = [flat(timeMs), flat(timeMs + BAR_MS)];
    observe(
      desk,
      look(1, { bars: pair, leaderBars: leaderBars.slice(WARM_UP_BARS, WARM_UP_BARS + 2), book: DEEP }),
    );
    expect([...desk.state.feed.kappa.openedHour].every((hour) => hour < 0)).toBe(true);
  });

  test('an hour of which most was missing teaches the indicators nothing, the rank of volatility goes by the clock', () => {
    const desk = plainDesk();
    const { wilder, volatilityRank } = desk.state.feed;
    const seen = [wilder.bars, volatilityRank.index];
    // Bars 0 to 6 and then 11: the four between are filled.
    for (const i of [0, 1, 2, 3, 4, 5, 6, 11]) observe(desk, after(i));
    expect([wilder.bars, volatilityRank.index]).toEqual([seen[0], (seen[1]! + 1) % 720]);
    for (let i = 12; i < 24; i++) observe(desk, after(i));
    expect([wilder.bars, volatilityRank.index]).toEqual([seen[0]! + 1, (seen[1]! + 2) % 720]);
  });
});
