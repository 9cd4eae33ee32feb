/** Length of a bar where nothing says otherwise, ms: five minutes. */
export const BAR_MS = 300_000;
/** Five-minute bars in a day. */
export const BARS_PER_DAY = 288;
/** Lengths of bars that a recording may have, ms: 1, 3, 5, 15, 30 minutes and an hour. */
export const BAR_LENGTHS_MS: readonly number[] = [60_000, 180_000, BAR_MS, 900_000, 1_800_000, 3_600_000];

/** One closed bar. `timeMs` is its open; prices and base volume are in e8. */
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

/**
 * Length of the bars of series that share one, ms: the known length that most often lies between two neighbours (the
 * shorter of two as frequent), five minutes when none does.
 */
export function barLengthMs(...series: readonly (readonly { readonly timeMs: number }[])[]): number {
  const counts = new Map<number, number>();
  for (const bars of series) {
    for (let i = 1; i < bars.length; i++) {
      const lengthMs = (bars[i]?.timeMs ?? 0) - (bars[i - 1]?.timeMs ?? 0);
      counts.set(lengthMs, (counts.get(lengthMs) ?? 0) + 1);
    }
  }
  let best = BAR_MS;
  for (const lengthMs of BAR_LENGTHS_MS) {
    const isMoreFrequent = (counts.get(lengthMs) ?? 0) > (counts.get(best) ?? 0);
    if (isMoreFrequent) best = lengthMs;
  }
  return best;
}

/** The runs of missing bars inside a series ordered by time. */
export function gapsOf(bars: readonly Bar[], lengthMs: number = barLengthMs(bars)): Gap[] {
  const gaps: Gap[] = [];
  for (let i = 1; i < bars.length; i++) {
    const previous = bars[i - 1];
    const bar = bars[i];
    if (previous === undefined || bar === undefined) continue;
    const missingBars = (bar.timeMs - previous.timeMs) / lengthMs - 1;
    if (missingBars > 0) gaps.push({ fromMs: previous.timeMs + lengthMs, missingBars });
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
