import type { Config } from '../config/Config.ts';
import { ReplayControl } from '../replay/Control.ts';
import { marketClockOf, type MarketClock } from '../replay/MarketClock.ts';

let shared: Promise<MarketClock | null> | null = null;

/** So often the time of a played market is asked for by a running agent, milliseconds of true time. */
const FOLLOW_MS = 100;

/**
 * The clock of the market, where that is of this machine and has a time of its own; null otherwise. One for the whole
 * process and for good: clients that were loaded under it keep asking it.
 */
export function sharedClock({ venue: { url } }: Pick<Config, 'venue'>): Promise<MarketClock | null> {
  if (url === undefined) return Promise.resolve(null);
  shared ??= marketClockOf(new ReplayControl(url));
  return shared;
}

/** Asks a played market for its time now. */
export async function catchUp(config: Pick<Config, 'venue'>): Promise<void> {
  const clock = await sharedClock(config);
  const { url } = config.venue;
  if (clock === null || url === undefined) return;
  clock.follow(await new ReplayControl(url).clock());
}

/** Follows a played market until the function returned is called: its time goes in leaps that its streams tell late. */
export function following(config: Pick<Config, 'venue'>): () => void {
  const timer = setInterval(() => void catchUp(config).catch(() => undefined), FOLLOW_MS);
  timer.unref();
  return () => clearInterval(timer);
}
