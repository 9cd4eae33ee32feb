import type { binanceusdm } from 'ccxt';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failureOf } from './BinanceFailure.ts';
import { VenueError } from './VenueError.ts';

export interface ClientOptions {
  readonly apiKey: string;
  readonly secret: string;
  /** Another server that speaks Binance USDⓈ-M, such as `http://127.0.0.1:4944`. */
  readonly baseUrl?: string;
  /** Host names (with port where the URL has one) that may be talked to; anything else is refused before it is sent. */
  readonly allowHosts?: readonly string[];
  /** How long a request may take before its answer counts as lost, milliseconds. */
  readonly timeoutMs?: number;
  /** Whether reads wait for their turn under the venue's weight limit; by default not on a `baseUrl`. */
  readonly isRateLimited?: boolean;
  /**
   * Called when the venue refused a request for its time, which it then has not looked at: the clock is set right and
   * the request signed and sent once more. For a market of this machine, whose time goes in leaps.
   */
  readonly onClockRefused?: () => Promise<void>;
}

const PRODUCTION_HOSTS: readonly string[] = ['fapi.binance.com', 'api.binance.com', 'fstream.binance.com'];
const DEFAULT_TIMEOUT_MS = 10_000;
/** A signed request is void once it is this old: what was not found by then cannot turn up any more. */
export const RECEIVE_WINDOW_MS = 5_000;
/** Request weight the venue grants per minute and address; ccxt spaces requests by milliseconds per unit of weight. */
export const WEIGHT_PER_MINUTE = 2_400;

type Binance = binanceusdm;
type BinanceClass = new (config: Record<string, unknown>) => Binance;

const loaded = new Map<string, Promise<BinanceClass>>();

/**
 * The one class that is needed. `import 'ccxt'` would load a hundred exchanges (400 ms, 130 MB); the package exports no
 * sub-path, so its file is found beside the main one.
 * @param variant `.` for requests alone, `pro` for streams too
 */
function loadClass(variant: '.' | 'pro'): Promise<BinanceClass> {
  const known = loaded.get(variant);
  if (known !== undefined) return known;
  const loading = (async () => {
    const root = dirname(dirname(createRequire(import.meta.url).resolve('ccxt')));
    const file = pathToFileURL(join(root, 'js', 'src', variant, 'binanceusdm.js')).href;
    const module = (await import(/* @vite-ignore */ file)) as { readonly default: BinanceClass };
    return module.default;
  })();
  loaded.set(variant, loading);
  return loading;
}

/** An HTTP answer that ccxt turned into an error: what it really was. */
const answers = new WeakMap<object, { readonly status: number; readonly body: string }>();

function remember(error: unknown, status: number, body: unknown): unknown {
  if (typeof error === 'object' && error !== null) answers.set(error, { status, body: String(body ?? '') });
  return error;
}

/**
 * An unmodified ccxt client of Binance USDⓈ-M. With `baseUrl` only the URLs are redirected; ccxt picks its error table
 * by the production host's name, so the table for this market is then merged into the general one.
 * @throws VenueError `forbidden-host` when a URL it would use is not allowed
 */
export async function openClient(options: ClientOptions, isRateLimited: boolean): Promise<Binance> {
  return clientOf(await loadClass('.'), options, isRateLimited);
}

/** As {@link openClient}, with streams: the fuse is before every socket too. */
export async function openStreamClient(options: ClientOptions): Promise<Binance> {
  const client = clientOf(await loadClass('pro'), options, false);
  calmSockets(client);
  // Without its proxy agent the client refuses sockets that are not encrypted, as on this machine.
  if (options.baseUrl !== undefined) await client.loadHttpProxyAgent();
  return client;
}

interface Socket {
  readonly connected: Promise<unknown>;
  future: (name: string) => Promise<unknown>;
}

const calmed = new WeakSet<object>();

/**
 * Whoever watches is told of a lost connection by a promise of their own. Those that ccxt keeps beside them may be
 * heard by nobody when they fail, which would end the process.
 */
function calmSockets(client: Binance): void {
  const socketOf = client.client.bind(client);
  client.client = (url: string) => {
    const socket = socketOf(url);
    if (calmed.has(socket)) return socket;
    calmed.add(socket);
    const { connected, future } = socket as unknown as Socket;
    connected.catch(() => undefined);
    (socket as unknown as Socket).future = (name) => {
      const promise = future.call(socket, name);
      promise.catch(() => undefined);
      return promise;
    };
    return socket;
  };
}

