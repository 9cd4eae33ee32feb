/** Length of a bar, ms. Every recording is of 5-minute bars. */
export const BAR_MS = 300_000;
/** Bars in a day. */
export const BARS_PER_DAY = 288;

/** One closed 5-minute bar. `timeMs` is its open; prices and base volume are in e8. */
export interface Bar {
  readonly timeMs: number;
  readonly openE8: bigint;
  readonly highE8: bigint;
  readonly lowE8: bigint;
  readonly closeE8: bigint;
  readonly volumeE8: bigint;
}

/** A run of bars that are absent between two that are present. */
export interface Gap {
  readonly fromMs: number;
  readonly missingBars: number;
}

/** The runs of missing bars inside a series ordered by time. */
export function gapsOf(bars: readonly Bar[]): Gap[] {
  const gaps: Gap[] = [];
  for (let i = 1; i < bars.length; i++) {
    const previous = bars[i - 1];
    const bar = bars[i];
    if (previous === undefined || bar === undefined) continue;
    const missingBars = (bar.timeMs - previous.timeMs) / BAR_MS - 1;
    if (missingBars > 0) gaps.push({ fromMs: previous.timeMs + BAR_MS, missingBars });
  }
  return gaps;
}

/** Index of the first item at or after `timeMs` in a series ordered by time (its length when there is none). */
export function indexAtOrAfter(items: readonly { readonly timeMs: number }[], timeMs: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && item.timeMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
