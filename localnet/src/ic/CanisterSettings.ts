import type { Principal } from '@dfinity/principal';

export type Visibility =
  | { readonly controllers: null }
  | { readonly public: null }
  | { readonly allowed_viewers: readonly Principal[] };

/** A canister's settings, in the field names and value types of the management canister's Candid. */
export interface CanisterSettings {
  controllers: readonly Principal[];
  compute_allocation: bigint;
  memory_allocation: bigint;
  freezing_threshold: bigint;
  reserved_cycles_limit: bigint;
  log_visibility: Visibility;
  log_memory_limit: bigint;
  snapshot_visibility: Visibility;
  status_visibility: Visibility;
  wasm_memory_limit: bigint;
  wasm_memory_threshold: bigint;
  minimum_incoming_canister_call_cycles: bigint;
  environment_variables: readonly { readonly name: string; readonly value: string }[];
}

/** The IC's defaults. */
export function defaultSettings(controllers: readonly Principal[]): CanisterSettings {
  return {
    controllers,
    compute_allocation: 0n,
    memory_allocation: 0n,
    freezing_threshold: 2_592_000n, // 30 days, in seconds
    reserved_cycles_limit: 5_000_000_000_000n,
    log_visibility: { controllers: null },
    log_memory_limit: 4_096n,
    snapshot_visibility: { controllers: null },
    status_visibility: { controllers: null },
    wasm_memory_limit: 3_221_225_472n, // 3 GiB
    wasm_memory_threshold: 0n,
    minimum_incoming_canister_call_cycles: 0n,
    environment_variables: [],
  };
}
