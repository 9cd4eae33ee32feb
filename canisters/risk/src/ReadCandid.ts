import { IDL, type Principal } from './Platform.js';
import type { Page, Proof, ProvenStanding } from './Reads.ts';
import type { Entry } from './Log.ts';

/*
 * Candid of the certified reads, written by hand: the general encoder takes longer over a certificate than everything
 * else together. A test holds these bytes against the general encoder.
 */

/** What stands before an `opt standing`, and before an `opt page`: the table of types. */
const STANDING_HEADER = fromHex(
  '4449444c066d7b6c02adf08d340091edb1ef0f006c0397928bda0100b9c3c39b0600e6e7be8d07016e026c03d7b0b2df027ec291ed87037884cdbfc40c036e040105',
);
const PAGE_HEADER = fromHex(
  '4449444c086d7b6c02adf08d340091edb1ef0f006d016c0397928bda0100b9c3c39b0600e6e7be8d07016e036c03d7b0b2df027ec291ed87037884cdbfc40c046c02d0dafcca0702cc8bf9d30e056e060107',
);
/** Arguments `(principal)` and `(principal, nat64, nat32)` as every client encodes them. */
const OWNER_HEADER = fromHex('4449444c00016801');
const RANGE_HEADER = fromHex('4449444c000368787901');

const ABSENT = Uint8Array.of(0);
const PRESENT = Uint8Array.of(1);

export function encodeHeadReply(standing: ProvenStanding | null): Uint8Array {
  const parts = [STANDING_HEADER, standing === null ? ABSENT : PRESENT];
  if (standing !== null) putStanding(parts, standing);
  return join(parts);
}

export function encodePageReply(page: Page | null): Uint8Array {
  const parts = [PAGE_HEADER, page === null ? ABSENT : PRESENT];
  if (page !== null) {
    parts.push(leb128(page.entries.length));
    for (const entry of page.entries) putEntry(parts, entry);
    putStanding(parts, page.standing);
  }
  return join(parts);
}

/** The owner's principal. @throws Error for any other argument */
export function decodeOwnerArgument(message: Uint8Array): Uint8Array {
  const end = startsWith(message, OWNER_HEADER) ? principalEnd(message, OWNER_HEADER.length) : -1;
  if (end === message.length) return message.slice(OWNER_HEADER.length + 1);
  const [owner] = IDL.decode([IDL.Principal], message) as unknown as [Principal];
  return owner.toUint8Array();
}

export interface RangeArgument {
  readonly owner: Uint8Array;
  readonly from: number;
  readonly count: number;
}

/** @throws Error for any other argument */
export function decodeRangeArgument(message: Uint8Array): RangeArgument {
  const end = startsWith(message, RANGE_HEADER) ? principalEnd(message, RANGE_HEADER.length) : -1;
  if (end >= 0 && end + 12 === message.length) {
    const view = new DataView(message.buffer, message.byteOffset + end, 12);
    return {
      owner: message.slice(RANGE_HEADER.length + 1, end),
      from: view.getUint32(0, true) + 4_294_967_296 * view.getUint32(4, true),
      count: view.getUint32(8, true),
    };
  }
  const types = [IDL.Principal, IDL.Nat64, IDL.Nat32];
  const [owner, from, count] = IDL.decode(types, message) as unknown as [Principal, bigint, number];
  return { owner: owner.toUint8Array(), from: Number(from), count };
}

/** Where a principal that begins at `at` ends; −1 where it does not. */
function principalEnd(message: Uint8Array, at: number): number {
  const length = message[at];
  return length === undefined || length > 29 || at + 1 + length > message.length ? -1 : at + 1 + length;
}

/** Candid writes the fields of a record in the order of their names' hashes. */
function putStanding(parts: Uint8Array[], { pending, records, proof }: ProvenStanding): void {
  const fixed = new Uint8Array(9);
  const view = new DataView(fixed.buffer);
  fixed[0] = pending ? 1 : 0;
  const high = Math.floor(records / 4_294_967_296);
  view.setUint32(1, records - high * 4_294_967_296, true);
  view.setUint32(5, high, true);
  parts.push(fixed, proof === null ? ABSENT : PRESENT);
  if (proof !== null) putProof(parts, proof);
}

function putProof(parts: Uint8Array[], { certificate, witness, newest }: Proof): void {
  putBlob(parts, certificate);
  putBlob(parts, witness);
  putEntry(parts, newest);
}

function putEntry(parts: Uint8Array[], { frame, record }: Entry): void {
  putBlob(parts, frame);
  putBlob(parts, record);
}

function putBlob(parts: Uint8Array[], blob: Uint8Array): void {
  parts.push(leb128(blob.length), blob);
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    bytes.set(parts[i]!, at);
    at += parts[i]!.length;
  }
  return bytes;
}

function startsWith(message: Uint8Array, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (message[i] !== start[i]) return false;
  return true;
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
