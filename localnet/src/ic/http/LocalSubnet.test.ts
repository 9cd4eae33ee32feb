import { Actor, Certificate, HttpAgent, lookupResultToBuffer, type Identity } from '@dfinity/agent';
import { IDL, PipeArrayBuffer, lebDecode } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azleFixture } from '../../../test/AzleFixture.ts';
import { LocalSubnet } from '../LocalSubnet.ts';
import { utf8 } from './Bytes.ts';
import { IcServer } from './IcServer.ts';
import { subnetKeysFromSeed } from './SubnetKeys.ts';

type Service = Record<string, (...args: unknown[]) => Promise<unknown>>;

const management: IDL.InterfaceFactory = ({ IDL: I }) =>
  I.Service({
    provisional_create_canister_with_cycles: I.Func(
      [I.Record({ amount: I.Opt(I.Nat), specified_id: I.Opt(I.Principal) })],
      [I.Record({ canister_id: I.Principal })],
      [],
    ),
    install_code: I.Func(
      [
        I.Record({
          mode: I.Variant({ install: I.Null }),
          canister_id: I.Principal,
          wasm_module: I.Vec(I.Nat8),
          arg: I.Vec(I.Nat8),
        }),
      ],
      [],
      [],
    ),
  });

const hello: IDL.InterfaceFactory = ({ IDL: I }) =>
  I.Service({
    greet: I.Func([I.Text], [I.Text], ['query']),
    whoami: I.Func([], [I.Text], ['query']),
    count: I.Func([], [I.Nat32], ['query']),
    increment: I.Func([], [I.Nat32], []),
    noteThenTrap: I.Func([I.Text], [], []),
    forbidden: I.Func([], [], []),
    certify: I.Func([I.Vec(I.Nat8)], [], []),
    certificate: I.Func([], [I.Opt(I.Vec(I.Nat8))], ['query']),
  });

describe('a real canister on a local subnet, through an unmodified client', () => {
  let server: IcServer;
  let agent: HttpAgent;
  let canisterId: Principal;
  let canister: Service;
  const identity: Identity = Ed25519KeyIdentity.generate();

  beforeAll(async () => {
    const keys = await subnetKeysFromSeed(utf8('end to end'));
    server = await IcServer.start({ subnet: new LocalSubnet({ seed: 'end to end' }), keys });
    agent = await HttpAgent.create({ host: server.url, identity, rootKey: server.rootKey });
    const aaaaa = Actor.createActor<Service>(management, {
      agent,
      canisterId: Principal.managementCanister(),
      callTransform: (_method, [argument]) => ({
        effectiveCanisterId:
          (argument as { canister_id?: Principal }).canister_id ?? Principal.fromText('aaaaa-aa'),
      }),
    });
    const created = await aaaaa['provisional_create_canister_with_cycles']!({ amount: [], specified_id: [] });
    canisterId = (created as { canister_id: Principal }).canister_id;
    await aaaaa['install_code']!({
      mode: { install: null },
      canister_id: canisterId,
      wasm_module: gzipSync(azleFixture('hello')),
      arg: IDL.encode([], []),
    });
    canister = Actor.createActor<Service>(hello, { agent, canisterId });
  });
  afterAll(() => server.close());

  it('answers signed queries and certified updates, knowing who asks', async () => {
    expect(await canister['greet']!('Plimsoll')).toBe('hello, Plimsoll');
    expect(await canister['whoami']!()).toBe(identity.getPrincipal().toText());
    expect(await canister['increment']!()).toBe(1);
    expect(await canister['count']!()).toBe(1);
  });

  it('has its traps certified and rolled back, and its refusals told', async () => {
    const before = await canister['count']!();
    await expect(canister['noteThenTrap']!('x')).rejects.toThrow(/trapped on purpose/);
    await expect(canister['forbidden']!()).rejects.toThrow();
    expect(await canister['count']!()).toBe(before);
  });

  it('hands out a certificate for its data that verifies under the root key', async () => {
    const data = new Uint8Array(32).fill(7);
    await canister['certify']!(data);
    const [certificate] = (await canister['certificate']!()) as [Uint8Array];
    const verified = await Certificate.create({
      certificate: Uint8Array.from(certificate),
      rootKey: server.rootKey,
      canisterId,
    });
    const path = ['canister', canisterId.toUint8Array(), 'certified_data'];
    expect(lookupResultToBuffer(verified.lookup_path(path))).toEqual(data);
  });

  it('keeps its clock going while nobody calls', async () => {
    const timeNs = async (): Promise<bigint> => {
      const { certificate } = await agent.readState(canisterId, { paths: [[utf8('time')]] });
      const verified = await Certificate.create({ certificate, rootKey: server.rootKey, canisterId });
      return lebDecode(new PipeArrayBuffer(lookupResultToBuffer(verified.lookup_path(['time']))!));
    };
    const before = await timeNs();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await timeNs()).toBeGreaterThan(before + 500_000_000n);
  });
});
