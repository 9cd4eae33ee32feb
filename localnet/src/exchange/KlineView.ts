import { type Bar, indexAtOrAfter } from '../market/Bar.ts';
import { formatE8, larger, multiplyDown, smaller } from '../market/E8.ts';
import type { Interval } from './Interval.ts';
import { barOpenMs, type Contract, type Venue } from './Venue.ts';

/** Which klines are asked for: from a start the first ones, else the last ones up to the end. */
export interface KlineRange {
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly limit: number;
}

/** Which price klines are of. Mark and index are last where they are not recorded. */
export type KlineSource = 'last' | 'mark' | 'index';

/** A recorded series and its bar in progress. */
interface Series {
  readonly bars: readonly Bar[];
  readonly forming: Bar | undefined;
}

function seriesOf(contract: Contract, source: KlineSource): Series {
  const { recording, marks, forming } = contract;
  if (source === 'mark' && recording.mark !== undefined)
    return { bars: recording.mark, forming: marks.formingMark };
  if (source === 'index' && recording.index !== undefined)
    return { bars: recording.index, forming: marks.formingIndex };
  return { bars: recording.bars, forming };
}

/** Bars seen by now with an open in [fromMs, toMs]; the last may be the one in progress. Nothing looks ahead of market time. */
export function seenBars(
  venue: Venue,
  contract: Contract,
  fromMs: number,
  toMs: number,
  source: KlineSource = 'last',
): Bar[] {
  const { bars, forming } = seriesOf(contract, source);
  const endMs = Math.min(toMs + 1, barOpenMs(venue));
  const seen = bars.slice(indexAtOrAfter(bars, fromMs), indexAtOrAfter(bars, endMs));
  if (forming !== undefined && forming.timeMs >= fromMs && forming.timeMs <= toMs) seen.push(forming);
  return seen;
}

/** Klines as Binance sends them, oldest first, ending with the one in progress. */
export function klines(
  venue: Venue,
  contract: Contract,
  interval: Interval,
  range: KlineRange,
  source: KlineSource = 'last',
): unknown[] {
  const { startMs, limit } = range;
  const endMs = Math.min(range.endMs ?? venue.timeMs, venue.timeMs);
  const toMs = interval.nextMs(interval.openMs(endMs)) - 1;
  const { bars } = seriesOf(contract, source);
  // A month has at most 31 of its least lengths.
  const barsPerKline = ((interval.nextMs(0) === interval.leastMs ? 1 : 31) * interval.leastMs) / venue.barMs;
  if (startMs === undefined) {
    // One kline more than asked for: the oldest may lack its first bars.
    const end = indexAtOrAfter(bars, Math.min(toMs + 1, barOpenMs(venue)));
    const fromMs = bars[Math.max(0, end - (limit + 1) * barsPerKline)]?.timeMs ?? 0;
    return rows(merge(seenBars(venue, contract, fromMs, toMs, source), interval).slice(-limit), interval);
  }
  const openMs = interval.openMs(startMs);
  const fromMs = openMs === startMs ? openMs : interval.nextMs(openMs);
  const begin = indexAtOrAfter(bars, fromMs);
  const beyondMs = bars[begin + limit * barsPerKline]?.timeMs ?? Number.MAX_SAFE_INTEGER;
  const seen = seenBars(venue, contract, fromMs, Math.min(toMs, beyondMs), source);
  return rows(merge(seen, interval).slice(0, limit), interval);
}

function merge(bars: readonly Bar[], interval: Interval): readonly Bar[] {
  const merged: Bar[] = [];
  for (const bar of bars) {
    const timeMs = interval.openMs(bar.timeMs);
    const last = merged.at(-1);
    if (last?.timeMs !== timeMs) {
      merged.push(bar.timeMs === timeMs ? bar : { ...bar, timeMs });
      continue;
    }
    merged[merged.length - 1] = {
      ...last,
      highE8: larger(last.highE8, bar.highE8),
      lowE8: smaller(last.lowE8, bar.lowE8),
      closeE8: bar.closeE8,
      volumeE8: last.volumeE8 + bar.volumeE8,
    };
  }
  return merged;
}

/** Turnover and trades of a bar are not recorded: volume times close stands for turnover, half of it bought by takers. */
function rows(bars: readonly Bar[], interval: Interval): unknown[] {
  return bars.map((bar) => {
    const turnoverE8 = multiplyDown(bar.volumeE8, bar.closeE8);
    return [
      bar.timeMs,
      formatE8(bar.openE8),
      formatE8(bar.highE8),
      formatE8(bar.lowE8),
      formatE8(bar.closeE8),
      formatE8(bar.volumeE8),
      interval.nextMs(bar.timeMs) - 1,
      formatE8(turnoverE8),
      0,
      formatE8(bar.volumeE8 / 2n),
      formatE8(turnoverE8 / 2n),
      '0',
    ];
  });
}
