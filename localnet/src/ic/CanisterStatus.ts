import { sameBytes } from './Bytes.ts';
import type { Canister } from './Canister.ts';
import type { Visibility } from './CanisterSettings.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

/** Bytes a mutable global takes, as the IC counts it: eight for every type up to 64 bits. */
const GLOBAL_BYTES = 8;

/** Whether a principal may see what the controllers made visible to `visibility`. */
export function mayView(canister: Canister, viewer: PrincipalBytes, visibility: Visibility): boolean {
  if ('public' in visibility) return true;
  const { controllers } = canister.settings;
  const allowed =
    'allowed_viewers' in visibility ? [...controllers, ...visibility.allowed_viewers] : controllers;
  return allowed.some((one) => sameBytes(one.toUint8Array(), viewer));
}

/** The value that `canister_status` encodes, with every field that the icp CLI 1.5.0 demands. */
export function canisterStatus(canister: Canister) {
  const { module, installed, settings, queryStats } = canister;
  const metadata = [...(module?.metadata.values() ?? [])];
  const metrics = {
    wasm_memory_size: BigInt(installed?.heap().length ?? 0),
    stable_memory_size: BigInt(canister.stable.sizeBytes),
    global_memory_size: BigInt((module?.globals.length ?? 0) * GLOBAL_BYTES),
    wasm_binary_size: BigInt(module?.uploadedBytes ?? 0),
    custom_sections_size: BigInt(metadata.reduce((sum, { content }) => sum + content.length, 0)),
    // Neither history nor snapshots are kept here.
    canister_history_size: 0n,
    snapshots_size: 0n,
    wasm_chunk_store_size: BigInt([...canister.chunks.values()].reduce((sum, { length }) => sum + length, 0)),
    log_memory_store_size: BigInt(canister.log.bytes),
  };
  return {
    status: { [canister.status]: null },
    ready_for_migration: canister.status === 'stopped',
    version: canister.version,
    settings,
    module_hash: module === undefined ? [] : [module.hash],
    memory_size: Object.values(metrics).reduce((sum, bytes) => sum + bytes, 0n),
    memory_metrics: metrics,
    cycles: canister.cycles,
    // Nothing is charged for storage here, so nothing is reserved or burned.
    reserved_cycles: 0n,
    idle_cycles_burned_per_day: 0n,
    query_stats: queryStats,
  };
}
