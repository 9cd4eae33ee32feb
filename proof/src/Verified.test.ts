import { describe, expect, expectTypeOf, it } from 'vitest';
import { CANISTER, NOW_MS, NOW_NS, receiptOf, REPLY, REQUEST, ROOT } from '../test/Fixtures.ts';
import { rejected, replied } from '../test/MiniIc.ts';
import { requestIdOf } from './CallRequest.ts';
import { decodeBlob } from './CandidBlob.ts';
import { decodeReceipt } from './Receipt.ts';
import { freshFor, isVerified, verifyReply, type Verified } from './Verified.ts';

const OPTIONS = { rootKey: ROOT.der, canisterId: CANISTER };
const OWN = { ...OPTIONS, expectedRequestId: requestIdOf(REQUEST) };

const verified = (options: typeof OPTIONS = OWN) => verifyReply(receiptOf(), options, decodeBlob);

describe('Verified', () => {
  it('carries the decoded value, the time, the request and the evidence', async () => {
    const answer = await verified();
    expectTypeOf(answer).toEqualTypeOf<Verified<Uint8Array>>();
    expect(answer.value).toEqual(Uint8Array.of(1, 2, 3));
    expect(answer.timeNs).toBe(NOW_NS);
    expect(answer.requestId).toEqual(requestIdOf(REQUEST));
    expect(decodeReceipt(answer.receiptBytes).certificate).toEqual(receiptOf().certificate);
  });

  it('cannot be written by hand, copied or changed', async () => {
    const answer = await verified();
    // @ts-expect-error the brand is not to be had outside
    const forged: Verified<Uint8Array> = { ...answer, value: Uint8Array.of(6) } satisfies Omit<
      typeof answer,
      never
    > as object;
    expect(isVerified(answer)).toBe(true);
    expect(isVerified(forged)).toBe(false);
    expect(isVerified({ ...answer })).toBe(false);
    expect(isVerified(null)).toBe(false);
    expect(freshFor(forged, NOW_MS)).toBe('none');
    expect(() => Object.assign(answer, { timeNs: 0n })).toThrow(TypeError);
  });

  it('is not made from a refused receipt, a rejection or a reply that cannot be read', async () => {
    const otherRoot = { ...OPTIONS, rootKey: ROOT.der.map((byte, i) => (i === 132 ? byte ^ 1 : byte)) };
    await expect(verified(otherRoot)).rejects.toMatchObject({ reason: 'signature' });
    await expect(verifyReply(receiptOf(rejected(4, 'no')), OPTIONS, decodeBlob)).rejects.toMatchObject({
      reason: 'rejected',
    });
    const unreadable = receiptOf(replied(REPLY.subarray(1)));
    await expect(verifyReply(unreadable, OPTIONS, decodeBlob)).rejects.toMatchObject({ reason: 'malformed' });
    const cause = new RangeError('no such decision');
    const decode = () => {
      throw cause;
    };
    await expect(verifyReply(receiptOf(), OPTIONS, decode)).rejects.toMatchObject({
      reason: 'malformed',
      cause,
    });
  });
});

describe('freshFor', () => {
  it.each([
    [0, 'enter'],
    [15_000, 'enter'],
    [15_001, 'exit'],
    [300_000, 'exit'],
    [300_001, 'none'],
    [-5_000, 'enter'],
    [-5_001, 'exit'],
    [-300_000, 'exit'],
    [-300_001, 'none'],
    [Number.NaN, 'none'],
    [Infinity, 'none'],
  ] as const)('an answer of %d ms is fresh for: %s', async (ageMs, expected) => {
    expect(freshFor(await verified(), NOW_MS + ageMs)).toBe(expected);
  });

  it('never lets an answer enter that was not matched to our own request', async () => {
    expect(freshFor(await verified(OPTIONS), NOW_MS)).toBe('exit');
  });
});
