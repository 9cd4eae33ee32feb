import { Actor, HttpAgent } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import type { TestContext } from 'vitest';
import { IcServer } from '../../src/ic/http/IcServer.ts';
import { subnetKeysFromSeed } from '../../src/ic/http/SubnetKeys.ts';
import { LocalSubnet } from '../../src/ic/LocalSubnet.ts';
import { witnessCanister } from './WitnessCanister.ts';

/** A network under test, with the witness canister on it. */
export interface Replica {
  readonly url: string;
  /** DER. */
  readonly rootKey: Uint8Array;
  /** Text form of the witness canister's id. */
  readonly canisterId: string;
  /** Who controls the witness; undefined when it was there before. */
  readonly controller: Ed25519KeyIdentity | undefined;
  /** Where calls that create a canister are sent. */
  readonly effectiveId: string;
  close(): Promise<void>;
}

export type Service = Record<string, (argument?: unknown) => Promise<unknown>>;

/** A canister id that is not the witness's: the NNS registry's. */
export const OTHER_CANISTER = 'rwlgt-iiaaa-aaaaa-aaaaa-cai';

/**
 * The network that `IC_URL` names, or a localnet of this process when it names none. The root key is `IC_ROOT_KEY` (hex),
 * or what the network says; the witness is `IC_CANISTER`, or a new canister where the network lets anybody create one.
 * @throws Error that says what to set
 */
export async function startReplica(): Promise<Replica> {
  const { IC_URL: url, IC_CANISTER: given } = process.env;
  const served = url === undefined ? await startLocal() : { url, close: () => Promise.resolve() };
  const rootKey = await rootKeyOf(served.url);
  const effectiveId = await effectiveIdOf(served.url);
  const network = { ...served, rootKey, effectiveId };
  if (given !== undefined) return { ...network, canisterId: given, controller: undefined };
  const controller = Ed25519KeyIdentity.generate();
  try {
    return { ...network, controller, canisterId: await deployWitness(network, controller) };
  } catch (cause) {
    await served.close();
    throw new Error(
      `${served.url} does not let everybody create canisters: install the witness there (docs/replica.md) ` +
        'and name it in IC_CANISTER',
      { cause },
    );
  }
}

/** Ends a test, with a message, that needs control over the witness where there is none. */
export function needsControl(replica: Replica, context: TestContext): Ed25519KeyIdentity {
  if (replica.controller === undefined) {
    context.skip(
      'this network creates canisters for payment only: the tests do not control the one in IC_CANISTER',
    );
  }
  return replica.controller!;
}

/** An actor for `aaaaa-aa` with the methods the tests need, routed by the canister they act on. */
export function managementActor(agent: HttpAgent, effectiveId: string): Service {
  return Actor.createActor<Service>(management, {
    agent,
    canisterId: Principal.managementCanister(),
    callTransform: (_method, [argument]) => ({
      effectiveCanisterId:
        (argument as { canister_id?: Principal }).canister_id ?? Principal.fromText(effectiveId),
    }),
  });
}

const management: IDL.InterfaceFactory = ({ IDL: I }) => {
  const target = I.Record({ canister_id: I.Principal });
  const upgrade = I.Opt(I.Record({ skip_pre_upgrade: I.Opt(I.Bool) }));
  return I.Service({
    provisional_create_canister_with_cycles: I.Func([I.Record({ amount: I.Opt(I.Nat) })], [target], []),
    install_code: I.Func(
      [
        I.Record({
          mode: I.Variant({ install: I.Null, reinstall: I.Null, upgrade }),
          canister_id: I.Principal,
          wasm_module: I.Vec(I.Nat8),
          arg: I.Vec(I.Nat8),
        }),
      ],
      [],
      [],
    ),
    stop_canister: I.Func([target], [], []),
    start_canister: I.Func([target], [], []),
    delete_canister: I.Func([target], [], []),
    canister_status: I.Func(
      [target],
      [
        I.Record({
          status: I.Variant({ running: I.Null, stopping: I.Null, stopped: I.Null }),
          module_hash: I.Opt(I.Vec(I.Nat8)),
          cycles: I.Nat,
        }),
      ],
      [],
    ),
  });
};

async function startLocal(): Promise<{ readonly url: string; close(): Promise<void> }> {
  // Tests that set the client's clock wrong must not set the network's.
  const clock = {
    nowNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1_000n,
  };
  const keys = await subnetKeysFromSeed(new TextEncoder().encode('replica under test'));
  const server = await IcServer.start({ subnet: new LocalSubnet({ clock }), keys });
  return { url: server.url, close: () => server.close() };
}

async function rootKeyOf(url: string): Promise<Uint8Array> {
  const { IC_ROOT_KEY: pinned } = process.env;
  if (pinned !== undefined) return Uint8Array.from(Buffer.from(pinned, 'hex'));
  return (await HttpAgent.create({ host: url })).fetchRootKey();
}

/** PocketIC, and so dfx and `icp network start`, says which canister id leads to the subnet for new canisters. */
async function effectiveIdOf(url: string): Promise<string> {
  const topology = await fetch(new URL('/_/topology', url))
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
  const id = (topology as { default_effective_canister_id?: { canister_id: string } } | undefined)
    ?.default_effective_canister_id?.canister_id;
  return id === undefined ? OTHER_CANISTER : Principal.fromUint8Array(Buffer.from(id, 'base64')).toText();
}

async function deployWitness(
  { url, rootKey, effectiveId }: Pick<Replica, 'url' | 'rootKey' | 'effectiveId'>,
  identity: Ed25519KeyIdentity,
): Promise<string> {
  const agent = await HttpAgent.create({ host: url, rootKey, identity });
  const actor = managementActor(agent, effectiveId);
  const created = await actor['provisional_create_canister_with_cycles']!({ amount: [] });
  const { canister_id } = created as { readonly canister_id: Principal };
  await actor['install_code']!({
    mode: { install: null },
    canister_id,
    wasm_module: witnessCanister(),
    arg: IDL.encode([], []),
  });
  return canister_id.toText();
}
