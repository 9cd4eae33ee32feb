import { Principal } from '@dfinity/principal';

/** Keys that mark what JSON itself cannot say. */
const BIGINT = '$bigint';
const BYTES = '$bytes';
const PRINCIPAL = '$principal';
const NUMBER = '$number';

/** JSON that also holds bigints, byte arrays, principals, and the numbers that JSON leaves out. */
export function toJson(value: unknown): string {
  return JSON.stringify(tagged(value));
}

/** What `toJson` was given. Throws `SyntaxError` for text that is not JSON. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => untagged(value));
}

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: value.toString() };
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') };
  if (value instanceof Principal) return { [PRINCIPAL]: value.toText() };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, tagged(inner)]));
  }
  return value;
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0 || typeof entry[1] !== 'string') return value;
  const [tag, text] = entry;
  switch (tag) {
    case BIGINT:
      return BigInt(text);
    case BYTES:
      return Uint8Array.from(Buffer.from(text, 'base64'));
    case PRINCIPAL:
      return Principal.fromText(text);
    case NUMBER:
      return Number(text);
    default:
      return value;
  }
}
