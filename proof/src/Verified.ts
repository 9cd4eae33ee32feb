import { verifyReceipt, type VerifyOptions } from './CertifiedReply.ts';
import { freshnessOf, type Freshness } from './Freshness.ts';
import { ProofError } from './ProofError.ts';
import { encodeReceipt, type Receipt } from './Receipt.ts';

declare const brand: unique symbol;

/** A value read from something that a certificate proves. Only this package makes one. */
export interface Certified<T> {
  readonly [brand]: true;
  readonly value: T;
  /** Certificate time, nanoseconds since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  /** Whether it was matched to a request id the verifier named, that is, to its own request. */
  readonly isToOwnRequest: boolean;
}

/** A value read from a reply whose receipt was verified. Only {@link verifyReply} makes one. */
export interface Verified<T> extends Certified<T> {
  readonly requestId: Uint8Array;
  /** The evidence, to keep or hand on. */
  readonly receiptBytes: Uint8Array;
}

/** The brand is a promise of types only; this set keeps it at run time, against casts. */
const made = new WeakSet<object>();

/**
 * Verifies a receipt and reads its reply.
 * @param decode reads the value from the reply; what it throws comes back as `malformed` with its cause
 * @throws ProofError as {@link verifyReceipt} does
 */
export async function verifyReply<T>(
  receipt: Receipt,
  options: VerifyOptions,
  decode: (reply: Uint8Array) => T,
): Promise<Verified<T>> {
  // Taken before verification, so that what is kept is what was verified even if the caller changes its arrays.
  const receiptBytes = encodeReceipt(receipt);
  const { reply, timeNs, requestId } = await verifyReceipt(receipt, options);
  const fields = {
    value: read(reply, decode),
    timeNs,
    requestId,
    isToOwnRequest: options.expectedRequestId !== undefined,
    receiptBytes,
  };
  return brandCertified(fields) as Verified<T>;
}

/** For this package alone: what is passed has been proven. */
export function brandCertified<F extends object>(fields: F): F & { readonly [brand]: true } {
  const certified = Object.freeze(fields) as F & { readonly [brand]: true };
  made.add(certified);
  return certified;
}

/** Whether this very object was made by this package; a copy or a cast was not. */
export function isVerified(candidate: unknown): candidate is Certified<unknown> {
  return typeof candidate === 'object' && candidate !== null && made.has(candidate);
}

/**
 * The riskiest class of action this answer may carry at `nowMs` (milliseconds since 1970-01-01 UTC).
 * `enter`: at most 15 s old, at most 5 s ahead, and the reply to our own request. `exit`: within 5 minutes.
 * `none`: older, no usable clock, or not made by this package.
 */
export function freshFor(verified: Certified<unknown>, nowMs: number): Freshness {
  if (!isVerified(verified)) return 'none';
  const freshness = freshnessOf(verified.timeNs, nowMs);
  return freshness === 'enter' && !verified.isToOwnRequest ? 'exit' : freshness;
}

/** @throws ProofError `malformed` for what `decode` throws */
export function read<T>(reply: Uint8Array, decode: (reply: Uint8Array) => T): T {
  try {
    return decode(reply);
  } catch (cause) {
    if (cause instanceof ProofError) throw cause;
    throw new ProofError(
      'malformed',
      `Expected a reply that can be read, got ${reply.length} certified bytes that cannot: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'The canister may be of another version than this program.',
      cause,
    );
  }
}
