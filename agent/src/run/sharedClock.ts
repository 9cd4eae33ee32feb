import type { Config } from '../config/Config.ts';
import { ReplayControl } from '../replay/Control.ts';
import { marketClockOf, type MarketClock } from '../replay/MarketClock.ts';

let shared: Promise<MarketClock | null> | null = null;

/**
 * The clock of the market, where that is of this machine and has a time of its own; null otherwise. One for the whole
 * process and for good: clients that were loaded under it keep asking it.
 */
export function sharedClock({ venue: { url } }: Pick<Config, 'venue'>): Promise<MarketClock | null> {
  if (url === undefined) return Promise.resolve(null);
  shared ??= marketClockOf(new ReplayControl(url));
  return shared;
}
