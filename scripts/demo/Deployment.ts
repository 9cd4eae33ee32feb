import { readFile } from 'node:fs/promises';
import type { HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';

const MANAGEMENT = Principal.managementCanister();

const ProvisionalCreate = IDL.Record({
  amount: IDL.Opt(IDL.Nat),
  specified_id: IDL.Opt(IDL.Principal),
  sender_canister_version: IDL.Opt(IDL.Nat64),
});
const Created = IDL.Record({ canister_id: IDL.Principal });
const InstallCode = IDL.Record({
  mode: IDL.Variant({ install: IDL.Null, reinstall: IDL.Null }),
  canister_id: IDL.Principal,
  wasm_module: IDL.Vec(IDL.Nat8),
  arg: IDL.Vec(IDL.Nat8),
  sender_canister_version: IDL.Opt(IDL.Nat64),
});

const PolicyChange = IDL.Record({
  registration: IDL.Opt(IDL.Variant({ closed: IDL.Null, invite: IDL.Null, open: IDL.Null })),
  add_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  remove_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  owner_updates_per_day: IDL.Opt(IDL.Nat64),
  owner_instructions_per_day: IDL.Opt(IDL.Nat64),
  instructions_per_day: IDL.Opt(IDL.Nat64),
});
const PolicyResult = IDL.Variant({ ok: IDL.Null, err: IDL.Text });

const CYCLES = 10_000_000_000_000n;

/** One update of the management canister, certified and verified by the client. */
async function callManagement(
  agent: HttpAgent,
  methodName: string,
  arg: Uint8Array,
  canisterId: Principal,
): Promise<Uint8Array> {
  const { reply } = await agent.update(MANAGEMENT, { methodName, arg, effectiveTarget: { canisterId } });
  return reply;
}

/** Creates a canister on a development network and installs a module into it. */
export async function deploy(agent: HttpAgent, wasmPath: string): Promise<Principal> {
  const anyCanister = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1));
  const created = await callManagement(
    agent,
    'provisional_create_canister_with_cycles',
    IDL.encode([ProvisionalCreate], [{ amount: [CYCLES], specified_id: [], sender_canister_version: [] }]),
    anyCanister,
  );
  const [{ canister_id: canisterId }] = IDL.decode([Created], created) as unknown as [
    { readonly canister_id: Principal },
  ];
  await callManagement(
    agent,
    'install_code',
    IDL.encode(
      [InstallCode],
      [
        {
          mode: { install: null },
          canister_id: canisterId,
          wasm_module: new Uint8Array(await readFile(wasmPath)),
          arg: IDL.encode([], []),
          sender_canister_version: [],
        },
      ],
    ),
    canisterId,
  );
  return canisterId;
}

/** On a machine of one's own anybody may register, and a replay may take as much in a day as it likes. */
export async function openRegistration(agent: HttpAgent, canisterId: Principal): Promise<void> {
  const unbounded = 9_007_199_254_740_991n;
  const { reply } = await agent.update(canisterId, {
    methodName: 'set_policy',
    arg: IDL.encode(
      [PolicyChange],
      [
        {
          registration: [{ open: null }],
          add_invites: [],
          remove_invites: [],
          owner_updates_per_day: [unbounded],
          owner_instructions_per_day: [unbounded],
          instructions_per_day: [unbounded],
        },
      ],
    ),
  });
  const [result] = IDL.decode([PolicyResult], reply) as unknown as [{ readonly err?: string }];
  if (result.err !== undefined) throw new Error(`Opening the registration: ${result.err}`);
}
