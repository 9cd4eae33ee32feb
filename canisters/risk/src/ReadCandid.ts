import { EngineError } from '@plimsoll/engine';
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
/**
 * What stands before the arguments `(principal)`, `(principal, nat64, nat32)` and `(principal, nat64, nat8)` as every client
 * encodes them. Others are refused: the general decoder would do whatever a stranger's types say.
 */
const OWNER_HEADER = fromHex('4449444c00016801');
const RANGE_HEADER = fromHex('4449444c000368787901');
const PART_HEADER = fromHex('4449444c000368787b01');

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

/** The owner's principal. @throws EngineError `request/candid` for any other argument */
export function decodeOwnerArgument(message: Uint8Array): Uint8Array {
  return decodeOwner(message, OWNER_HEADER, 0);
}

export interface RangeArgument {
  readonly owner: Uint8Array;
  readonly from: number;
  readonly count: number;
}

/** @throws EngineError `request/candid` for any other argument */
export function decodeRangeArgument(message: Uint8Array): RangeArgument {
  const owner = decodeOwner(message, RANGE_HEADER, 12);
  const view = viewOf(message, 12);
  return { owner, from: wideAt(view), count: view.getUint32(8, true) };
}

export interface PartArgument {
  readonly owner: Uint8Array;
  readonly sequence: number;
  readonly part: number;
}

/** @throws EngineError `request/candid` for any other argument */
export function decodePartArgument(message: Uint8Array): PartArgument {
  const owner = decodeOwner(message, PART_HEADER, 9);
  const view = viewOf(message, 9);
  return { owner, sequence: wideAt(view), part: view.getUint8(8) };
}

/** The principal between such a header and so many last bytes. */
function decodeOwner(message: Uint8Array, header: Uint8Array, rest: number): Uint8Array {
  const end = startsWith(message, header) ? principalEnd(message, header.length) : -1;
  if (end < 0 || end + rest !== message.length) {
    const came = `${String(message.length)} other bytes`;
    throw new EngineError('request', 'candid', 'argument', 'as the interface has it, in plain Candid', came);
  }
  return message.slice(header.length + 1, end);
}

/** Its last bytes. */
function viewOf({ buffer, byteOffset, length }: Uint8Array, last: number): DataView {
  return new DataView(buffer, byteOffset + length - last, last);
}

function wideAt(view: DataView): number {
  return view.getUint32(0, true) + 4_294_967_296 * view.getUint32(4, true);
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
