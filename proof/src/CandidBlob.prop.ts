import { IDL } from '@icp-sdk/core/candid';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBlob, encodeBlob } from './CandidBlob.ts';
import { ProofError } from './ProofError.ts';

const BLOB = [IDL.Vec(IDL.Nat8)];
const blob = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 300 }));

describe('a blob as Candid', () => {
  it('is byte for byte what the Candid library writes', () => {
    fc.assert(
      fc.property(blob, (bytes) => {
        expect(encodeBlob(bytes)).toEqual(Uint8Array.from(IDL.encode(BLOB, [bytes])));
      }),
    );
  });

  it('is read by the Candid library, and read back from it', () => {
    fc.assert(
      fc.property(blob, (bytes) => {
        expect(IDL.decode(BLOB, encodeBlob(bytes))).toEqual([bytes]);
        expect(decodeBlob(Uint8Array.from(IDL.encode(BLOB, [bytes])))).toEqual(bytes);
      }),
    );
  });

  it('has one form: whatever decodes is what encoding it again gives', () => {
    fc.assert(
      fc.property(blob, fc.nat(12), fc.integer({ min: 0, max: 255 }), (bytes, position, byte) => {
        const message = encodeBlob(bytes);
        message[position % message.length] = byte;
        try {
          expect(encodeBlob(decodeBlob(message))).toEqual(message);
        } catch (error) {
          expect(error).toBeInstanceOf(ProofError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused cut short at every length, with a byte more, and with a length not in its shortest form', () => {
    const message = encodeBlob(Uint8Array.of(7, 8));
    for (let length = 0; length < message.length; length += 1) {
      expect(() => decodeBlob(message.subarray(0, length))).toThrow(ProofError);
    }
    expect(() => decodeBlob(Uint8Array.of(...message, 0))).toThrow(ProofError);
    expect(() => decodeBlob(Uint8Array.of(...message.subarray(0, 9), 0x82, 0x00, 7, 8))).toThrow(ProofError);
  });

  it('is refused for other Candid types', () => {
    for (const other of [
      IDL.encode([IDL.Text], ['a']),
      IDL.encode([], []),
      IDL.encode([...BLOB, ...BLOB], [[1], [2]]),
    ]) {
      expect(() => decodeBlob(Uint8Array.from(other))).toThrow(/one blob/);
    }
  });
});
