import { log } from '../math/Log.ts';

/*
 * Rank of a positive value among the last n, by logarithmic bins with integer counts: exact, without drift.
 */
export type Percentile = {
  /** Bin ids of the last n values. */
  ring: Uint8Array;
  counts: Int32Array;
  logLow: number;
  logStep: number;
  index: number;
  count: number;
  /** Bin of the last value. */
  bin: number;
  /** Rank in [0, 1] of the last value; `PERCENTILE_UNKNOWN` below 50 observations. */
  value: number;
};

export const PERCENTILE_UNKNOWN = -1;
const MIN_COUNT = 50;

/** `bins` at most 256, since a bin id is kept in one byte. */
export function createPercentile(window: number, low: number, logStep: number, bins: number): Percentile {
  return {
    ring: new Uint8Array(window),
    counts: new Int32Array(bins),
    logLow: log(low),
    logStep,
    index: 0,
    count: 0,
    bin: 0,
    value: PERCENTILE_UNKNOWN,
  };
}

/** Takes one value (> 0): rank = (those below + half of those equal)/n, the value itself among them. */
export function percentileStep(state: Percentile, value: number): void {
  const { ring, counts } = state;
  const place = Math.floor((log(value) - state.logLow) / state.logStep);
  const last = counts.length - 1;
  const bin = place < 0 ? 0 : place > last ? last : place;
  const index = state.index;
  if (state.count === ring.length) {
    const leaving = ring[index] as number;
    counts[leaving] = (counts[leaving] as number) - 1;
  } else {
    state.count++;
  }
  ring[index] = bin;
  counts[bin] = (counts[bin] as number) + 1;
  state.index = index + 1 === ring.length ? 0 : index + 1;
  state.bin = bin;
  if (state.count < MIN_COUNT) return;
  let below = 0;
  for (let i = 0; i < bin; i++) below += counts[i] as number;
  state.value = (below + 0.5 * (counts[bin] as number)) / state.count;
}
