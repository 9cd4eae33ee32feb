import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createKeeper,
  decodeKeeper,
  DEFAULT_LIMITS,
  deskKey,
  encodeHistory,
  encodeKeeper,
  encodeLimits,
  encodeObservation,
  instrumentHash,
  judgeWish,
  openBooks,
  pinPlace,
  takeIntoBooks,
  type Bar,
  type Books,
  type Keeper,
  type Place,
} from '../index.ts';
import { RUNS } from '../../test/Arbitrary.ts';
import { generator, historyOf, idOf, longPosition, observationOf, START_MS } from '../../test/market.ts';
import { correlated, correlationOf, KNOWN_FROM } from './Correlations.ts';

const OWNER = Uint8Array.of(1, 1, 1);
const LAMBDA = 0.9991980680382416;
const PLACES: readonly Place[] = [
  { account: 0, market: 0 },
  { account: 0, market: 1 },
  { account: 3, market: 0 },
];

function barAt(i: number, close: number): Bar {
  return { timeMs: START_MS + i * BAR_MS, open: close, high: close, low: close, close, volume: 1 };
}

/** Walks that share a part of their moves. */
function walks(seed: number, count: number, shared: number): Bar[][] {
  const random = generator(seed);
  const closes = PLACES.map((_, k) => 10 * (k + 1));
  const bars: Bar[][] = PLACES.map(() => []);
  for (let i = 0; i < count; i++) {
    const common = random() - 0.5;
    PLACES.forEach((_, k) => {
      closes[k] = closes[k]! * (1 + 0.01 * (shared * common + (1 - shared) * (random() - 0.5)));
      bars[k]!.push(barAt(i, closes[k]!));
    });
  }
  return bars;
}

function pinned(places: readonly Place[], kinds: readonly ('replay' | 'paper')[] = []): Keeper {
  return places.reduce(
    (keeper, place, i) => {
      const history = historyOf([barAt(0, 10)], { place, kind: kinds[i] ?? 'replay' });
      const instrument = { ...history.instrument, symbol: `SYM${String(place.market)}` };
      return pinPlace(keeper, { ...history, instrument }, START_MS);
    },
    createKeeper(OWNER, DEFAULT_LIMITS),
  );
}

/** The correlation by definition: over all times at which both have this close and the one before, without jumps. */
function bruteForce(one: readonly Bar[], other: readonly Bar[]): number | null {
  const closes = new Map(other.map(({ timeMs, close }) => [timeMs, close]));
  const own = new Map(one.map(({ timeMs, close }) => [timeMs, close]));
  let [xx, yy, xy, count] = [0, 0, 0, 0];
  for (const { timeMs, close } of one) {
    const [x0, y0, y1] = [own.get(timeMs - BAR_MS), closes.get(timeMs - BAR_MS), closes.get(timeMs)];
    if (x0 === undefined || y0 === undefined || y1 === undefined) continue;
    const [x, y] = [Math.log(close / x0), Math.log(y1 / y0)];
    if (Math.abs(x) > 0.5 || Math.abs(y) > 0.5) continue;
    xx = LAMBDA * xx + (1 - LAMBDA) * x * x;
    yy = LAMBDA * yy + (1 - LAMBDA) * y * y;
    xy = LAMBDA * xy + (1 - LAMBDA) * x * y;
    count++;
  }
  return count < KNOWN_FROM ? null : xy / Math.sqrt(xx * yy);
}

/** Feeds tell their bars a few at a time, each at its own pace but never more than twelve apart. */
function told(keeper: Keeper, bars: readonly (readonly Bar[])[], seed: number): Keeper {
  const random = generator(seed);
  const at = bars.map(() => 0);
  let now = keeper;
  for (;;) {
    const slowest = Math.min(...at.map((index, k) => bars[k]![index]?.timeMs ?? Infinity));
    if (slowest === Infinity) return now;
    const ready = at.flatMap((index, k) => {
      const next = bars[k]![index];
      return next !== undefined && next.timeMs <= slowest + 6 * BAR_MS ? [k] : [];
    });
    const k = ready[Math.floor(random() * ready.length)]!;
    const size = 1 + Math.floor(random() * 3);
    now = correlated(now, PLACES[k]!, bars[k]!.slice(at[k], at[k]! + size));
    at[k]! += size;
  }
}

const keyOf = (k: number): number => deskKey(PLACES[k]!);
const between = ({ correlations }: Keeper, a: number, b: number): number | null =>
  correlationOf(correlations, keyOf(a), keyOf(b));

