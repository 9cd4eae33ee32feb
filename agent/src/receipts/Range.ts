import { decode, encode } from 'cborg';
import { StoreError } from './StoreError.ts';

/** A record of the log and the frame that it answers, as a certified query gave them. */
export interface RangeEntry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

const RANGE_VERSION = 1;

/** Records that others made, kept among the receipts: the next receipt's record proves them by its hash. */
export function encodeRange(entries: readonly RangeEntry[]): Uint8Array {
  const pairs = entries.map(({ record, frame }) => [record, frame]);
  return encode({ version: RANGE_VERSION, entries: pairs });
}

/** @throws StoreError `malformed` or `version` */
export function decodeRange(bytes: Uint8Array): RangeEntry[] {
  let value: unknown;
  try {
    value = decode(bytes, { strict: true, allowIndefinite: false, allowUndefined: false });
  } catch (cause) {
    throw malformed(cause);
  }
  const { version, entries } = (typeof value === 'object' ? value : null) as {
    readonly version?: unknown;
    readonly entries?: unknown;
  };
  if (version !== RANGE_VERSION)
    throw new StoreError(
      'version',
      `Expected a range of version ${String(RANGE_VERSION)}, got ${String(version)}.`,
    );
  if (!Array.isArray(entries)) throw malformed();
  return entries.map((pair: unknown) => {
    const [record, frame] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (!(record instanceof Uint8Array) || !(frame instanceof Uint8Array)) throw malformed();
    return { record, frame };
  });
}

function malformed(cause?: unknown): StoreError {
  return new StoreError(
    'malformed',
    'Expected a range of records, got something else. Copy it again.',
    cause,
  );
}
