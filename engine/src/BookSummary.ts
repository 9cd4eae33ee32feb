import { EngineError, outOfDomain } from './EngineError.ts';
import { requireAmount } from './Domain.ts';
import type { Writer } from './codec/Bytes.ts';
import { decimalsFor, putScaled, scaleOf, WIDE } from './codec/Decimals.ts';
import { amountAtWord, roomWords } from './codec/Room.ts';

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

/**
 * A book as the desk and a look keep it: price and size by turns, bids first, asks after them, best first on each side.
 * Prices are in units of 1/priceScale, sizes of 1/sizeScale, as they came in the frame. No levels: unknown.
 */
export class BookSlot {
  bidCount = 0;
  askCount = 0;
  priceScale = 1;
  sizeScale = 1;
  levels: Float64Array = new Float64Array(4 * MAX_BOOK_LEVELS);
}

export function createBookSlot(): BookSlot {
  return new BookSlot();
}

/** Keeps a book instead of the one before. */
export function copyBook(slot: BookSlot, from: BookSlot): void {
  if (from.bidCount + from.askCount === 0) {
    if (slot.bidCount + slot.askCount > 0) clearBook(slot);
    return;
  }
  slot.bidCount = from.bidCount;
  slot.askCount = from.askCount;
  slot.priceScale = from.priceScale;
  slot.sizeScale = from.sizeScale;
  slot.levels.set(from.levels);
}

/** Forgets a book, its levels too: what a desk keeps of a look without one must not depend on the looks before. */
function clearBook(slot: BookSlot): void {
  slot.bidCount = 0;
  slot.askCount = 0;
  slot.priceScale = 1;
  slot.sizeScale = 1;
  slot.levels.fill(0);
}

/** Puts a book of level objects into a slot. */
export function fillBook(slot: BookSlot, { bids, asks }: BookSummary): void {
  assertCount('book.bids', bids.length);
  assertCount('book.asks', asks.length);
  if (bids.length + asks.length === 0 && slot.bidCount + slot.askCount === 0 && slot.priceScale === 1) return;
  clearBook(slot);
  slot.bidCount = bids.length;
  slot.askCount = asks.length;
  fillSide(slot.levels, 0, bids);
  fillSide(slot.levels, 2 * bids.length, asks);
}

function fillSide(levels: Float64Array, from: number, side: readonly BookLevel[]): void {
  for (let i = 0; i < side.length; i++) {
    const { price, size } = side[i]!;
    levels[from + 2 * i] = price;
    levels[from + 2 * i + 1] = size;
  }
}

/** The levels of a slot as objects. */
export function bookOf({ bidCount, askCount, priceScale, sizeScale, levels }: BookSlot): BookSummary {
  if (bidCount + askCount === 0) return NO_BOOK;
  const level = (i: number): BookLevel => ({
    price: levels[2 * i]! / priceScale,
    size: levels[2 * i + 1]! / sizeScale,
  });
  return {
    bids: Array.from({ length: bidCount }, (_, i) => level(i)),
    asks: Array.from({ length: askCount }, (_, i) => level(bidCount + i)),
  };
}

/** Reads a book's levels at a word of the frame in the room. Returns the word after it. */
export function readBook(
  slot: BookSlot,
  word: number,
  bidCount: number,
  askCount: number,
  priceDecimals: number,
  sizeDecimals: number,
): number {
  const amounts = 2 * (bidCount + askCount);
  if (amounts === 0) {
    // Levels that nobody counts are left where they are: `copyBook` takes none of them.
    slot.bidCount = 0;
    slot.askCount = 0;
    slot.priceScale = 1;
    slot.sizeScale = 1;
    return word;
  }
  if (bidCount > MAX_BOOK_LEVELS) assertCount('book.bids', bidCount);
  if (askCount > MAX_BOOK_LEVELS) assertCount('book.asks', askCount);
  slot.bidCount = bidCount;
  slot.askCount = askCount;
  slot.levels.fill(0, amounts);
  if (priceDecimals !== WIDE && sizeDecimals !== WIDE) {
    slot.priceScale = scaleOf(priceDecimals, 'priceDecimals');
    slot.sizeScale = scaleOf(sizeDecimals, 'sizeDecimals');
    takeWords(slot.levels, roomWords, word, amounts);
    return word + amounts;
  }
  let at = word;
  for (let i = 0; i < amounts; i++) {
    const isPrice = i % 2 === 0;
    const decimals = isPrice ? priceDecimals : sizeDecimals;
    slot.levels[i] =
      decimals === WIDE
        ? amountAtWord(at, 'book')
        : roomWords[at]! / scaleOf(decimals, isPrice ? 'priceDecimals' : 'sizeDecimals');
    at += decimals === WIDE ? 2 : 1;
  }
  slot.priceScale = 1;
  slot.sizeScale = 1;
  return at;
}

