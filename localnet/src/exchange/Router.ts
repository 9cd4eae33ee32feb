import { accountRoutes } from './AccountRoutes.ts';
import { type ApiKey, isAllowed } from './ApiKey.ts';
import { batchRoutes } from './BatchRoutes.ts';
import { controlRoutes } from './ControlRoutes.ts';
import type { Exchange } from './Exchange.ts';
import { faultRoutes } from './faults/FaultRoutes.ts';
import { marketRoutes } from './MarketRoutes.ts';
import { orderRoutes } from './OrderRoutes.ts';
import { readParameters, SIGNING_PARAMETERS, textOf } from './Parameters.ts';
import { RateLimitError } from './RateLimits.ts';
import type { Route, RouteTable } from './Route.ts';
import { statisticsRoutes } from './StatisticsRoutes.ts';
import { requireSignature } from './Signature.ts';
import { refusals, VenueError } from './VenueError.ts';
import { ordersOf, weightOf } from './Weights.ts';

/** A request as it came over the wire; `query` without the question mark, `body` form-encoded or JSON. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly apiKey: string | undefined;
  /** Where it comes from; this machine when not said. */
  readonly address?: string;
  /** Whether it came over the WebSocket API: there every request may carry the key and be signed. */
  readonly overSocket?: boolean;
}

export interface WireAnswer {
  readonly status: number;
  /** Becomes JSON; a text stands for itself (HTML). */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const ROUTES: RouteTable = {
  ...marketRoutes,
  ...statisticsRoutes,
  ...orderRoutes,
  ...batchRoutes,
  ...accountRoutes,
  ...controlRoutes,
  ...faultRoutes,
};
const NOT_FOUND_PAGE =
  '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n';

/** Every endpoint, as in `GET /fapi/v1/time`. */
export const ENDPOINTS: readonly string[] = Object.keys(ROUTES);

/** Answers a request: the same function with and without HTTP. A refusal becomes Binance's `{code, msg}`. */
export function answer(exchange: Exchange, request: WireRequest): WireAnswer {
  const { method, path, address = '127.0.0.1' } = request;
  const endpoint = `${method} ${path}`;
  const headers: Record<string, string> = {};
  try {
    const route = Object.hasOwn(ROUTES, endpoint) ? ROUTES[endpoint] : undefined;
    if (route === undefined) {
      if (/^\/(?:fapi|sapi|futures)\//.test(path)) throw refusals.path(method, path);
      return { status: 404, body: NOT_FOUND_PAGE, headers };
    }
    const sent = parametersOf(request);
    const nowMs = exchange.now();
    const enforced = exchange.rateLimits === 'enforce';
    // What is only shown is shown by both clocks: a played minute is a minute too, or a replay would look like a flood.
    const countedMs = enforced ? nowMs : nowMs + exchange.venue.timeMs;
    if (!path.startsWith('/localnet/')) {
      const used = exchange.addressLimits.spend(address, weightOf(endpoint, sent), countedMs, enforced);
      headers['X-MBX-USED-WEIGHT-1M'] = String(used);
    }
    const { account, key } = callerOf(exchange, route, request, address);
    if (route.access === 'signed') requireSignature(key, { ...request, sent }, nowMs);
    const parameters = readParameters(sent, [...route.parameters, ...carriedBy(route, request)]);
    const [tenSeconds, minute] = ordersOf(endpoint);
    if (minute > 0) account.orderLimits.require(countedMs, enforced);
    const body = route.answer(account, parameters, { key, address });
    if (minute > 0) {
      account.orderLimits.add(countedMs, tenSeconds, minute);
      const counts = account.orderLimits.counts(countedMs);
      headers['X-MBX-ORDER-COUNT-10S'] = String(counts.tenSeconds);
      headers['X-MBX-ORDER-COUNT-1M'] = String(counts.minute);
    }
    if (method !== 'GET') exchange.notify();
    return { status: 200, body, headers };
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    if (error instanceof RateLimitError)
      headers['Retry-After'] = String(Math.ceil(error.retryAfterMs / 1000));
    const { code, message, httpStatus, hint } = error;
    if (hint !== undefined) headers['X-Localnet-Hint'] = printable(hint);
    // Our own controls need not sound like the venue.
    const msg = hint !== undefined && path.startsWith('/localnet/') ? `${message} ${hint}` : message;
    return { status: httpStatus, body: { code, msg }, headers };
  }
}

/** Text that a header may carry: hints quote what was sent. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
}

/** Parameters that belong to the way a request came, not to its endpoint. */
function carriedBy({ access }: Route, { overSocket = false }: WireRequest): readonly string[] {
  const signing = overSocket || access === 'signed' ? SIGNING_PARAMETERS : [];
  return overSocket ? [...signing, 'apiKey', 'returnRateLimits'] : signing;
}

/** The account that a key opens; a public endpoint is answered by the first. @throws VenueError -2014, -2015 */
function callerOf(
  exchange: Exchange,
  { access }: Route,
  { apiKey, method }: WireRequest,
  address: string,
): { readonly account: Exchange; readonly key: ApiKey } {
  const [first] = exchange.keys;
  if (access === 'public' && first !== undefined) return { account: exchange, key: first };
  if (apiKey === undefined || apiKey === '') throw refusals.keyFormat();
  for (const account of exchange.accounts) {
    const key = account.keys.find((candidate) => candidate.apiKey === apiKey);
    if (key === undefined) continue;
    if (!isAllowed(key, address, access === 'signed' && method !== 'GET')) break;
    return { account, key };
  }
  throw refusals.apiKey();
}

function parametersOf({ query, body }: WireRequest): URLSearchParams {
  const sent = new URLSearchParams(query);
  const text = body.trim();
  if (text.startsWith('{')) {
    for (const [name, value] of Object.entries(parseJson(text))) sent.append(name, textOf(value));
  } else {
    for (const [name, value] of new URLSearchParams(text)) sent.append(name, value);
  }
  return sent;
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through: the refusal below says what was expected.
  }
  throw new VenueError(-1102, 'Malformed body: expected a form or a JSON object.');
}
