import { requireNonNegative, requirePositive, requireSide } from '../EngineError.ts';
import { clamp } from '../math/Clamp.ts';

/*
 * What the order book bears. A ladder is the side that the trade takes (asks for a buy) as price and size by turns,
 * best first, sizes in base units: `count` levels from index `first` on. Prices and sizes may come as whole numbers of
 * 1/scale. Nothing is extrapolated past the last level. Risk model, 3.4.
 */
export type Ladder = {
  values: Float64Array;
  first: number;
  count: number;
  priceScale: number;
  sizeScale: number;
};

/** Result of walking the book. Slip is a fraction of mid, positive = paid. */
export type BookWalk = { filled: number; vwap: number; worst: number; slip: number; complete: boolean };

/** What `take` took: base units, what they cost, and the last level's price. */
const taken = new Float64Array(3);

function take(
  values: Float64Array,
  first: number,
  end: number,
  priceScale: number,
  sizeScale: number,
  qty: number,
  depth: number,
  taken: Float64Array,
): void {
  let filled = 0;
  let cost = 0;
  let worst = 0;
  for (let i = first; i < end && filled < qty; i += 2) {
    const left = qty - filled;
    const size = (values[i + 1]! / sizeScale) * depth;
    const part = size < left ? size : left;
    worst = values[i]! / priceScale;
    cost += part * worst;
    filled += part;
  }
  taken[0] = filled;
  taken[1] = cost;
  taken[2] = worst;
}

/**
 * Takes `qty` (base, > 0) from the book: +1 buys, -1 sells. Each level counts `depth` of its size. With an empty book
 * nothing is filled and prices are 0.
 */
export function walkBook(side: number, qty: number, ladder: Ladder, mid: number, depth = 1): BookWalk {
  requireSide('side', side);
  requirePositive('qty', qty);
  requirePositive('mid', mid);
  const { values, first, count, priceScale, sizeScale } = ladder;
  take(values, first, first + 2 * count, priceScale, sizeScale, qty, depth, taken);
  const filled = taken[0]!;
  const vwap = filled > 0 ? taken[1]! / filled : 0;
  const slip = filled > 0 ? (side * (vwap - mid)) / mid : 0;
  return { filled, vwap, worst: taken[2]!, slip, complete: filled >= qty };
}

/**
 * Largest quantity (base) whose average price is within `maxSlip` of mid, in one pass. Each level counts `depth` of
 * its size (books thin out under stress): all quantities shrink alike, so the walk itself takes them as they are.
 */
export function maxQuantity(
  side: number,
  maxSlip: number,
  ladder: Ladder,
  mid: number,
  depth: number,
): number {
  requireSide('side', side);
  requireNonNegative('maxSlip', maxSlip);
  requirePositive('mid', mid);
  const { values, first, count, priceScale, sizeScale } = ladder;
  const limit = mid * (1 + side * maxSlip);
  return depth * quantityWithin(values, first, first + 2 * count, priceScale, sizeScale, side, limit);
}

/** Base units whose average price is within `limit`. */
function quantityWithin(
  values: Float64Array,
  first: number,
  end: number,
  priceScale: number,
  sizeScale: number,
  side: number,
  limit: number,
): number {
  let cost = 0;
  let got = 0;
  for (let i = first; i < end; i += 2) {
    const price = values[i]! / priceScale;
    const size = values[i + 1]! / sizeScale;
    // A level within the limit itself cannot take the average past it, whatever rounding says.
    if (side > 0 ? price > limit : price < limit) {
      const all = got + size;
      if (all > 0 && side * ((cost + size * price) / all - limit) > 0) {
        return got + clamp((limit * got - cost) / (price - limit), 0, size);
      }
    }
    got += size;
    cost += size * price;
  }
  return got;
}

/** Notional (quote) that rests up to and including a price level. */
export function notionalTo(side: number, level: number, ladder: Ladder): number {
  const { values, first, count, priceScale, sizeScale } = ladder;
  return restingTo(values, first, first + 2 * count, priceScale, sizeScale, side, level);
}

function restingTo(
  values: Float64Array,
  first: number,
  end: number,
  priceScale: number,
  sizeScale: number,
  side: number,
  level: number,
): number {
  let notional = 0;
  for (let i = first; i < end; i += 2) {
    const price = values[i]! / priceScale;
    if (side * (price - level) > 0) break;
    notional += price * (values[i + 1]! / sizeScale);
  }
  return notional;
}

/** Square-root law: slip of trading `quantity` in a market of `volumeDay` (both quote), a fraction. */
export function squareRootSlip(sigmaDay: number, quantity: number, volumeDay: number, y = 1): number {
  requireNonNegative('quantity', quantity);
  requirePositive('volumeDay', volumeDay);
  return y * sigmaDay * Math.sqrt(quantity / volumeDay);
}

/** Its inverse: the notional (quote) that slips by `maxSlip`, for use where there is no book. */
export function squareRootNotional(sigmaDay: number, maxSlip: number, volumeDay: number, y = 1): number {
  requirePositive('sigmaDay', sigmaDay);
  requireNonNegative('volumeDay', volumeDay);
  const ratio = maxSlip / (y * sigmaDay);
  return volumeDay * ratio * ratio;
}

/** A ladder of [price, size] pairs in natural units. */
export function ladderOf(pairs: ArrayLike<number>): Ladder {
  return { values: Float64Array.from(pairs), first: 0, count: pairs.length / 2, priceScale: 1, sizeScale: 1 };
}