describe('correlations of an owner’s feeds', () => {
  test('equal their definition, whatever is missing, jumps or comes first', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.95, noNaN: true }), (seed, shared) => {
        const random = generator(seed);
        const gappy = walks(seed, 420, shared).map((bars) =>
          bars
            .filter(() => random() > 0.03)
            .map((bar, i) => (i === 200 ? { ...bar, close: 3 * bar.close } : bar)),
        );
        const keeper = told(pinned(PLACES), gappy, seed + 1);
        for (const [a, b] of [
          [0, 1],
          [1, 2],
          [2, 0],
        ] as const) {
          const expected = bruteForce(gappy[a]!, gappy[b]!);
          const measured = between(keeper, a, b);
          if (expected === null) expect(measured).toBeNull();
          else expect(measured).toBeCloseTo(expected, 10);
          expect(between(keeper, b, a)).toBe(measured);
        }
        // Another order of arrival: the same to the bit.
        const again = told(pinned(PLACES), gappy, seed + 2);
        expect(between(again, 0, 1)).toBe(between(keeper, 0, 1));
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 20) },
    );
  });

  test('read back from the keeper’s bytes, and a keeper without any has the bytes it always had', () => {
    const keeper = told(pinned(PLACES), walks(4, 300, 0.7), 5);
    expect(decodeKeeper(encodeKeeper(keeper))).toEqual(keeper);
    expect(between(decodeKeeper(encodeKeeper(keeper)), 0, 1)).toBeGreaterThan(0.5);
    const bytes = encodeKeeper(keeper);
    // The first key: after it all numbers are read, of which the second key must not be the first again.
    const none = encodeKeeper({ ...keeper, correlations: pinned(PLACES).correlations });
    const twice = bytes.slice();
    twice[none.length + 2] = twice[none.length + 1]!;
    expect(() => decodeKeeper(twice)).toThrow('correlations.feed');
    const many = bytes.slice();
    many[none.length] = 33;
    expect(() => decodeKeeper(many)).toThrow('correlations.feeds');
  });

  test('are unknown for less than a day in common, where a market stands still, and across kinds', () => {
    const bars = walks(6, KNOWN_FROM + 1, 0.5);
    const day = told(pinned(PLACES), bars, 7);
    expect(between(day, 0, 1)).not.toBeNull();
    const short = told(
      pinned(PLACES),
      bars.map((some) => some.slice(1)),
      7,
    );
    expect(between(short, 0, 1)).toBeNull();
    const still = told(
      pinned(PLACES),
      [bars[0]!, bars[1]!.map(({ timeMs }) => ({ ...barAt(0, 5), timeMs }))],
      7,
    );
    expect(between(still, 0, 1)).toBeNull();
    const apart = pinned([PLACES[0]!, PLACES[2]!], ['replay', 'paper']);
    expect(correlated(apart, PLACES[0]!, bars[0]!.slice(0, 1))).toBe(apart);
    expect(between(day, 0, 0)).toBeNull();
  });

  test('cost an owner with one feed nothing: the keeper is the very same', () => {
    const alone = pinned([PLACES[0]!]);
    expect(correlated(alone, PLACES[0]!, walks(1, 12, 0)[0]!)).toBe(alone);
  });
});

describe('the room in the portfolio', () => {
  const bars = walks(11, 400, 0.8);

  /** Two desks on one account, told by frames; the second holds a long or a short of 300. */
  function sailed(side: 1 | -1): Books {
    const books = openBooks(OWNER, encodeLimits(DEFAULT_LIMITS));
    const take = (type: 'history' | 'observation', frame: Uint8Array, i: number): unknown =>
      takeIntoBooks(books, type, frame, { icTimeMs: START_MS + i * BAR_MS, sequence: i });
    const instruments = [0, 1].map((k) => ({ ...historyOf([]).instrument, symbol: `SYM${String(k)}` }));
    for (const k of [0, 1]) {
      const first = [rounded(bars[k]![0]!)];
      const history = historyOf(first, { id: idOf(k), place: PLACES[k]!, instrument: instruments[k]! });
      take('history', encodeHistory(history), 0);
    }
    for (let i = 1; i < bars[0]!.length; i++) {
      for (const k of [0, 1]) {
        const bar = rounded(bars[k]![i]!);
        const long = longPosition(300 / Math.round(bar.close), bar.close, 3, START_MS);
        const look = observationOf(10 * i + k, [bar], bar.timeMs + BAR_MS, bar.close, {
          place: PLACES[k]!,
          instrumentHash: instrumentHash(instruments[k]!),
          ...(k === 1 && { position: { ...long, side } }),
        });
        take('observation', encodeObservation(look), i);
      }
    }
    return books;
  }

  function rounded({ timeMs, close }: Bar): Bar {
    return { ...barAt(0, Math.round(close * 1e4) / 1e4), timeMs };
  }

  test('is told the measured correlation with what else is held, once there is one', () => {
    const { keeper } = sailed(1);
    const [other] = judgeWish(keeper, PLACES[0]!, START_MS).others;
    expect(other).toMatchObject({ side: 1, among: [] });
    expect(other!.correlation).toBe(between(keeper, 0, 1));
    expect(other!.correlation).toBeGreaterThan(0.7);
    const hedged = judgeWish(sailed(-1).keeper, PLACES[0]!, START_MS).others;
    expect(hedged[0]).toMatchObject({ side: -1, correlation: other!.correlation });
  });
});
