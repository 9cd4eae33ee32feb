import {
  Actor,
  CanisterStatus,
  Certificate,
  HttpAgent,
  IC_ROOT_KEY,
  lookupResultToBuffer,
  polling,
  type Identity,
} from '@dfinity/agent';
import type { IDL } from '@dfinity/candid';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { utf8 } from './Bytes.ts';
import { selfAuthenticatingId, subnetKeysFromSeed } from './SubnetKeys.ts';
import { counterOf, startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

const UNVERIFIED = /verification failed|Invalid signature/i;

let net: TestNetwork;
beforeAll(async () => {
  net = await startTestNetwork();
});
afterAll(() => net.server.close());

/** An agent of the published library with every check on; no retries, so that refusals show at once. */
function agent(identity?: Identity, options: { rootKey?: Uint8Array; retryTimes?: number } = {}): HttpAgent {
  return HttpAgent.createSync({
    host: net.server.url,
    rootKey: options.rootKey ?? net.server.rootKey,
    retryTimes: options.retryTimes ?? 0,
    verifyQuerySignatures: true,
    ...(identity && { identity }),
  });
}

const call = (client: HttpAgent, methodName: string, arg = new Uint8Array(0), callSync = true) =>
  client.call(net.canisterId, { methodName, arg, callSync });

async function callAndVerify(
  client: HttpAgent,
  methodName: string,
  arg?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const { response, requestId } = await call(client, methodName, arg);
  const { certificate } = response.body as { certificate: Uint8Array };
  const verified = await Certificate.create({
    certificate,
    rootKey: net.server.rootKey,
    canisterId: net.canisterId,
  });
  return lookupResultToBuffer(verified.lookup_path(['request_status', requestId, 'reply']))!;
}

/** What a delegated or plain identity is known as at the canister. */
async function whoami(identity: Identity): Promise<string> {
  const reply = await callAndVerify(agent(identity), 'whoami');
  const answer = await agent(identity).query(net.canisterId, {
    methodName: 'whoami',
    arg: new Uint8Array(0),
  });
  expect(answer).toMatchObject({ status: 'replied', reply: { arg: reply } });
  return Principal.fromUint8Array(reply).toText();
}

describe('@dfinity/agent', () => {
  it('serves an actor that fetches the root key: updates, queries with verified signatures, rejects', async () => {
    const client = await HttpAgent.create({ host: net.server.url, shouldFetchRootKey: true });
    expect(client.rootKey).toEqual(net.server.rootKey);
    const idl: IDL.InterfaceFactory = ({ IDL: I }) =>
      I.Service({
        echo: I.Func([I.Text], [I.Text], []),
        echo_query: I.Func([I.Text], [I.Text], ['query']),
        fail: I.Func([], [], []),
        closed: I.Func([], [], []),
      });
    const actor = Actor.createActor<Record<string, (text?: string) => Promise<unknown>>>(idl, {
      agent: client,
      canisterId: net.canisterId,
    });
    expect(await actor['echo']!('certified')).toBe('certified');
    expect(await actor['echo_query']!('signed')).toBe('signed');
    await expect(actor['fail']!()).rejects.toThrow(/it trapped/);
    await expect(actor['closed']!()).rejects.toThrow(/not today/);
  });

  it('gets a signed reject from a query that fails', async () => {
    const answer = await agent().query(net.canisterId, { methodName: 'fail', arg: new Uint8Array(0) });
    expect(answer).toMatchObject({ status: 'rejected', reject_code: 5, error_code: 'IC0503' });
  });

  it('refuses updates, queries and state under any other root key', async () => {
    const stranger = await subnetKeysFromSeed(utf8('another network'));
    for (const rootKey of [Uint8Array.from(Buffer.from(IC_ROOT_KEY, 'hex')), stranger.root.publicKeyDer]) {
      const client = agent(undefined, { rootKey });
      await expect(client.query(net.canisterId, { methodName: 'echo', arg: utf8('x') })).rejects.toThrow(
        UNVERIFIED,
      );
      await expect(client.syncTime(net.canisterId)).rejects.toThrow(UNVERIFIED);
      const { response } = await call(agent(), 'echo');
      const { certificate } = response.body as { certificate: Uint8Array };
      await expect(Certificate.create({ certificate, rootKey, canisterId: net.canisterId })).rejects.toThrow(
        UNVERIFIED,
      );
    }
  });

  it('is answered 202 by a version 2 call and polls read_state to the certified reply', async () => {
    const client = agent();
    const { requestId, response } = await call(client, 'echo', utf8('polled'), false);
    expect(response.status).toBe(202);
    const { reply } = await polling.pollForResponse(client, net.canisterId, requestId);
    expect(reply).toEqual(utf8('polled'));
  });

  it('reads controllers, module hash, metadata and time, and absence, with certificates', async () => {
    const status = await CanisterStatus.request({
      agent: agent(),
      canisterId: net.canisterId,
      paths: ['controllers', 'module_hash', 'candid', 'time', 'subnet'],
    });
    const view = net.subnet.canister(net.canisterId.toUint8Array())!;
    expect(status.get('controllers')).toEqual([Principal.fromUint8Array(Uint8Array.of(1, 2, 3))]);
    expect(status.get('module_hash')).toBe(Buffer.from(view.moduleHash!).toString('hex'));
    expect(status.get('candid')).toBe('service : {}');
    expect(Math.abs((status.get('time') as Date).getTime() - Date.now())).toBeLessThan(60_000);
    expect(status.get('subnet')).toMatchObject({
      subnetId: Principal.fromUint8Array(net.keys.subnetId).toText(),
    });
    const path = [
      utf8('canister'),
      net.otherCanisterId.toUint8Array(),
      utf8('metadata'),
      utf8('candid:service'),
    ];
    const { certificate } = await agent().readState(net.otherCanisterId, { paths: [path] });
    const rootKey = net.server.rootKey;
    const verified = await Certificate.create({ certificate, rootKey, canisterId: net.otherCanisterId });
    expect(verified.lookup_path(path).status).toBe('Absent');
  });

  it('verifies the data certificate that a canister hands out in a query', async () => {
    await call(agent(), 'certify', utf8('thirty-two bytes at the very most'.slice(0, 32)));
    const answer = await agent().query(net.canisterId, { methodName: 'certified', arg: new Uint8Array(0) });
    const { arg: certificate } = (answer as unknown as { reply: { arg: Uint8Array } }).reply;
    const verified = await Certificate.create({
      certificate,
      rootKey: net.server.rootKey,
      canisterId: net.canisterId,
    });
    const path = ['canister', net.canisterId.toUint8Array(), 'certified_data'];
    expect(lookupResultToBuffer(verified.lookup_path(path))).toEqual(
      utf8('thirty-two bytes at the very mos'),
    );
  });

  it('recovers from a clock that is wrong by the hour', async () => {
    const hour = 3_600_000;
    vi.useFakeTimers({ now: Date.now() + hour, toFake: ['Date'] });
    const offset = net.subnet.clockOffsetMs;
    try {
      net.subnet.clockOffsetMs -= hour;
      net.subnet.tick();
      const client = agent(Ed25519KeyIdentity.generate());
      await call(client, 'echo', utf8('late'));
      expect(client.hasSyncedTime()).toBe(true);
      expect(client.getTimeDiffMsecs()).toBeLessThan(-hour + 60_000);
    } finally {
      vi.useRealTimers();
      net.subnet.clockOffsetMs = offset;
      net.subnet.tick();
    }
  });

  it('counts each update once, sequential or all at once', async () => {
    const client = agent(Ed25519KeyIdentity.generate());
    const before = net.subnet.counter;
    const replies = await Promise.all(Array.from({ length: 8 }, () => callAndVerify(client, 'inc')));
    expect(replies.map(counterOf).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 8 }, (_, i) => before + i + 1),
    );
  });
});

