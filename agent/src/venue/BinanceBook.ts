import {
  BAR_MS,
  MAX_AMOUNT,
  NO_BOOK,
  type BookLevel,
  type BookSummary,
  type OpenInterestPoint,
} from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { request } from './CcxtClient.ts';
import { decimalOf, listOf, objectOf, objectsOf, parseDecimal, timeOf } from './Reply.ts';

/** Levels read of each side: enough for half a percent, at a tenth of the weight of the whole book. */
const DEPTH = 100;
/** Levels told of each side: every one of them is hashed with each record. */
export const SUMMARY_LEVELS = 8;

/** As {@link Venue.openInterest}. */
export async function readOpenInterest(client: binanceusdm, symbol: string): Promise<number> {
  const reply = await request('open interest', false, () => client.fapiPublicGetOpenInterest({ symbol }));
  return Math.max(0, Math.floor(decimalOf(objectOf(reply, 'openInterest'), 'openInterest')));
}

const POINTS_AT_ONCE = 500;
/** The venue tells of the last thirty days; a margin, for it counts from its own now. */
const TOLD_MS = 29 * 86_400_000;

/** As {@link Venue.openInterestHistory}, every five minutes. */
export async function readOpenInterestHistory(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
  untilMs: number,
): Promise<readonly OpenInterestPoint[]> {
  const points: OpenInterestPoint[] = [];
  let startTime = Math.max(sinceMs, untilMs - TOLD_MS);
  while (startTime <= untilMs) {
    const endTime = Math.min(untilMs, startTime + (POINTS_AT_ONCE - 1) * BAR_MS);
    const reply = await request('the open interest of the past', false, () =>
      client.fapiDataGetOpenInterestHist({ symbol, period: '5m', startTime, endTime, limit: POINTS_AT_ONCE }),
    );
    for (const row of objectsOf(reply, 'openInterestHist')) {
      const timeMs = timeOf(row, 'timestamp');
      const units = Math.floor(decimalOf(row, 'sumOpenInterest'));
      if (units > 0 && timeMs > (points.at(-1)?.timeMs ?? -1)) points.push({ timeMs, units });
    }
    startTime = endTime + 1;
  }
  return points.filter(({ timeMs }) => timeMs >= sinceMs && timeMs <= untilMs);
}

/** As {@link Venue.book}. */
export async function readBook(client: binanceusdm, symbol: string): Promise<BookSummary> {
  const reply = objectOf(
    await request('the order book', false, () => client.fapiPublicGetDepth({ symbol, limit: DEPTH })),
    'depth',
  );
  const levelsOf = (side: string): BookLevel[] =>
    listOf(reply[side], side).map((row) => {
      const [price, size] = listOf(row, 'a level');
      return { price: parseDecimal(price, 'price'), size: parseDecimal(size, 'size') };
    });
  const bids = summarise(levelsOf('bids'));
  const asks = summarise(levelsOf('asks'));
  const best = bids[0]?.price ?? 0;
  return best > 0 && best < (asks[0]?.price ?? 0) ? { bids, asks } : NO_BOOK;
}

/**
 * The best level as it is and the rest in groups of equal count, each at its worst price: whoever walks the summary
 * pays at least what the book would have taken.
 */
export function summarise(levels: readonly BookLevel[]): BookLevel[] {
  const real = levels.filter(({ price, size }) => price > 0 && size > 0);
  const perGroup = Math.max(1, Math.ceil((real.length - 1) / (SUMMARY_LEVELS - 1)));
  const summary: BookLevel[] = real.slice(0, 1);
  for (let from = 1; from < real.length; from += perGroup) {
    const group = real.slice(from, from + perGroup);
    const [worst] = group.slice(-1);
    const size = group.reduce((sum, level) => sum + level.size, 0);
    if (worst !== undefined) summary.push({ price: worst.price, size });
  }
  return summary.map(({ price, size }) => ({ price, size: Math.min(size, MAX_AMOUNT) }));
}
