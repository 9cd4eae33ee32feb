import { BAR_MS, type Bar, BARS_PER_DAY, indexAtOrAfter } from '../market/Bar.ts';
import { formatE8, larger, multiplyDown, smaller } from '../market/E8.ts';
import { barOpenMs, type Contract, type Venue } from './Venue.ts';

/** Bars that each kline interval is made of. */
export const INTERVAL_BARS: Readonly<Record<string, number>> = {
  '5m': 1,
  '15m': 3,
  '30m': 6,
  '1h': 12,
  '2h': 24,
  '4h': 48,
  '1d': BARS_PER_DAY,
};

/** Which klines are asked for: from a start the first ones, else the last ones up to the end. */
export interface KlineRange {
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly limit: number;
}

/** Bars seen by now with an open in [fromMs, toMs]; the last may be the one in progress. Nothing looks ahead of market time. */
export function seenBars(venue: Venue, contract: Contract, fromMs: number, toMs: number): Bar[] {
  const { bars } = contract.recording;
  const endMs = Math.min(toMs + 1, barOpenMs(venue));
  const seen = bars.slice(indexAtOrAfter(bars, fromMs), indexAtOrAfter(bars, endMs));
  const { forming } = contract;
  if (forming !== undefined && forming.timeMs >= fromMs && forming.timeMs <= toMs) seen.push(forming);
  return seen;
}

/** Klines as Binance sends them, oldest first, ending with the one in progress. */
export function klines(venue: Venue, contract: Contract, barsPerKline: number, range: KlineRange): unknown[] {
  const { startMs, limit } = range;
  const endMs = Math.min(range.endMs ?? venue.timeMs, venue.timeMs);
  const spanMs = barsPerKline * BAR_MS;
  const toMs = Math.floor(endMs / spanMs) * spanMs + spanMs - 1;
  const { bars } = contract.recording;
  if (startMs === undefined) {
    // One kline more than asked for: the oldest may lack its first bars.
    const end = indexAtOrAfter(bars, Math.min(toMs + 1, barOpenMs(venue)));
    const fromMs = bars[Math.max(0, end - (limit + 1) * barsPerKline)]?.timeMs ?? 0;
    return rows(merge(seenBars(venue, contract, fromMs, toMs), spanMs).slice(-limit), spanMs);
  }
  const fromMs = Math.ceil(startMs / spanMs) * spanMs;
  const begin = indexAtOrAfter(bars, fromMs);
  const beyondMs = bars[begin + limit * barsPerKline]?.timeMs ?? Number.MAX_SAFE_INTEGER;
  const seen = seenBars(venue, contract, fromMs, Math.min(toMs, beyondMs));
  return rows(merge(seen, spanMs).slice(0, limit), spanMs);
}

function merge(bars: readonly Bar[], spanMs: number): readonly Bar[] {
  if (spanMs === BAR_MS) return bars;
  const merged: Bar[] = [];
  for (const bar of bars) {
    const timeMs = Math.floor(bar.timeMs / spanMs) * spanMs;
    const last = merged.at(-1);
    if (last?.timeMs !== timeMs) {
      merged.push({ ...bar, timeMs });
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
function rows(bars: readonly Bar[], spanMs: number): unknown[] {
  return bars.map((bar) => {
    const turnoverE8 = multiplyDown(bar.volumeE8, bar.closeE8);
    return [
      bar.timeMs,
      formatE8(bar.openE8),
      formatE8(bar.highE8),
      formatE8(bar.lowE8),
      formatE8(bar.closeE8),
      formatE8(bar.volumeE8),
      bar.timeMs + spanMs - 1,
      formatE8(turnoverE8),
      0,
      formatE8(bar.volumeE8 / 2n),
      formatE8(turnoverE8 / 2n),
      '0',
    ];
  });
}
