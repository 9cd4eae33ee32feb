import { Principal } from '@icp-sdk/core/principal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CANISTER, delegatedReceiptOf, receiptOf, REQUEST, ROOT } from '../test/Fixtures.ts';
import { type CallRequest, requestIdOf } from './CallRequest.ts';
import { verifyReceipt } from './CertifiedReply.ts';
import { ProofError } from './ProofError.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from './Receipt.ts';

const OPTIONS = { rootKey: ROOT.der, canisterId: CANISTER };

const bytesOf = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const principal = (minLength: number) => bytesOf(minLength, 29).map((raw) => Principal.fromUint8Array(raw));
const callRequest: fc.Arbitrary<CallRequest> = fc.record(
  {
    requestType: fc.constant('call' as const),
    canisterId: principal(1),
    methodName: fc.string({ unit: 'grapheme' }),
    arg: bytesOf(0, 300),
    sender: principal(0),
    ingressExpiry: fc.bigInt(0n, (1n << 64n) - 1n),
    nonce: bytesOf(0, 32),
  },
  { requiredKeys: ['requestType', 'canisterId', 'methodName', 'arg', 'sender', 'ingressExpiry'] },
);
const receipt: fc.Arbitrary<Receipt> = fc.record({
  version: fc.constant(1 as const),
  certificate: bytesOf(0, 400),
  request: callRequest,
});

function flip(bytes: Uint8Array, position: number, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === position % bytes.length ? byte ^ (1 << bit) : byte));
}

const place = [fc.nat(), fc.integer({ min: 0, max: 7 })] as const;

it('a receipt survives encoding and decoding, and has one encoding', () => {
  fc.assert(
    fc.property(receipt, (original) => {
      const bytes = encodeReceipt(original);
      const read = decodeReceipt(bytes);
      expect(read.certificate).toEqual(original.certificate);
      expect(read.request.canisterId.toText()).toBe(original.request.canisterId.toText());
      expect(requestIdOf(read.request)).toEqual(requestIdOf(original.request));
      expect(encodeReceipt(read)).toEqual(bytes);
    }),
  );
});

it('bytes with one bit flipped never decode to the receipt they were', () => {
  fc.assert(
    fc.property(receipt, ...place, (original, position, bit) => {
      const flipped = flip(encodeReceipt(original), position, bit);
      let read: Receipt;
      try {
        read = decodeReceipt(flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(ProofError);
        return;
      }
      expect(encodeReceipt(read)).toEqual(flipped);
    }),
    { numRuns: 500 },
  );
});

it('no bytes but a receipt decode, and every refusal is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeReceipt(bytes)).toThrow(ProofError);
    }),
  );
});

const GENUINE = { direct: encodeReceipt(receiptOf()), delegated: encodeReceipt(delegatedReceiptOf()) };

it.each(['direct', 'delegated'] as const)(
  'a %s receipt with any one bit flipped anywhere never verifies',
  async (form) => {
    const bytes = GENUINE[form];
    await expect(verifyReceipt(decodeReceipt(bytes), OPTIONS)).resolves.toBeDefined();
    await fc.assert(
      fc.asyncProperty(...place, async (position, bit) => {
        const check = async () => verifyReceipt(decodeReceipt(flip(bytes, position, bit)), OPTIONS);
        await expect(check()).rejects.toBeInstanceOf(ProofError);
      }),
      { numRuns: 100 },
    );
  },
  60_000,
);

const FIELDS: Readonly<Record<string, (position: number, bit: number) => Partial<CallRequest>>> = {
  arg: (position, bit) => ({ arg: flip(REQUEST.arg, position, bit) }),
  nonce: (position, bit) => ({ nonce: flip(REQUEST.nonce ?? new Uint8Array(), position, bit) }),
  sender: (position, bit) => ({
    sender: Principal.fromUint8Array(flip(REQUEST.sender.toUint8Array(), position, bit)),
  }),
  canisterId: (position, bit) => ({
    canisterId: Principal.fromUint8Array(flip(CANISTER.toUint8Array(), position, bit)),
  }),
  ingressExpiry: (position, bit) => ({
    ingressExpiry: REQUEST.ingressExpiry ^ (1n << BigInt((position % 8) * 8 + bit)),
  }),
  methodName: (position, bit) => ({
    methodName: String.fromCodePoint(...flip(new TextEncoder().encode(REQUEST.methodName), position, bit)),
  }),
};

it.each(Object.keys(FIELDS))(
  'flipping any bit of %s of the request never verifies, even for a verifier who believes the changed canister id',
  async (field) => {
    const genuine = receiptOf();
    await fc.assert(
      fc.asyncProperty(...place, async (position, bit) => {
        const request: CallRequest = { ...REQUEST, ...FIELDS[field]?.(position, bit) };
        const check = verifyReceipt({ ...genuine, request }, { ...OPTIONS, canisterId: request.canisterId });
        await expect(check).rejects.toMatchObject({ name: 'ProofError', reason: 'no-reply' });
      }),
      { numRuns: 25 },
    );
  },
  60_000,
);

it.each(['direct', 'delegated'] as const)(
  'a %s receipt never verifies under a root key with a bit flipped',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(...place, async (position, bit) => {
        const check = verifyReceipt(decodeReceipt(GENUINE[form]), {
          ...OPTIONS,
          rootKey: flip(ROOT.der, position, bit),
        });
        await expect(check).rejects.toBeInstanceOf(ProofError);
      }),
      { numRuns: 40 },
    );
  },
);
