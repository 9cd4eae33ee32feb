import {
  Actor,
  Certificate,
  HttpAgent,
  StatePaths,
  lookupResultToBuffer,
  type Identity,
} from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import {
  DelegationChain,
  DelegationIdentity,
  ECDSAKeyIdentity,
  Ed25519KeyIdentity,
} from '@icp-sdk/core/identity';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { Principal } from '@icp-sdk/core/principal';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subnetKeysFromSeed } from '../../src/ic/http/SubnetKeys.ts';
import { needsControl, startReplica, type Replica } from './Replica.ts';
import { CANDID, TRAP_MESSAGE, witnessCanister } from './WitnessCanister.ts';

const NOTHING = new Uint8Array(0);
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

let net: Replica;
let canisterId: Principal;
let urls: string[] = [];
beforeAll(async () => {
  net = await startReplica();
  canisterId = Principal.fromText(net.canisterId);
});
afterAll(() => net.close());

/** An agent of the published library with every check on, noting the endpoints it asks. */
function agent(identity?: Identity, rootKey = net.rootKey): HttpAgent {
  return HttpAgent.createSync({
    host: net.url,
    rootKey,
    retryTimes: 0,
    verifyQuerySignatures: true,
    fetch: (input, init) => {
      urls.push(new URL(String(input)).pathname.replace(net.canisterId, '<id>'));
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
    urls = [];
    expect(await actor['echo']!('certified')).toBe('certified');
    expect(await actor['echo_query']!('signed')).toBe('signed');
    await expect(actor['fail']!()).rejects.toThrow(TRAP_MESSAGE);
    await expect(actor['closed']!()).rejects.toThrow(/IC0406|rejected the message/);
    expect([...new Set(urls)].sort()).toEqual(
      expect.arrayContaining(['/api/v3/canister/<id>/query', '/api/v4/canister/<id>/call']),
    );
  });

  it.each([
    ['Ed25519', async () => Ed25519KeyIdentity.generate()],
    ['ECDSA P-256', async () => ECDSAKeyIdentity.generate()],
    ['ECDSA secp256k1', async () => Secp256k1KeyIdentity.generate()],
    ['a delegated session', delegated],
  ])('%s is who it says it is', async (_, generate) => {
    const identity = await generate();
    const { reply } = await agent(identity).update(canisterId, { methodName: 'whoami', arg: NOTHING });
    expect(Principal.fromUint8Array(reply).toText()).toBe(identity.getPrincipal().toText());
  });

  it('polls a version 2 call to its certified reply', async () => {
    const request = { methodName: 'echo', arg: utf8('polled'), callSync: false };
    const result = await agent().update(canisterId, request);
    expect(result.reply).toEqual(utf8('polled'));
    expect(result.callResponse.status).toBe(202);
  });

  it('reads the state of a canister and of its subnet', async () => {
    const hash = StatePaths.canisterModuleHash(canisterId);
    const candid = StatePaths.canisterCandid(canisterId);
    const canister = await agent().readState({ canisterId }, { paths: [StatePaths.time, hash, candid] });
    const expected = Uint8Array.from(createHash('sha256').update(witnessCanister()).digest());
    expect(canister.values.get(hash)).toEqual(expected);
    expect(canister.values.get(candid)).toBe(CANDID);
    const subnetId = await agent().getSubnetIdFromCanister(canisterId);
    const key = StatePaths.subnetPublicKey(subnetId);
    const ranges = StatePaths.subnetCanisterRanges(subnetId);
    const subnet = await agent().readState({ subnetId }, { paths: [key, ranges] });
    expect(subnet.values.get(key)).toHaveLength(133);
    const holds = subnet.values
      .get(ranges)!
      .some(([from, to]) => from.ltEq(canisterId) && to.gtEq(canisterId));
    expect(holds).toBe(true);
  });

  it('creates a canister through the subnet that is to have it', async (context) => {
    needsControl(net, context);
    const subnetId = await agent().getSubnetIdFromCanister(canisterId);
    const { reply } = await agent().update(Principal.managementCanister(), {
      methodName: 'provisional_create_canister_with_cycles',
      arg: IDL.encode([IDL.Record({ amount: IDL.Opt(IDL.Nat) })], [{ amount: [] }]),
      effectiveTarget: { subnetId },
    });
    const [created] = IDL.decode([IDL.Record({ canister_id: IDL.Principal })], reply);
    const id = (created as unknown as { canister_id: Principal }).canister_id;
    expect((await agent().getSubnetIdFromCanister(id)).toText()).toBe(subnetId.toText());
  });

  it('verifies a data certificate, its content and the absence of what is not in it', async () => {
    const client = agent();
    const data = Uint8Array.from(createHash('sha256').update(String(Math.random())).digest());
    await client.update(canisterId, { methodName: 'certify', arg: data });
    const answer = await client.query(canisterId, { methodName: 'certified', arg: NOTHING });
    const { arg: certificate } = (answer as unknown as { reply: { arg: Uint8Array } }).reply;
    const principal = { canisterId };
    const verified = await Certificate.create({ certificate, rootKey: net.rootKey, principal });
    const at = (name: string) => verified.lookup_path(['canister', canisterId.toUint8Array(), name]);
    expect(lookupResultToBuffer(at('certified_data'))).toEqual(data);
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
