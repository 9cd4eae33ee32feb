import { crc32, gzipSync, inflateRawSync } from 'node:zlib';
import { StoreError } from './StoreError.ts';

/** Magic, deflate, no optional fields: the only header that {@link pack} writes, before time, level and system. */
const HEADER = [0x1f, 0x8b, 8, 0] as const;
const HEADER_BYTES = 10;
/** CRC-32 and length of the content, little-endian (RFC 1952). */
const TRAILER_BYTES = 8;

/** The same content always gives the same bytes: no time, no name. */
export function pack(content: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(content));
}

export function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === HEADER[0] && bytes[1] === HEADER[1];
}

/**
 * Reads exactly one gzip member. The platform's own reader passes over some bytes after the end.
 * @param maxBytes largest content to unpack
 * @throws StoreError `malformed`, `truncated`, `trailing` or `oversized`
 */
export function unpack(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (!HEADER.every((byte, i) => bytes[i] === byte || i >= bytes.length)) throw malformed();
  if (bytes.length < HEADER_BYTES + TRAILER_BYTES) throw truncated();
  const { buffer, engine } = inflate(bytes.subarray(HEADER_BYTES), maxBytes);
  const end = HEADER_BYTES + engine.bytesWritten + TRAILER_BYTES;
  if (bytes.length < end) throw truncated();
  if (bytes.length > end) {
    throw new StoreError(
      'trailing',
      `Expected a file of ${String(end)} bytes, got ${String(bytes.length)}. Copy it again.`,
    );
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end - TRAILER_BYTES, TRAILER_BYTES);
  if (trailer.getUint32(0, true) !== crc32(buffer) || trailer.getUint32(4, true) !== buffer.length)
    throw malformed();
  return buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(bytes: Uint8Array, maxBytes: number): Inflated {
  try {
    // With `info` the answer also tells how much of the input was used; the types do not know of it.
    return inflateRawSync(bytes, { info: true, maxOutputLength: maxBytes } as object) as unknown as Inflated;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'Z_BUF_ERROR') throw truncated(cause);
    if (code !== 'ERR_BUFFER_TOO_LARGE') throw malformed(cause);
    throw new StoreError(
      'oversized',
      `Expected at most ${String(maxBytes)} bytes unpacked, got more. Check that the file is a bundle.`,
      cause,
    );
  }
}

function truncated(cause?: unknown): StoreError {
  return new StoreError('truncated', 'Expected a whole file, got one that breaks off. Copy it again.', cause);
}

function malformed(cause?: unknown): StoreError {
  return new StoreError(
    'malformed',
    'Expected unbroken gzip as this program writes it, got something else. Copy it again.',
    cause,
  );
}
