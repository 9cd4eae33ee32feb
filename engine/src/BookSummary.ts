import { EngineError, outOfDomain } from './EngineError.ts';
import { isAmount, requireAmount } from './Domain.ts';
import { getE8, getU8, putE8, putU8, type Reader, type Writer } from './codec/Bytes.ts';

/** More levels than this are not told. */
export const MAX_BOOK_LEVELS = 20;

/** One price level: quote per base unit, and base units. */
export interface BookLevel {
  readonly price: number;
  readonly size: number;
}

/** The top of the order book, best first on both sides. Both sides empty: unknown. */
export interface BookSummary {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export const NO_BOOK: BookSummary = { bids: [], asks: [] };

function assertLevels(levels: readonly BookLevel[], side: number, field: string): void {
  if (levels.length > MAX_BOOK_LEVELS) {
    throw new EngineError(
      'request',
      'oversized',
      field,
      `at most ${String(MAX_BOOK_LEVELS)} levels`,
      levels.length,
    );
  }
  let previous = 0;
  for (let i = 0; i < levels.length; i++) {
    const { price, size } = levels[i]!;
    // The names are put together only for a refusal.
    if (!isAmount(price)) requireAmount(`${field}.price`, price);
    if (!isAmount(size)) requireAmount(`${field}.size`, size);
    if (i > 0 && !(side * (price - previous) > 0)) {
      throw outOfDomain(`${field}.price`, `beyond ${String(previous)}, best first`, price);
    }
    previous = price;
  }
}

/** @throws EngineError for a one-sided, unordered or crossed book. */
export function assertBook(book: BookSummary): void {
  const { bids, asks } = book;
  assertLevels(bids, -1, 'book.bids');
  assertLevels(asks, 1, 'book.asks');
  if ((bids.length === 0) !== (asks.length === 0)) {
    throw outOfDomain(
      'book',
      'both sides, or neither where it is unknown',
      bids.length === 0 ? 'asks' : 'bids',
    );
  }
  if (bids.length > 0 && !(bids[0]!.price < asks[0]!.price)) {
    throw outOfDomain('book.asks.price', `above the best bid ${String(bids[0]!.price)}`, asks[0]!.price);
  }
}

function getLevels(r: Reader, field: string): BookLevel[] {
  const count = getU8(r, field);
  if (count > MAX_BOOK_LEVELS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_BOOK_LEVELS)} levels`, count);
  }
  const levels: BookLevel[] = [];
  for (let i = 0; i < count; i++) {
    levels.push({ price: getE8(r, `${field}.price`), size: getE8(r, `${field}.size`) });
  }
  return levels;
}

export function getBook(r: Reader): BookSummary {
  const book: BookSummary = { bids: getLevels(r, 'book.bids'), asks: getLevels(r, 'book.asks') };
  assertBook(book);
  return book;
}

function putLevels(w: Writer, levels: readonly BookLevel[], field: string): void {
  putU8(w, levels.length);
  for (let i = 0; i < levels.length; i++) {
    putE8(w, levels[i]!.price, `${field}.price`);
    putE8(w, levels[i]!.size, `${field}.size`);
  }
}

export function putBook(w: Writer, book: BookSummary): void {
  putLevels(w, book.bids, 'book.bids');
  putLevels(w, book.asks, 'book.asks');
}

/** Where a desk keeps the book: levels past the last repeat its price with no size, so that walks end there. */
export type BookSlot = {
  levels: number;
  bidPrices: Float64Array;
  bidSizes: Float64Array;
  askPrices: Float64Array;
  askSizes: Float64Array;
};

export function createBookSlot(): BookSlot {
  return {
    levels: 0,
    bidPrices: new Float64Array(MAX_BOOK_LEVELS),
    bidSizes: new Float64Array(MAX_BOOK_LEVELS),
    askPrices: new Float64Array(MAX_BOOK_LEVELS),
    askSizes: new Float64Array(MAX_BOOK_LEVELS),
  };
}

function storeLevels(levels: readonly BookLevel[], prices: Float64Array, sizes: Float64Array): void {
  const last = levels[levels.length - 1];
  for (let i = 0; i < MAX_BOOK_LEVELS; i++) {
    const level = levels[i] ?? last;
    prices[i] = level === undefined ? 0 : level.price;
    sizes[i] = i < levels.length ? levels[i]!.size : 0;
  }
}

/** Keeps what was seen last; an unknown book forgets the one before. */
export function storeBook(slot: BookSlot, book: BookSummary): void {
  // Unknown before and now: there is nothing to forget.
  if (slot.levels === 0 && book.bids.length === 0) return;
  slot.levels = book.bids.length;
  storeLevels(book.bids, slot.bidPrices, slot.bidSizes);
  storeLevels(book.asks, slot.askPrices, slot.askSizes);
}
