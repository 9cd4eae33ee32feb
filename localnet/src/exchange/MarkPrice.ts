import { type Bar, indexAtOrAfter } from '../market/Bar.ts';
import { divideDown, multiplyDown, ONE_E8 } from '../market/E8.ts';
import { pathOf, type Phase } from '../market/Replay.ts';
import { nextFundingTimeMs } from './FundingSchedule.ts';
import type { Contract } from './Venue.ts';

/** Distance of last from index at a time. */
interface Premium {
  readonly timeMs: number;
  readonly premiumE8: bigint;
}

/** Where mark and index of a contract stand; undefined as long as nothing is recorded of them. */
export interface Marks {
  markE8: bigint | undefined;
  indexE8: bigint | undefined;
  /** A mark that has stopped moving: a fault of the venue. */
  frozenE8: bigint | undefined;
  /** The bars in progress of what is recorded, as far as they have been seen. */
  formingMark: Bar | undefined;
  formingIndex: Bar | undefined;
  /** Points of the premium's path, as many as half a minute may need. */
  premiums: Premium[];
}

const AVERAGE_MS = 30_000;
const HOUR_MS = 3_600_000;

export function createMarks(): Marks {
  return {
    markE8: undefined,
    indexE8: undefined,
    frozenE8: undefined,
    formingMark: undefined,
    formingIndex: undefined,
    premiums: [],
  };
}

/** The bar of a recorded series that opens at a time. */
function barAt(series: readonly Bar[] | undefined, timeMs: number): Bar | undefined {
  const bar = series?.[indexAtOrAfter(series, timeMs)];
  return bar?.timeMs === timeMs ? bar : undefined;
}

/** A point of a bar's path: where last stands there, and the position by which the path is chosen. */
export interface MarkPoint {
  readonly phase: Phase;
  readonly heldE8: bigint;
  readonly lastE8: bigint;
  readonly timeMs: number;
}

/**
 * Mark and index at a point of the bar in progress: the recorded mark goes through its own four points in the order of
 * last; without one, mark is the median of three prices (Binance, since 2025-09): the index carried to the next
 * funding, the index plus the mean premium of 30 s, and last. A series that lacks the bar stands still.
 */
export function marksAt(contract: Contract, point: MarkPoint): Pick<Marks, 'markE8' | 'indexE8'> {
  const openMs = contract.bar?.timeMs ?? point.timeMs;
  const { recording, marks } = contract;
  const indexBar = barAt(recording.index, openMs);
  const indexE8 = indexBar === undefined ? marks.indexE8 : pathOf(indexBar, point.heldE8)[point.phase];
  if (indexE8 !== undefined) notePremium(marks, point.timeMs, point.lastE8 - indexE8);
  if (recording.mark !== undefined) {
    const markBar = barAt(recording.mark, openMs);
    return {
      indexE8,
      markE8: markBar === undefined ? marks.markE8 : pathOf(markBar, point.heldE8)[point.phase],
    };
  }
  if (indexE8 === undefined) return { indexE8, markE8: undefined };
  const intervalHours = contract.fundingIntervalMs / HOUR_MS;
  const hoursToFunding = (nextFundingTimeMs(contract, point.timeMs) - point.timeMs) / HOUR_MS;
  // Rate × hours left ÷ hours of the interval, in millionths of an hour so that no fraction is lost that matters.
  const hoursE6 = BigInt(Math.round(hoursToFunding * 1e6));
  const carryE8 = divideDown(contract.fundingRateE8 * hoursE6, BigInt(intervalHours) * 1_000_000n);
  const carriedE8 = multiplyDown(indexE8, ONE_E8 + carryE8);
  const averagedE8 = indexE8 + meanPremiumE8(marks.premiums, point.timeMs);
  return { indexE8, markE8: median(carriedE8, averagedE8, point.lastE8) };
}

function notePremium(marks: Marks, timeMs: number, premiumE8: bigint): void {
  const kept = marks.premiums.filter((premium) => premium.timeMs <= timeMs);
  const firstInside = kept.findIndex((premium) => premium.timeMs > timeMs - AVERAGE_MS);
  // One point before the half minute is kept: the path comes from there.
  marks.premiums = [...kept.slice(Math.max(0, firstInside === -1 ? kept.length - 1 : firstInside - 1))];
  marks.premiums.push({ timeMs, premiumE8 });
}

/** Mean over the 30 s before a time of a premium that moves on straight lines between its points, rounded down. */
export function meanPremiumE8(points: readonly Premium[], timeMs: number): bigint {
  let doubledAreaE8 = 0n;
  let coveredMs = 0;
  for (let i = points.length - 1; i > 0 && coveredMs < AVERAGE_MS; i--) {
    const [from, to] = [points[i - 1], points[i]];
    if (from === undefined || to === undefined || to.timeMs === from.timeMs) continue;
    const beginMs = Math.max(from.timeMs, timeMs - AVERAGE_MS);
    const spanMs = to.timeMs - beginMs;
    if (spanMs <= 0) break;
    const slopeE8 = to.premiumE8 - from.premiumE8;
    const atBeginE8 =
      from.premiumE8 + divideDown(slopeE8 * BigInt(beginMs - from.timeMs), BigInt(to.timeMs - from.timeMs));
    doubledAreaE8 += (atBeginE8 + to.premiumE8) * BigInt(spanMs);
    coveredMs += spanMs;
  }
  return coveredMs === 0
    ? (points.at(-1)?.premiumE8 ?? 0n)
    : divideDown(doubledAreaE8, 2n * BigInt(coveredMs));
}

function median(a: bigint, b: bigint, c: bigint): bigint {
  if (a > b) return median(b, a, c);
  if (c <= a) return a;
  return c >= b ? b : c;
}
