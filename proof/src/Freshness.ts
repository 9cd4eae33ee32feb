/** The riskiest class of action that evidence of some age may carry. */
export type Freshness = 'enter' | 'exit' | 'none';

/** To enter or increase: at most this old, at most {@link MAX_FUTURE_MS} ahead of our clock. */
export const ENTER_MAX_AGE_MS = 15_000;
/** To reduce or exit: at most this far from our clock, either way, for a skewed clock must not block an exit. */
export const EXIT_MAX_AGE_MS = 300_000;
export const MAX_FUTURE_MS = 5_000;

const NS_PER_MS = 1_000_000n;

/**
 * Age of a certificate in nanoseconds; negative when it is ahead of our clock.
 * @param timeNs certificate time, nanoseconds since 1970-01-01 UTC
 * @param nowMs our clock, milliseconds since 1970-01-01 UTC; a fraction is cut off. Must be finite.
 */
export function ageNs(timeNs: bigint, nowMs: number): bigint {
  return BigInt(Math.trunc(nowMs)) * NS_PER_MS - timeNs;
}

/** Whether an age lies within `maxAgeMs` in the past and `maxFutureMs` in the future, bounds included. */
export function isWithin(age: bigint, maxAgeMs: number, maxFutureMs: number): boolean {
  return age <= BigInt(maxAgeMs) * NS_PER_MS && -age <= BigInt(maxFutureMs) * NS_PER_MS;
}

/** What evidence of this time may carry at `nowMs`, judging by age alone; an unusable clock carries nothing. */
export function freshnessOf(timeNs: bigint, nowMs: number): Freshness {
  if (!Number.isFinite(nowMs)) return 'none';
  const age = ageNs(timeNs, nowMs);
  if (isWithin(age, ENTER_MAX_AGE_MS, MAX_FUTURE_MS)) return 'enter';
  return isWithin(age, EXIT_MAX_AGE_MS, EXIT_MAX_AGE_MS) ? 'exit' : 'none';
}
