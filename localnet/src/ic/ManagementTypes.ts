import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import type { CanisterSettings } from './CanisterSettings.ts';

/**
 * Candid types of the management canister, as the interface specification's `ic.did` and the icp CLI 1.5.0 have them.
 */

const blob = IDL.Vec(IDL.Nat8);
const visibility = IDL.Variant({
  controllers: IDL.Null,
  public: IDL.Null,
  allowed_viewers: IDL.Vec(IDL.Principal),
});

const SETTING_TYPES: Record<keyof CanisterSettings, IDL.Type> = {
  controllers: IDL.Vec(IDL.Principal),
  compute_allocation: IDL.Nat,
  memory_allocation: IDL.Nat,
  freezing_threshold: IDL.Nat,
  reserved_cycles_limit: IDL.Nat,
  log_visibility: visibility,
  log_memory_limit: IDL.Nat,
  snapshot_visibility: visibility,
  status_visibility: visibility,
  wasm_memory_limit: IDL.Nat,
  wasm_memory_threshold: IDL.Nat,
  minimum_incoming_canister_call_cycles: IDL.Nat,
  environment_variables: IDL.Vec(IDL.Record({ name: IDL.Text, value: IDL.Text })),
};

const definiteSettings = IDL.Record(SETTING_TYPES);
/** Settings to change; what is not given stays. */
export const SETTINGS = IDL.Record(
  Object.fromEntries(Object.entries(SETTING_TYPES).map(([name, type]) => [name, IDL.Opt(type)])),
);

const senderVersion = IDL.Opt(IDL.Nat64);
const canisterId = IDL.Record({ canister_id: IDL.Principal });
const chunkHash = IDL.Record({ hash: blob });
const installMode = IDL.Variant({
  install: IDL.Null,
  reinstall: IDL.Null,
  upgrade: IDL.Opt(
    IDL.Record({
      skip_pre_upgrade: IDL.Opt(IDL.Bool),
      wasm_memory_persistence: IDL.Opt(IDL.Variant({ keep: IDL.Null, replace: IDL.Null })),
    }),
  ),
});
const range = IDL.Record({ start: IDL.Nat64, end: IDL.Nat64 });

/** Argument types by method; every method takes one argument, or none. */
export const ARGUMENTS = {
  create_canister: [IDL.Record({ settings: IDL.Opt(SETTINGS), sender_canister_version: senderVersion })],
  provisional_create_canister_with_cycles: [
    IDL.Record({
      amount: IDL.Opt(IDL.Nat),
      settings: IDL.Opt(SETTINGS),
      specified_id: IDL.Opt(IDL.Principal),
      sender_canister_version: senderVersion,
    }),
  ],
  provisional_top_up_canister: [IDL.Record({ canister_id: IDL.Principal, amount: IDL.Nat })],
  install_code: [
    IDL.Record({
      mode: installMode,
      canister_id: IDL.Principal,
      wasm_module: blob,
      arg: blob,
      sender_canister_version: senderVersion,
    }),
  ],
  install_chunked_code: [
    IDL.Record({
      mode: installMode,
      target_canister: IDL.Principal,
      store_canister: IDL.Opt(IDL.Principal),
      chunk_hashes_list: IDL.Vec(chunkHash),
      wasm_module_hash: blob,
      arg: blob,
      sender_canister_version: senderVersion,
    }),
  ],
  upload_chunk: [IDL.Record({ canister_id: IDL.Principal, chunk: blob })],
  clear_chunk_store: [canisterId],
  stored_chunks: [canisterId],
  uninstall_code: [IDL.Record({ canister_id: IDL.Principal, sender_canister_version: senderVersion })],
  update_settings: [
    IDL.Record({ canister_id: IDL.Principal, settings: SETTINGS, sender_canister_version: senderVersion }),
  ],
  canister_status: [canisterId],
  start_canister: [canisterId],
  stop_canister: [canisterId],
  delete_canister: [canisterId],
  deposit_cycles: [canisterId],
  raw_rand: [],
  fetch_canister_logs: [
    IDL.Record({
      canister_id: IDL.Principal,
      filter: IDL.Opt(IDL.Variant({ by_idx: range, by_timestamp_nanos: range })),
    }),
  ],
} satisfies Record<string, IDL.Type[]>;