function clientOf(Binance: BinanceClass, options: ClientOptions, isRateLimited: boolean): Binance {
  const client = new Binance({
    apiKey: options.apiKey,
    secret: options.secret,
    enableRateLimit: isRateLimited,
    rateLimit: 60_000 / WEIGHT_PER_MINUTE,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    options: { recvWindow: RECEIVE_WINDOW_MS, fetchCurrencies: false },
  });
  const allowed = new Set(options.allowHosts ?? allowedByDefault(options.baseUrl));
  if (options.baseUrl !== undefined) redirect(client, new URL(options.baseUrl).origin);
  for (const url of ['fapiPublic', 'fapiPrivate'].map((name) => urlsOf(client)[name]))
    refuseForeign(allowed, String(url));
  guard(client, allowed);
  if (options.onClockRefused !== undefined) sendAgainAfter(client, options.onClockRefused);
  return client;
}

function allowedByDefault(baseUrl: string | undefined): readonly string[] {
  return baseUrl === undefined ? PRODUCTION_HOSTS : [new URL(baseUrl).host];
}

function urlsOf(client: Binance): Record<string, unknown> {
  return (client.urls as { api: Record<string, unknown> }).api;
}

function redirect(client: Binance, origin: string): void {
  const urls = urlsOf(client);
  for (const [name, url] of Object.entries(urls)) {
    if (typeof url === 'string') urls[name] = origin + new URL(url).pathname;
  }
  const sockets = origin.replace(/^http/, 'ws');
  urls['ws'] = { future: `${sockets}/ws`, 'ws-api': { future: `${sockets}/ws-fapi/v1` } };
  const tables = client.exceptions as Record<string, Record<string, Record<string, unknown>>>;
  client.exceptions = { ...tables, exact: { ...tables['exact'], ...tables['linear']?.['exact'] } };
}

function refuseForeign(allowed: ReadonlySet<string>, url: string): void {
  const { host } = new URL(url);
  if (allowed.has(host)) return;
  throw new VenueError(
    { kind: 'request', leaf: 'forbidden-host', outcome: 'denied' },
    `expected a request to ${[...allowed].join(' or ')}, got one to ${host}. Name the host in allowHosts if it is meant.`,
  );
}

/** The venue's code for a request whose time it does not take. */
const CLOCK_REFUSED = /"code":\s*-1021\b/;

function sendAgainAfter(client: Binance, setRight: () => Promise<void>): void {
  const send = client.request.bind(client) as (...args: unknown[]) => Promise<unknown>;
  client.request = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await send(...args);
    } catch (error) {
      const answer = typeof error === 'object' && error !== null ? answers.get(error) : undefined;
      if (answer === undefined || !CLOCK_REFUSED.test(answer.body)) throw error;
      await setRight();
      return send(...args);
    }
  };
}

/** Puts the host fuse before every request, and keeps what an erroneous answer was. */
function guard(client: Binance, allowed: ReadonlySet<string>): void {
  const fetch = client.fetch.bind(client);
  client.fetch = (url: string, ...rest) => {
    refuseForeign(allowed, url);
    return fetch(url, ...rest);
  };
  const watch = client.watch.bind(client);
  client.watch = (url: string, ...rest) => {
    refuseForeign(allowed, url);
    return watch(url, ...rest);
  };
  const watchMultiple = client.watchMultiple.bind(client);
  client.watchMultiple = (url: string, ...rest) => {
    refuseForeign(allowed, url);
    return watchMultiple(url, ...rest);
  };
  const handleErrors = client.handleErrors.bind(client);
  client.handleErrors = (...args: Parameters<typeof handleErrors>) => {
    const [status, , , , , body] = args;
    try {
      return handleErrors(...args);
    } catch (error) {
      throw remember(error, status, body);
    }
  };
  const handleStatus = client.handleHttpStatusCode.bind(client);
  client.handleHttpStatusCode = (
    status: number,
    reason: string,
    url: string,
    method: string,
    body: string,
  ) => {
    try {
      handleStatus(status, reason, url, method, body);
    } catch (error) {
      throw remember(error, status, body);
    }
  };
}

/**
 * Makes one request and gives its failure our type.
 * @param what the request in a person's words
 * @throws VenueError
 */
export async function request<T>(what: string, isWrite: boolean, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VenueError) throw error;
    const answer = typeof error === 'object' && error !== null ? answers.get(error) : undefined;
    // The text of a network error is looked at, never passed on: it holds the signed URL.
    const network = error instanceof Error ? error.message : String(error);
    throw failureOf(what, { isWrite, network, ...(answer ?? {}) });
  }
}
