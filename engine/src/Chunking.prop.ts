import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  DEFAULT_LIMITS,
  encodeDecision,
  FLAT,
  observe,
  restoreDesk,
  setLimits,
  snapshotDesk,
  stateHash,
  WARM_UP_BARS,
  type Desk,
  type Observation,
  type Position,
} from './index.ts';
import { MAX_OBSERVED_BARS } from './Look.ts';
import { generator, HOUR_MS, longPosition } from '../test/market.ts';
import { crash, fullBars, fullDesk, leaderBars, look, PLAY_MS } from '../test/Stage.ts';

const BARS = 220;
const SETTLES_MS = 8 * HOUR_MS;

/** What there is to tell of one bar, and whether a look of several bars ends with it. */
interface Told {
  readonly isMissing: boolean;
  readonly isLeaderMissing: boolean;
  readonly rate: number;
  /** Open interest and forced orders are told of the last bar of a look: where they are read, a look ends. */
  readonly isRead: boolean;
  readonly openInterest: number;
  readonly printsUsdt: number;
  readonly isLook: boolean;
  readonly isRestored: boolean;
}

interface Played {
  readonly tolds: readonly Told[];
  readonly held: Position;
  /** The bar that falls by 3 %: a shock, and deep into the map. */
  readonly falls: number;
}

function played(seed: number): Played {
  const random = generator(seed);
  const tolds = Array.from({ length: BARS }, () => ({
    isMissing: random() < 0.03,
    isLeaderMissing: random() < 0.05,
    rate: Math.round((random() - 0.3) * 10_000) / 1e6,
    isRead: random() < 0.2,
    openInterest: Math.round(4_000_000 + 2_000_000 * random()),
    printsUsdt: Math.round(50_000 * random()),
    isLook: random() < 0.25,
    isRestored: random() < 0.5,
  }));
  const position = longPosition(40, fullBars[WARM_UP_BARS - 1]!.close, 3, PLAY_MS);
  return { tolds, held: random() < 0.2 ? FLAT : position, falls: Math.floor(20 + random() * (BARS - 20)) };
}

/** The looks after some of the bars, each with all that happened since the one before. */
function looksAfter(
  { tolds, held, falls }: Played,
  isLook: (told: Told, barsSince: number) => boolean,
): ReadonlyMap<number, Observation> {
  const looks = new Map<number, Observation>();
  let since = 0;
  tolds.forEach((here, i) => {
    const isLast = i === tolds.length - 1;
    if (here.isMissing && !isLast) return;
    if (!isLook(here, i + 1 - since) && !here.isRead && !isLast) return;
    const among = tolds
      .slice(since, i + 1)
      .map((one, k) => ({ ...one, i: since + k, at: WARM_UP_BARS + since + k }));
    const isThere = ({ isMissing, i: k }: { isMissing: boolean; i: number }): boolean =>
      !isMissing || k === i;
    looks.set(
      i,
      look(i, {
        position: held,
        bars: among.filter(isThere).map((one) => (one.i === falls ? crash(one.i, 0.03) : fullBars[one.at]!)),
        leaderBars: among.filter((one) => !one.isLeaderMissing).map(({ at }) => leaderBars[at]!),
        settlements: among.flatMap(({ at, rate }) => {
          const timeMs = fullBars[at]!.timeMs + BAR_MS;
          return timeMs % SETTLES_MS === 0 ? [{ timeMs, rate }] : [];
        }),
        openInterest: here.isRead ? here.openInterest : 0,
        longPrintsUsdt: here.isRead ? here.printsUsdt : 0,
      }),
    );
    since = i + 1;
  });
  return looks;
}

/** Warm with all that, and held from before the first bar, by limits that reduce nothing: that is decided look by look. */
function warm(position: Position): Desk {
  const desk = fullDesk();
  setLimits(desk, { ...DEFAULT_LIMITS, longestHoldHours: 336, shockReduceFraction: 0 });
  observe(desk, look(-1, { bars: [], leaderBars: [], position }));
  return desk;
}

describe('with leader, open interest, forced orders, settlements, missing bars and a position', () => {
  test('however bars are told together, and restored at any look, every shared look has the same answer and state', () => {
    const seen = { HOLD: 0, CLOSE: 0, WAIT: 0, ENTER: 0, REDUCE: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const play = played(seed);
        const one = warm(play.held);
        let many = warm(play.held);
        const singly = looksAfter(play, () => true);
        const together = looksAfter(play, ({ isLook }, bars) => isLook || bars >= MAX_OBSERVED_BARS - 1);
        for (const [i, told] of singly) {
          const { decision } = observe(one, told);
          const shared = together.get(i);
          if (shared === undefined) continue;
          if (play.tolds[i]!.isRestored) many = restoreDesk(snapshotDesk(many));
          const again = observe(many, shared).decision;
          expect(Buffer.compare(encodeDecision(again), encodeDecision(decision)), `look ${String(i)}`).toBe(
            0,
          );
          expect(stateHash(many)).toBe(stateHash(one));
          seen[decision.action]++;
        }
        expect(together.size).toBeLessThan(0.75 * singly.size);
        expect(one.state.feed.isMapMeasured).toBe(true);
      }),
      { numRuns: 30 },
    );
    expect(Math.min(seen.HOLD, seen.CLOSE, seen.WAIT)).toBeGreaterThan(100);
    expect(seen.REDUCE).toBe(0);
  });
});
