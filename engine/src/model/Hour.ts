import type { PriceBar } from './Volatility.ts';

/** Duration of one bar and of one hour. */
export const BAR_MS = 300_000;
export const HOUR_MS = 3_600_000;

const BARS_PER_HOUR = 12;
/** An hour with more synthetic bars than this teaches the indicators nothing. */
const MAX_SYNTHETIC = 3;

/** What a bar did to its hour. */
export const HOUR_RUNNING = 0;
export const HOUR_CLOSED = 1;
/** The clock hour ended, but began before our first bar or is too synthetic: no indicator may use it. */
export const HOUR_UNUSABLE = 2;

/** The clock hour (UTC) being gathered; after HOUR_CLOSED the four prices are the hour's. */
export class Hour {
  bars = 0;
  synthetic = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
}

export function createHour(): Hour {
  return new Hour();
}

/**
 * Takes the 5-minute bar (its open time aligned, contiguous; gaps already filled with synthetic bars)
 * and says whether it closed the hour. Risk model, sections 0 and 0.1.
 */
export function hourStep(
  hour: Hour,
  { timeMs, open, high, low, close }: PriceBar & { readonly timeMs: number },
  synthetic: boolean,
): number {
  // A remainder of doubles is dearer than everything else here.
  const number = timeMs / BAR_MS;
  const position = number - Math.floor(number / BARS_PER_HOUR) * BARS_PER_HOUR;
  if (position === 0 || hour.bars === 0) {
    hour.bars = 1;
    hour.synthetic = synthetic ? 1 : 0;
    hour.open = open;
    hour.high = high;
    hour.low = low;
  } else {
    hour.bars++;
    if (synthetic) hour.synthetic++;
    if (high > hour.high) hour.high = high;
    if (low < hour.low) hour.low = low;
  }
  hour.close = close;
  if (position !== BARS_PER_HOUR - 1) return HOUR_RUNNING;
  const usable = hour.bars === BARS_PER_HOUR && hour.synthetic <= MAX_SYNTHETIC;
  hour.bars = 0;
  return usable ? HOUR_CLOSED : HOUR_UNUSABLE;
}
