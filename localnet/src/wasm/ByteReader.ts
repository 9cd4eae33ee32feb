import { WasmError } from './WasmError.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A cursor over WebAssembly binary encoding. Every read that would pass the end throws `WasmError`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  u8(): number {
    const at = this.offset++;
    const byte = at < this.end ? this.bytes[at] : undefined;
    if (byte === undefined) throw new WasmError(`the module ends early, at byte ${at}`);
    return byte;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    throw new WasmError(`a number at byte ${this.offset} is longer than 32 bits`);
  }

  /** Steps over a LEB128 number of any width up to 64 bits. */
  skipLeb(): void {
    for (let i = 0; i < 10; i++) if (this.u8() < 0x80) return;
    throw new WasmError(`a number at byte ${this.offset} is longer than 64 bits`);
  }

  skip(length: number): void {
    this.take(length);
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    const start = this.offset;
    if (start + length > this.end) throw new WasmError(`the module ends early, at byte ${this.end}`);
    this.offset += length;
    return this.bytes.subarray(start, this.offset);
  }

  name(): string {
    const at = this.offset;
    try {
      return utf8.decode(this.take(this.u32()));
    } catch (cause) {
      if (cause instanceof WasmError) throw cause;
      throw new WasmError(`the name at byte ${at} is not UTF-8`);
    }
  }
}
