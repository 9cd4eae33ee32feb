import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../EngineError.ts';
import {
  E8,
  end,
  finish,
  getE8,
  getText,
  getU64,
  putE8,
  putF64,
  putText,
  putU64,
  reader,
  writer,
} from './Bytes.ts';

/** 2^26 units. */
const LIMIT = 6_710_886_400_000_000;

describe('amounts scaled by 1e8', () => {
  test('every decimal of eight places comes back as the double that its text parses to', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LIMIT, max: LIMIT }), (integer) => {
        const w = writer(8);
        new DataView(w.bytes.buffer).setBigInt64(0, BigInt(integer), true);
        w.at = 8;
        const negative = integer < 0;
        const digits = String(Math.abs(integer)).padStart(9, '0');
        const text = `${negative ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
        expect(getE8(reader(finish(w)), 'x')).toBe(Number(text) + 0);
      }),
      { numRuns: 5_000 },
    );
  });

  test('what was read is written back to the same bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LIMIT, max: LIMIT }), (integer) => {
        const w = writer(1);
        putE8(w, integer / E8, 'x');
        expect(new DataView(finish(w).buffer).getBigInt64(0, true)).toBe(BigInt(integer));
      }),
      { numRuns: 5_000 },
    );
  });

  test('half a unit rounds away from zero, on both sides', () => {
    const bytesOf = (value: number): bigint => {
      const w = writer(8);
      putE8(w, value, 'x');
      return new DataView(finish(w).buffer).getBigInt64(0, true);
    };
    expect([bytesOf(2 ** -9 / 1e5), bytesOf(-(2 ** -9) / 1e5)]).toEqual([2n, -2n]);
    expect([bytesOf(0.5 / E8), bytesOf(-0.5 / E8), bytesOf(-0)]).toEqual([1n, -1n, 0n]);
  });

  test('amounts beyond the exact range are refused on the way in and out', () => {
    const w = writer(8);
    expect(() => putE8(w, 6.8e7, 'price')).toThrow(EngineError);
    expect(() => putE8(w, Number.NaN, 'price')).toThrow(EngineError);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(LIMIT) + 1n, true);
    expect(() => getE8(reader(bytes), 'price')).toThrow(/price/);
  });
});

test('counters below 2^53 survive, larger ones are refused', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const w = writer(1);
      putU64(w, value, 'n');
      expect(getU64(reader(finish(w)), 'n')).toBe(value);
    }),
  );
  const bytes = new Uint8Array(8).fill(0xff);
  expect(() => getU64(reader(bytes), 'n')).toThrow(EngineError);
});

test('printable text survives, anything else is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const w = writer(1);
      const fits = text.length <= 255 && /^[\x20-\x7e]*$/.test(text);
      if (fits) {
        putText(w, text, 't');
        const r = reader(finish(w));
        expect(getText(r, 't')).toBe(text);
        expect(() => end(r)).not.toThrow();
      } else {
        expect(() => putText(w, text, 't')).toThrow(EngineError);
      }
    }),
  );
});

test('neither NaN nor negative zero reaches a frame', () => {
  const w = writer(8);
  expect(() => putF64(w, Number.NaN, 'x')).toThrow(EngineError);
  putF64(w, -0, 'x');
  expect(finish(w)).toEqual(new Uint8Array(8));
});
