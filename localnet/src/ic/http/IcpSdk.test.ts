import {
  Actor,
  Certificate,
  HttpAgent,
  StatePaths,
  lookupResultToBuffer,
  type Identity,
} from '@icp-sdk/core/agent';
import type { IDL } from '@icp-sdk/core/candid';
import {
  DelegationChain,
  DelegationIdentity,
  ECDSAKeyIdentity,
  Ed25519KeyIdentity,
} from '@icp-sdk/core/identity';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { Principal } from '@icp-sdk/core/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from './Bytes.ts';
import { subnetKeysFromSeed } from './SubnetKeys.ts';
import { startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

let net: TestNetwork;
let canisterId: Principal;
const urls: string[] = [];
beforeAll(async () => {
  net = await startTestNetwork();
  canisterId = Principal.fromUint8Array(net.canisterId.toUint8Array());
});
afterAll(() => net.server.close());

/** An agent of the published library with every check on, noting the endpoints it asks. */
function agent(identity?: Identity, rootKey = net.server.rootKey): HttpAgent {
  return HttpAgent.createSync({
    host: net.server.url,
    rootKey,
    retryTimes: 0,
    verifyQuerySignatures: true,
    fetch: (input, init) => {
      urls.push(String(input));
      return fetch(input, init);
    },
    ...(identity && { identity }),
  });
}

describe('@icp-sdk/core', () => {
  it('makes version 4 calls and version 3 queries through an actor, all verified', async () => {
    const idl: IDL.InterfaceFactory = ({ IDL: I }) =>
      I.Service({
        echo: I.Func([I.Text], [I.Text], []),
        echo_query: I.Func([I.Text], [I.Text], ['query']),
        fail: I.Func([], [], []),
        closed: I.Func([], [], []),
      });
    const actor = Actor.createActor<Record<string, (text?: string) => Promise<unknown>>>(idl, {
      agent: agent(Ed25519KeyIdentity.generate()),
      canisterId,
    });
    urls.length = 0;
    expect(await actor['echo']!('certified')).toBe('certified');
    expect(await actor['echo_query']!('signed')).toBe('signed');
    await expect(actor['fail']!()).rejects.toThrow(/it trapped/);
    await expect(actor['closed']!()).rejects.toThrow(/not today/);
    const endpoints = new Set(urls.map((url) => new URL(url).pathname.replace(canisterId.toText(), '<id>')));
    expect([...endpoints].sort()).toEqual([
      '/api/v3/canister/<id>/query',
      '/api/v3/canister/<id>/read_state',
      '/api/v4/canister/<id>/call',
    ]);
  });

  it.each([
    ['Ed25519', async () => Ed25519KeyIdentity.generate()],
    ['ECDSA P-256', async () => ECDSAKeyIdentity.generate()],
    ['ECDSA secp256k1', async () => Secp256k1KeyIdentity.generate()],
    ['a delegated session', delegated],
  ])('%s is who it says it is', async (_, generate) => {
    const identity = await generate();
    const { reply } = await agent(identity).update(canisterId, {
      methodName: 'whoami',
      arg: new Uint8Array(0),
    });
    expect(Principal.fromUint8Array(reply).toText()).toBe(identity.getPrincipal().toText());
  });

  it('polls a version 2 call to its certified reply', async () => {
    const result = await agent().update(canisterId, {
      methodName: 'echo',
      arg: utf8('polled'),
      callSync: false,
    });
    expect(result.reply).toEqual(utf8('polled'));
    expect(result.callResponse.status).toBe(202);
  });

  it('reads the state of a canister and of the subnet', async () => {
    const subnetId = Principal.fromUint8Array(net.keys.subnetId);
    const controllers = StatePaths.canisterControllers(canisterId);
    const candid = StatePaths.canisterCandid(canisterId);
    const canister = await agent().readState(
      { canisterId },
      { paths: [StatePaths.time, controllers, candid] },
    );
    expect(canister.values.get(controllers)).toEqual([Principal.fromUint8Array(Uint8Array.of(1, 2, 3))]);
    expect(canister.values.get(candid)).toBe('service : {}');
    const key = StatePaths.subnetPublicKey(subnetId);
    const ranges = StatePaths.subnetCanisterRanges(subnetId);
    const subnet = await agent().readState({ subnetId }, { paths: [key, ranges] });
    expect(subnet.values.get(key)).toEqual(net.server.rootKey);
    expect(subnet.values.get(ranges)![0]![1].gtEq(canisterId)).toBe(true);
  });

  it('calls and queries the management canister through the subnet', async () => {
    const effectiveTarget = { subnetId: Principal.fromUint8Array(net.keys.subnetId) };
    const management = Principal.managementCanister();
    const { reply } = await agent().update(management, {
      methodName: 'echo',
      arg: utf8('created'),
      effectiveTarget,
    });
    expect(reply).toEqual(utf8('created'));
    const answer = await agent().query(management, {
      methodName: 'echo',
      arg: utf8('listed'),
      effectiveTarget,
    });
    expect(answer).toMatchObject({ status: 'replied', reply: { arg: utf8('listed') } });
  });

  it('verifies a data certificate, its content and the absence of what is not in it', async () => {
    const client = agent();
    await client.update(canisterId, { methodName: 'certify', arg: utf8('head of the log') });
    const answer = await client.query(canisterId, { methodName: 'certified', arg: new Uint8Array(0) });
    const { arg: certificate } = (answer as unknown as { reply: { arg: Uint8Array } }).reply;
    const principal = { canisterId };
    const verified = await Certificate.create({ certificate, rootKey: net.server.rootKey, principal });
    const at = (name: string) => verified.lookup_path(['canister', canisterId.toUint8Array(), name]);
    expect(lookupResultToBuffer(at('certified_data'))).toEqual(utf8('head of the log'));
    expect(at('controllers').status).toBe('Unknown');
    const { root } = await subnetKeysFromSeed(utf8('another network'));
    await expect(Certificate.create({ certificate, rootKey: root.publicKeyDer, principal })).rejects.toThrow(
      /verification failed|Invalid signature/i,
    );
  });
});

async function delegated(): Promise<DelegationIdentity> {
  const [owner, session] = [Ed25519KeyIdentity.generate(), await ECDSAKeyIdentity.generate()];
  const chain = await DelegationChain.create(owner, session.getPublicKey(), new Date(Date.now() + 300_000));
  return DelegationIdentity.fromDelegation(session, chain);
}
