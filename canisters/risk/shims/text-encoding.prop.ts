import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';

interface Codecs {
  readonly TextEncoder: typeof TextEncoder;
  readonly TextDecoder: typeof TextDecoder;
}
const shim = createRequire(import.meta.url)('./text-encoding/index.js') as Codecs;

test('encodes every string, lone surrogates included, to the bytes of the platform encoder', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const text = a + String.fromCharCode(0xd800 + a.length) + b;
      expect(Array.from(new shim.TextEncoder().encode(text))).toEqual(
        Array.from(new TextEncoder().encode(text)),
      );
    }),
    { numRuns: 2000 },
  );
});

test('decodes every byte sequence, valid or not, to the text of the platform decoder', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x80, 0x9f, 0xa0, 0xbb, 0xbf),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      const input = Uint8Array.from(bytes);
      expect(new shim.TextDecoder().decode(input)).toBe(new TextDecoder().decode(input));
    }),
    { numRuns: 5000 },
  );
});

test('fatal decoding refuses exactly what the platform refuses', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
      const attempt = (Decoder: typeof TextDecoder) => {
        try {
          return new Decoder('utf-8', { fatal: true }).decode(bytes);
        } catch (error) {
          return (error as Error).name;
        }
      };
      expect(attempt(shim.TextDecoder)).toBe(attempt(TextDecoder));
    }),
    { numRuns: 5000 },
  );
});

test('an encoding other than UTF-8 is refused by name', () => {
  expect(() => new shim.TextDecoder('shift_jis')).toThrow(/expected utf-8, came shift_jis/);
});
