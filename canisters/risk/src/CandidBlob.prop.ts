import { IDL } from '@dfinity/candid';
import { EngineError } from '@plimsoll/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOB_LEAD_BYTES, BLOB_OVERHEAD_BYTES, decodeBlob, encodeBlob, sealBlob } from './CandidBlob.ts';

const BLOB = [IDL.Vec(IDL.Nat8)];

function byLibrary(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(IDL.encode(BLOB, [bytes]));
}

describe('raw blobs', () => {
  it('are the bytes that the Candid library writes, and it reads ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(encodeBlob(bytes)).toEqual(byLibrary(bytes));
        expect(decodeBlob(byLibrary(bytes))).toEqual(bytes);
      }),
    );
  });

  it('keep to their overhead at every step of the length', () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 400_000, 2_097_152]) {
      const message = encodeBlob(new Uint8Array(length).fill(1));
      expect(decodeBlob(message).length).toBe(length);
      expect(message.length - length).toBeLessThanOrEqual(BLOB_OVERHEAD_BYTES);
    }
  });

  it('sealed behind their lead are the same message, whatever their length', () => {
    for (const length of [0, 1, 127, 128, 300, 16_383, 16_384, 20_000]) {
      const blob = new Uint8Array(length).map((_, i) => i * 7);
      const led = new Uint8Array(BLOB_LEAD_BYTES + length);
      led.set(blob, BLOB_LEAD_BYTES);
      expect(sealBlob(led)).toEqual(encodeBlob(blob));
    }
  });

  it('have one reading: what decodes, encodes to the same message; all else is a typed refusal', () => {
    const damaged = fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.integer({ min: 1, max: 255 }))
      .map(([bytes, place, flip]) => {
        const message = encodeBlob(bytes);
        const at = place % message.length;
        message[at] = message[at]! ^ flip;
        return message;
      });
    const anything = fc.oneof(damaged, fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(anything, (message) => {
        let bytes: Uint8Array;
        try {
          bytes = decodeBlob(message);
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
          expect(error).toMatchObject({ kind: 'request', leaf: 'candid' });
          return;
        }
        expect(encodeBlob(bytes)).toEqual(message);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuse a padded, an endless and a wrong length', () => {
    const header = encodeBlob(new Uint8Array(0)).subarray(0, 9);
    for (const tail of [[], [0x80, 0], [0x81, 0x80, 0x80, 0x80, 0x80, 0], [2, 7], [0, 7]]) {
      expect(() => decodeBlob(Uint8Array.of(...header, ...tail))).toThrow(EngineError);
    }
  });
});
