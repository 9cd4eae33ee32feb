import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { ANONYMOUS, MANAGEMENT_CANISTER } from './CanisterId.ts';
import { ARGUMENTS, RESULTS } from './ManagementTypes.ts';
import type { InstallMode, ManagementMethod, SettingsArgument } from './ManagementTypes.ts';
import { ManagementError } from './Reject.ts';
import type { PrincipalBytes, QueryResult } from './Subnet.types.ts';

export interface CreateOptions {
  /** Default: the sender. */
  readonly controllers?: readonly PrincipalBytes[];
  /** Default: 100 T. */
  readonly cycles?: bigint;
  readonly sender?: PrincipalBytes;
}

export interface InstallOptions {
  /** Default: install. */
  readonly mode?: 'install' | 'reinstall' | 'upgrade';
  /** Candid of the init or post-upgrade arguments; default `()`. */
  readonly arg?: Uint8Array;
  readonly sender?: PrincipalBytes;
}

/** What can take a call to the management canister. */
interface Callable {
  callUpdate(
    canisterId: PrincipalBytes,
    method: string,
    arg: Uint8Array,
    sender?: PrincipalBytes,
  ): { readonly result: QueryResult };
}

const NO_ARGUMENTS = IDL.encode([], []);
const MODES: Readonly<Record<NonNullable<InstallOptions['mode']>, InstallMode>> = {
  install: { install: null },
  reinstall: { reinstall: null },
  upgrade: { upgrade: [] },
};

/**
 * Calls a method of `aaaaa-aa` from this process, encoding the argument and decoding the result as Candid.
 * @throws ManagementError with the reject when the call is refused.
 */
export function manage(
  subnet: Callable,
  method: ManagementMethod,
  argument: unknown,
  sender: PrincipalBytes = ANONYMOUS,
): unknown {
  const types: IDL.Type[] = ARGUMENTS[method];
  const arg = IDL.encode(types, types.length === 0 ? [] : [argument]);
  const { result } = subnet.callUpdate(MANAGEMENT_CANISTER, method, arg, sender);
  if (result.status === 'rejected') throw new ManagementError(result);
  const type = RESULTS[method];
  return type === undefined ? undefined : IDL.decode([type], result.reply)[0];
}

export function createCanister(subnet: Callable, options: CreateOptions): PrincipalBytes {
  const { controllers, cycles, sender } = options;
  const settings = {
    ...NO_SETTINGS,
    controllers: controllers === undefined ? [] : [controllers.map(principal)],
  };
  const argument = {
    amount: cycles === undefined ? [] : [cycles],
    settings: [settings],
    specified_id: [],
    sender_canister_version: [],
  };
  const created = manage(subnet, 'provisional_create_canister_with_cycles', argument, sender);
  return (created as { readonly canister_id: Principal }).canister_id.toUint8Array();
}

export function installCode(
  subnet: Callable,
  canisterId: PrincipalBytes,
  wasm: Uint8Array,
  { mode = 'install', arg = NO_ARGUMENTS, sender }: InstallOptions,
): void {
  const argument = {
    mode: MODES[mode],
    canister_id: principal(canisterId),
    wasm_module: wasm,
    arg,
    sender_canister_version: [],
  };
  manage(subnet, 'install_code', argument, sender);
}

/** Settings that change nothing. */
export const NO_SETTINGS: SettingsArgument = {
  controllers: [],
  compute_allocation: [],
  memory_allocation: [],
  freezing_threshold: [],
  reserved_cycles_limit: [],
  log_visibility: [],
  log_memory_limit: [],
  snapshot_visibility: [],
  status_visibility: [],
  wasm_memory_limit: [],
  wasm_memory_threshold: [],
  minimum_incoming_canister_call_cycles: [],
  environment_variables: [],
};

function principal(bytes: PrincipalBytes): Principal {
  return Principal.fromUint8Array(bytes);
}
