import {
  type HttpAgent,
  AgentError,
  ExternalError,
  HttpErrorCode,
  HttpFetchErrorCode,
  IngressExpiryInvalidErrorCode,
  InputError,
  ProtocolError,
  TimeoutWaitingForResponseErrorCode,
  TrustError,
} from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import type { CallRequest } from './CallRequest.ts';
import { FetchError, type FetchFailure } from './FetchError.ts';

/** Our own deadline passed; the agent's request may still be under way. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

/** Rejects with {@link LateError} when `work` is not done by the deadline (milliseconds of `performance.now()`). */
export async function before<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LateError('The time given has passed')),
      Math.max(0, deadlineMs - performance.now()),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Longer than this the failure at hand is not kept waiting. */
const CLOCK_TIMEOUT_MS = 5_000;

/**
 * After a refusal by the clock, takes the network's time anew. HttpAgent does so by itself only once in its life: a clock that is
 * set right later, or a machine that slept, would leave it refused until the process is started again.
 */
export async function followClock(
  agent: HttpAgent,
  cause: unknown,
  canisterId: Principal | string,
): Promise<void> {
  if (!(cause instanceof AgentError && cause.code instanceof IngressExpiryInvalidErrorCode)) return;
  try {
    const clock = agent.syncTime({ canisterId: Principal.from(canisterId) });
    await before(performance.now() + CLOCK_TIMEOUT_MS, clock);
  } catch {
    // The refusal itself is what is told; the next one asks again.
  }
}

/**
 * Puts a failure of HttpAgent in our terms.
 * @param request the call, if it may have left this machine; its absence means it has not
 */
export function explainAgentError(cause: unknown, request: CallRequest | undefined): FetchError {
  if (cause instanceof FetchError) return cause;
  const { kind, leaf, advice } = classify(cause, request !== undefined);
  const state =
    request === undefined
      ? 'Nothing was sent.'
      : 'The call may have run: look it up by its request id before sending anything else.';
  const came = withoutStack(cause instanceof Error ? cause.message : String(cause));
  return new FetchError(`Expected an answer of the network, got: ${came.slice(0, 500)}. ${advice} ${state}`, {
    kind,
    leaf,
    outcome: request === undefined ? 'not-sent' : 'unknown',
    ...(request === undefined ? {} : { request }),
    cause,
  });
}

/** The client writes into its messages where in its own code it happened: of use to nobody who reads ours. */
function withoutStack(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n');
}

function classify(cause: unknown, isSent: boolean): Pick<FetchFailure, 'kind' | 'leaf'> & { advice: string } {
  if (cause instanceof LateError) return { kind: 'temporary', leaf: 'timeout', advice: 'Allow more time.' };
  if (!(cause instanceof AgentError)) {
    return {
      kind: isSent ? 'internal' : 'request',
      leaf: 'setup',
      advice: 'Check canister id, identity and call.',
    };
  }
  const { code } = cause;
  if (code instanceof HttpErrorCode) {
    const isOurs = code.status >= 400 && code.status < 500 && code.status !== 408 && code.status !== 429;
    return isOurs
      ? { kind: 'request', leaf: 'http', advice: 'Check canister id, permissions and endpoint.' }
      : { kind: 'temporary', leaf: 'http', advice: 'The endpoint is unwell.' };
  }
  if (code instanceof IngressExpiryInvalidErrorCode) {
    return { kind: 'request', leaf: 'http', advice: "Set this machine's clock." };
  }
  if (code instanceof HttpFetchErrorCode || code instanceof TimeoutWaitingForResponseErrorCode) {
    return { kind: 'temporary', leaf: 'network', advice: 'Check the connection and the endpoint.' };
  }
  if (cause instanceof ExternalError) {
    return { kind: 'request', leaf: 'setup', advice: 'Give the agent a root key and an identity.' };
  }
  if (cause instanceof InputError || cause instanceof TrustError || cause instanceof ProtocolError) {
    return { kind: 'temporary', leaf: 'unusable-answer', advice: 'Ask through another node.' };
  }
  return { kind: 'internal', leaf: 'unusable-answer', advice: 'Report this with its cause.' };
}
