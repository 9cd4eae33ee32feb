import { decode, encode } from 'cborg';
import { Principal } from '@icp-sdk/core/principal';
import { decodeReceipt, type Receipt } from '@plimsoll/proof';
import type { StatePart } from '@plimsoll/engine';
import { isPacked, pack, unpack } from './Gzip.ts';
import { WHAT_IT_PROVES } from './ProofNote.ts';
import { decodeRange, pairOf, type Range, type RangeEntry } from './Range.ts';
import { isRange, type ReadableReceipts } from './ReceiptStore.ts';
import { StoreError } from './StoreError.ts';

/** Version 1 had receipts only, and always from the registration on. */
export const BUNDLE_VERSION = 2;
/** Unpacked; years of bars and decisions, far below what would exhaust a machine. */
export const MAX_BUNDLE_BYTES = 512 * 1024 * 1024;

/** A checkpoint to begin with: its record, and the state whose hash is in it. */
export interface BundleStart extends RangeEntry {
  readonly parts: readonly StatePart[];
}

/** One piece of evidence: an answer's receipt, or records that a certified query gave. */
export type BundleItem = { readonly receipt: Receipt } | { readonly range: Range };

/** One owner's record in one file: every answer since the registration or a checkpoint, in order, with its evidence. */
export interface Bundle {
  readonly version: 1 | typeof BUNDLE_VERSION;
  /** Program and version that wrote the file. */
  readonly createdBy: string;
  readonly canisterId: Principal;
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  /** What the file proves and what it does not. */
  readonly note: string;
  /** Null: from the registration on. */
  readonly start: BundleStart | null;
  readonly items: readonly BundleItem[];
}

export interface BundleHeader {
  readonly createdBy: string;
  readonly canisterId: Principal;
  readonly owner: Uint8Array;
}

/** An item as it lies in a file. */
export type EncodedItem = { readonly receipt: Uint8Array } | { readonly range: Uint8Array };

const NOTE =
  `${WHAT_IT_PROVES} The hash chain shows that no record is missing, changed or moved up to the newest one here; ` +
  'ticks, which leave no record, are complete only as far as the agent kept them.';

/** @param items oldest first, beginning with the registration, or with what follows the checkpoint of `start` */
export function encodeBundle(
  header: BundleHeader,
  items: readonly EncodedItem[],
  start: BundleStart | null = null,
): Uint8Array {
  const { createdBy, canisterId, owner } = header;
  const cbor = encode({
    version: BUNDLE_VERSION,
    createdBy,
    canisterId: canisterId.toUint8Array(),
    owner,
    note: NOTE,
    start:
      start === null
        ? null
        : [start.record, start.frame, start.parts.map(({ key, bytes }) => [Uint8Array.of(key), bytes])],
    items,
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
  const items: EncodedItem[] = [];
  for await (const stored of store.readAll())
    items.push(isRange(stored) ? { range: stored.bytes } : { receipt: stored.bytes });
  // Records whose receipt never came are proven by nothing here: they are fetched again.
  while (isUnproven(items.at(-1))) items.pop();
  return encodeBundle(header, items);
}

function isUnproven(item: EncodedItem | undefined): boolean {
  return item !== undefined && 'range' in item && decodeRange(item.range).proof === null;
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
  const map = decodeMap(unpack(bytes, maxBytes));
  const { version, createdBy, canisterId, owner, note, start = null, items, receipts, ...others } = map;
  if (version !== BUNDLE_VERSION && version !== 1) {
    throw new StoreError(
      'version',
      `Expected a bundle of version 1 or ${String(BUNDLE_VERSION)}, got ${String(version)}. Use the release that wrote it, or a newer one.`,
    );
  }
  const content = version === 1 ? receipts : items;
  const foreign = version === 1 ? { ...others, ...(items === undefined ? {} : { items }) } : others;
  if (Object.keys(foreign).length > 0) throw malformed(`no field ${String(Object.keys(foreign)[0])}`);
  if (typeof createdBy !== 'string' || typeof note !== 'string')
    throw malformed('createdBy and note as text');
  if (!isPrincipal(canisterId)) throw malformed('canisterId as a principal of 1 to 29 bytes');
  if (!isPrincipal(owner)) throw malformed('owner as a principal of 1 to 29 bytes');
  if (!Array.isArray(content)) throw malformed('receipts as a list');
  return {
    version,
    createdBy,
    canisterId: Principal.fromUint8Array(canisterId),
    owner,
    note,
    start: start === null ? null : startOf(start),
    items: content.map((item, i) =>
      version === 1 ? { receipt: receiptAt(item, i) } : itemAt(item as EncodedItem, i),
    ),
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

function startOf(value: unknown): BundleStart {
  const [record, frame, parts] = Array.isArray(value) ? (value as unknown[]) : [];
  if (!(record instanceof Uint8Array) || !(frame instanceof Uint8Array) || !Array.isArray(parts))
    throw malformed('a checkpoint to start with');
  return {
    record,
    frame,
    parts: parts.map((part) => {
      const [key, bytes] = pairOf(part);
      const [number] = key;
      if (number === undefined || key.length !== 1)
        throw malformed('a key of one byte with each part of the state');
      return { key: number, bytes };
    }),
  };
}

function itemAt(item: unknown, index: number): BundleItem {
  const { receipt, range } = (typeof item === 'object' && item !== null ? item : {}) as {
    readonly receipt?: unknown;
    readonly range?: unknown;
  };
  if (range instanceof Uint8Array) return { range: decodeRange(range) };
  return { receipt: receiptAt(receipt, index) };
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
