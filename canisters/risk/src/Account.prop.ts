import { DEFAULT_LIMITS, FEED_KINDS } from '@plimsoll/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccount, decodeAccount, encodeAccount, MAX_GRANTS, type Account } from './Account.ts';
import { StoreError } from './StoreError.ts';

const principals = fc.uint8Array({ minLength: 1, maxLength: 29 });

const accounts: fc.Arbitrary<Account> = fc.record({
  owner: principals,
  limits: fc
    .record({
      maxLeverage: fc.integer({ min: 1, max: 20 }),
      capitalUsdt: fc.double({ min: 0, max: 67_108_864, noNaN: true }),
    })
    .map((some) => ({ ...DEFAULT_LIMITS, ...some, capitalUsdt: some.capitalUsdt + 0 })),
  limitsVersion: fc.nat({ max: 0xffff_ffff }),
  limitsSequence: fc.maxSafeNat(),
  feedKind: fc.constantFrom(null, ...FEED_KINDS),
  grants: fc.array(fc.record({ agent: principals, expiresMs: fc.maxSafeNat(), sequence: fc.maxSafeNat() }), {
    maxLength: MAX_GRANTS,
  }),
});

describe('an account in stable memory', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(accounts, (account) => {
        expect(decodeAccount(encodeAccount(account))).toEqual(account);
      }),
    );
  });

  it('shares no bytes with what it was read from', () => {
    const bytes = encodeAccount(createAccount(Uint8Array.of(1, 2, 3), DEFAULT_LIMITS));
    const account = decodeAccount(bytes);
    bytes.fill(0xff);
    expect(account).toEqual(createAccount(Uint8Array.of(1, 2, 3), DEFAULT_LIMITS));
  });

  it('of another version, or cut off, is refused and never misread', () => {
    const bytes = encodeAccount(createAccount(Uint8Array.of(1), DEFAULT_LIMITS));
    expect(() => decodeAccount(Uint8Array.of(1, ...bytes.subarray(1)))).toThrow(StoreError);
    expect(() => decodeAccount(new Uint8Array(0))).toThrow(StoreError);
    for (let length = 1; length < bytes.length; length += 7) {
      expect(() => decodeAccount(bytes.slice(0, length))).toThrow();
    }
  });
});
