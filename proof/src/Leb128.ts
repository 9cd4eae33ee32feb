/** Unsigned LEB128, the integer of Candid and of the state tree. */
export function encodeLeb128(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/**
 * Reads one unsigned LEB128 of at most 64 bits at `offset`. Only the shortest form is read: an integer has one
 * encoding, so bytes cannot change without the value changing.
 * @returns the value and the offset after it, or `undefined` when there is no such integer
 */
export function decodeLeb128(bytes: Uint8Array, offset = 0): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[offset + i];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if ((byte & 0x80) !== 0) continue;
    const isShortest = i === 0 || byte !== 0;
    return isShortest && value < 1n << 64n ? { value, end: offset + i + 1 } : undefined;
  }
  return undefined;
}
