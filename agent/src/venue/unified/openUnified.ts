import { loadExchange, redirect } from '../../venues/PublicClient.ts';
import { VenueError } from '../VenueError.ts';
import { BYBIT } from './Bybit.ts';
import type { Dialect } from './Dialect.ts';
import { OKX } from './Okx.ts';
import { unifiedSymbol } from './Symbols.ts';
import { UnifiedVenue } from './UnifiedVenue.ts';

export interface UnifiedOptions {
  readonly venue: 'bybit' | 'okx';
  readonly apiKey: string;
  readonly secret: string;
  /** OKX asks for one beside the key. */
  readonly passphrase: string | null;
  /** The venue's own, such as `ICPUSDT` or `ICP-USDT-SWAP`. */
  readonly symbol: string;
  /** Another server that speaks the venue's interface; nothing else is talked to then. */
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
}

const DIALECTS: Readonly<Record<UnifiedOptions['venue'], Dialect>> = { bybit: BYBIT, okx: OKX };
const MARKETS: Readonly<Record<UnifiedOptions['venue'], string>> = { bybit: 'linear', okx: 'swap' };
const TIMEOUT_MS = 10_000;

/**
 * Bybit or OKX as a venue of ours. Not yet proven live: `run` takes them for paper and advice alone.
 * @throws VenueError `key-refused` where a passphrase is needed and lacks
 */
export async function openUnified(options: UnifiedOptions): Promise<UnifiedVenue> {
  const { venue, apiKey, secret, passphrase, symbol, baseUrl, timeoutMs = TIMEOUT_MS } = options;
  if (venue === 'okx' && apiKey !== '' && passphrase === null) {
    throw new VenueError(
      { kind: 'request', leaf: 'key-refused', outcome: 'denied' },
      'expected PLIMSOLL_API_PASSPHRASE beside the key of OKX, got none. Give the passphrase that the key was made with.',
    );
  }
  const Exchange = await loadExchange(venue);
  const open = (enableRateLimit: boolean) => {
    const client = new Exchange({
      apiKey,
      secret,
      ...(passphrase === null ? {} : { password: passphrase }),
      timeout: timeoutMs,
      enableRateLimit,
      options: { fetchCurrencies: false, fetchMarkets: { types: [MARKETS[venue]] } },
    });
    client.has['fetchCurrencies'] = false;
    if (baseUrl !== undefined) redirect(client, new URL(baseUrl).origin);
    return client;
  };
  const clients = { polite: open(baseUrl === undefined), urgent: open(false) };
  return new UnifiedVenue(clients, DIALECTS[venue], unifiedSymbol(symbol), symbol);
}
