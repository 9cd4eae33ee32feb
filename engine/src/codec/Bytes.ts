import { EngineError } from '../EngineError.ts';

/**
 * Little-endian reading and writing of frames.
 *
 * Prices, quantities, money and rates cross the boundary as signed 64-bit integers scaled by 1e8. Inside the
 * engine they are doubles: the integer divided by 1e8 is one correctly rounded division, so it equals the double
 * that parsing the decimal text would give. Up to 2^26 units doubles lie closer together than 1e-8, so that every
 * amount has a double of its own and comes back as it went in; larger ones are refused.
 */
export const E8 = 100_000_000;
export const TWO_32 = 4_294_967_296;
const TWO_31 = 2_147_483_648;
/**
 * 2^537, twice: an integer below 2^53 whose bits are read as a double is that integer times 2^-1074, exactly. One read
 * and two exact products instead of two reads: half the price in QuickJS.
 */
export const TWO_537 = 4.4989137945431964e161;
/** Its inverse, for the way back. */
export const TWO_MINUS_537 = 2.2227587494850775e-162;
export const MAX_INTEGER = 9_007_199_254_740_991;
/** 2^26 units. */
export const MAX_E8 = 6_710_886_400_000_000;
/** The largest amount that a frame carries, natural units. */
export const MAX_AMOUNT = 67_108_864;
const AMOUNT_DOMAIN = 'a magnitude of at most 67108864';

export interface Reader {
  readonly view: DataView;
  readonly end: number;
  at: number;
}

export interface Writer {
  bytes: Uint8Array;
  view: DataView;
  at: number;
}

export function reader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { view, end: view.byteLength, at: 0 };
}

export function writer(capacity: number): Writer {
  const bytes = new Uint8Array(capacity);
  return { bytes, view: new DataView(bytes.buffer), at: 0 };
}

/** The bytes written so far, as a copy that the writer no longer touches. */
export function finish(w: Writer): Uint8Array {
  return w.bytes.slice(0, w.at);
}

function need(r: Reader, count: number, field: string): number {
  const at = r.at;
  if (at + count > r.end) {
    throw new EngineError(
      'request',
      'frame-truncated',
      field,
      `${String(count)} more bytes at offset ${String(at)}`,
      `${String(r.end - at)}`,
    );
  }
  r.at = at + count;
  return at;
}

/** Makes room and says where; the view may be a new one afterwards, so it must be read only then. */
function room(w: Writer, count: number): number {
  const at = w.at;
  const end = at + count;
  if (end > w.bytes.length) {
    const bytes = new Uint8Array(end * 2);
    bytes.set(w.bytes);
    w.bytes = bytes;
    w.view = new DataView(bytes.buffer);
  }
  w.at = end;
  return at;
}

/** Refuses bytes after the last field: a frame has exactly one reading. */
export function end(r: Reader): void {
  if (r.at !== r.end) {
    throw new EngineError('request', 'frame-trailing', 'frame', `${String(r.at)} bytes`, `${String(r.end)}`);
  }
}

export function getU8(r: Reader, field: string): number {
  return r.view.getUint8(need(r, 1, field));
}

export function getI8(r: Reader, field: string): number {
  return r.view.getInt8(need(r, 1, field));
}

export function getU16(r: Reader, field: string): number {
  return r.view.getUint16(need(r, 2, field), true);
}

export function getU32(r: Reader, field: string): number {
  return r.view.getUint32(need(r, 4, field), true);
}

/** An unsigned 64-bit integer below 2^53: milliseconds, counters, whole units. */
export function getU64(r: Reader, field: string): number {
  const { view, at } = r;
  if (at + 8 <= r.end) {
    const integer = view.getFloat64(at, true) * TWO_537 * TWO_537;
    if (integer > 0 && integer <= MAX_INTEGER) {
      r.at = at + 8;
      return integer;
    }
  }
  return getU64Slowly(r, field);
}

