import { blsVerify } from '@icp-sdk/core/agent';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from './Bytes.ts';
import { remembering, verifySignature, type Verify } from './Signature.ts';

const { shortSignatures } = bls12_381;

const seed = fc.uint8Array({ minLength: 48, maxLength: 48 });
const message = fc.uint8Array({ minLength: 1, maxLength: 60 });

interface Signed {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
}

const signed = fc.tuple(seed, message).map(([secret, text]): Signed => {
  const { secretKey, publicKey } = shortSignatures.keygen(secret);
  const signature = shortSignatures.sign(shortSignatures.hash(text), secretKey).toBytes();
  return { publicKey: publicKey.toBytes(), signature, message: text };
});

/** What a verifier says: its answer, or that the bytes are none of a key or a signature. */
function said(verify: Verify, { publicKey, signature, message: text }: Signed): boolean | 'refused' {
  try {
    return verify(publicKey, signature, text);
  } catch {
    return 'refused';
  }
}

describe('a signature', () => {
  it('is judged as the client’s own verifier judges it, the second time as the first, and with any bit flipped', () => {
    const field = fc.constantFrom('publicKey', 'signature', 'message');
    fc.assert(
      fc.property(signed, field, fc.nat(), (good, name, at) => {
        expect(said(verifySignature, good)).toBe(true);
        expect(said(verifySignature, good)).toBe(true);
        const flipped = good[name].slice();
        flipped[(at >> 3) % flipped.length]! ^= 1 << (at & 7);
        const bad = { ...good, [name]: flipped };
        expect(said(verifySignature, bad)).toBe(said(blsVerify, bad));
        expect(said(verifySignature, bad)).not.toBe(true);
        expect(said(verifySignature, good)).toBe(said(blsVerify, good));
      }),
      { numRuns: 15 },
    );
  });

  it('of one key is none of another that was met before', () => {
    fc.assert(
      fc.property(signed, signed, (one, other) => {
        fc.pre(said(blsVerify, one) === true && !equalBytes(one.publicKey, other.publicKey));
        expect([said(verifySignature, one), said(verifySignature, other)]).toEqual([true, true]);
        expect(said(verifySignature, { ...one, publicKey: other.publicKey })).toBe(false);
        expect(said(verifySignature, { ...other, publicKey: one.publicKey })).toBe(false);
      }),
      { numRuns: 5 },
    );
  });
});

describe('what is remembered', () => {
  const bytes = (n: number): Uint8Array => Uint8Array.of(n);
  const counting = (most: number) => {
    let asked = 0;
    // Odd keys sign everything, even ones nothing.
    const verify = remembering(([key]) => {
      asked++;
      return key! % 2 === 1;
    }, most);
    return { asked: () => asked, ask: (key: number, text = 0) => verify(bytes(key), bytes(0), bytes(text)) };
  };

  it('is what was good; what was refused is looked at again', () => {
    const { ask, asked } = counting(4);
    expect([ask(1), ask(1), ask(1)]).toEqual([true, true, true]);
    expect(asked()).toBe(1);
    expect([ask(2), ask(2)]).toEqual([false, false]);
    expect(asked()).toBe(3);
  });

  it('is bounded, and what is asked for again and again stays whatever comes between', () => {
    const { ask, asked } = counting(4);
    for (let text = 0; text < 100; text++) {
      ask(1);
      ask(3, text);
    }
    expect(asked()).toBe(101);
    // The oldest of the others went.
    ask(3, 0);
    expect(asked()).toBe(102);
    for (let text = 200; text < 204; text++) ask(3, text);
    ask(1);
    expect(asked()).toBe(107);
  });
});
