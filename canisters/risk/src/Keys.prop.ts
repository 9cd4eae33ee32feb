import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameBytes, textOf } from '@plimsoll/engine';
import { principalKey, principalOf, recordKey, slotKey, slotOf } from './Keys.ts';

const slots = fc.nat({ max: 0xffff_ffff });
const sequences = fc.maxSafeNat();
const principals = fc.uint8Array({ maxLength: 29 });

describe('keys of the stable maps', () => {
  it('order records by slot, then sequence', () => {
    fc.assert(
      fc.property(slots, sequences, slots, sequences, (slotA, a, slotB, b) => {
        const meaning = Math.sign(slotA - slotB) || Math.sign(a - b);
        expect(Buffer.compare(recordKey(slotA, a), recordKey(slotB, b))).toBe(meaning);
      }),
    );
  });

  it('order neighbours across the 32-bit edge', () => {
    const edge = 2 ** 32;
    expect(Buffer.compare(recordKey(0, edge - 1), recordKey(0, edge))).toBe(-1);
    expect(Buffer.compare(recordKey(1, 0), recordKey(0, edge))).toBe(1);
  });

  it('give back slot and principal', () => {
    fc.assert(
      fc.property(slots, principals, (slot, principal) => {
        expect(slotOf(slotKey(slot))).toBe(slot);
        expect(principalOf(principalKey(principal))).toEqual(principal);
      }),
    );
    expect(() => slotOf(new Uint8Array(3))).toThrow(RangeError);
  });

  it('tell principals apart exactly when their bytes differ, zeros at the end included', () => {
    fc.assert(
      fc.property(principals, principals, (a, b) => {
        const same = Buffer.compare(a, b) === 0;
        expect(Buffer.compare(principalKey(a), principalKey(b)) === 0).toBe(same);
        expect(sameBytes(a, b)).toBe(same);
        expect(textOf(a) === textOf(b)).toBe(same);
      }),
    );
    expect(principalKey(Uint8Array.of(1))).not.toEqual(principalKey(Uint8Array.of(1, 0)));
  });
});
