import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { CANISTER, receiptOf, REQUEST } from '../test/Fixtures.ts';
import { join } from '../test/MiniIc.ts';
import { requestIdOf } from './CallRequest.ts';
import { ProofError, type ProofReason } from './ProofError.ts';
import { decodeReceipt, encodeReceipt, MAX_RECEIPT_BYTES, type Receipt } from './Receipt.ts';

const wire = {
  version: 1,
  certificate: Uint8Array.of(1),
  request: {
    requestType: 'call',
    canisterId: CANISTER.toUint8Array(),
    methodName: 'observe',
    arg: Uint8Array.of(2),
    sender: Uint8Array.of(4),
    ingressExpiry: 5n,
  },
};

function refusal(act: () => unknown): ProofReason | 'accepted' {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ProofError);
    return (error as ProofError).reason;
  }
  return 'accepted';
}

const without = (map: object, field: string) =>
  Object.fromEntries(Object.entries(map).filter(([name]) => name !== field));

const decoding = (value: unknown) => refusal(() => decodeReceipt(encode(value)));

describe('decodeReceipt', () => {
  it('reads the deterministic CBOR of exactly the documented fields', () => {
    expect(decoding(wire)).toBe('accepted');
    expect(decodeReceipt(encode(wire)).request.ingressExpiry).toBe(5n);
  });

  it('refuses a version it does not know, whatever else is there', () => {
    expect(decoding({ ...wire, version: 2 })).toBe('version');
    expect(decoding({ version: 2, other: true })).toBe('version');
    expect(decoding({ ...wire, version: '1' })).toBe('version');
  });

  it('refuses a missing, additional or mistyped field', () => {
    const requests: readonly unknown[] = [
      without(wire.request, 'sender'),
      null,
      [],
      { ...wire.request, extra: 1 },
      { ...wire.request, requestType: 'query' },
      { ...wire.request, methodName: Uint8Array.of(1) },
      { ...wire.request, arg: 'text' },
      { ...wire.request, sender: new Uint8Array(30) },
      { ...wire.request, canisterId: new Uint8Array() },
      { ...wire.request, canisterId: CANISTER.toText() },
      { ...wire.request, ingressExpiry: -1 },
      { ...wire.request, ingressExpiry: 1.5 },
      { ...wire.request, nonce: new Uint8Array(33) },
      { ...wire.request, nonce: null },
    ];
    for (const request of requests) expect(decoding({ ...wire, request })).toBe('malformed');
    for (const value of [
      without(wire, 'certificate'),
      { ...wire, extra: 1 },
      { ...wire, certificate: 'text' },
      [],
      7,
      null,
    ]) {
      expect(decoding(value)).toBe('malformed');
    }
  });

  it('refuses trailing bytes, truncation and any other encoding of the same receipt', () => {
    const bytes = encodeReceipt(receiptOf());
    const unsorted = encode(wire, { mapSorter: () => 0 });
    expect(unsorted).not.toEqual(encode(wire));
    expect(refusal(() => decodeReceipt(unsorted))).toBe('malformed');
    expect(refusal(() => decodeReceipt(join(bytes, Uint8Array.of(0))))).toBe('malformed');
    expect(refusal(() => decodeReceipt(bytes.subarray(0, -1)))).toBe('malformed');
    expect(refusal(() => decodeReceipt(new Uint8Array()))).toBe('malformed');
  });

  it('refuses what is too large before reading it, and hostile nesting without a crash', () => {
    expect(refusal(() => decodeReceipt(new Uint8Array(MAX_RECEIPT_BYTES + 1)))).toBe('too-large');
    expect(refusal(() => decodeReceipt(new Uint8Array(MAX_RECEIPT_BYTES).fill(0x81)))).toBe('malformed');
  });

  it('reads from a Buffer and keeps nothing of its memory', () => {
    const buffer = Buffer.from(encodeReceipt(receiptOf()));
    const receipt = decodeReceipt(buffer);
    buffer.fill(0);
    expect(requestIdOf(receipt.request)).toEqual(requestIdOf(REQUEST));
    expect(receipt.certificate).toEqual(receiptOf().certificate);
  });
});

describe('encodeReceipt', () => {
  it('refuses what decodeReceipt would not read back', () => {
    const good = receiptOf();
    const bad: readonly Receipt[] = [
      { ...good, request: { ...REQUEST, ingressExpiry: 1n << 64n } },
      { ...good, request: { ...REQUEST, nonce: new Uint8Array(33) } },
      { ...good, request: { ...REQUEST, sender: 'aaaaa-aa' as never } },
      { ...good, certificate: [1] as never },
    ];
    for (const receipt of bad) expect(refusal(() => encodeReceipt(receipt))).toBe('malformed');
    expect(refusal(() => encodeReceipt({ ...good, certificate: new Uint8Array(MAX_RECEIPT_BYTES) }))).toBe(
      'too-large',
    );
  });
});
