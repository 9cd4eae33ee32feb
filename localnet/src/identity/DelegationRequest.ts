import { createPublicKey } from 'node:crypto';
import { FIRST_ANCHOR, LAST_ANCHOR } from './Anchor.ts';

/** What the page asks for in the name of an application. */
export interface DelegationRequest {
  readonly anchor: number;
  /** DER of the key that the application made for this session. */
  readonly sessionKey: Uint8Array;
  readonly maxTimeToLiveNs: bigint;
}

/** A request that is not understood; nothing was signed. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** @throws BadRequest for a number that no anchor has */
export function parseAnchor(number: unknown): number {
  if (
    typeof number === 'number' &&
    Number.isInteger(number) &&
    number >= FIRST_ANCHOR &&
    number <= LAST_ANCHOR
  ) {
    return number;
  }
  throw new BadRequest(
    `anchor: expected a whole number from ${FIRST_ANCHOR} to ${LAST_ANCHOR}, got ${JSON.stringify(number)}`,
  );
}

/**
 * Reads `{"anchor", "sessionPublicKey": hex DER, "maxTimeToLive": decimal nanoseconds}`.
 * @throws BadRequest
 */
export function parseDelegationRequest(body: string): DelegationRequest {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BadRequest('expected JSON with anchor, sessionPublicKey and maxTimeToLive, got something else');
  }
  const { anchor, sessionPublicKey, maxTimeToLive } = (value ?? {}) as Record<string, unknown>;
  return {
    anchor: parseAnchor(anchor),
    sessionKey: parseKey(sessionPublicKey),
    maxTimeToLiveNs: parseDuration(maxTimeToLive),
  };
}

function parseKey(hex: unknown): Uint8Array {
  const der = typeof hex === 'string' && /^([0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
  try {
    if (der !== undefined && createPublicKey({ key: der, format: 'der', type: 'spki' })) {
      return Uint8Array.from(der);
    }
  } catch {
    // Not a key; told below like anything else that is none.
  }
  throw new BadRequest('sessionPublicKey: expected the hex of a DER-encoded public key, got something else');
}

function parseDuration(nanoseconds: unknown): bigint {
  const value = typeof nanoseconds === 'string' && /^\d{1,20}$/.test(nanoseconds) ? BigInt(nanoseconds) : 0n;
  if (value > 0n) return value;
  throw new BadRequest(
    `maxTimeToLive: expected nanoseconds above 0 as a decimal text, got ${JSON.stringify(nanoseconds)}`,
  );
}
