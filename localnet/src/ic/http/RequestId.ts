import { compareBytes, concat, isBytes, leb128, sha256, utf8 } from './Bytes.ts';
import { badRequest } from './HttpError.ts';

/**
 * Representation-independent hash of a map (IC interface specification, "hash of map"): SHA-256 over the
 * sorted concatenations of key hash and value hash. Text and bytes hash as they are, naturals as LEB128, arrays
 * as the concatenation of their elements' hashes, maps recursively. Every field counts, known to us or not.
 *
 * @throws HttpError 400 for a value the hash is not defined for (booleans, null, negative numbers)
 */
export function hashOfMap(entries: Iterable<readonly [string, unknown]>): Uint8Array {
  const hashed: Uint8Array[] = [];
  for (const [key, value] of entries) hashed.push(concat(sha256(utf8(key)), hashOfValue(value)));
  hashed.sort(compareBytes);
  return sha256(concat(...hashed));
}

function hashOfValue(value: unknown): Uint8Array {
  if (typeof value === 'string') return sha256(utf8(value));
  if (isBytes(value)) return sha256(value);
  if (typeof value === 'bigint' && value >= 0n) return sha256(leb128(value));
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    return sha256(leb128(BigInt(value)));
  if (Array.isArray(value)) return sha256(concat(...value.map(hashOfValue)));
  if (typeof value === 'object' && value !== null) return hashOfMap(Object.entries(value));
  throw badRequest(
    `Cannot hash a request with a ${value === null ? 'null' : typeof value} in it: ` +
      'expected text, bytes, naturals, arrays and maps.',
  );
}
