import { outOfDomain, requirePositive, requireSide } from '../EngineError.ts';
import { clamp } from '../math/Clamp.ts';
import { ceilToTick, floorToTick } from './Tick.ts';

/*
 * Where every exit lies. All prices in quote; side +1 long, -1 short. Stops round away from price (long down, short
 * up), take-profits too (long up, short down). Risk model, section 6.
 */
export const STOP_DISTANCE_MIN = 0.006;
export const STOP_DISTANCE_MAX = 0.08;
/** Costs that a stop at break-even must cover, fraction of entry. */
export const BREAK_EVEN_COST = 0.001;
/** Take-profits in multiples of R, a third of the quantity each; the last third trails. */
export const LADDER_R: readonly [number, number] = [1.5, 3];
export const STALE_R = 0.5;
const CARRY_R = 0.25;

/** Price grid: a tick is numerator/denominator. */
export type TickGrid = { readonly denominator: number; readonly numerator: number };

/** Initial stop distance as a fraction of entry: k ATR, held in [0.6 %, 8 %]. Never nearer for a larger ATR. */
export function initialStopDistance(k: number, atr: number, entry: number): number {
  requirePositive('k', k);
  requirePositive('entry', entry);
  return clamp((k * atr) / entry, STOP_DISTANCE_MIN, STOP_DISTANCE_MAX);
}

/** A stop price rounded away from the market. */
export function roundStop(side: number, price: number, grid: TickGrid): number {
  return side > 0
    ? floorToTick(price, grid.denominator, grid.numerator)
    : ceilToTick(price, grid.denominator, grid.numerator);
}

/** Stop at distance x, strictly on the losing side of entry, else refused (a tick too coarse for the price). */
export function initialStop(side: number, entry: number, x: number, grid: TickGrid): number {
  requireSide('side', side);
  requirePositive('x', x);
  const stop = roundStop(side, entry * (1 - side * x), grid);
  if (!(stop > 0 && side * (entry - stop) > 0)) {
    throw outOfDomain('stop', 'above 0 and on the losing side of entry', stop);
  }
  return stop;
}

/**
 * Stop of a position that was found without a plan. Where the grid is too coarse for the price it is one tick, which
 * a long's price has passed then: what cannot be protected is closed.
 */
export function adoptedStop(side: number, entry: number, k: number, atr: number, grid: TickGrid): number {
  const stop = roundStop(side, entry * (1 - side * initialStopDistance(k, atr, entry)), grid);
  return stop > 0 ? stop : grid.numerator / grid.denominator;
}

/** Take-profit at a multiple of R, rounded away from entry. */
export function takeProfit(side: number, entry: number, r: number, multiple: number, grid: TickGrid): number {
  const price = entry + side * multiple * r;
  const { denominator, numerator } = grid;
  return side > 0 ? ceilToTick(price, denominator, numerator) : floorToTick(price, denominator, numerator);
}

/** Both take-profits of the ladder, fixed at entry; `multiples` of R are the owner's preference or the model's. */
export function ladder(
  side: number,
  entry: number,
  r: number,
  grid: TickGrid,
  multiples: readonly [number, number] = LADDER_R,
): [number, number] {
  requireSide('side', side);
  requirePositive('r', r);
  return [takeProfit(side, entry, r, multiples[0], grid), takeProfit(side, entry, r, multiples[1], grid)];
}

/** Chandelier: k ATR behind the extreme reached since entry. Unrounded. */
export function chandelier(side: number, extreme: number, k: number, atr: number): number {
  return extreme - side * k * atr;
}

/** Entry plus costs: where the stop goes at the latest once the trade was 1 R in profit. Unrounded. */
export function breakEvenStop(side: number, entry: number): number {
  return entry * (1 + side * BREAK_EVEN_COST);
}

/** The tighter of two stops: a stop never loosens. */
export function ratchet(side: number, stop: number, candidate: number): number {
  return side * (candidate - stop) > 0 ? candidate : stop;
}

/** The stop after a closed bar: the chandelier, break-even if earned, rounded, never looser than before. */
export function trailedStop(
  side: number,
  stop: number,
  entry: number,
  extreme: number,
  breakEven: boolean,
  k: number,
  atr: number,
  grid: TickGrid,
): number {
  let candidate = chandelier(side, extreme, k, atr);
  if (breakEven) candidate = ratchet(side, candidate, breakEvenStop(side, entry));
  return ratchet(side, stop, roundStop(side, candidate, grid));
}

/** Fill of a stop within a bar: the worse of its open and the stop; 0 if the bar did not reach it. Before slippage. */
export function stopFill(side: number, stop: number, open: number, high: number, low: number): number {
  if (side > 0) return low > stop ? 0 : open < stop ? open : stop;
  return high < stop ? 0 : open > stop ? open : stop;
}

/** Whether a bar reached a take-profit. */
export function takeProfitReached(side: number, target: number, high: number, low: number): boolean {
  return side > 0 ? high >= target : low <= target;
}

/** The furthest favourable price so far. */
export function furthest(side: number, extreme: number, high: number, low: number): number {
  if (side > 0) return high > extreme ? high : extreme;
  return low < extreme ? low : extreme;
}

/** Carry exit: one settlement at `rate` would cost more than a quarter of R. */
export function carryExceeds(side: number, rate: number, entry: number, r: number): boolean {
  return side * rate * entry > CARRY_R * r;
}

/** Stale exit: by half of the holding time the trade was never half an R in profit. */
export function isStale(maxFavourable: number, r: number): boolean {
  return maxFavourable < STALE_R * r;
}
