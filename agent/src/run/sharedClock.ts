import type { Config } from '../config/Config.ts';
import { ReplayControl } from '../replay/Control.ts';
import { marketClockOf, type MarketClock } from '../replay/MarketClock.ts';
import { ReplayError } from '../replay/ReplayError.ts';

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

/** Asks the market itself what time it is. One that does not answer now is heard of by its streams, or asked again. */
export async function followMarket(config: Pick<Config, 'venue'>): Promise<void> {
  const { url } = config.venue;
  const clock = await sharedClock(config);
  if (clock === null || url === undefined) return;
  try {
    clock.follow(await new ReplayControl(url).clock());
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
  }
}
