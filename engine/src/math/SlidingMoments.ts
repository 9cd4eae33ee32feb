/*
 * Mean and sum of squared deviations of the last n values in O(1). Each time the ring wraps both are recomputed in
 * two passes, so rounding never accumulates over more than n steps.
 */
export class SlidingMoments {
  ring: Float64Array;
  index = 0;
  count = 0;
  mean = 0;
  m2 = 0;

  constructor(n: number) {
    this.ring = new Float64Array(n);
  }
}

export function createSlidingMoments(n: number): SlidingMoments {
  return new SlidingMoments(n);
}

function recompute(state: SlidingMoments): void {
  const ring = state.ring;
  const n = ring.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ring[i] as number;
  const mean = sum / n;
  let m2 = 0;
  for (let i = 0; i < n; i++) {
    const d = (ring[i] as number) - mean;
    m2 += d * d;
  }
  state.mean = mean;
  state.m2 = m2;
}

/** Takes one value. Mean and m2 (>= 0) are of the last n values, and mean something once `count === n`. */
export function slidingMomentsStep(state: SlidingMoments, value: number): void {
  const ring = state.ring;
  const n = ring.length;
  const index = state.index;
  const old = ring[index] as number;
  ring[index] = value;
  const next = index + 1;
  if (state.count < n) state.count++;
  if (next === n) {
    state.index = 0;
    recompute(state);
    return;
  }
  state.index = next;
  if (state.count < n) return;
  const before = state.mean;
  const mean = before + (value - old) / n;
  const m2 = state.m2 + (value - old) * (value - mean + old - before);
  state.mean = mean;
  state.m2 = m2 > 0 ? m2 : 0;
}
