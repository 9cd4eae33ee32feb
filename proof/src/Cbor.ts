import { decode, encode } from 'cborg';
import { equalBytes } from './Bytes.ts';
import { ProofError } from './ProofError.ts';

/** `sorted`: map keys in the deterministic order (shorter first, then bytewise); `any`: as they come. */
export type KeyOrder = 'sorted' | 'any';

/**
 * Decodes CBOR that has only one possible encoding: shortest integers and lengths, nothing indefinite, no tag, no
 * repeated key, valid UTF-8, nothing after the end. It is proven by encoding the value again, so that no byte of the
 * input can change without the value changing.
 * @param what the thing expected, for the message
 * @throws ProofError `malformed`
 */
export function decodeCanonical(bytes: Uint8Array, keyOrder: KeyOrder, what: string): unknown {
  let value: unknown;
  let again: Uint8Array;
  try {
    value = decode(bytes, { allowUndefined: false });
    again = encode(value, keyOrder === 'any' ? { mapSorter: () => 0 } : {});
  } catch (cause) {
    // Also a stack overflow by hostile nesting ends here.
    throw new ProofError(
      'malformed',
      `Expected ${what} as CBOR, got ${bytes.length} bytes that are not: ${cause instanceof Error ? cause.message : 'unknown'}. Check that they are whole.`,
      cause,
    );
  }
  if (!equalBytes(again, bytes)) {
    throw new ProofError(
      'malformed',
      `Expected ${what} in its one deterministic CBOR form, got another encoding of it. Take it from its source again.`,
    );
  }
  return value;
}

/** Deterministic CBOR: keys sorted, shortest forms. */
export function encodeCanonical(value: unknown): Uint8Array {
  return Uint8Array.from(encode(value));
}

/** Whether `value` is a map with all of `required`, perhaps some of `optional`, and nothing else. */
export function isMapOf(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return false;
  const keys = Object.keys(value);
  return (
    required.every((key) => keys.includes(key)) &&
    keys.every((key) => required.includes(key) || optional.includes(key))
  );
}
