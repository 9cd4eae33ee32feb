import { exp } from '../math/Exp.ts';

/*
 * Self-calibration of the touch distance, per side: an insurance against a mis-scaled volatility. Every hour a
 * window opens with the level that should be touched with probability p; eight hours later a hit raises kappa by a
 * fixed share, a miss lowers it so that p hits balance 1-p misses. kappa stays in [kappa0, 2 kappa0].
 * Risk model, section 2.
 */
export class KappaTracker {
  kappa0 = 0;
  /** Factors of a hit (> 1) and of a miss (< 1). */
  up = 0;
  down = 0;
  kappaLong = 0;
  kappaShort = 0;
  /** Per window: the hour it opened in (-1 = none), its two levels, and the hit flags. */
  openedHour = new Float64Array(WINDOW_HOURS).fill(NONE);
  levelLong = new Float64Array(WINDOW_HOURS);
  levelShort = new Float64Array(WINDOW_HOURS);
  hits = new Uint8Array(WINDOW_HOURS);
  /** The nearest level not yet hit on each side: most bars reach neither and need look no further. */
  nearestLong = 0;
  nearestShort = FAR;

  constructor(kappa0: number, p: number, rate: number) {
    this.kappa0 = kappa0;
    this.up = 1 + rate;
    this.down = 1 - (rate * p) / (1 - p);
    this.kappaLong = kappa0;
    this.kappaShort = kappa0;
  }
}

export const WINDOW_HOURS = 8;
const SQRT_WINDOW_HOURS = Math.sqrt(WINDOW_HOURS);
const HIT_LONG = 1;
const HIT_SHORT = 2;
const NONE = -1;
/** Above any price. */
const FAR = Number.MAX_VALUE;

/** `p` the nominal probability of a touch in 8 h, `rate` the share by which a hit raises kappa (0.0025). */
export function createKappaTracker(kappa0: number, p: number, rate: number): KappaTracker {
  return new KappaTracker(kappa0, p, rate);
}

function findNearest(tracker: KappaTracker): void {
  let long = 0;
  let short = FAR;
  for (let i = 0; i < WINDOW_HOURS; i++) {
    if ((tracker.openedHour[i] as number) < 0) continue;
    const hits = tracker.hits[i] as number;
    const levelLong = tracker.levelLong[i] as number;
    const levelShort = tracker.levelShort[i] as number;
    if ((hits & HIT_LONG) === 0 && levelLong > long) long = levelLong;
    if ((hits & HIT_SHORT) === 0 && levelShort < short) short = levelShort;
  }
  tracker.nearestLong = long;
  tracker.nearestShort = short;
}

/** Marks the windows whose level a closed bar reached. Comes before the hour's close is scored. */
export function kappaTrackerBar(
  tracker: KappaTracker,
  { high, low }: { readonly high: number; readonly low: number },
): void {
  if (low > tracker.nearestLong && high < tracker.nearestShort) return;
  for (let i = 0; i < WINDOW_HOURS; i++) {
    if ((tracker.openedHour[i] as number) < 0) continue;
    let hits = tracker.hits[i] as number;
    if (low <= (tracker.levelLong[i] as number)) hits |= HIT_LONG;
    if (high >= (tracker.levelShort[i] as number)) hits |= HIT_SHORT;
    tracker.hits[i] = hits;
  }
  findNearest(tracker);
}

/** kappa after one scored window, held in [kappa0, 2 kappa0]: a hit never lowers it, a miss never raises it. */
export function kappaAfter(tracker: KappaTracker, kappa: number, hit: boolean): number {
  const next = kappa * (hit ? tracker.up : tracker.down);
  const most = 2 * tracker.kappa0;
  return next < tracker.kappa0 ? tracker.kappa0 : next > most ? most : next;
}

/**
 * At the close of clock hour number `hour` (open time of the hour / 3,600,000), from bar 288 on: scores the window
 * opened eight hours ago, if there is one, then opens a new one from `close` with both side volatilities.
 */
export function kappaTrackerHour(
  tracker: KappaTracker,
  hour: number,
  close: number,
  sigmaLong: number,
  sigmaShort: number,
): void {
  const slot = hour % WINDOW_HOURS;
  if (tracker.openedHour[slot] === hour - WINDOW_HOURS) {
    const hits = tracker.hits[slot] as number;
    tracker.kappaLong = kappaAfter(tracker, tracker.kappaLong, (hits & HIT_LONG) !== 0);
    tracker.kappaShort = kappaAfter(tracker, tracker.kappaShort, (hits & HIT_SHORT) !== 0);
  }
  tracker.openedHour[slot] = hour;
  tracker.levelLong[slot] = close * exp(-tracker.kappaLong * sigmaLong * SQRT_WINDOW_HOURS);
  tracker.levelShort[slot] = close * exp(tracker.kappaShort * sigmaShort * SQRT_WINDOW_HOURS);
  tracker.hits[slot] = 0;
  findNearest(tracker);
}

/** Drops every open window unscored: it saw a quarantined bar, or the series went stale. */
export function kappaTrackerDrop(tracker: KappaTracker): void {
  tracker.openedHour.fill(NONE);
  tracker.hits.fill(0);
  tracker.nearestLong = 0;
  tracker.nearestShort = FAR;
}
