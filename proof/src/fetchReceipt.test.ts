import { HttpAgent } from '@icp-sdk/core/agent';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { describe, expect, it } from 'vitest';
import { CANISTER, REPLY, REQUEST, ROOT } from '../test/Fixtures.ts';
import {
  bytes,
  leaf,
  node,
  pruned,
  rejected,
  replied,
  statusOnly,
  subnetKey,
  type Tree,
} from '../test/MiniIc.ts';
import { accepted, type Answer, certified, cborResponse, miniNode, type MiniNode } from '../test/MiniNode.ts';
import { type CallRequest, requestIdOf } from './CallRequest.ts';
import { verifyReceipt } from './CertifiedReply.ts';
import { FetchError } from './FetchError.ts';
import { fetchReceipt, refetchReceipt } from './fetchReceipt.ts';

const CALL = { canisterId: CANISTER, methodName: 'observe', arg: REQUEST.arg };
const FAST = { pollIntervalMs: 1, timeoutMs: 20_000 };
const IDENTITY = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(7));

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
const says =
  (status: Tree, timeNs = nowNs): Answer =>
  (requestId) =>
    certified(ROOT, requestId, status, timeNs());
const agentOf = ({ fetch }: MiniNode): HttpAgent =>
  HttpAgent.createSync({
    host: 'http://127.0.0.1:1',
    fetch,
    rootKey: ROOT.der,
    retryTimes: 0,
    identity: IDENTITY,
  });

async function failure(work: Promise<unknown>): Promise<FetchError> {
  const error: unknown = await work.then(
    () => 'succeeded',
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FetchError);
  return error as FetchError;
}

