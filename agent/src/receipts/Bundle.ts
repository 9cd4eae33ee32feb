import { decode, encode } from 'cborg';
import { Principal } from '@icp-sdk/core/principal';
import { decodeReceipt, type Receipt } from '@plimsoll/proof';
import { isPacked, pack, unpack } from './Gzip.ts';
import { WHAT_IT_PROVES } from './ProofNote.ts';
import type { ReadableReceipts } from './ReceiptStore.ts';
import { StoreError } from './StoreError.ts';

export const BUNDLE_VERSION = 1;
/** Unpacked; years of bars and decisions, far below what would exhaust a machine. */
export const MAX_BUNDLE_BYTES = 512 * 1024 * 1024;

/** One owner's whole record in one file: every answer since the registration, in order, with its evidence. */
export interface Bundle {
  readonly version: typeof BUNDLE_VERSION;
  /** Program and version that wrote the file. */
  readonly createdBy: string;
  readonly canisterId: Principal;
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  /** What the file proves and what it does not. */
  readonly note: string;
  readonly receipts: readonly Receipt[];
}

export interface BundleHeader {
  readonly createdBy: string;
  readonly canisterId: Principal;
  readonly owner: Uint8Array;
}

const NOTE =
  `${WHAT_IT_PROVES} The hash chain shows that no record is missing, changed or moved up to the newest one here; ` +
  'ticks, which leave no record, are complete only as far as the agent kept them.';

/** @param receipts encoded receipts, oldest first, beginning with the registration */
export function encodeBundle(header: BundleHeader, receipts: readonly Uint8Array[]): Uint8Array {
  const { createdBy, canisterId, owner } = header;
  const cbor = encode({
    version: BUNDLE_VERSION,
    createdBy,
    canisterId: canisterId.toUint8Array(),
    owner,
    note: NOTE,
    receipts,
  });
  if (cbor.length > MAX_BUNDLE_BYTES) {
    throw new StoreError(
      'oversized',
      `Expected at most ${String(MAX_BUNDLE_BYTES)} bytes of receipts, got ${String(cbor.length)}. Split the record.`,
    );
  }
  return pack(cbor);
}

/** The bundle of everything a store holds. */
export async function bundleOf(store: ReadableReceipts, header: BundleHeader): Promise<Uint8Array> {
  const receipts: Uint8Array[] = [];
  for await (const { bytes } of store.read()) receipts.push(bytes);
  return encodeBundle(header, receipts);
}

/** Whether a file's content claims to be a bundle; a receipt begins otherwise. */
export function isBundle(bytes: Uint8Array): boolean {
  return isPacked(bytes);
}

/**
 * Reads what {@link encodeBundle} wrote. It proves nothing yet; `verifyBundle` does.
 * @param maxBytes unpacked
 * @throws StoreError `truncated`, `trailing`, `oversized`, `version` or `malformed`
 */
export function decodeBundle(bytes: Uint8Array, maxBytes = MAX_BUNDLE_BYTES): Bundle {
  const { version, createdBy, canisterId, owner, note, receipts, ...others } = decodeMap(
    unpack(bytes, maxBytes),
  );
  if (version !== BUNDLE_VERSION) {
    throw new StoreError(
      'version',
      `Expected a bundle of version ${String(BUNDLE_VERSION)}, got ${String(version)}. Use the release that wrote it, or a newer one.`,
    );
  }
  if (Object.keys(others).length > 0) throw malformed(`no field ${String(Object.keys(others)[0])}`);
  if (typeof createdBy !== 'string' || typeof note !== 'string')
    throw malformed('createdBy and note as text');
  if (!isPrincipal(canisterId)) throw malformed('canisterId as a principal of 1 to 29 bytes');
  if (!isPrincipal(owner)) throw malformed('owner as a principal of 1 to 29 bytes');
  if (!Array.isArray(receipts)) throw malformed('receipts as a list');
  return {
    version,
    createdBy,
    canisterId: Principal.fromUint8Array(canisterId),
    owner,
    note,
    receipts: receipts.map(receiptAt),
  };
}

function decodeMap(cbor: Uint8Array): Record<string, unknown> {
  let map: unknown;
  try {
    map = decode(cbor, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (cause) {
    throw malformed('CBOR', cause);
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw malformed('a map');
  return map as Record<string, unknown>;
}

function receiptAt(bytes: unknown, index: number): Receipt {
  if (!(bytes instanceof Uint8Array)) throw malformed(`receipt ${String(index)} as bytes`);
  try {
    return decodeReceipt(bytes);
  } catch (cause) {
    throw new StoreError(
      'malformed',
      `Expected receipt ${String(index)} of the bundle to be one, got: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}

function isPrincipal(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= 1 && value.length <= 29;
}

function malformed(expectation: string, cause?: unknown): StoreError {
  return new StoreError(
    'malformed',
    `Expected a bundle with ${expectation}, got something else. Check that the file is a bundle and is whole.`,
    cause,
  );
}
