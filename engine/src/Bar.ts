import { outOfDomain, type EngineError } from './EngineError.ts';
import { MAX_PRICE, MIN_PRICE, requirePrice } from './Domain.ts';
import { getF32, getU32, putF32, putU32, type Reader, type Writer } from './codec/Bytes.ts';
import { decimalsFor, getScaled, putScaled } from './codec/Decimals.ts';

/** Five minutes: the engine's only input granularity. Hours are aggregated inside. */
export const BAR_MS = 300_000;

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

/** @throws EngineError when a field is outside its domain (risk model, section 0). */
export function assertBar(bar: Bar, field: string): void {
  const { timeMs, open, high, low, close, volume } = bar;
  const isGood =
    timeMs >= 0 &&
    timeMs % BAR_MS === 0 &&
    low >= MIN_PRICE &&
    high <= MAX_PRICE &&
    high >= open &&
    high >= close &&
    low <= open &&
    low <= close &&
    volume >= 0 &&
    volume < 9_007_199_254_740_991;
  if (!isGood) throw faultOf(bar, field);
}

/** What is wrong with a bar that is no good. */
function faultOf({ timeMs, open, high, low, close, volume }: Bar, field: string): EngineError {
  if (!(timeMs >= 0 && timeMs % BAR_MS === 0)) {
    return outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  }
  if (!(low >= MIN_PRICE)) return outOfDomain(`${field}.low`, 'a price of at least 1e-8', low);
  if (!(high <= MAX_PRICE)) {
    return outOfDomain(`${field}.high`, `a price of at most ${String(MAX_PRICE)}`, high);
  }
  if (!(high >= open && high >= close)) return outOfDomain(`${field}.high`, 'at least open and close', high);
  if (!(low <= open && low <= close)) return outOfDomain(`${field}.low`, 'at most open and close', low);
  return outOfDomain(`${field}.volume`, 'from 0 to below 2^53', volume);
}

/** What the model wants of a leader's closed bar. */
export interface LeaderBar {
  /** Open time, aligned to five minutes. */
  readonly timeMs: number;
  readonly close: number;
}

/** @throws EngineError when a field is outside its domain. */
export function assertLeaderBar({ timeMs, close }: LeaderBar, field: string): void {
  if (!(timeMs >= 0 && timeMs % BAR_MS === 0)) {
    throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  }
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

export function getBar(r: Reader, decimals: number, field: string): Bar {
  const bar: Bar = {
    timeMs: getU32(r, field) * BAR_MS,
    volume: getF32(r, field),
    open: getScaled(r, decimals, field),
    high: getScaled(r, decimals, field),
    low: getScaled(r, decimals, field),
    close: getScaled(r, decimals, field),
  };
  assertBar(bar, field);
  return bar;
}

export function putLeaderBar(w: Writer, bar: LeaderBar, decimals: number, field: string): void {
  putU32(w, numberOf(bar, field));
  putScaled(w, bar.close, decimals, field);
}

export function getLeaderBar(r: Reader, decimals: number, field: string): LeaderBar {
  const bar = { timeMs: getU32(r, field) * BAR_MS, close: getScaled(r, decimals, field) };
  assertLeaderBar(bar, field);
  return bar;
}

/** Five minutes since 1970. @throws EngineError for a time that is no bar's */
function numberOf({ timeMs }: LeaderBar, field: string): number {
  const number = timeMs / BAR_MS;
  if (!(number >= 0 && number < 4_294_967_296 && Math.floor(number) === number)) {
    throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', timeMs);
  }
  return number;
}