describe('fetchReceipt', () => {
  it('returns a receipt whose content hashes to the id of the bytes on the wire, and which verifies', async () => {
    const net = miniNode(says(replied(REPLY)));
    const receipt = await fetchReceipt(agentOf(net), CALL, FAST);
    const expectedRequestId = requestIdOf(receipt.request);
    expect(net.calls).toEqual([expectedRequestId]);
    expect(receipt.request.nonce).toHaveLength(16);
    expect(receipt.request.sender.toText()).toBe(IDENTITY.getPrincipal().toText());
    const options = { rootKey: ROOT.der, canisterId: CANISTER, nowMs: Date.now(), expectedRequestId };
    await expect(verifyReceipt(receipt, options)).resolves.toMatchObject({ reply: REPLY });
  });

  it('gives the same call another request id each time, also when calls overlap on one agent and one array', async () => {
    const net = miniNode(says(replied(REPLY)));
    const agent = agentOf(net);
    const receipts = await Promise.all([1, 2, 3].map(() => fetchReceipt(agent, CALL, FAST)));
    expect(new Set(receipts.map(({ request }) => requestIdOf(request).join())).size).toBe(3);
    for (const receipt of receipts) {
      await expect(
        verifyReceipt(receipt, { rootKey: ROOT.der, canisterId: CANISTER }),
      ).resolves.toBeDefined();
    }
  });

  it('leaves other calls of the same agent as they are', async () => {
    const net = miniNode(says(replied(REPLY)));
    const agent = agentOf(net);
    await fetchReceipt(agent, CALL, FAST);
    const nonceOf = async (options: { nonce?: Uint8Array }) =>
      (await agent.call(CANISTER, { methodName: 'other', arg: bytes('x'), ...options })).requestDetails
        ?.nonce;
    expect(await nonceOf({})).toHaveLength(16);
    expect([...((await nonceOf({ nonce: Uint8Array.of(1, 2, 3) })) ?? [])]).toEqual([1, 2, 3]);
  });

  it('polls when the call was only accepted, or the certificate does not hold the answer yet', async () => {
    const steps = [pruned(replied(REPLY)), statusOnly('received'), statusOnly('processing'), replied(REPLY)];
    const poll: Answer = (id, count) => certified(ROOT, id, steps[count - 1] ?? [0], nowNs());
    for (const first of [accepted, says(statusOnly('processing'))]) {
      const net = miniNode(first, poll);
      const receipt = await fetchReceipt(agentOf(net), CALL, FAST);
      expect(net.polls).toEqual(Array.from({ length: 4 }, () => requestIdOf(receipt.request)));
      expect(net.calls).toHaveLength(1);
      await expect(
        verifyReceipt(receipt, { rootKey: ROOT.der, canisterId: CANISTER }),
      ).resolves.toBeDefined();
    }
  });

  it('returns a certified rejection as a receipt, for verifyReceipt to judge', async () => {
    const receipt = await fetchReceipt(agentOf(miniNode(says(rejected(4, 'no')))), CALL, FAST);
    await expect(verifyReceipt(receipt, { rootKey: ROOT.der, canisterId: CANISTER })).rejects.toMatchObject({
      reason: 'rejected',
    });
  });

  it('believes nothing: a forged reply comes back as a receipt that does not verify', async () => {
    const forger = subnetKey('forger');
    const net = miniNode((id) => certified(forger, id, replied(REPLY), nowNs()));
    const receipt = await fetchReceipt(agentOf(net), CALL, FAST);
    await expect(verifyReceipt(receipt, { rootKey: ROOT.der, canisterId: CANISTER })).rejects.toMatchObject({
      reason: 'signature',
    });
  });

  it('shows the exact content before anything is sent, and sends nothing when that fails', async () => {
    const net = miniNode(says(replied(REPLY)));
    const seen: CallRequest[] = [];
    const receipt = await fetchReceipt(agentOf(net), CALL, {
      ...FAST,
      beforeSend: (request) => {
        expect(net.calls).toHaveLength(0);
        seen.push(request);
      },
    });
    expect(seen).toEqual([receipt.request]);
    const beforeSend = () => Promise.reject(new Error('the journal is full'));
    const error = await failure(fetchReceipt(agentOf(net), CALL, { ...FAST, beforeSend }));
    expect(error).toMatchObject({ outcome: 'not-sent', request: undefined });
    expect(net.calls).toHaveLength(1);
  });

  it('sends nothing after giving up', async () => {
    const net = miniNode(says(replied(REPLY)));
    let release = (): void => undefined;
    const beforeSend = () => new Promise<void>((resolve) => (release = resolve));
    const error = await failure(fetchReceipt(agentOf(net), CALL, { timeoutMs: 20, beforeSend }));
    expect(error).toMatchObject({ leaf: 'timeout', kind: 'temporary', outcome: 'not-sent' });
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(net.calls).toHaveLength(0);
  });

  it.each([
    [1, 'request'],
    [2, 'temporary'],
    [4, 'request'],
  ] as const)('reports an uncertified refusal with code %d as %s and refused', async (code, kind) => {
    const body = {
      status: 'non_replicated_rejection',
      reject_code: code,
      reject_message: 'no',
      error_code: 'IC0516',
    };
    const error = await failure(fetchReceipt(agentOf(miniNode(() => cborResponse(body))), CALL, FAST));
    expect(error).toMatchObject({ kind, leaf: 'refused', outcome: 'refused', rejectCode: code });
  });

  it.each([
    ['an HTTP 400', () => new Response('no such canister', { status: 400 }), 'request', 'http'],
    ['an HTTP 429', () => new Response('slow down', { status: 429 }), 'temporary', 'http'],
    ['an HTTP 503', () => new Response('down', { status: 503 }), 'temporary', 'http'],
    ['a lost connection', () => Promise.reject(new TypeError('fetch failed')), 'temporary', 'network'],
    ['no answer in time', () => new Promise<Response>(() => undefined), 'temporary', 'timeout'],
    [
      'an answer that is not CBOR',
      () => new Response('<html>', { status: 200 }),
      'temporary',
      'unusable-answer',
    ],
    ['an empty answer', () => new Response(null, { status: 200 }), 'temporary', 'unusable-answer'],
    [
      'a certificate of bytes at random',
      () => cborResponse({ certificate: bytes('x') }),
      'temporary',
      'unusable-answer',
    ],
    ['a certificate that is text', () => cborResponse({ certificate: 'x' }), 'temporary', 'unusable-answer'],
  ] as const)('reports %s with the content needed to look the call up', async (_, answer, kind, leafName) => {
    const net = miniNode(answer, says(replied(REPLY)));
    const agent = agentOf(net);
    const error = await failure(
      fetchReceipt(agent, CALL, leafName === 'timeout' ? { ...FAST, timeoutMs: 1_000 } : FAST),
    );
    expect(error).toMatchObject({ kind, leaf: leafName, outcome: 'unknown' });
    expect(requestIdOf(error.request!)).toEqual(net.calls[0]);
    const receipt = await refetchReceipt(agent, error.request!, FAST);
    expect(net.calls).toHaveLength(1);
    await expect(verifyReceipt(receipt, { rootKey: ROOT.der, canisterId: CANISTER })).resolves.toBeDefined();
  });

  it('reports a canister id that is none, and an agent without root key, as not sent', async () => {
    const net = miniNode(says(replied(REPLY)));
    const bad = await failure(fetchReceipt(agentOf(net), { ...CALL, canisterId: 'nowhere' }, FAST));
    expect(bad).toMatchObject({ kind: 'request', outcome: 'not-sent' });
    const agent = agentOf(net);
    agent.rootKey = null;
    const rootless = await failure(fetchReceipt(agent, CALL, FAST));
    expect(rootless).toMatchObject({ kind: 'request', leaf: 'setup', outcome: 'not-sent' });
    expect(net.calls).toHaveLength(0);
  });

  it('refuses an identity that signs other content than the receipt could carry', async () => {
    const identity = {
      getPrincipal: () => IDENTITY.getPrincipal(),
      transformRequest: (request: { body: object }) =>
        IDENTITY.transformRequest({
          ...request,
          body: { ...request.body, sender_info: bytes('extra') },
        } as never),
    };
    const net = miniNode(says(replied(REPLY)));
    const agent = agentOf(net);
    agent.replaceIdentity(identity);
    expect(await failure(fetchReceipt(agent, CALL, FAST))).toMatchObject({
      leaf: 'sender',
      outcome: 'unknown',
    });
  });
});

