import { EngineError, outOfDomain } from './EngineError.ts';
import { isAmount, requireAmount } from './Domain.ts';
import { getE8Pairs, getU8, putE8, putU8, type Reader, type Writer } from './codec/Bytes.ts';

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
  // A book that was decoded has been looked at.
  if (!LADDERS.has(book)) assertBothSides(book);
}

function assertBothSides({ bids, asks }: BookSummary): void {
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

/** Both sides of a decoded book as [price, size] pairs: what the engine reads instead of objects. */
interface Ladders {
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}

/** Levels cost the canister more than everything else in an observation, so a decoded book makes them when asked. */
const LADDERS = new WeakMap<BookSummary, Ladders>();

function levelsOf(ladder: Float64Array): BookLevel[] {
  const levels: BookLevel[] = [];
  for (let i = 0; i < ladder.length; i += 2) levels.push({ price: ladder[i]!, size: ladder[i + 1]! });
  return levels;
}

function viewOf(ladders: Ladders): BookSummary {
  const book: BookSummary = {
    get bids() {
      return levelsOf(ladders.bids);
    },
    get asks() {
      return levelsOf(ladders.asks);
    },
  };
  LADDERS.set(book, ladders);
  return book;
}

function getLadder(r: Reader, field: string): Float64Array {
  const count = getU8(r, field);
  if (count > MAX_BOOK_LEVELS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_BOOK_LEVELS)} levels`, count);
  }
  return getE8Pairs(r, count, field);
}

/** Whether all amounts are above 0 and prices come best first. */
function isOrdered(ladder: Float64Array, side: number): boolean {
  let previous = side > 0 ? 0 : Infinity;
  for (let i = 0; i < ladder.length; i += 2) {
    const price = ladder[i]!;
    if (!(side > 0 ? price > previous : price < previous)) return false;
    if (!(price > 0 && ladder[i + 1]! > 0)) return false;
    previous = price;
  }
  return true;
}

export function getBook(r: Reader): BookSummary {
  const bids = getLadder(r, 'book.bids');
  const asks = getLadder(r, 'book.asks');
  if (bids.length === 0 && asks.length === 0) return NO_BOOK;
  const isGood = isOrdered(bids, -1) && isOrdered(asks, 1) && bids.length > 0 && bids[0]! < asks[0]!;
  // What is wrong with it is said by those who look at levels one by one.
  if (!isGood) assertBothSides({ bids: levelsOf(bids), asks: levelsOf(asks) });
  return viewOf({ bids, asks });
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

/** Where a desk keeps the book: [price, size] pairs, best first, and how many levels there are; none where unknown. */
export type BookSlot = { bidCount: number; askCount: number; bids: Float64Array; asks: Float64Array };

export function createBookSlot(): BookSlot {
  return {
    bidCount: 0,
    askCount: 0,
    bids: new Float64Array(2 * MAX_BOOK_LEVELS),
    asks: new Float64Array(2 * MAX_BOOK_LEVELS),
  };
}

function storeLevels(levels: readonly BookLevel[], ladder: Float64Array): void {
  for (let i = 0; i < levels.length; i++) {
    ladder[2 * i] = levels[i]!.price;
    ladder[2 * i + 1] = levels[i]!.size;
  }
}

/** Keeps what was seen last; an unknown book forgets the one before. */
export function storeBook(slot: BookSlot, book: BookSummary): void {
  const ladders = LADDERS.get(book);
  const bidCount = ladders === undefined ? book.bids.length : ladders.bids.length / 2;
  const askCount = ladders === undefined ? book.asks.length : ladders.asks.length / 2;
  // Levels that are no longer there leave no trace: equal sights make equal states.
  if (bidCount < slot.bidCount) slot.bids.fill(0);
  if (askCount < slot.askCount) slot.asks.fill(0);
  slot.bidCount = bidCount;
  slot.askCount = askCount;
  if (ladders === undefined) {
    storeLevels(book.bids, slot.bids);
    storeLevels(book.asks, slot.asks);
  } else {
    slot.bids.set(ladders.bids);
    slot.asks.set(ladders.asks);
  }
}