describe('an identity of @dfinity/identity', () => {
  it.each([
    ['Ed25519', async () => Ed25519KeyIdentity.generate()],
    ['ECDSA P-256', async () => ECDSAKeyIdentity.generate()],
    ['ECDSA secp256k1', async () => Secp256k1KeyIdentity.generate() as unknown as Identity],
  ])('%s is who it says it is', async (_, generate) => {
    const identity = await generate();
    expect(await whoami(identity)).toBe(identity.getPrincipal().toText());
  });

  it('without a key is anonymous', async () => {
    const reply = await callAndVerify(agent(), 'whoami');
    expect(Principal.fromUint8Array(reply).toText()).toBe('2vxsx-fae');
  });

  it('delegated over two sessions of different curves is the principal at the root of the chain', async () => {
    const [owner, middle, session] = [
      Ed25519KeyIdentity.generate(),
      await ECDSAKeyIdentity.generate(),
      Ed25519KeyIdentity.generate(),
    ];
    const first = await DelegationChain.create(owner, middle.getPublicKey(), inMinutes(10));
    const chain = await DelegationChain.create(middle, session.getPublicKey(), inMinutes(5), {
      previous: first,
      targets: [net.canisterId],
    });
    const identity = DelegationIdentity.fromDelegation(session, chain);
    expect(await whoami(identity)).toBe(owner.getPrincipal().toText());
  });

  it('with a delegation expired, for another canister, or forged, is refused', async () => {
    const [owner, session, thief] = [1, 2, 3].map(() => Ed25519KeyIdentity.generate()) as [
      Ed25519KeyIdentity,
      Ed25519KeyIdentity,
      Ed25519KeyIdentity,
    ];
    const delegated = async (minutes: number, targets?: Principal[], key = session) =>
      DelegationIdentity.fromDelegation(
        key,
        await DelegationChain.create(
          owner,
          session.getPublicKey(),
          inMinutes(minutes),
          targets && { targets },
        ),
      );
    const refusal = (identity: Identity) => expect(call(agent(identity), 'whoami')).rejects;
    await refusal(await delegated(-1)).toThrow(/Invalid delegation expiry/);
    await refusal(await delegated(5, [net.otherCanisterId])).toThrow(/not among the targets/);
    await refusal(await delegated(5, undefined, thief)).toThrow(/Invalid signature/);
    const forged = await DelegationChain.create(thief, session.getPublicKey(), inMinutes(5));
    const claimed = DelegationChain.fromDelegations(forged.delegations, owner.getPublicKey().toDer());
    await refusal(DelegationIdentity.fromDelegation(session, claimed)).toThrow(/did not sign it/);
    expect(selfAuthenticatingId(owner.getPublicKey().toDer())).toEqual(owner.getPrincipal().toUint8Array());
  });
});

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}
