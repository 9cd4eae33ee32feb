import { log } from '../math/Log.ts';

/*
 * Rank of a positive value among the last n, by logarithmic bins with integer counts: exact, without drift.
 */
export class Percentile {
  /** Bin ids of the last n values. */
  ring: Uint8Array;
  counts: Int32Array;
  logLow = 0;
  logStep = 0;
  index = 0;
  count = 0;
  /** Bin of the last value, and how many of the others lie in bins below it. */
  bin = 0;
  below = 0;
  /** Rank in [0, 1] of the last value; `PERCENTILE_UNKNOWN` below 50 observations. */
  value = PERCENTILE_UNKNOWN;

  constructor(window: number, low: number, logStep: number, bins: number) {
    this.ring = new Uint8Array(window);
    this.counts = new Int32Array(bins);
    this.logLow = log(low);
    this.logStep = logStep;
  }
}

export const PERCENTILE_UNKNOWN = -1;
export const MIN_COUNT = 50;

/** `bins` at most 256, since a bin id is kept in one byte. */
export function createPercentile(window: number, low: number, logStep: number, bins: number): Percentile {
  return new Percentile(window, low, logStep, bins);
}

/** Takes one value (> 0): rank = (those below + half of those equal)/n, the value itself among them. */
export function percentileStep(state: Percentile, value: number): void {
  const { ring, counts } = state;
  const place = Math.floor((log(value) - state.logLow) / state.logStep);
  const last = counts.length - 1;
  const bin = place < 0 ? 0 : place > last ? last : place;
  const index = state.index;
  let { bin: at, below } = state;
  if (state.count === ring.length) {
    const leaving = ring[index]!;
    counts[leaving]!--;
    if (leaving < at) below--;
  } else {
    state.count++;
  }
  // From one value's bin to the next one's it is never far.
  for (; at < bin; at++) below += counts[at]!;
  for (; at > bin; at--) below -= counts[at - 1]!;
  ring[index] = bin;
  counts[bin]!++;
  state.index = index + 1 === ring.length ? 0 : index + 1;
  state.bin = bin;
  state.below = below;
  if (state.count >= MIN_COUNT) state.value = (below + 0.5 * counts[bin]!) / state.count;
}
