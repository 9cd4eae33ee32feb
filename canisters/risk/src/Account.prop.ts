import { createKeeper, DEFAULT_LIMITS, type Keeper } from '@plimsoll/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAccount, encodeAccount, type Account } from './Account.ts';
import { StoreError } from './StoreError.ts';

const principals = fc.uint8Array({ minLength: 1, maxLength: 29 });

function keeperOf(owner: Uint8Array): Keeper {
  return createKeeper(owner, DEFAULT_LIMITS);
}

/** The keeper's own bytes are held against random acts beside its code (`engine/src/keeper`). */
const accounts: fc.Arbitrary<Account> = fc
  .tuple(principals, principals)
  .map(([owner, actor]) => ({ owner, keeper: keeperOf(actor) }));

describe('an account in stable memory', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(accounts, (account) => {
        expect(decodeAccount(encodeAccount(account))).toEqual(account);
      }),
    );
  });

  it('shares no bytes with what it was read from', () => {
    const owner = Uint8Array.of(1, 2, 3);
    const bytes = encodeAccount({ owner, keeper: keeperOf(owner) });
    const account = decodeAccount(bytes);
    bytes.fill(0xff);
    expect(account).toEqual({ owner, keeper: keeperOf(owner) });
  });

  it('of another version, or cut off, is refused and never misread', () => {
    const owner = Uint8Array.of(1);
    const bytes = encodeAccount({ owner, keeper: keeperOf(owner) });
    expect(() => decodeAccount(Uint8Array.of(1, ...bytes.subarray(1)))).toThrow(StoreError);
    expect(() => decodeAccount(new Uint8Array(0))).toThrow(StoreError);
    for (let length = 1; length < bytes.length; length += 7) {
      expect(() => decodeAccount(bytes.slice(0, length))).toThrow();
    }
  });
});
