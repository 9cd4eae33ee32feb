import { BUCKETS } from './ClusterGrid.ts';
import type { Clusters } from './Clusters.ts';
import { RANGE_BUCKETS } from './CrowdMix.ts';

/*
 * How much of the crowd lies where: sums over buckets, and those within 30 % of price, which are carried on from bar to bar
 * instead of being taken anew.
 */

/** Sums the masses ahead anew: what was added to and taken from them one by one has left its rounding there. */
export function recount(state: Clusters): void {
  state.aheadLong = sumOf(state.longs, state.place - RANGE_BUCKETS + 1, state.place);
  state.aheadShort = sumOf(state.shorts, state.place, state.place + RANGE_BUCKETS - 1);
}

/** Sum of the buckets `from` to `to` of the window, both included, as far as there are any. */
export function sumOf(masses: Float64Array, from: number, to: number): number {
  const last = to < BUCKETS ? to : BUCKETS - 1;
  let sum = 0;
  let i = from > 0 ? from : 0;
  // Four a turn: in QuickJS the loop itself costs as much as two of them.
  for (; i + 3 <= last; i += 4) sum += masses[i]! + masses[i + 1]! + (masses[i + 2]! + masses[i + 3]!);
  for (; i <= last; i++) sum += masses[i]!;
  return sum;
}

/** Sum of the buckets from `from` to before `to`; taken away where `to` comes first. */
function between(masses: Float64Array, from: number, to: number): number {
  return to >= from ? sumOf(masses, from, to - 1) : -sumOf(masses, to, from - 1);
}

/** Scaled mass within 30 % of a bucket on the adverse side: that of the last bar, moved to where it is asked for. */
export function scaledAhead(state: Clusters, side: number, place: number): number {
  const from = state.place;
  if (place === from) return side > 0 ? state.aheadLong : state.aheadShort;
  const isFar = place - from > RANGE_BUCKETS / 2 || from - place > RANGE_BUCKETS / 2;
  if (side > 0) {
    if (isFar) return sumOf(state.longs, place - RANGE_BUCKETS + 1, place);
    return (
      state.aheadLong +
      between(state.longs, from + 1, place + 1) -
      between(state.longs, from - RANGE_BUCKETS + 1, place - RANGE_BUCKETS + 1)
    );
  }
  if (isFar) return sumOf(state.shorts, place, place + RANGE_BUCKETS - 1);
  return (
    state.aheadShort +
    between(state.shorts, from + RANGE_BUCKETS, place + RANGE_BUCKETS) -
    between(state.shorts, from, place)
  );
}

/** Moves the sums of what lies ahead to another bucket: what price leaves behind goes, what comes into range is added. */
export function follow(state: Clusters, place: number): void {
  const { longs, shorts } = state;
  let { place: at, aheadLong, aheadShort } = state;
  state.place = place;
  if (place - at > RANGE_BUCKETS / 2 || at - place > RANGE_BUCKETS / 2) {
    recount(state);
    return;
  }
  for (; at < place; at++) {
    aheadLong += longs[at + 1]! - longs[at - RANGE_BUCKETS + 1]!;
    aheadShort += shorts[at + RANGE_BUCKETS]! - shorts[at]!;
  }
  for (; at > place; at--) {
    aheadLong += longs[at - RANGE_BUCKETS]! - longs[at]!;
    aheadShort += shorts[at - 1]! - shorts[at + RANGE_BUCKETS - 1]!;
  }
  state.aheadLong = aheadLong;
  state.aheadShort = aheadShort;
}
