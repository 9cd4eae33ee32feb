import { Principal } from '@icp-sdk/core/principal';
import { ageNs, ENTER_MAX_AGE_MS, isWithin, MAX_FUTURE_MS } from './Freshness.ts';
import { ProofError } from './ProofError.ts';

/** Whom a verifier believes. */
export interface TrustOptions {
  /** The pinned root key in DER. Never one that the answering node just sent. */
  readonly rootKey: Uint8Array;
  readonly canisterId: Principal | string;
}

/** How old a certificate may be. */
export interface ClockOptions {
  /** Our clock, milliseconds since 1970-01-01 UTC. Without it no age is checked (offline verification). */
  readonly nowMs?: number;
  /** Default 15,000, what an entry needs; for heads 300,000. Only with `nowMs`. */
  readonly maxAgeMs?: number;
  /** Default 5,000; for heads 300,000. Only with `nowMs`. */
  readonly maxFutureMs?: number;
}

/** @throws ProofError `options` for a clock that could not be used, or bounds without a clock */
export function checkClock(options: ClockOptions): void {
  for (const name of ['nowMs', 'maxAgeMs', 'maxFutureMs'] as const) {
    const value = options[name];
    if (!(name in options) || (name === 'nowMs' ? Number.isFinite(value) : Number.isSafeInteger(value)))
      continue;
    throw new ProofError(
      'options',
      `Expected ${name} in milliseconds${name === 'nowMs' ? '' : ' as a whole number'}, got ${String(value)}. Leave it out to not check any age.`,
    );
  }
  if (options.nowMs === undefined && (options.maxAgeMs !== undefined || options.maxFutureMs !== undefined)) {
    throw new ProofError(
      'options',
      'Expected nowMs together with maxAgeMs or maxFutureMs, got none, so that no age could be checked. Give the clock.',
    );
  }
}

/** @throws ProofError `too-old` or `from-the-future` */
export function checkAge(
  timeNs: bigint,
  { nowMs, maxAgeMs = ENTER_MAX_AGE_MS, maxFutureMs = MAX_FUTURE_MS }: ClockOptions,
): void {
  if (nowMs === undefined) return;
  const age = ageNs(timeNs, nowMs);
  if (isWithin(age, maxAgeMs, maxFutureMs)) return;
  const seconds = `${(Math.abs(Number(age)) / 1e9).toFixed(3)} s`;
  throw age > 0n
    ? new ProofError(
        'too-old',
        `Expected a certificate at most ${maxAgeMs} ms old, got one of ${seconds}. Ask again.`,
      )
    : new ProofError(
        'from-the-future',
        `Expected a certificate at most ${maxFutureMs} ms ahead of this clock, got one ${seconds} ahead. Set this machine's clock.`,
      );
}

/** @throws ProofError `options` */
export function toCanisterId(id: Principal | string): Principal {
  try {
    return Principal.from(id);
  } catch (cause) {
    throw new ProofError(
      'options',
      `Expected a canister id, got ${String(id)}. Check the configuration.`,
      cause,
    );
  }
}