/** Whatever is 0, too large or not there. */
function getU64Slowly(r: Reader, field: string): number {
  const at = need(r, 8, field);
  const value = r.view.getUint32(at, true) + TWO_32 * r.view.getUint32(at + 4, true);
  if (value > MAX_INTEGER) {
    throw new EngineError('request', 'out-of-domain', field, 'an integer below 2^53', value);
  }
  return value;
}

/** A signed 64-bit integer scaled by 1e8, as a double in natural units. */
export function getE8(r: Reader, field: string): number {
  const { view, at } = r;
  if (at + 8 <= r.end) {
    const integer = view.getFloat64(at, true) * TWO_537 * TWO_537;
    if (integer > 0 && integer <= MAX_E8) {
      r.at = at + 8;
      return integer / E8;
    }
  }
  return getE8Slowly(r, field);
}

/** Whatever is not above 0, too large or not there. */
function getE8Slowly(r: Reader, field: string): number {
  const at = need(r, 8, field);
  const integer = r.view.getUint32(at, true) + TWO_32 * r.view.getInt32(at + 4, true);
  if (integer > MAX_E8 || integer < -MAX_E8) {
    throw new EngineError('request', 'out-of-domain', field, AMOUNT_DOMAIN, integer / E8);
  }
  return integer / E8;
}

/** A double; NaN and infinities are refused unless `field` allows +∞ (a constraint that does not bind). */
export function getF64(r: Reader, field: string): number {
  const value = r.view.getFloat64(need(r, 8, field), true);
  if (value !== value || value === -Infinity) {
    throw new EngineError('request', 'out-of-domain', field, 'a number', value);
  }
  return value;
}

export function getF32(r: Reader, field: string): number {
  const value = r.view.getFloat32(need(r, 4, field), true);
  if (!(value >= 0 && value < Infinity)) {
    throw new EngineError('request', 'out-of-domain', field, 'a finite number of 0 or more', value);
  }
  return value + 0;
}

export function getBytes(r: Reader, count: number, field: string): Uint8Array {
  const at = need(r, count, field);
  return new Uint8Array(r.view.buffer, r.view.byteOffset + at, count).slice();
}

/** Little-endian words of four bytes, as integers and as floats: a copy, which need not be aligned in the frame. */
export interface Words {
  readonly words: Uint32Array;
  readonly floats: Float32Array;
}

/** Many words at once: read from typed arrays they cost QuickJS a quarter of what the methods of a view do. */
export function getWords(r: Reader, count: number, field: string): Words {
  requireLittleEndian();
  const { buffer } = getBytes(r, 4 * count, field);
  return { words: new Uint32Array(buffer), floats: new Float32Array(buffer) };
}

/** Typed arrays have the machine's byte order, which must be that of the frames. */
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** @throws EngineError on a machine whose typed arrays cannot read frames. */
export function requireLittleEndian(): void {
  if (!LITTLE_ENDIAN) {
    throw new EngineError('internal', 'endianness', 'machine', 'little-endian', 'big-endian');
  }
}

/** A length byte followed by printable ASCII. */
export function getText(r: Reader, field: string): string {
  const length = getU8(r, field);
  let text = '';
  for (let i = 0; i < length; i++) {
    const code = getU8(r, field);
    if (code < 0x20 || code > 0x7e) {
      throw new EngineError('request', 'out-of-domain', field, 'printable ASCII', code);
    }
    text += String.fromCharCode(code);
  }
  return text;
}

export function putU8(w: Writer, value: number): void {
  const at = room(w, 1);
  w.view.setUint8(at, value);
}

export function putI8(w: Writer, value: number): void {
  const at = room(w, 1);
  w.view.setInt8(at, value);
}

export function putU16(w: Writer, value: number): void {
  const at = room(w, 2);
  w.view.setUint16(at, value, true);
}

export function putU32(w: Writer, value: number): void {
  const at = room(w, 4);
  w.view.setUint32(at, value, true);
}

export function putF32(w: Writer, value: number): void {
  const at = room(w, 4);
  w.view.setFloat32(at, value, true);
}

