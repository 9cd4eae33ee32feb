import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fnv1aWords } from './Fnv.ts';

/** As FNV-1a is defined, word by word. */
function plainly(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += 4) {
    const word = [0, 1, 2, 3].reduce((sum, k) => sum | ((bytes[i + k] ?? 0) << (8 * k)), 0);
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return hash >>> 0;
}

test('the fingerprint of any bytes, wherever they lie in their buffer, is FNV-1a over little-endian words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, at) => {
      const moved = new Uint8Array(bytes.length + at);
      moved.set(bytes, at);
      expect(fnv1aWords(moved.subarray(at))).toBe(plainly(bytes));
    }),
  );
});
