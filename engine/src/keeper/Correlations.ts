import { BAR_MS, type Bar } from '../Bar.ts';
import { outOfDomain } from '../EngineError.ts';
import { deskKey, MAX_DESKS, type Place } from '../Place.ts';
import { isJump } from '../Sequence.ts';
import { getF64, getU32, getU8, putF64, putU32, putU8, type Reader, type Writer } from '../codec/Bytes.ts';
import { clamp } from '../math/Clamp.ts';
import { LAMBDA_864 } from '../math/Ewma.ts';
import { logRatio } from '../math/Log.ts';
import type { Keeper } from './Keeper.ts';

/*
 * How the markets of one owner move together: exponential means (three days) of the products of 5-minute returns, at the
 * times that both feeds have. Kept from the moment an owner has a second feed of a kind. Risk model, 0.1 and 3.4.
 */

/** Closes that are kept of each feed, a power of two: more than the 13 that one look's returns rest on. */
const SLOTS = 16;
/** Numbers of a pair: the means of both squares and of the product, without bias correction, and the count of returns. */
const PAIR = 4;
/** Returns in common before a correlation counts as known: a day. */
export const KNOWN_FROM = 288;
const GAIN = 1 - LAMBDA_864;

export interface Correlations {
  /** Keys of the feeds, in the order in which they were first heard of. */
  readonly feeds: readonly number[];
  /** Newest closes of each feed by the bar's number modulo `SLOTS`, and those numbers; 0 where there is none. */
  readonly numbers: Float64Array;
  readonly closes: Float64Array;
  /** Of each feed with each one before it. */
  readonly pairs: Float64Array;
}

export const NO_CORRELATIONS: Correlations = {
  feeds: [],
  numbers: new Float64Array(0),
  closes: new Float64Array(0),
  pairs: new Float64Array(0),
};

function pairCount(feeds: number): number {
  return (feeds * (feeds - 1)) / 2;
}

/** Where the numbers of two different feeds begin. */
function pairAt(one: number, other: number): number {
  const [low, high] = one < other ? [one, other] : [other, one];
  return PAIR * (pairCount(high) + low);
}

function grown(array: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  copy.set(array);
  return copy;
}

/** A copy that may be written to, with room for the feed. */
function openFor(before: Correlations, key: number): Correlations {
  const feeds = before.feeds.includes(key) ? before.feeds : [...before.feeds, key];
  const { length } = feeds;
  return {
    feeds,
    numbers: grown(before.numbers, length * SLOTS),
    closes: grown(before.closes, length * SLOTS),
    pairs: grown(before.pairs, pairCount(length) * PAIR),
  };
}

/** A feed's return over one bar; NaN where one of its two closes is missing, or is a jump that tells of no movement. */
function returnAt({ numbers, closes }: Correlations, feed: number, number: number): number {
  const now = feed * SLOTS + (number % SLOTS);
  const before = feed * SLOTS + ((number - 1) % SLOTS);
  if (numbers[now] !== number || numbers[before] !== number - 1) return NaN;
  const from = closes[before]!;
  const to = closes[now]!;
  return !(from > 0) || isJump(from, to) ? NaN : logRatio(to, from);
}

/** Keys of the owner's other feeds of the same kind. */
function peersOf({ accounts }: Keeper, place: Place): number[] {
  const kind = accounts.find(({ account }) => account === place.account)?.kind;
  const own = deskKey(place);
  return accounts
    .filter((account) => account.kind === kind)
    .flatMap(({ account, markets }) => markets.map(({ market }) => deskKey({ account, market })))
    .filter((key) => key !== own);
}

/**
 * Takes the closed bars of a look on record. Each time that two feeds have in common counts once, with whichever of them
 * comes second. An owner with one feed of the kind is left as it is.
 */
export function correlated(keeper: Keeper, place: Place, bars: readonly Bar[]): Keeper {
  const [first] = keeper.accounts;
  if (keeper.accounts.length === 1 && first!.markets.length === 1) return keeper;
  const peers = peersOf(keeper, place);
  if (peers.length === 0) return keeper;
  const correlations = openFor(keeper.correlations, deskKey(place));
  const { feeds, numbers, closes, pairs } = correlations;
  const own = feeds.indexOf(deskKey(place));
  const others = peers.map((key) => feeds.indexOf(key)).filter((feed) => feed >= 0);
  for (let i = 0; i < bars.length; i++) {
    const number = bars[i]!.timeMs / BAR_MS;
    numbers[own * SLOTS + (number % SLOTS)] = number;
    closes[own * SLOTS + (number % SLOTS)] = bars[i]!.close;
    const x = returnAt(correlations, own, number);
    if (Number.isNaN(x)) continue;
    for (let j = 0; j < others.length; j++) {
      const other = others[j]!;
      const y = returnAt(correlations, other, number);
      if (!Number.isNaN(y)) addPair(pairs, pairAt(own, other), own < other ? x : y, own < other ? y : x);
    }
  }
  return { ...keeper, correlations };
}

/** One return in common, of the earlier feed and of the later. */
function addPair(pairs: Float64Array, at: number, x: number, y: number): void {
  pairs[at] = LAMBDA_864 * pairs[at]! + GAIN * (x * x);
  pairs[at + 1] = LAMBDA_864 * pairs[at + 1]! + GAIN * (y * y);
  pairs[at + 2] = LAMBDA_864 * pairs[at + 2]! + GAIN * (x * y);
  pairs[at + 3] = pairs[at + 3]! + 1;
}

/** Measured correlation of two feeds in [−1, 1]; null until they have a day of returns in common, and both move. */
export function correlationOf({ feeds, pairs }: Correlations, one: number, other: number): number | null {
  const a = feeds.indexOf(one);
  const b = feeds.indexOf(other);
  if (a < 0 || b < 0 || a === b) return null;
  const at = pairAt(a, b);
  if (pairs[at + 3]! < KNOWN_FROM) return null;
  const scale = Math.sqrt(pairs[at]! * pairs[at + 1]!);
  return scale > 0 ? clamp(pairs[at + 2]! / scale, -1, 1) : null;
}

export function putCorrelations(w: Writer, { feeds, numbers, closes, pairs }: Correlations): void {
  putU8(w, feeds.length);
  for (let i = 0; i < feeds.length; i++) putU8(w, feeds[i]!);
  for (let i = 0; i < numbers.length; i++) putU32(w, numbers[i]!);
  for (let i = 0; i < closes.length; i++) putF64(w, closes[i]!, 'correlations.close');
  for (let i = 0; i < pairs.length; i++) putF64(w, pairs[i]!, 'correlations.pair');
}

/** @throws EngineError for feeds that are named twice, or more than there can be */
export function getCorrelations(r: Reader): Correlations {
  const count = getU8(r, 'correlations.feeds');
  if (count > MAX_DESKS) throw outOfDomain('correlations.feeds', `at most ${String(MAX_DESKS)}`, count);
  const feeds: number[] = [];
  for (let i = 0; i < count; i++) {
    const key = getU8(r, 'correlations.feed');
    if (feeds.includes(key)) throw outOfDomain('correlations.feed', 'each feed once', key);
    feeds.push(key);
  }
  const numbers = Float64Array.from({ length: count * SLOTS }, () => getU32(r, 'correlations.number'));
  const closes = Float64Array.from({ length: count * SLOTS }, () => getF64(r, 'correlations.close'));
  const length = pairCount(count) * PAIR;
  const pairs = Float64Array.from({ length }, () => getF64(r, 'correlations.pair'));
  return { feeds, numbers, closes, pairs };
}
