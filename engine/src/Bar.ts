import { outOfDomain } from './EngineError.ts';
import { MAX_PRICE, MIN_PRICE } from './Domain.ts';
import { getE8, getU64, putE8, putU64, type Reader, type Writer } from './codec/Bytes.ts';

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

export function getBar(r: Reader, field: string): Bar {
  const bar: Bar = {
    timeMs: getU64(r, field),
    open: getE8(r, field),
    high: getE8(r, field),
    low: getE8(r, field),
    close: getE8(r, field),
    volume: getU64(r, field),
  };
  assertBar(bar, field);
  return bar;
}

/** `volume` is rounded half up to whole base units. */
export function putBar(w: Writer, bar: Bar, field: string): void {
  putU64(w, bar.timeMs, field);
  putE8(w, bar.open, field);
  putE8(w, bar.high, field);
  putE8(w, bar.low, field);
  putE8(w, bar.close, field);
  putU64(w, Math.floor(bar.volume + 0.5), field);
}
