import type { Canister } from './Canister.ts';

/** Bytes a mutable global takes, as the IC counts it: eight for every type up to 64 bits. */
const GLOBAL_BYTES = 8;

/** What a canister keeps, in bytes, under the names of `canister_status`. */
export function memoryMetrics({ module, installed, stable, chunks, log }: Canister) {
  let custom = 0;
  for (const { content } of module?.metadata.values() ?? []) custom += content.length;
  let uploaded = 0;
  for (const { length } of chunks.values()) uploaded += length;
  return {
    wasm_memory_size: BigInt(installed?.heap().length ?? 0),
    stable_memory_size: BigInt(stable.sizeBytes),
    global_memory_size: BigInt((module?.globals.length ?? 0) * GLOBAL_BYTES),
    wasm_binary_size: BigInt(module?.uploaded.length ?? 0),
    custom_sections_size: BigInt(custom),
    // Neither history nor snapshots are kept here.
    canister_history_size: 0n,
    snapshots_size: 0n,
    wasm_chunk_store_size: BigInt(uploaded),
    log_memory_store_size: BigInt(log.bytes),
  };
}
