import type { Waters } from './Waters.ts';
import { maxQuantity, notionalTo, squareRootNotional, squareRootSlip, walkBook } from './model/Book.ts';
import { sigmaHour } from './model/Volatility.ts';

/*
 * What the book bears at the mark. Without a book the square-root law takes its place, with the last day's turnover:
 * where that is unknown too, nothing may be entered. Books thin out under stress, so the way out counts half of it.
 */
const ENTRY_SLIP_MAX = 0.0015;
const EXIT_SLIP_MAX = 0.005;
const EXIT_DEPTH = 0.5;
const SQRT_24 = Math.sqrt(24);

function middle(waters: Waters): number {
  const { asks, bids } = waters.book;
  return ((asks[0] as number) + (bids[0] as number)) / 2;
}

function notionalWithin(waters: Waters, tradeSide: number, maxSlip: number, depth: number): number {
  const { book, feed, markPrice } = waters;
  if (book.bidCount === 0) {
    const sigmaDay = sigmaHour(feed.volatility) * SQRT_24;
    return squareRootNotional(sigmaDay, maxSlip, depth * feed.turnover.day);
  }
  const ladder = tradeSide > 0 ? book.asks : book.bids;
  const count = tradeSide > 0 ? book.askCount : book.bidCount;
  return maxQuantity(tradeSide, maxSlip, ladder, count, middle(waters), depth) * markPrice;
}

/** N_ENTRYBOOK, quote: enters with at most 0.15 % of average slippage. */
export function notionalEntryBook(waters: Waters, side: number): number {
  return notionalWithin(waters, side, ENTRY_SLIP_MAX, 1);
}

/** N_EXITBOOK, quote: leaves through half of the book with at most 0.5 %. */
export function notionalExitBook(waters: Waters, side: number): number {
  return notionalWithin(waters, -side, EXIT_SLIP_MAX, EXIT_DEPTH);
}

/** Average slippage of trading a quantity, a fraction; +∞ where the book shows too little, 0 without a quantity. */
function slipOf(waters: Waters, tradeSide: number, quantity: number, depth: number): number {
  if (!(quantity > 0)) return 0;
  const { book, feed, markPrice } = waters;
  if (book.bidCount === 0) {
    const turnover = depth * feed.turnover.day;
    if (!(turnover > 0)) return Infinity;
    return squareRootSlip(sigmaHour(feed.volatility) * SQRT_24, quantity * markPrice, turnover);
  }
  const ladder = tradeSide > 0 ? book.asks : book.bids;
  const count = tradeSide > 0 ? book.askCount : book.bidCount;
  const walk = walkBook(tradeSide, quantity, ladder, count, middle(waters), depth);
  return walk.complete ? walk.slip : Infinity;
}

export function entrySlip(waters: Waters, side: number, quantity: number): number {
  return slipOf(waters, side, quantity, 1);
}

export function exitSlip(waters: Waters, side: number, quantity: number): number {
  return slipOf(waters, -side, quantity, EXIT_DEPTH);
}

/** Notional (quote) that rests between the middle and a level on the adverse side; 0 without a book. */
export function depthTo(waters: Waters, side: number, level: number): number {
  const { book } = waters;
  return side > 0
    ? notionalTo(-1, level, book.bids, book.bidCount)
    : notionalTo(1, level, book.asks, book.askCount);
}
