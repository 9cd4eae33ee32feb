import type { Exchange } from 'ccxt';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Listed } from './Directory.ts';

type ExchangeClass = new (config: Record<string, unknown>) => Exchange;

export interface PublicClientOptions {
  readonly timeoutMs: number;
  /** Another server that speaks the venue's interface; nothing else is talked to then. */
  readonly baseUrl: string | null;
}

/**
 * One class of ccxt, not all hundred; the package exports no sub-path, so its file is found beside the main one.
 * @param id one of ours, never a text from outside
 */
export async function loadExchange(id: string): Promise<ExchangeClass> {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('ccxt')));
  const file = pathToFileURL(join(root, 'js', 'src', `${id}.js`)).href;
  return ((await import(/* @vite-ignore */ file)) as { readonly default: ExchangeClass }).default;
}

/** An unmodified ccxt client without keys. */
export async function openPublicClient(venue: Listed, options: PublicClientOptions): Promise<Exchange> {
  const Venue = await loadExchange(venue.id);
  const types = venue.marketTypes === null ? {} : { fetchMarkets: { types: [...venue.marketTypes] } };
  const client = new Venue({ timeout: options.timeoutMs, options: { fetchCurrencies: false, ...types } });
  // Lists of coins and networks are of no use here and large.
  client.has['fetchCurrencies'] = false;
  if (options.baseUrl !== null) redirect(client, new URL(options.baseUrl).origin);
  return client;
}

/** From now on the client talks to that server, and to no other. */
export function redirect(client: Exchange, origin: string): void {
  const urls = client.urls as Record<string, unknown>;
  urls['api'] = redirected(urls['api'], origin);
  const fetch = client.fetch.bind(client);
  client.fetch = (url: string, ...rest) => {
    if (new URL(url).origin !== origin)
      throw new TypeError(`expected a request to ${origin}, got one elsewhere`);
    return fetch(url, ...rest);
  };
}

/** Every address keeps its path; the host of some is a pattern, which no URL parser takes. */
function redirected(value: unknown, origin: string): unknown {
  if (typeof value === 'string') return value.replace(/^https?:\/\/[^/]+/, origin);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redirected(inner, origin)]));
}
