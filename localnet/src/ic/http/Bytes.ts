import { hash } from 'node:crypto';

const encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** All parts in one new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Lexicographic order by byte; a prefix comes before what it is a prefix of. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** One character per byte: a map key for bytes, not for people. */
export function byteKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/**
 * Whether a decoded value is a byte string. A map with a field `__proto__` may pass for an instance of whatever that
 * field holds; it is never a view of a buffer.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** Unsigned LEB128. `value` must not be negative. */
export function leb128(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError(`expected a natural number for LEB128, got ${value}`);
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** The IC's domain separator: one length byte, then the ASCII name. */
export function domainSeparator(name: string): Uint8Array {
  const ascii = utf8(name);
  return concat(Uint8Array.of(ascii.length), ascii);
}