/** A signed rate scaled by 1e8 in four bytes. */
export function putRate(w: Writer, value: number, field: string): void {
  const integer = value < 0 ? -Math.floor(-value * E8 + 0.5) : Math.floor(value * E8 + 0.5);
  if (!(integer > -TWO_31 && integer < TWO_31)) {
    throw new EngineError('request', 'out-of-domain', field, 'a magnitude below 21', value);
  }
  const at = room(w, 4);
  w.view.setInt32(at, integer, true);
}

export function getRate(r: Reader, field: string): number {
  return r.view.getInt32(need(r, 4, field), true) / E8;
}

function putInteger(w: Writer, integer: number): void {
  const at = room(w, 8);
  if (integer >= 0) {
    // + 0 turns -0 into 0.
    w.view.setFloat64(at, (integer + 0) * TWO_MINUS_537 * TWO_MINUS_537, true);
    return;
  }
  const high = Math.floor(integer / TWO_32);
  w.view.setUint32(at, integer - high * TWO_32, true);
  w.view.setInt32(at + 4, high, true);
}

function assertWhole(value: number, field: string): void {
  if (value >= 0 && value <= MAX_INTEGER && Math.floor(value) === value) return;
  throw new EngineError('request', 'out-of-domain', field, 'an integer in [0, 2^53)', value);
}

export function putU64(w: Writer, value: number, field: string): void {
  assertWhole(value, field);
  putInteger(w, value);
}

/** An unsigned 64-bit integer below 2^53 at its place. */
export function setWhole(view: DataView, at: number, value: number, field: string): void {
  assertWhole(value, field);
  // + 0 turns -0 into 0.
  view.setFloat64(at, (value + 0) * TWO_MINUS_537 * TWO_MINUS_537, true);
}

/** Scales by 1e8 and rounds half away from zero: the value itself was already rounded to a tick or step. */
export function putE8(w: Writer, value: number, field: string): void {
  const scaled = value * E8;
  let integer = scaled < 0 ? -Math.floor(-scaled + 0.5) : Math.floor(scaled + 0.5);
  // Near 2^53 the product itself is rounded: take the neighbour that reads back as this very double.
  if (integer / E8 !== value) {
    if ((integer + 1) / E8 === value) integer += 1;
    else if ((integer - 1) / E8 === value) integer -= 1;
  }
  if (!(integer <= MAX_E8 && integer >= -MAX_E8)) {
    throw new EngineError('request', 'out-of-domain', field, AMOUNT_DOMAIN, value);
  }
  putInteger(w, integer);
}

/** Writes the double's bits. −0 becomes 0 and NaN is a defect of ours: neither may reach a hash. */
export function putF64(w: Writer, value: number, field: string): void {
  if (value !== value) {
    throw new EngineError('internal', 'not-a-number', field, 'a number', value);
  }
  const at = room(w, 8);
  w.view.setFloat64(at, value + 0, true);
}

/** Values at a time that need no loop of their own. */
const BLOCK = 64;
const block = new Float64Array(BLOCK);
const blockBytes = new Uint8Array(block.buffer);
const blockWords = new Int32Array(block.buffer);
const SIGN_BIT = -2_147_483_648;

/** As `putF64` for each of at most 64 values, copied at once where none of them is NaN or −0. */
export function putF64s(w: Writer, values: readonly number[], field: string): void {
  const count = values.length;
  block.fill(0);
  block.set(values);
  // A high word of −0 may also be the low word of some number, which then only takes the longer way.
  if (values.includes(NaN) || blockWords.includes(SIGN_BIT)) {
    for (let i = 0; i < count; i++) putF64(w, values[i]!, field);
    return;
  }
  const at = room(w, 8 * count);
  w.bytes.set(blockBytes.subarray(0, 8 * count), at);
}

export function putBytes(w: Writer, bytes: Uint8Array): void {
  const at = room(w, bytes.length);
  w.bytes.set(bytes, at);
}

export function putText(w: Writer, text: string, field: string): void {
  if (text.length > 255) {
    throw new EngineError('request', 'out-of-domain', field, 'at most 255 characters', text.length);
  }
  putU8(w, text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) {
      throw new EngineError('request', 'out-of-domain', field, 'printable ASCII', code);
    }
    putU8(w, code);
  }
}
