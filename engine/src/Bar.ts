import { outOfDomain } from './EngineError.ts';
import { MAX_PRICE, MIN_PRICE, requirePrice } from './Domain.ts';
import { getE8, getF32, getU32, getWords, putF32, putU32, type Reader, type Writer } from './codec/Bytes.ts';
import { decimalsFor, putScaled, scaleOf, WIDE } from './codec/Decimals.ts';

/** Five minutes: the engine's only input granularity. Hours are aggregated inside. */
export const BAR_MS = 300_000;

/** Words of four bytes that a bar takes in a frame, unless its prices are wide. */
const BAR_WORDS = 6;
const LEADER_BAR_WORDS = 2;

/** A closed five-minute bar. Prices in quote units; `volume` in whole base units (turnover needs no cents). */
export interface Bar {
  /** Open time, aligned to five minutes. */
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

function isAligned(timeMs: number): boolean {
  return timeMs >= 0 && Math.floor(timeMs / BAR_MS) * BAR_MS === timeMs;
}

/** @throws EngineError when a field is outside its domain (risk model, section 0). */
export function assertBar(bar: Bar, field: string): void {
  const { timeMs, open, high, low, close, volume } = bar;
  const isOrdered = low <= open && low <= close && high >= open && high >= close;
  if (isOrdered && low >= MIN_PRICE && high <= MAX_PRICE && volume >= 0 && volume < VOLUME_END) {
    if (isAligned(timeMs)) return;
  }
  refuseBar(bar, field);
}

const VOLUME_END = 9_007_199_254_740_991;

function refuseBar({ timeMs, open, high, low, close, volume }: Bar, field: string): never {
  if (!isAligned(timeMs)) throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  if (!(low >= MIN_PRICE)) throw outOfDomain(`${field}.low`, 'a price of at least 1e-8', low);
  if (!(high <= MAX_PRICE)) {
    throw outOfDomain(`${field}.high`, `a price of at most ${String(MAX_PRICE)}`, high);
  }
  if (!(high >= open && high >= close)) throw outOfDomain(`${field}.high`, 'at least open and close', high);
  if (!(low <= open && low <= close)) throw outOfDomain(`${field}.low`, 'at most open and close', low);
  throw outOfDomain(`${field}.volume`, 'from 0 to below 2^53', volume);
}

/** What the model wants of a leader's closed bar. */
export interface LeaderBar {
  /** Open time, aligned to five minutes. */
  readonly timeMs: number;
  readonly close: number;
}

/** @throws EngineError when a field is outside its domain. */
export function assertLeaderBar(bar: LeaderBar, field: string): void {
  const { timeMs, close } = bar;
  if (!isAligned(timeMs)) throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  if (!(close >= MIN_PRICE && close <= MAX_PRICE)) requirePrice(`${field}.close`, close);
}

/** Decimals with which the prices of bars go into a frame. */
export function priceDecimalsOf(bars: readonly Bar[], others: readonly number[] = []): number {
  return decimalsFor([...bars.flatMap(({ open, high, low, close }) => [open, high, low, close]), ...others]);
}

/** Number of the bar, volume, four prices. `volume` is rounded to the 24 binary digits of a float. */
export function putBar(w: Writer, bar: Bar, decimals: number, field: string): void {
  putU32(w, numberOf(bar, field));
  putF32(w, bar.volume);
  putScaled(w, bar.open, decimals, field);
  putScaled(w, bar.high, decimals, field);
  putScaled(w, bar.low, decimals, field);
  putScaled(w, bar.close, decimals, field);
}

/**
 * Reads bars as `putBar` wrote them, oldest first. What they hold is looked at where they are taken in: `assertSequence`.
 *
 * @throws EngineError when there are fewer.
 */
export function getBars(r: Reader, count: number, decimals: number, field: string): Bar[] {
  const bars: Bar[] = [];
  if (decimals === WIDE) {
    for (let i = 0; i < count; i++) {
      bars.push({
        timeMs: getU32(r, field) * BAR_MS,
        volume: getF32(r, field),
        open: getE8(r, field),
        high: getE8(r, field),
        low: getE8(r, field),
        close: getE8(r, field),
      });
    }
    return bars;
  }
  const scale = scaleOf(decimals, field);
  const { words, floats } = getWords(r, BAR_WORDS * count, field);
  for (let at = 0; at < words.length; at += BAR_WORDS) {
    bars.push({
      timeMs: words[at]! * BAR_MS,
      // −0 becomes 0.
      volume: floats[at + 1]! + 0,
      open: words[at + 2]! / scale,
      high: words[at + 3]! / scale,
      low: words[at + 4]! / scale,
      close: words[at + 5]! / scale,
    });
  }
  return bars;
}

export function putLeaderBar(w: Writer, bar: LeaderBar, decimals: number, field: string): void {
  putU32(w, numberOf(bar, field));
  putScaled(w, bar.close, decimals, field);
}

/** As `getBars`, for the leader's. */
export function getLeaderBars(r: Reader, count: number, decimals: number, field: string): LeaderBar[] {
  const bars: LeaderBar[] = [];
  if (decimals === WIDE) {
    for (let i = 0; i < count; i++) bars.push({ timeMs: getU32(r, field) * BAR_MS, close: getE8(r, field) });
    return bars;
  }
  const scale = scaleOf(decimals, field);
  const { words } = getWords(r, LEADER_BAR_WORDS * count, field);
  for (let at = 0; at < words.length; at += LEADER_BAR_WORDS) {
    bars.push({ timeMs: words[at]! * BAR_MS, close: words[at + 1]! / scale });
  }
  return bars;
}

/** Five minutes since 1970. @throws EngineError for a time that is no bar's */
function numberOf({ timeMs }: LeaderBar, field: string): number {
  const number = timeMs / BAR_MS;
  if (!(number >= 0 && number < 4_294_967_296 && Math.floor(number) === number)) {
    throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  }
  return number;
}
