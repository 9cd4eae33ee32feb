import { accountRoutes } from './AccountRoutes.ts';
import { controlRoutes } from './ControlRoutes.ts';
import type { Exchange } from './Exchange.ts';
import { marketRoutes } from './MarketRoutes.ts';
import { orderRoutes } from './OrderRoutes.ts';
import { readParameters, SIGNING_PARAMETERS } from './Parameters.ts';
import type { RouteTable } from './Route.ts';
import { requireKey, requireSignature } from './Signature.ts';
import { VenueError } from './VenueError.ts';

/** A request as it came over the wire; `query` without the question mark, `body` form-encoded or JSON. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly apiKey: string | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly body: unknown;
}

const ROUTES: RouteTable = { ...marketRoutes, ...orderRoutes, ...accountRoutes, ...controlRoutes };

/** Answers a request: the same function with and without HTTP. A refusal becomes Binance's `{code, msg}`. */
export function answer(exchange: Exchange, request: WireRequest): WireAnswer {
  const name = `${request.method} ${request.path}`;
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined) {
    return { status: 404, body: { code: 404, msg: `${name} is not modelled by this exchange.` } };
  }
  try {
    const sent = parametersOf(request);
    if (route.access !== 'public') requireKey(exchange.credentials, request.apiKey);
    if (route.access === 'signed')
      requireSignature(exchange.credentials, { ...request, sent }, exchange.now());
    const known = route.access === 'signed' ? [...route.parameters, ...SIGNING_PARAMETERS] : route.parameters;
    return { status: 200, body: route.answer(exchange, readParameters(sent, known)) };
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    return { status: error.httpStatus, body: { code: error.code, msg: error.message } };
  }
}

function parametersOf({ query, body }: WireRequest): URLSearchParams {
  const sent = new URLSearchParams(query);
  const text = body.trim();
  if (text.startsWith('{')) {
    for (const [name, value] of Object.entries(parseJson(text))) sent.append(name, String(value));
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
