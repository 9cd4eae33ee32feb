import { MAX_AMOUNT, NO_BOOK, type BookLevel, type BookSummary } from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { request } from './CcxtClient.ts';
import { decimalOf, listOf, objectOf, parseDecimal } from './Reply.ts';

/** Levels read of each side: enough for half a percent, at a tenth of the weight of the whole book. */
const DEPTH = 100;
/** Levels told of each side: every one of them is hashed with each record. */
export const SUMMARY_LEVELS = 8;

/** As {@link Venue.openInterest}. */
export async function readOpenInterest(client: binanceusdm, symbol: string): Promise<number> {
  const reply = await request('open interest', false, () => client.fapiPublicGetOpenInterest({ symbol }));
  return Math.max(0, Math.floor(decimalOf(objectOf(reply, 'openInterest'), 'openInterest')));
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
