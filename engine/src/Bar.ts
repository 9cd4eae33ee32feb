import { outOfDomain } from './EngineError.ts';
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
  if (!(bar.timeMs >= 0) || Math.floor(bar.timeMs / BAR_MS) * BAR_MS !== bar.timeMs) {
    throw outOfDomain(`${field}.timeMs`, 'a multiple of 300000', bar.timeMs);
  }
  if (!(bar.low >= MIN_PRICE)) throw outOfDomain(`${field}.low`, 'a price of at least 1e-8', bar.low);
  if (!(bar.high <= MAX_PRICE)) {
    throw outOfDomain(`${field}.high`, `a price of at most ${String(MAX_PRICE)}`, bar.high);
  }
  if (!(bar.high >= bar.open && bar.high >= bar.close)) {
    throw outOfDomain(`${field}.high`, 'at least open and close', bar.high);
  }
  if (!(bar.low <= bar.open && bar.low <= bar.close)) {
    throw outOfDomain(`${field}.low`, 'at most open and close', bar.low);
  }
  if (!(bar.volume >= 0 && bar.volume < 9_007_199_254_740_991)) {
    throw outOfDomain(`${field}.volume`, 'from 0 to below 2^53', bar.volume);
  }
}

/** What the model wants of a leader's closed bar. */
export interface LeaderBar {
  /** Open time, aligned to five minutes. */
  readonly timeMs: number;
  readonly close: number;
}

/** @throws EngineError when a field is outside its domain. */
export function assertLeaderBar({ timeMs, close }: LeaderBar, field: string): void {
  if (!(timeMs >= 0) || Math.floor(timeMs / BAR_MS) * BAR_MS !== timeMs) {
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
