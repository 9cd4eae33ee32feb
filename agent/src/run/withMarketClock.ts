import type { Config } from '../config/Config.ts';
import { ReplayControl } from '../replay/Control.ts';
import { marketClockOf } from '../replay/MarketClock.ts';

/** Does something in the time of the market: on a market of this machine that may be one of its own. */
export async function withMarketClock<T>({ venue: { url } }: Config, work: () => Promise<T>): Promise<T> {
  const clock = url === undefined ? null : await marketClockOf(new ReplayControl(url));
  try {
    return await work();
  } finally {
    clock?.release();
  }
}
