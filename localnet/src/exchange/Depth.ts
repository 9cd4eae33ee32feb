import { type Bar, indexAtOrAfter } from '../market/Bar.ts';
import { ceilTo, divideDown, floorTo, larger, ONE_E8, smaller } from '../market/E8.ts';
import type { Side } from './Position.ts';
import type { Contract, Venue } from './Venue.ts';

/** One price of the book and what is offered there. */
export interface Level {
  readonly priceE8: bigint;
  readonly quantityE8: bigint;
}

/** What was taken out of the book, by side and price, since a moment; once time goes on the book is full again. */
export interface Depth {
  sinceMs: number;
  readonly taken: Map<string, bigint>;
  /** How thin the book is, percent, with the moment it was computed for. */
  stress: { readonly atMs: number; readonly percent: bigint; readonly usualVolumeE8: bigint };
}

/** Bars by which the market of the moment is judged, and those it is held against. */
const RECENT_BARS = 4;
const DAY_MS = 86_400_000;
const MAX_STRESS = 1_000n;
const CALM = 100n;
/** A level further out than this many offers nothing: the book ends. */
const MAX_LEVELS = 1_000;

export function createDepth(): Depth {
  return {
    sinceMs: 0,
    taken: new Map(),
    stress: { atMs: -1, percent: CALM, usualVolumeE8: 0n },
  };
}

/**
 * The book that a taker of one side meets, best price first, without what was already taken at this time. It is a
 * function of seed, symbol, market time and what has been seen of the market: in calm one tick wide, with levels a
 * basis point apart of a tenth of the usual bar's volume; in stress wider, further apart and thinner in proportion.
 */
export function* levelsFor(venue: Venue, contract: Contract, taker: Side): Generator<Level, undefined> {
  const { rules, lastE8 } = contract;
  const { percent, usualVolumeE8 } = stressOf(venue, contract);
  const { tickE8, stepE8 } = rules;
  const bidE8 = floorTo(lastE8, tickE8);
  const gapE8 = levelGapE8(venue, contract);
  const excessE8 = divideDown(lastE8 * (percent - CALM), 10_000n * CALM);
  const spreadE8 = larger(tickE8, floorTo(excessE8, tickE8));
  const taken = takenNow(venue, contract);
  for (let i = 0; i < MAX_LEVELS; i++) {
    const offsetE8 = BigInt(i) * gapE8;
    const priceE8 = taker === 'BUY' ? bidE8 + spreadE8 + offsetE8 : bidE8 - offsetE8;
    if (priceE8 <= 0n) return undefined;
    const meanE8 = (usualVolumeE8 * CALM) / (10n * percent);
    // Half to one and a half of the mean.
    const noise = 500n + BigInt(hash(venue, contract, taker, priceE8) % 1_001);
    const offeredE8 = larger(stepE8, floorTo((meanE8 * noise) / 1_000n, stepE8));
    const quantityE8 = offeredE8 - (taken.get(levelKey(taker, priceE8)) ?? 0n);
    if (quantityE8 > 0n) yield { priceE8, quantityE8 };
  }
  return undefined;
}

/** Distance between two levels: a basis point of the price, more in stress, at least a tick. */
export function levelGapE8(venue: Venue, contract: Contract): bigint {
  const { percent } = stressOf(venue, contract);
  const { tickE8 } = contract.rules;
  return larger(tickE8, floorTo(divideDown(contract.lastE8 * percent, 10_000n * CALM), tickE8));
}

/** Takes a quantity out of a level until time goes on. */
export function takeFromLevel(
  venue: Venue,
  contract: Contract,
  taker: Side,
  { priceE8, quantityE8 }: Level,
): void {
  const taken = takenNow(venue, contract);
  const key = levelKey(taker, priceE8);
  taken.set(key, (taken.get(key) ?? 0n) + quantityE8);
}

/** What meets a resting order when the price comes to it: as much as a level of the other side's takers would bring. */
export function touchQuantityE8(venue: Venue, contract: Contract, maker: Side, priceE8: bigint): bigint {
  const { percent, usualVolumeE8 } = stressOf(venue, contract);
  const { stepE8 } = contract.rules;
  const meanE8 = (usualVolumeE8 * CALM) / (10n * percent);
  const noise = 500n + BigInt(hash(venue, contract, maker === 'BUY' ? 'SELL' : 'BUY', priceE8) % 1_001);
  return larger(stepE8, floorTo((meanE8 * noise) / 1_000n, stepE8));
}

function takenNow({ timeMs }: Venue, { depth }: Contract): Map<string, bigint> {
  if (depth.sinceMs !== timeMs) {
    depth.sinceMs = timeMs;
    depth.taken.clear();
  }
  return depth.taken;
}

function levelKey(taker: Side, priceE8: bigint): string {
  return `${taker}${priceE8}`;
}

/**
 * How the latest bars' range compares with the day's, percent from 100 (calm) to 1,000, and the day's mean volume of a
 * bar. Only what has been seen counts.
 */
function stressOf(venue: Venue, contract: Contract): Depth['stress'] {
  const { depth, recording, forming } = contract;
  const { timeMs, barMs } = venue;
  if (depth.stress.atMs === timeMs) return depth.stress;
  const { bars } = recording;
  const end = indexAtOrAfter(bars, Math.floor(timeMs / barMs) * barMs);
  const day = bars.slice(Math.max(indexAtOrAfter(bars, timeMs - DAY_MS), end - DAY_MS / barMs), end);
  const recent = [...day.slice(1 - RECENT_BARS), ...(forming === undefined ? [] : [forming])];
  const usualE8 = meanOf(day, relativeRangeE8);
  const nowE8 = meanOf(recent, relativeRangeE8);
  const percent = usualE8 === 0n ? CALM : smaller(MAX_STRESS, larger(CALM, (nowE8 * CALM) / usualE8));
  const usualVolumeE8 = meanOf(day.length === 0 ? bars.slice(0, 1) : day, ({ volumeE8 }) => volumeE8);
  depth.stress = { atMs: timeMs, percent, usualVolumeE8 };
  return depth.stress;
}

function relativeRangeE8({ highE8, lowE8, closeE8 }: Bar): bigint {
  return ((highE8 - lowE8) * ONE_E8) / closeE8;
}

function meanOf(bars: readonly Bar[], valueOf: (bar: Bar) => bigint): bigint {
  if (bars.length === 0) return 0n;
  return bars.reduce((sum, bar) => sum + valueOf(bar), 0n) / BigInt(bars.length);
}

/** 32 bits of seed, symbol, second, side and price (FNV-1a, finished as murmur3 does). */
function hash(venue: Venue, contract: Contract, taker: Side, priceE8: bigint): number {
  const text = `${venue.settings.seed} ${contract.rules.symbol} ${Math.floor(venue.timeMs / 1_000)} ${taker} ${priceE8}`;
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The price rounded to the tick, away from the taker of a side. */
export function onTickE8(contract: Contract, taker: Side, priceE8: bigint): bigint {
  const { tickE8 } = contract.rules;
  return taker === 'BUY' ? ceilTo(priceE8, tickE8) : floorTo(priceE8, tickE8);
}
