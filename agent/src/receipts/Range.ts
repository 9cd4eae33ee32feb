import { decode, encode } from 'cborg';
import { StoreError } from './StoreError.ts';

/** A record of the log and the frame that it answers, as a certified query gave them. */
export interface RangeEntry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

/** Shows by itself that the range's last entry was the newest certified one of its owner. */
export interface RangeProof {
  readonly certificate: Uint8Array;
  readonly witness: Uint8Array;
}

export interface Range {
  readonly entries: readonly RangeEntry[];
  /** Null where a receipt that follows proves the entries by its record's hash. */
  readonly proof: RangeProof | null;
}

const RANGE_VERSION = 1;

/** Records that others made, kept among the receipts. */
export function encodeRange(entries: readonly RangeEntry[], proof: RangeProof | null = null): Uint8Array {
  const pairs = entries.map(({ record, frame }) => [record, frame]);
  const range = { version: RANGE_VERSION, entries: pairs };
  return encode(proof === null ? range : { ...range, proof: [proof.certificate, proof.witness] });
}

/** @throws StoreError `malformed` or `version` */
export function decodeRange(bytes: Uint8Array): Range {
  let value: unknown;
  try {
    value = decode(bytes, { strict: true, allowIndefinite: false, allowUndefined: false });
  } catch (cause) {
    throw malformed(cause);
  }
  const { version, entries, proof } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly version?: unknown;
    readonly entries?: unknown;
    readonly proof?: unknown;
  };
  if (version !== RANGE_VERSION)
    throw new StoreError(
      'version',
      `Expected a range of version ${String(RANGE_VERSION)}, got ${String(version)}.`,
    );
  if (!Array.isArray(entries)) throw malformed();
  const pairs = entries.map((entry) => {
    const [record, frame] = pairOf(entry);
    return { record, frame };
  });
  if (proof === undefined) return { entries: pairs, proof: null };
  const [certificate, witness] = pairOf(proof);
  return { entries: pairs, proof: { certificate, witness } };
}

/** Two byte strings. @throws StoreError `malformed` */
export function pairOf(value: unknown): readonly [Uint8Array, Uint8Array] {
  const [one, other] = Array.isArray(value) ? (value as unknown[]) : [];
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) throw malformed();
  return [one, other];
}

function malformed(cause?: unknown): StoreError {
  return new StoreError(
    'malformed',
    'Expected a range of records, got something else. Copy it again.',
    cause,
  );
}