describe('refetchReceipt', () => {
  const request: CallRequest = {
    ...REQUEST,
    sender: IDENTITY.getPrincipal(),
    ingressExpiry: nowNs() + 60_000_000_000n,
  };
  const never: Answer = () => new Response('calls are not expected', { status: 500 });
  const asking = (answer: Answer, of = request, options: object = FAST) =>
    refetchReceipt(agentOf(miniNode(never, answer)), of, options);

  it('gives up after the time allowed while the answer is still under way', async () => {
    const error = await failure(
      asking(says(statusOnly('processing')), request, { pollIntervalMs: 5, timeoutMs: 60 }),
    );
    expect(error).toMatchObject({ leaf: 'timeout', kind: 'temporary', outcome: 'unknown' });
  });

  it('keeps asking about an unknown request while it may still be taken in, and not after its expiry', async () => {
    const unknown = node([['status', pruned(leaf(bytes('replied')))]]);
    const early = await failure(asking(says(unknown), request, { pollIntervalMs: 5, timeoutMs: 60 }));
    expect(early.leaf).toBe('timeout');
    const late = says(unknown, () => request.ingressExpiry + 1n);
    expect(await failure(asking(late))).toMatchObject({ leaf: 'gone', outcome: 'unknown' });
  });

  it('reports an answer that the network has dropped as gone', async () => {
    expect(await failure(asking(says(statusOnly('done'))))).toMatchObject({
      leaf: 'gone',
      outcome: 'unknown',
    });
  });

  it('takes no forged certificate as a reason to stop asking', async () => {
    const forged: Answer = (id) => certified(subnetKey('forger'), id, statusOnly('done'), nowNs());
    expect(await failure(asking(forged))).toMatchObject({ leaf: 'unusable-answer', kind: 'temporary' });
  });

  it("refuses to ask about another sender's request", async () => {
    const error = await failure(asking(says(replied(REPLY)), REQUEST));
    expect(error).toMatchObject({ kind: 'request', leaf: 'sender' });
  });
});