export type ManagementMethod = keyof typeof ARGUMENTS;

/** Result types of the methods that return something. */
export const RESULTS: Partial<Record<ManagementMethod, IDL.Type>> = {
  create_canister: canisterId,
  provisional_create_canister_with_cycles: canisterId,
  upload_chunk: chunkHash,
  stored_chunks: IDL.Vec(chunkHash),
  raw_rand: blob,
  fetch_canister_logs: IDL.Record({
    canister_log_records: IDL.Vec(IDL.Record({ idx: IDL.Nat64, timestamp_nanos: IDL.Nat64, content: blob })),
  }),
  canister_status: IDL.Record({
    status: IDL.Variant({ running: IDL.Null, stopping: IDL.Null, stopped: IDL.Null }),
    ready_for_migration: IDL.Bool,
    version: IDL.Nat64,
    settings: definiteSettings,
    module_hash: IDL.Opt(blob),
    memory_size: IDL.Nat,
    memory_metrics: IDL.Record({
      wasm_memory_size: IDL.Nat,
      stable_memory_size: IDL.Nat,
      global_memory_size: IDL.Nat,
      wasm_binary_size: IDL.Nat,
      custom_sections_size: IDL.Nat,
      canister_history_size: IDL.Nat,
      wasm_chunk_store_size: IDL.Nat,
      snapshots_size: IDL.Nat,
      log_memory_store_size: IDL.Nat,
    }),
    cycles: IDL.Nat,
    reserved_cycles: IDL.Nat,
    idle_cycles_burned_per_day: IDL.Nat,
    query_stats: IDL.Record({
      num_calls_total: IDL.Nat,
      num_instructions_total: IDL.Nat,
      request_payload_bytes_total: IDL.Nat,
      response_payload_bytes_total: IDL.Nat,
    }),
  }),
};

type Opt<T> = [] | [T];

export type SettingsArgument = { readonly [K in keyof CanisterSettings]: Opt<CanisterSettings[K]> };

export type InstallMode =
  | { readonly install: null }
  | { readonly reinstall: null }
  | {
      readonly upgrade: Opt<{
        readonly skip_pre_upgrade: Opt<boolean>;
        readonly wasm_memory_persistence: Opt<{ readonly keep: null } | { readonly replace: null }>;
      }>;
    };

interface Target {
  readonly canister_id: Principal;
}

type IndexRange = { readonly start: bigint; readonly end: bigint };

/** What the argument types above decode to. */
export interface ManagementArgument {
  create_canister: { readonly settings: Opt<SettingsArgument> };
  provisional_create_canister_with_cycles: {
    readonly amount: Opt<bigint>;
    readonly settings: Opt<SettingsArgument>;
    readonly specified_id: Opt<Principal>;
  };
  provisional_top_up_canister: Target & { readonly amount: bigint };
  install_code: Target & {
    readonly mode: InstallMode;
    readonly wasm_module: Uint8Array;
    readonly arg: Uint8Array;
  };
  install_chunked_code: {
    readonly mode: InstallMode;
    readonly target_canister: Principal;
    readonly store_canister: Opt<Principal>;
    readonly chunk_hashes_list: readonly { readonly hash: Uint8Array }[];
    readonly wasm_module_hash: Uint8Array;
    readonly arg: Uint8Array;
  };
  upload_chunk: Target & { readonly chunk: Uint8Array };
  clear_chunk_store: Target;
  stored_chunks: Target;
  uninstall_code: Target;
  update_settings: Target & { readonly settings: SettingsArgument };
  canister_status: Target;
  start_canister: Target;
  stop_canister: Target;
  delete_canister: Target;
  deposit_cycles: Target;
  raw_rand: undefined;
  fetch_canister_logs: Target & {
    readonly filter: Opt<{ readonly by_idx: IndexRange } | { readonly by_timestamp_nanos: IndexRange }>;
  };
}
