import { Principal } from '@icp-sdk/core/principal';
import { describe, expect, it } from 'vitest';
import {
  CANISTER,
  DELEGATION,
  delegatedReceiptOf,
  NOW_MS,
  NOW_NS,
  RANGE,
  receiptOf,
  REPLY,
  REQUEST,
  REQUEST_WITHOUT_NONCE,
  ROOT,
  SUBNET,
} from '../test/Fixtures.ts';
import {
  answerTree,
  certify,
  delegate,
  leaf,
  node,
  pruned,
  rejected,
  replied,
  statusOnly,
  subnetKey,
  bytes,
} from '../test/MiniIc.ts';
import { requestIdOf } from './CallRequest.ts';
import { type VerifyOptions, verifyReceipt } from './CertifiedReply.ts';
import { encodeLeb128 } from './Leb128.ts';
import { CertifiedRejection, ProofError, type ProofReason } from './ProofError.ts';
import type { Receipt } from './Receipt.ts';

const OPTIONS: VerifyOptions = { rootKey: ROOT.der, canisterId: CANISTER };

async function refusal(receipt: Receipt, options: Partial<VerifyOptions> = {}): Promise<ProofReason> {
  const error: unknown = await verifyReceipt(receipt, { ...OPTIONS, ...options }).then(
    () => 'accepted',
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ProofError);
  return (error as ProofError).reason;
}

describe('a genuine receipt', () => {
  it('verifies when the root key signed it', async () => {
    const { reply, timeNs, requestId } = await verifyReceipt(receiptOf(), { ...OPTIONS, nowMs: NOW_MS });
    expect(reply).toEqual(REPLY);
    expect(timeNs).toBe(NOW_NS);
    expect(requestId).toEqual(requestIdOf(REQUEST));
  });

  it.each(['sharded', 'flat'] as const)(
    'verifies through a delegation with %s canister ranges',
    async (form) => {
      const delegation = delegate(ROOT, SUBNET, { ranges: [RANGE], timeNs: NOW_NS, form });
      const { reply } = await verifyReceipt(delegatedReceiptOf(delegation), { ...OPTIONS, nowMs: NOW_MS });
      expect(reply).toEqual(REPLY);
    },
  );

  it('verifies though the delegation is a year old, for the network gives delegations no expiry', async () => {
    const timeNs = NOW_NS - 365n * 86_400_000_000_000n;
    const old = delegate(ROOT, SUBNET, { ranges: [RANGE], timeNs });
    await expect(
      verifyReceipt(delegatedReceiptOf(old), { ...OPTIONS, nowMs: NOW_MS }),
    ).resolves.toBeDefined();
  });

  it('verifies at any age when no clock is given', async () => {
    await expect(verifyReceipt(receiptOf(replied(REPLY), 1n), OPTIONS)).resolves.toMatchObject({
      timeNs: 1n,
    });
  });

  it('verifies with an empty reply, with no nonce, and with an empty nonce, each under its own id', async () => {
    const bare = REQUEST_WITHOUT_NONCE;
    const empty = { ...bare, nonce: new Uint8Array() };
    for (const request of [bare, empty]) {
      const { reply } = await verifyReceipt(receiptOf(replied(new Uint8Array()), NOW_NS, request), OPTIONS);
      expect(reply).toHaveLength(0);
    }
    expect(requestIdOf(bare)).not.toEqual(requestIdOf(empty));
  });
});

