import { blake3 as noble } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blake3, deriveFrom, keyedBlake3 } from './Blake3.ts';
import { NODE_CONTEXT, NODE_CONTEXT_NAME } from './Hashes.ts';

const hash32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const patterned = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

describe('BLAKE3', () => {
  it('gives the published hash of nothing and of three letters', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    expect(hex(blake3(new Uint8Array(0)))).toBe(
      'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
    );
    expect(hex(blake3(Buffer.from('abc')))).toBe(
      '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
    );
  });

  it('equals another implementation at every length up to three chunks', () => {
    for (let length = 0; length <= 3_100; length++) {
      const bytes = patterned(length);
      expect(Buffer.compare(blake3(bytes), noble(bytes)), `${String(length)} bytes`).toBe(0);
    }
  });

  it('equals it on trees of every shape up to 40 chunks, and on the largest history', () => {
    for (let chunks = 3; chunks <= 40; chunks++) {
      for (const odd of [0, 1, 63]) {
        const bytes = patterned(1024 * chunks + odd);
        expect(Buffer.compare(blake3(bytes), noble(bytes)), `${String(bytes.length)} bytes`).toBe(0);
      }
    }
    const bytes = patterned(400_000);
    expect(Buffer.compare(blake3(bytes), noble(bytes))).toBe(0);
  });

  it('equals it on any bytes, and reads views where they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat({ max: 100 }), (bytes, start) => {
        const view = bytes.subarray(Math.min(start, bytes.length));
        expect(Buffer.compare(blake3(view), noble(view))).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('equals it with a key', () => {
    fc.assert(
      fc.property(hash32, fc.uint8Array({ maxLength: 64 }), (key, bytes) => {
        expect(Buffer.compare(keyedBlake3(key, bytes), noble(bytes, { key }))).toBe(0);
      }),
    );
  });

  it('equals it deriving from two hashes in the context of a node', () => {
    const context = new TextEncoder().encode(NODE_CONTEXT_NAME);
    fc.assert(
      fc.property(hash32, hash32, (left, right) => {
        const expected = noble(Uint8Array.from([...left, ...right]), { context });
        expect(Buffer.compare(deriveFrom(NODE_CONTEXT, left, right), expected)).toBe(0);
      }),
    );
  });
});