/** `levels.set` of words, which QuickJS would do one by one by their names. */
function takeWords(levels: Float64Array, words: Uint32Array, word: number, count: number): void {
  for (let i = 0; i < count; i++) levels[i] = words[word + i]!;
}

/** Decimals with which a book's sizes go into a frame. */
export function sizeDecimalsOf({ bids, asks }: BookSummary): number {
  return decimalsFor([...bids, ...asks].map(({ size }) => size));
}

export function putBook(w: Writer, book: BookSummary, priceDecimals: number, sizeDecimals: number): void {
  for (const { price, size } of [...book.bids, ...book.asks]) {
    putScaled(w, price, priceDecimals, 'book.price');
    putScaled(w, size, sizeDecimals, 'book.size');
  }
}

function assertCount(field: string, count: number): void {
  if (count > MAX_BOOK_LEVELS) {
    const expected = `at most ${String(MAX_BOOK_LEVELS)} levels`;
    throw new EngineError('request', 'oversized', field, expected, count);
  }
}

/** Whether all amounts are above 0 and prices go on best first: bids falling, asks rising. */
function isInOrder(levels: Float64Array, bidCount: number, askCount: number): boolean {
  const end = 2 * (bidCount + askCount);
  for (let i = 0; i < end; i++) if (!(levels[i]! > 0)) return false;
  for (let i = 2; i < 2 * bidCount; i += 2) if (!(levels[i]! < levels[i - 2]!)) return false;
  for (let i = 2 * bidCount + 2; i < end; i += 2) if (!(levels[i]! > levels[i - 2]!)) return false;
  return true;
}

/** Names what is wrong with one side. */
function assertLevels(slot: BookSlot, from: number, count: number, side: number, field: string): void {
  const { levels, priceScale, sizeScale } = slot;
  let previous = side > 0 ? 0 : Infinity;
  for (let i = 2 * from; i < 2 * (from + count); i += 2) {
    const price = levels[i]! / priceScale;
    requireAmount(`${field}.price`, price);
    requireAmount(`${field}.size`, levels[i + 1]! / sizeScale);
    if (!(side * (price - previous) > 0)) {
      throw outOfDomain(`${field}.price`, `beyond ${String(previous)}, best first`, price);
    }
    previous = price;
  }
}

/** @throws EngineError for a one-sided, unordered or crossed book. */
export function assertBook(slot: BookSlot): void {
  const { bidCount, askCount, levels, priceScale } = slot;
  if (bidCount + askCount === 0) return;
  if (bidCount > MAX_BOOK_LEVELS) assertCount('book.bids', bidCount);
  if (askCount > MAX_BOOK_LEVELS) assertCount('book.asks', askCount);
  // In units of a frame every amount above 0 is in its domain; a book of objects is looked at level by level.
  const isGood = priceScale > 1 && isInOrder(levels, bidCount, askCount);
  if (!isGood) {
    assertLevels(slot, 0, bidCount, -1, 'book.bids');
    assertLevels(slot, bidCount, askCount, 1, 'book.asks');
  }
  if (bidCount === 0 || askCount === 0) {
    throw outOfDomain('book', 'both sides, or neither where it is unknown', bidCount === 0 ? 'asks' : 'bids');
  }
  const bid = levels[0]!;
  const ask = levels[2 * bidCount]!;
  if (!(bid < ask)) {
    throw outOfDomain('book.asks.price', `above the best bid ${String(bid / priceScale)}`, ask / priceScale);
  }
}

/** As `assertBook`, of levels as objects. */
export function assertSummary(book: BookSummary): void {
  const slot = createBookSlot();
  fillBook(slot, book);
  assertBook(slot);
}
