/** A kline interval: where its klines open. All but months have one length. */
export interface Interval {
  /** Open of the kline that holds a time, ms. */
  openMs(timeMs: number): number;
  /** Open of the kline after the one that opens at a time, ms. */
  nextMs(openMs: number): number;
  /** The shortest length, ms: bars of which klines are made must divide it. */
  readonly leastMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The epoch was a Thursday; weeks open on Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

function every(lengthMs: number, originMs = 0): Interval {
  return {
    openMs: (timeMs) => Math.floor((timeMs - originMs) / lengthMs) * lengthMs + originMs,
    nextMs: (openMs) => openMs + lengthMs,
    leastMs: lengthMs,
  };
}

const MONTH: Interval = {
  openMs: (timeMs) => monthMs(timeMs, 0),
  nextMs: (openMs) => monthMs(openMs, 1),
  leastMs: DAY_MS,
};

function monthMs(timeMs: number, ahead: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1);
}

const INTERVALS: ReadonlyMap<string, Interval> = new Map([
  ['1m', every(MINUTE_MS)],
  ['3m', every(3 * MINUTE_MS)],
  ['5m', every(5 * MINUTE_MS)],
  ['15m', every(15 * MINUTE_MS)],
  ['30m', every(30 * MINUTE_MS)],
  ['1h', every(HOUR_MS)],
  ['2h', every(2 * HOUR_MS)],
  ['4h', every(4 * HOUR_MS)],
  ['6h', every(6 * HOUR_MS)],
  ['8h', every(8 * HOUR_MS)],
  ['12h', every(12 * HOUR_MS)],
  ['1d', every(DAY_MS)],
  ['3d', every(3 * DAY_MS)],
  ['1w', every(7 * DAY_MS, FIRST_MONDAY_MS)],
  ['1M', MONTH],
]);

/** The interval of a name when bars of a length can make it up; undefined for others. */
export function intervalOf(name: string, barMs: number): Interval | undefined {
  const interval = INTERVALS.get(name);
  return interval !== undefined && interval.leastMs % barMs === 0 ? interval : undefined;
}
