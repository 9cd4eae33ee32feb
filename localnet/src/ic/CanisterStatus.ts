import { idleCyclesPerDay } from './Balance.ts';
import { sameBytes } from './Bytes.ts';
import type { Canister } from './Canister.ts';
import type { Visibility } from './CanisterSettings.ts';
import { memoryMetrics } from './MemoryMetrics.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

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
  const { module, settings, queryStats } = canister;
  const metrics = memoryMetrics(canister);
  return {
    status: { [canister.status]: null },
    ready_for_migration: canister.status === 'stopped',
    version: canister.version,
    settings,
    module_hash: module === undefined ? [] : [module.hash],
    memory_size: Object.values(metrics).reduce((sum, bytes) => sum + bytes, 0n),
    memory_metrics: metrics,
    cycles: canister.cycles,
    // Subnets reserve cycles only when their storage runs short.
    reserved_cycles: 0n,
    idle_cycles_burned_per_day: idleCyclesPerDay(canister),
    query_stats: queryStats,
  };
}
