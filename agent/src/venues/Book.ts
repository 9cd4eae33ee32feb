import { notionalTo, walkBook, type Ladder as Walked } from '@plimsoll/engine';
import { BANDS, type BandDepth, type Figure } from './Reading.ts';

/** One side as [price, size] pairs in one array, best first, sizes in base units: as the engine takes it. */
export interface Ladder {
  readonly levels: Float64Array;
  readonly count: number;
}

export interface Book {
  readonly bids: Ladder;
  readonly asks: Ladder;
}

/** Books thin out under stress: the way out counts half of what rests, as the risk model does. */
const EXIT_DEPTH = 0.5;

/**
 * A side of ccxt's order book.
 * @param contractSize base units of one contract, which some venues count sizes in
 */
export function ladderOf(rows: readonly (readonly unknown[])[], contractSize: number): Ladder {
  const real = rows
    .map(([price, size]) => [Number(price), Number(size) * contractSize] as const)
    .filter(([price, size]) => price > 0 && size > 0 && price < Infinity && size < Infinity);
  return { levels: Float64Array.from(real.flat()), count: real.length };
}

/** Middle of the book; null where it is one-sided or crossed. */
export function middleOf({ bids, asks }: Book): number | null {
  const [bid = 0] = bids.levels;
  const [ask = 0] = asks.levels;
  return bid > 0 && bid < ask ? (bid + ask) / 2 : null;
}

export function spreadOf({ bids, asks }: Book, mid: number): number {
  return ((asks.levels[0] ?? mid) - (bids.levels[0] ?? mid)) / mid;
}

/** What rests within each band around mid. */
export function bandsOf(
  { bids, asks }: Book,
  mid: number,
  figure: (value: number) => Figure,
): readonly BandDepth[] {
  return BANDS.map((within) => ({
    within,
    bids: figure(notionalTo(-1, mid * (1 - within), walked(bids))),
    asks: figure(notionalTo(1, mid * (1 + within), walked(asks))),
    isAtLeast: lastOf(bids) > mid * (1 - within) || lastOf(asks) < mid * (1 + within),
  }));
}

function walked({ levels, count }: Ladder): Walked {
  return { values: levels, first: 0, count, priceScale: 1, sizeScale: 1 };
}

function lastOf({ levels, count }: Ladder): number {
  return levels[2 * (count - 1)] ?? Number.NaN;
}

/** Slippage of going in and of coming out with a notional on a side; null where the book shows too little. */
export function slipsOf(
  book: Book,
  mid: number,
  side: number,
  notionalUsdt: number,
): { readonly entry: number | null; readonly exit: number | null } {
  const quantity = notionalUsdt / mid;
  const slip = (tradeSide: number, depth: number): number | null => {
    const walk = walkBook(tradeSide, quantity, walked(tradeSide > 0 ? book.asks : book.bids), mid, depth);
    return walk.complete ? walk.slip : null;
  };
  return { entry: slip(side, 1), exit: slip(-side, EXIT_DEPTH) };
}
