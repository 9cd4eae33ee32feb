import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from './Sha256.ts';

function bySystem(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('gives the published digest of "%s" (FIPS 180-4 examples)', (text, digest) => {
    expect(Buffer.from(sha256(Buffer.from(text))).toString('hex')).toBe(digest);
  });

  it('equals two other implementations at every length across three block edges', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff);
      expect(sha256(bytes)).toEqual(bySystem(bytes));
      expect(sha256(bytes)).toEqual(nobleSha256(bytes));
    }
  });

  it('equals two other implementations on any bytes, and reads views where they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat({ max: 100 }), (bytes, start) => {
        const view = bytes.subarray(Math.min(start, bytes.length));
        expect(sha256(view)).toEqual(bySystem(view));
        expect(sha256(view)).toEqual(nobleSha256(view));
      }),
      { numRuns: 500 },
    );
  });

  it('equals another implementation on the largest message that can reach a canister', () => {
    const bytes = new Uint8Array(2_097_152).fill(0x61);
    expect(sha256(bytes)).toEqual(bySystem(bytes));
  });
});
