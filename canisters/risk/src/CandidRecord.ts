import { EngineError } from '@plimsoll/engine';

/*
 * A Candid message of one record, read by hand. Candid's own decoder does whatever a message says: fourteen bytes of a
 * stranger's that speak of two thousand million nulls, or of records that hold each other, keep it busy to the end of the
 * message's instructions. Here each value counts, those of no bytes too.
 */

/** Texts, blobs and numbers as their bytes; an absent option and a null as null; an option as what it holds. */
export type Value = Uint8Array | readonly Value[] | Fields | null;

/** A record's fields, or a variant's one, by the hashes of their names. */
export type Fields = ReadonlyMap<number, Value>;

/** Two thousand hashes of invites are as many values. */
const MAX_VALUES = 4_000;
const MAX_DEPTH = 8;
const MAX_TYPES = 32;
const MAX_FIELDS = 32;
const MAX_LENGTH_BYTES = 5;

const MAGIC = Uint8Array.of(0x44, 0x49, 0x44, 0x4c);
const [NAT8, TEXT] = [0x7b, 0x71];
const [OPT, VEC, RECORD, VARIANT] = [0x6e, 0x6d, 0x6c, 0x6b];
/** Bytes of a value, by the primitive types that have always as many: from null to float64. */
const BYTES: Readonly<Record<number, number>> = {
  0x7f: 0,
  0x7e: 1,
  [NAT8]: 1,
  0x7a: 2,
  0x79: 4,
  0x78: 8,
  0x77: 1,
  0x76: 2,
  0x75: 4,
  0x74: 8,
  0x73: 4,
  0x72: 8,
  0x70: 0,
};

/** A type that a message describes. Below 64 is the place of another in the table, from there on a primitive one. */
interface Described {
  readonly form: number;
  /** What an option or a vector holds. */
  readonly held: number;
  readonly fields: readonly (readonly [hash: number, type: number])[];
}

interface Reader {
  readonly message: Uint8Array;
  readonly table: Described[];
  at: number;
  values: number;
}

/** As Candid writes a field's name. */
export function fieldHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 223) + name.charCodeAt(i)) >>> 0;
  return hash;
}

/** The record that a message consists of. @throws EngineError `request/candid` for any other message, and for a long one */
export function decodeRecordArgument(message: Uint8Array): Fields {
  const r: Reader = { message, table: [], at: MAGIC.length, values: 0 };
  if (MAGIC.some((byte, i) => message[i] !== byte)) throw malformed('DIDL first', 'another start');
  const types = count(r, MAX_TYPES, 'types');
  while (r.table.length < types) r.table.push(described(r));
  if (leb(r) !== 1) throw malformed('one argument', 'none or more');
  const fields = value(r, leb(r), 0);
  if (!(fields instanceof Map)) throw malformed('a record', 'another type');
  if (r.at !== message.length)
    throw malformed('nothing after the record', `${String(message.length - r.at)} bytes`);
  return fields;
}

function described(r: Reader): Described {
  const form = leb(r);
  if (form === OPT || form === VEC) return { form, held: leb(r), fields: [] };
  if (form !== RECORD && form !== VARIANT) throw malformed('no other types than its own', String(form));
  const fields: (readonly [number, number])[] = [];
  for (let left = count(r, MAX_FIELDS, 'fields'); left > 0; left--) fields.push([leb(r), leb(r)]);
  return { form, held: 0, fields };
}

function value(r: Reader, type: number, depth: number): Value {
  if (++r.values > MAX_VALUES) throw malformed(`at most ${String(MAX_VALUES)} values`, 'more');
  if (depth > MAX_DEPTH) throw malformed(`at most ${String(MAX_DEPTH)} values inside each other`, 'more');
  if (type === TEXT) return bytes(r, leb(r));
  const length = BYTES[type];
  if (length !== undefined) return length === 0 ? null : bytes(r, length);
  const of = r.table[type];
  if (of === undefined) throw malformed('no other types than its own', String(type));
  if (of.form === OPT) return count(r, 1, 'values in an option') === 0 ? null : value(r, of.held, depth + 1);
  if (of.form === VEC) {
    const length = leb(r);
    if (of.held === NAT8) return bytes(r, length);
    const list: Value[] = [];
    while (list.length < length) list.push(value(r, of.held, depth + 1));
    return list;
  }
  if (of.form === RECORD) return new Map(of.fields.map(([hash, type]) => [hash, value(r, type, depth + 1)]));
  const chosen = of.fields[leb(r)];
  if (chosen === undefined) throw malformed('one of the variants', 'another');
  return new Map([[chosen[0], value(r, chosen[1], depth + 1)]]);
}

function bytes(r: Reader, length: number): Uint8Array {
  const { message, at } = r;
  if (length > message.length - at)
    throw malformed(`${String(length)} more bytes`, String(message.length - at));
  r.at += length;
  return message.subarray(at, r.at);
}

function count(r: Reader, most: number, what: string): number {
  const came = leb(r);
  if (came > most) throw malformed(`at most ${String(most)} ${what}`, String(came));
  return came;
}

function leb(r: Reader): number {
  let number = 0;
  for (let scale = 1, i = 0; i < MAX_LENGTH_BYTES; i++, scale *= 128) {
    const byte = r.message[r.at++];
    if (byte === undefined) throw malformed('more bytes', 'the end');
    number += (byte & 127) * scale;
    if (byte < 128) return number;
  }
  throw malformed(`numbers of at most ${String(MAX_LENGTH_BYTES)} bytes`, 'a longer one');
}

function malformed(expected: string, came: string): EngineError {
  return new EngineError('request', 'candid', 'argument', `one record in Candid: ${expected}`, came);
}
