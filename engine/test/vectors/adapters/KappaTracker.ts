import {
  createKappaTracker,
  kappaAfter,
  kappaTrackerBar,
  kappaTrackerHour,
} from '../../../src/model/KappaTracker.ts';
import { kappaOf } from '../../../src/model/FirstPassage.ts';
import type { KappaTracker } from '../../../src/model/KappaTracker.ts';
import { BARS_PER_HOUR, createVolatility, sigmaSide, volatilityStep } from '../../../src/model/Volatility.ts';
import { near, same } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter } from '../Vector.ts';

type Row = {
  bar: number;
  scoredWindowOpenedAt: number | null;
  hitLong: number | null;
  hitShort: number | null;
  kappaLong: number;
  kappaShort: number;
  levelLong: number | null;
  levelShort: number | null;
};
type Vector = {
  p: number;
  up: number;
  down: number;
  bounds: [number, number];
  default: Row[];
  exercise: Row[];
  recursion: { flags: number[]; kappa: number[] };
};

/** The file states the exercise's rate in words only. It is what the first hit raised kappa by; all else is held against it. */
function exerciseRate(rows: readonly Row[]): number {
  const hit = rows.findIndex(({ hitLong, hitShort }) => hitLong === 1 || hitShort === 1);
  const [before, after] = [rows[hit - 1], rows[hit]];
  if (before === undefined || after === undefined) throw new Error('expected a hit in exercise, got none');
  return after.hitLong === 1
    ? after.kappaLong / before.kappaLong - 1
    : after.kappaShort / before.kappaShort - 1;
}

const CANDLES = 'sigma_side_generated.json';
const FIRST_BAR = 288;

export const kappaTracker: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('kappa_tracker.json');
    const candles = candlesOf(load, CANDLES);
    const [kappa0, most] = vector.bounds;
    const rate = vector.up - 1;
    near(check, 'down', vector.down, createKappaTracker(kappa0, vector.p, rate).down);
    near(check, 'bounds[0]', kappa0, kappaOf(vector.p));
    near(check, 'bounds[1]', most, 2 * kappa0);

    const replay = (at: string, rows: readonly Row[], tracker: KappaTracker): void => {
      const volatility = createVolatility();
      let row = 0;
      candles.forEach(([, open, high, low, close], bar) => {
        volatilityStep(volatility, { open, high, low, close }, false);
        kappaTrackerBar(tracker, { high, low });
        const expected = rows[row];
        if (expected?.bar !== bar) return;
        row++;
        const hour = row;
        same(check, `${at} ${bar} ends an hour`, 0, (bar + 1) % BARS_PER_HOUR);
        const slot = hour % tracker.openedHour.length;
        const scored = bar >= FIRST_BAR && tracker.openedHour[slot] === hour - tracker.openedHour.length;
        const opened = scored ? bar - tracker.openedHour.length * BARS_PER_HOUR : null;
        near(check, `${at} ${bar} scoredWindowOpenedAt`, expected.scoredWindowOpenedAt, opened);
        const hits = tracker.hits[slot]!;
        near(check, `${at} ${bar} hitLong`, expected.hitLong, scored ? hits & 1 : null);
        near(check, `${at} ${bar} hitShort`, expected.hitShort, scored ? hits >> 1 : null);
        const opens = bar >= FIRST_BAR;
        if (opens)
          kappaTrackerHour(tracker, hour, close, sigmaSide(volatility, 1), sigmaSide(volatility, -1));
        near(check, `${at} ${bar} levelLong`, expected.levelLong, opens ? tracker.levelLong[slot]! : null);
        near(check, `${at} ${bar} levelShort`, expected.levelShort, opens ? tracker.levelShort[slot]! : null);
        near(check, `${at} ${bar} kappaLong`, expected.kappaLong, tracker.kappaLong);
        near(check, `${at} ${bar} kappaShort`, expected.kappaShort, tracker.kappaShort);
      });
      same(check, `${at} rows`, rows.length, row);
    };
    replay('default', vector.default, createKappaTracker(kappa0, vector.p, rate));
    const exercise = vector.exercise[0] as Row;
    replay(
      'exercise',
      vector.exercise,
      createKappaTracker(exercise.kappaLong, vector.p, exerciseRate(vector.exercise)),
    );

    const tracker = createKappaTracker(kappa0, vector.p, rate);
    let kappa = kappa0;
    vector.recursion.flags.forEach((flag, i) => {
      kappa = kappaAfter(tracker, kappa, flag === 1);
      near(check, `recursion[${i}]`, vector.recursion.kappa[i], kappa);
    });
  },
};
