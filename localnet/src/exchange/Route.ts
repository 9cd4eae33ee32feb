import type { ApiKey } from './ApiKey.ts';
import type { Exchange } from './Exchange.ts';
import type { Parameters } from './Parameters.ts';
import type { Contract } from './Venue.ts';
import { contractOf } from './Venue.ts';

/** Who may call: anyone, the holder of the key, or who also signs. */
export type Access = 'public' | 'key' | 'signed';

/** Who calls: the key that was shown (on public endpoints the first account's) and where the call comes from. */
export interface Caller {
  readonly key: ApiKey;
  readonly address: string;
}

/** One endpoint: the parameters it reads (others are refused) and its answer, which becomes the JSON body. */
export interface Route {
  readonly access: Access;
  readonly parameters: readonly string[];
  readonly answer: (exchange: Exchange, parameters: Parameters, caller: Caller) => unknown;
}

/** Endpoints by method and path, as in `GET /fapi/v1/time`. */
export type RouteTable = Readonly<Record<string, Route>>;

export function publicRoute(parameters: readonly string[], answer: Route['answer']): Route {
  return { access: 'public', parameters, answer };
}

export function signedRoute(parameters: readonly string[], answer: Route['answer']): Route {
  return { access: 'signed', parameters, answer };
}

/** The contract named by the mandatory parameter `symbol`. @throws VenueError -1102, -1121 */
export function namedContract(exchange: Exchange, parameters: Parameters): Contract {
  return contractOf(exchange.venue, parameters.required('symbol'));
}

/** The named contract's answer, or without a symbol the answers for all. @throws VenueError -1121 */
export function oneOrAll(
  exchange: Exchange,
  parameters: Parameters,
  view: (contract: Contract) => unknown,
): unknown {
  return parameters.text('symbol') === undefined
    ? [...exchange.venue.contracts.values()].map(view)
    : view(namedContract(exchange, parameters));
}

/** `limit` as sent, at most `maximum`. */
export function limitOf(parameters: Parameters, usual: number, maximum: number): number {
  return Math.max(1, Math.min(parameters.integer('limit') ?? usual, maximum));
}

/** How far back the venue looks in an account's history when it is not told from when. */
const LOOKED_BACK_MS = 7 * 86_400_000;

/** What a list of an account's history may be asked by beside its times. */
export interface HistoryKey {
  /** Market time now. */
  readonly nowMs: number;
  /** The parameter that names the first row wanted. */
  readonly idName?: string;
}

/** As `inRange`, for an account's own history: without a time or an id only the last seven days. */
export function inHistory<T extends { readonly timeMs: number }>(
  rows: readonly T[],
  parameters: Parameters,
  limit: number,
  { nowMs, idName }: HistoryKey,
): T[] {
  const fromId = idName !== undefined && parameters.text(idName) !== undefined;
  const isOpen = ['startTime', 'endTime'].every((name) => parameters.text(name) === undefined) && !fromId;
  const known = isOpen ? rows.filter(({ timeMs }) => timeMs >= nowMs - LOOKED_BACK_MS) : rows;
  return inRange(known, parameters, limit, fromId);
}

/**
 * Rows within startTime … endTime (market time), oldest first: the first `limit` from a start (or when the rows begin
 * with the one asked for), else the latest. `page` goes on from there, 1 is the first.
 */
export function inRange<T extends { readonly timeMs: number }>(
  rows: readonly T[],
  parameters: Parameters,
  limit: number,
  fromId = false,
): T[] {
  const startMs = parameters.integer('startTime');
  const endMs = parameters.integer('endTime') ?? Number.MAX_SAFE_INTEGER;
  const within = rows.filter(({ timeMs }) => timeMs >= (startMs ?? 0) && timeMs <= endMs);
  const skipped = (Math.max(1, parameters.integer('page') ?? 1) - 1) * limit;
  if (startMs !== undefined || fromId) return within.slice(skipped, skipped + limit);
  const end = within.length - skipped;
  return within.slice(Math.max(0, end - limit), Math.max(0, end));
}
