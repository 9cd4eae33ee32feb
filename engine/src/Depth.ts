import type { BookSlot } from './BookSummary.ts';
import type { Waters } from './Waters.ts';
import {
  maxQuantity,
  notionalTo,
  squareRootNotional,
  squareRootSlip,
  walkBook,
  type Ladder,
} from './model/Book.ts';

/*
 * What the book bears at the mark. Without a book the square-root law takes its place, with the last day's turnover:
 * where that is unknown too, nothing may be entered. Books thin out under stress, so the way out counts half of it.
 */
const ENTRY_SLIP_MAX = 0.0015;
const EXIT_SLIP_MAX = 0.005;
const EXIT_DEPTH = 0.5;
const SQRT_24 = Math.sqrt(24);

/** The side of the book that is walked at the moment. */
const ladder: Ladder = { values: new Float64Array(0), first: 0, count: 0, priceScale: 1, sizeScale: 1 };

function takenBy(book: BookSlot, tradeSide: number): Ladder {
  ladder.values = book.levels;
  ladder.first = tradeSide > 0 ? 2 * book.bidCount : 0;
  ladder.count = tradeSide > 0 ? book.askCount : book.bidCount;
  ladder.priceScale = book.priceScale;
  ladder.sizeScale = book.sizeScale;
  return ladder;
}

function middle({ levels, bidCount, priceScale }: BookSlot): number {
  return ((levels[2 * bidCount] as number) / priceScale + (levels[0] as number) / priceScale) / 2;
}

function notionalWithin(waters: Waters, tradeSide: number, maxSlip: number, depth: number): number {
  const { book, feed, markPrice } = waters;
  if (book.bidCount === 0)
    return squareRootNotional(waters.sigma * SQRT_24, maxSlip, depth * feed.turnover.day);
  return maxQuantity(tradeSide, maxSlip, takenBy(book, tradeSide), middle(book), depth) * markPrice;
}

/** N_ENTRYBOOK, quote: enters with at most 0.15 % of average slippage. */
export function notionalEntryBook(waters: Waters): number {
  return notionalWithin(waters, waters.side, ENTRY_SLIP_MAX, 1);
}

/** N_EXITBOOK, quote: leaves through half of the book with at most 0.5 %. */
export function notionalExitBook(waters: Waters): number {
  return notionalWithin(waters, -waters.side, EXIT_SLIP_MAX, EXIT_DEPTH);
}

/** Average slippage of trading a quantity, a fraction; +∞ where the book shows too little, 0 without a quantity. */
function slipOf(waters: Waters, tradeSide: number, quantity: number, depth: number): number {
  if (!(quantity > 0)) return 0;
  const { book, feed, markPrice } = waters;
  if (book.bidCount === 0) {
    const turnover = depth * feed.turnover.day;
    if (!(turnover > 0)) return Infinity;
    return squareRootSlip(waters.sigma * SQRT_24, quantity * markPrice, turnover);
  }
  const walk = walkBook(tradeSide, quantity, takenBy(book, tradeSide), middle(book), depth);
  return walk.complete ? walk.slip : Infinity;
}

export function entrySlip(waters: Waters, quantity: number): number {
  return slipOf(waters, waters.side, quantity, 1);
}

export function exitSlip(waters: Waters, quantity: number): number {
  return slipOf(waters, -waters.side, quantity, EXIT_DEPTH);
}

/** Notional (quote) that rests between the middle and a level on the adverse side; 0 without a book. */
export function depthTo({ book, side }: Waters, level: number): number {
  return notionalTo(-side, level, takenBy(book, -side));
}