describe('a receipt is refused', () => {
  it("under another network's root key", async () => {
    const rootKey = subnetKey('another root').der;
    expect(await refusal(receiptOf(), { rootKey })).toBe('signature');
    expect(await refusal(delegatedReceiptOf(), { rootKey })).toBe('signature');
  });

  it('when a subnet signed without the delegation that would entitle it', async () => {
    const tree = answerTree(requestIdOf(REQUEST), replied(REPLY), NOW_NS);
    expect(await refusal({ version: 1, certificate: certify(tree, SUBNET), request: REQUEST })).toBe(
      'signature',
    );
  });

  it('when the root signed but a delegation to a subnet is claimed', async () => {
    const tree = answerTree(requestIdOf(REQUEST), replied(REPLY), NOW_NS);
    const certificate = certify(tree, ROOT, DELEGATION);
    expect(await refusal({ version: 1, certificate, request: REQUEST })).toBe('signature');
  });

  it('when the delegation is to a subnet that does not hold the canister', async () => {
    const elsewhere = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0x10, 0, 0, 1, 1));
    const ranges = [[elsewhere, elsewhere]] as const;
    for (const form of ['sharded', 'flat'] as const) {
      const delegation = delegate(ROOT, SUBNET, { ranges, timeNs: NOW_NS, form });
      expect(await refusal(delegatedReceiptOf(delegation))).toBe('wrong-canister');
    }
  });

  it('when the delegation names another subnet than the one it certifies', async () => {
    const subnet_id = Principal.selfAuthenticating(subnetKey('third').der).toUint8Array();
    expect(await refusal(delegatedReceiptOf({ ...DELEGATION, subnet_id }))).toBe('wrong-canister');
  });

  it('when a delegation itself rests on a delegation', async () => {
    const chained = delegate(ROOT, SUBNET, { ranges: [RANGE], timeNs: NOW_NS, delegation: DELEGATION });
    expect(await refusal(delegatedReceiptOf(chained))).toBe('malformed');
  });

  it("when it is another canister's", async () => {
    expect(await refusal(receiptOf(), { canisterId: RANGE[0].toText() })).toBe('wrong-canister');
  });

  it('when it is genuine but answers another request than ours', async () => {
    const ours = requestIdOf({ ...REQUEST, nonce: Uint8Array.of(1) });
    expect(await refusal(receiptOf(), { expectedRequestId: ours })).toBe('wrong-request');
    await expect(
      verifyReceipt(receiptOf(), { ...OPTIONS, expectedRequestId: requestIdOf(REQUEST) }),
    ).resolves.toBeDefined();
  });

  it('when it is of another method than expected', async () => {
    expect(await refusal(receiptOf(), { expectedMethodName: 'intent' })).toBe('wrong-request');
  });

  it('when a genuine certificate is put to a request it does not answer', async () => {
    const request = { ...REQUEST, arg: Uint8Array.of(0) };
    expect(await refusal({ ...receiptOf(), request })).toBe('no-reply');
  });

  it('when it is older than allowed by one nanosecond, and accepted on the bound', async () => {
    const at = (ageNs: bigint): Receipt => receiptOf(replied(REPLY), NOW_NS - ageNs);
    const options = { ...OPTIONS, nowMs: NOW_MS };
    expect(await refusal(at(15_000_000_001n), options)).toBe('too-old');
    await expect(verifyReceipt(at(15_000_000_000n), options)).resolves.toBeDefined();
    expect(await refusal(at(300_000_000_001n), { ...options, maxAgeMs: 300_000 })).toBe('too-old');
    await expect(
      verifyReceipt(at(300_000_000_000n), { ...options, maxAgeMs: 300_000 }),
    ).resolves.toBeDefined();
  });

  it('when it is more than 5 s ahead by one nanosecond, and accepted on the bound', async () => {
    const at = (aheadNs: bigint): Receipt => receiptOf(replied(REPLY), NOW_NS + aheadNs);
    expect(await refusal(at(5_000_000_001n), { nowMs: NOW_MS })).toBe('from-the-future');
    await expect(verifyReceipt(at(5_000_000_000n), { ...OPTIONS, nowMs: NOW_MS })).resolves.toBeDefined();
  });

  it.each(['received', 'processing', 'done', 'replied'])(
    'when the status is %s and no reply is there',
    async (status) => {
      expect(await refusal(receiptOf(statusOnly(status)))).toBe('no-reply');
    },
  );

  it('when the status, the reply or the whole request is pruned', async () => {
    const id = requestIdOf(REQUEST);
    const status = node([
      ['reply', leaf(REPLY)],
      ['status', pruned(leaf(bytes('replied')))],
    ]);
    expect(await refusal(receiptOf(status))).toBe('no-reply');
    const reply = node([
      ['reply', pruned(leaf(REPLY))],
      ['status', leaf(bytes('replied'))],
    ]);
    expect(await refusal(receiptOf(reply))).toBe('no-reply');
    expect(await refusal(receiptOf(pruned(replied(REPLY))))).toBe('no-reply');
    const absent = node([
      ['request_status', [0]],
      ['time', leaf(encodeLeb128(NOW_NS))],
    ]);
    expect(await refusal({ version: 1, certificate: certify(absent, ROOT), request: REQUEST })).toBe(
      'no-reply',
    );
    expect(id).toHaveLength(32);
  });

  it('when its certificate has no time, a pruned time, or a time that is no LEB128', async () => {
    for (const time of [
      undefined,
      pruned(leaf(encodeLeb128(NOW_NS))),
      leaf(Uint8Array.of(0x80)),
      leaf(Uint8Array.of(1, 0)),
    ]) {
      const tree = node([
        ['request_status', node([[requestIdOf(REQUEST), replied(REPLY)]])],
        ...(time === undefined ? [] : ([['time', time]] as const)),
      ]);
      expect(await refusal({ version: 1, certificate: certify(tree, ROOT), request: REQUEST })).toBe(
        'malformed',
      );
    }
  });

  it('as a certified rejection with code, message and error code', async () => {
    const error: unknown = await verifyReceipt(receiptOf(rejected(5, 'trapped', 'IC0503')), OPTIONS).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(CertifiedRejection);
    expect(error).toMatchObject({
      reason: 'rejected',
      kind: 'request',
      rejection: { rejectCode: 5, rejectMessage: 'trapped', errorCode: 'IC0503', timeNs: NOW_NS },
    });
    await expect(verifyReceipt(receiptOf(rejected(2, 'busy')), OPTIONS)).rejects.toMatchObject({
      kind: 'temporary',
    });
  });

  it('when a rejection lacks its message', async () => {
    const bare = node([
      ['reject_code', leaf(Uint8Array.of(4))],
      ['status', leaf(bytes('rejected'))],
    ]);
    expect(await refusal(receiptOf(bare))).toBe('malformed');
  });
});

describe('the verifier refuses to be asked', () => {
  it('with a root key of another form', async () => {
    expect(await refusal(receiptOf(), { rootKey: ROOT.der.subarray(1) })).toBe('root-key');
    expect(await refusal(receiptOf(), { rootKey: ROOT.der.map((byte) => byte ^ 1) })).toBe('root-key');
  });

  it('for a canister id that is none', async () => {
    expect(await refusal(receiptOf(), { canisterId: 'not a canister' })).toBe('options');
  });

  it.each([
    { nowMs: Number.NaN },
    { nowMs: Infinity },
    { nowMs: NOW_MS, maxAgeMs: Number.NaN },
    { maxAgeMs: 15_000 },
    { maxFutureMs: 0 },
  ])('with a clock that would check nothing: %o', async (clock) => {
    expect(await refusal(receiptOf(), clock)).toBe('options');
  });

  it('about a receipt of another version', async () => {
    expect(await refusal({ ...receiptOf(), version: 2 as 1 })).toBe('version');
  });
});
