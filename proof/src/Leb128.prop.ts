import { lebEncode } from '@icp-sdk/core/candid';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLeb128, encodeLeb128 } from './Leb128.ts';

const u64 = fc.bigInt(0n, (1n << 64n) - 1n);

it('an unsigned 64-bit integer survives, encoded as the Candid library encodes it, wherever it stands', () => {
  fc.assert(
    fc.property(u64, fc.nat(5), (value, offset) => {
      const bytes = encodeLeb128(value);
      expect(bytes).toEqual(Uint8Array.from(lebEncode(value)));
      const placed = Uint8Array.of(...new Uint8Array(offset), ...bytes, 0xff);
      expect(decodeLeb128(placed, offset)).toEqual({ value, end: offset + bytes.length });
    }),
  );
});

it('what decodes encodes to the bytes it came from', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const read = decodeLeb128(bytes);
      if (read !== undefined) expect(encodeLeb128(read.value)).toEqual(bytes.subarray(0, read.end));
    }),
    { numRuns: 1000 },
  );
});

it('longer forms, more than 64 bits and unfinished integers are not read', () => {
  for (const bytes of [
    [],
    [0x80],
    [0x80, 0x00],
    [0xff, 0x80, 0x00],
    [...new Uint8Array(9).fill(0xff), 0x02],
  ]) {
    expect(decodeLeb128(Uint8Array.from(bytes))).toBeUndefined();
  }
});
