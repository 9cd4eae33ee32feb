import { createPrng, type Prng } from '../../market/Prng.ts';

/** What may go wrong with a request. */
export const REQUEST_FAULT_KINDS = [
  /** The request waits before it is read. */
  'latency',
  /** 429 with Retry-After. */
  'rate-limit',
  /** 418 with Retry-After. */
  'ban',
  /** A status of the 5xx: nothing was done. */
  'server-error',
  /** -1008: throttled, orders that only reduce are exempt. */
  'overloaded',
  /** -1007 after the request was carried out. */
  'unknown-executed',
  /** -1007, and nothing was done. */
  'unknown-not-executed',
  /** The request is carried out and the connection then cut without an answer. */
  'lost-response',
  /** A refusal by code: one the venue has reasons for that are not modelled. */
  'refusal',
  /** 503 to everything. */
  'maintenance',
] as const;

export type RequestFaultKind = (typeof REQUEST_FAULT_KINDS)[number];

/** A fault that requests run into while it lasts. */
export interface RequestFault {
  readonly kind: RequestFaultKind;
  /** As in `POST /fapi/v1/order`; undefined is every endpoint of the venue. */
  readonly endpoint: string | undefined;
  /** Requests that run into it; undefined is all until it is cleared. */
  readonly times: number | undefined;
  /** Requests it lets pass first. */
  readonly skip: number;
  /** Share of the matching requests that it meets, drawn from its seed. */
  readonly chance: number;
  readonly seed: number;
  readonly delayMs: number;
  readonly retryAfterSeconds: number;
  /** HTTP status of a server error, or of an unknown fate (408 or 503). */
  readonly status: number | undefined;
  /** Code of a refusal, one of `REFUSALS_ON_COMMAND`. */
  readonly code: number | undefined;
  /** Market time from which on it lasts no more; undefined is for ever. */
  readonly untilMs: number | undefined;
}

/** A fault with what is left of it. */
export interface ActiveFault {
  readonly fault: RequestFault;
  readonly prng: Prng;
  left: number;
  skip: number;
}

export function activate(fault: RequestFault): ActiveFault {
  return {
    fault,
    prng: createPrng(fault.seed),
    left: fault.times ?? Number.POSITIVE_INFINITY,
    skip: fault.skip,
  };
}

/** Whether a request runs into a fault; if so it is used up by one. */
export function strikes(active: ActiveFault, endpoint: string, timeMs: number): boolean {
  const { fault } = active;
  if (active.left <= 0 || isOver(active, timeMs)) return false;
  if (fault.endpoint !== undefined && fault.endpoint !== endpoint) return false;
  if (active.skip > 0) {
    active.skip -= 1;
    return false;
  }
  if (fault.chance < 1 && active.prng.uniform() >= fault.chance) return false;
  active.left -= 1;
  return true;
}

export function isOver({ fault, left }: ActiveFault, timeMs: number): boolean {
  return left <= 0 || (fault.untilMs !== undefined && timeMs >= fault.untilMs);
}
