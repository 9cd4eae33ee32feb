/**
 * What a system call costs on top of its WebAssembly instruction, in instructions.
 * Figures: dfinity/ic, `rs/embedders/src/wasmtime_embedder/system_api_complexity.rs`; whatever is not named costs 500.
 */
const NAMED: Readonly<Record<string, number>> = {
  call_new: 1_500,
  call_perform: 5_000,
  cost_http_request_v2: 10_000,
  debug_print: 100,
  is_controller: 1_000,
  performance_counter: 200,
  // Stable memory is compiled into the module by the replica: no call into the host, so its own figures.
  stable_size: 0,
  stable64_size: 0,
  stable_grow: 100,
  stable64_grow: 100,
  stable_read: 20,
  stable64_read: 20,
  stable_write: 20,
  stable64_write: 20,
};

export function fixedOverhead(systemCall: string): number {
  return NAMED[systemCall] ?? 500;
}

/** Per byte that leaves the canister: replies, rejects and calls. */
export const TRANSMITTED_BYTE = 50;

/** For each 4 KiB page of stable memory that a message changes. */
export const DIRTY_PAGE = 1_000;
