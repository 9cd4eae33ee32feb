import type { Config } from '../config/Config.ts';
import { BinanceStream } from '../stream/BinanceStream.ts';
import { PolledStream } from '../stream/PolledStream.ts';
import type { VenueStream } from '../stream/VenueStream.ts';
import { openBinanceUsdm } from '../venue/BinanceUsdm.ts';
import { openUnified } from '../venue/unified/openUnified.ts';
import type { Venue } from '../venue/Venue.ts';
import { catchUp, sharedClock } from './sharedClock.ts';

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
  /** OKX asks for one beside the key. */
  readonly passphrase?: string | null;
}

/** The exchange that a configuration names, and what it tells by itself. */
export interface OpenedVenue {
  readonly venue: Venue;
  /** @param hasAccount whether changes of the key's account are followed */
  readonly streamOf: (hasAccount: boolean) => VenueStream;
}

const NO_KEYS: Keys = { apiKey: '', secret: '' };

/** Venues whose adapter was never run against the venue itself: for paper and advice alone. */
export const NOT_PROVEN_LIVE: ReadonlySet<Config['venue']['kind']> = new Set(['bybit', 'okx']);

/** @throws VenueError where the venue cannot be reached */
export async function openVenue(config: Config, keys: Keys | null): Promise<OpenedVenue> {
  const { kind, symbol, leader, url } = config.venue;
  if (kind === 'bybit' || kind === 'okx') return openPolled(kind, symbol, leader, keys ?? NO_KEYS);
  const local = url === undefined ? {} : { baseUrl: url, allowHosts: [new URL(url).host] };
  const hasMarketClock = (await sharedClock(config)) !== null;
  const venue = await openBinanceUsdm({
    ...(keys ?? NO_KEYS),
    symbol,
    hasMarketClock,
    ...(hasMarketClock ? { onClockRefused: () => catchUp(config) } : {}),
    ...local,
  });
  const streamOf = (hasAccount: boolean): VenueStream =>
    new BinanceStream({ ...(keys ?? NO_KEYS), ...local, symbol, leaderSymbol: leader, hasAccount });
  return { venue, streamOf };
}

async function openPolled(
  kind: 'bybit' | 'okx',
  symbol: string,
  leader: string,
  keys: Keys,
): Promise<OpenedVenue> {
  const { passphrase = null } = keys;
  const venue = await openUnified({ ...keys, passphrase, venue: kind, symbol });
  await venue.synchronise();
  const accountState = async (): Promise<string> => {
    const [{ side, quantity }, resting] = await Promise.all([venue.position(), venue.restingOrders()]);
    const ids = resting.map(({ venueId, state }) => `${venueId} ${state}`).sort();
    return [side * quantity, ...ids].join(', ');
  };
  const streamOf = (hasAccount: boolean): VenueStream =>
    new PolledStream({
      marks: () => Promise.all([venue.markOf(symbol), venue.markOf(leader)]),
      accountState: hasAccount ? accountState : null,
    });
  return { venue, streamOf };
}
