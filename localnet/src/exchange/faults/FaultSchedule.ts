import { createPrng } from '../../market/Prng.ts';
import type { FaultCommand } from './FaultPlan.ts';
import type { RequestFault, RequestFaultKind } from './RequestFault.ts';
import type { VenueFault } from './VenueFault.ts';

/** How faults are strewn over a time. */
export interface ScheduleOptions {
  readonly seed: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Mean market time between two faults, ms. */
  readonly everyMs: number;
}

const REQUESTS: readonly RequestFaultKind[] = [
  'latency',
  'rate-limit',
  'server-error',
  'overloaded',
  'unknown-executed',
  'unknown-not-executed',
  'lost-response',
];
const SOCKETS: readonly VenueFault[] = [
  { kind: 'socket-drop' },
  { kind: 'book-gap', times: 1 },
  { kind: 'duplicate-events', times: 1 },
];
/** Orders run into faults half of the time, any request otherwise. */
const ORDER_ENDPOINTS = ['POST /fapi/v1/order', 'POST /fapi/v1/algoOrder'];

/** A request fault with nothing but its kind said. */
export function requestFault(kind: RequestFaultKind, more: Partial<RequestFault> = {}): RequestFault {
  return {
    kind,
    endpoint: undefined,
    times: kind === 'maintenance' ? undefined : 1,
    skip: 0,
    chance: 1,
    seed: 1,
    delayMs: 1_000,
    retryAfterSeconds: 1,
    status: undefined,
    code: undefined,
    untilMs: undefined,
    ...more,
  };
}

/** Passing faults at random times (exponential waits), the same for the same seed: none of them needs mending by hand. */
export function randomSchedule(options: ScheduleOptions): FaultCommand[] {
  const { seed, fromMs, toMs, everyMs } = options;
  const prng = createPrng(seed);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(prng.uniform() * items.length)];
  const commands: FaultCommand[] = [];
  for (let atMs = fromMs; ;) {
    atMs += Math.max(1, Math.round(-Math.log(1 - prng.uniform()) * everyMs));
    if (atMs >= toMs) return commands;
    const socket = prng.uniform() < 0.25 ? pick(SOCKETS) : undefined;
    const kind = pick(REQUESTS) ?? 'latency';
    const endpoint = prng.uniform() < 0.5 ? pick(ORDER_ENDPOINTS) : undefined;
    const delayMs = 50 + Math.floor(prng.uniform() * 450);
    commands.push({ atMs, fault: socket ?? requestFault(kind, { endpoint, delayMs }) });
  }
}
