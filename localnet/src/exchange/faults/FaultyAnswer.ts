import type { Exchange } from '../Exchange.ts';
import { answer, type WireAnswer, type WireRequest } from '../Router.ts';
import { refusals, REFUSALS_ON_COMMAND } from '../VenueError.ts';
import type { RequestFault } from './RequestFault.ts';

/** What becomes of a request: an answer, or none when the connection is cut. */
export interface Outcome {
  readonly answer: WireAnswer | undefined;
}

const UNAVAILABLE = 'Service Unavailable.';
const UNKNOWN = 'Unknown error, please check your request or try again later.';

/**
 * Answers a request with the faults that it runs into; without one as `answer` does. Controls of this machine never fail.
 * The waiting is the caller's: `wait` gets the sum of the latencies, before anything is read.
 */
export async function answerWithFaults(
  exchange: Exchange,
  request: WireRequest,
  wait: (delayMs: number) => Promise<void>,
): Promise<Outcome> {
  const endpoint = `${request.method} ${request.path}`;
  const struck = request.path.startsWith('/localnet/')
    ? []
    : exchange.faults.struck(endpoint, exchange.venue.timeMs);
  const delayMs = struck.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.delayMs : 0), 0);
  if (delayMs > 0) await wait(delayMs);
  const fault = struck.find(({ kind }) => kind !== 'latency');
  return fault === undefined ? { answer: answer(exchange, request) } : outcomeOf(exchange, request, fault);
}

function outcomeOf(exchange: Exchange, request: WireRequest, fault: RequestFault): Outcome {
  switch (fault.kind) {
    case 'rate-limit':
      return limited(fault, 429, 'Too many requests; current limit is 2400 requests per minute.');
    case 'ban':
      return limited(fault, 418, 'Way too many requests; IP banned.');
    case 'server-error': {
      const { code, message } = refusals.internal();
      return refused(fault.status ?? 500, code, message);
    }
    case 'maintenance':
      return { answer: { status: 503, body: UNAVAILABLE, headers: {} } };
    case 'refusal': {
      const code = fault.code ?? -2010;
      return refused(400, code, REFUSALS_ON_COMMAND.get(code) ?? '');
    }
    case 'overloaded': {
      if (onlyReduces(request)) return { answer: answer(exchange, request) };
      const { code, message, httpStatus } = refusals.overloaded();
      return refused(httpStatus, code, message);
    }
    case 'unknown-executed':
      answer(exchange, request);
      return unknown(fault);
    case 'unknown-not-executed':
      return unknown(fault);
    case 'lost-response':
      answer(exchange, request);
      return { answer: undefined };
    case 'latency':
      return { answer: answer(exchange, request) };
  }
}

function refused(status: number, code: number, msg: string, headers: Record<string, string> = {}): Outcome {
  return { answer: { status, body: { code, msg }, headers } };
}

function limited(fault: RequestFault, status: number, msg: string): Outcome {
  return refused(status, -1003, msg, { 'Retry-After': String(fault.retryAfterSeconds) });
}

/** The venue has two ways of saying that it does not know: 408 with -1007, and 503 with a text of its own. */
function unknown({ status }: RequestFault): Outcome {
  const { code, message, httpStatus } = refusals.unknownFate();
  return status === 503 ? refused(503, code, UNKNOWN) : refused(httpStatus, code, message);
}

function onlyReduces({ query, body }: WireRequest): boolean {
  return /(?:^|&)(?:reduceOnly|closePosition)=true(?:&|$)/i.test(`${query}&${body}`);
}
