import { noteReserve } from './Cycles.ts';
import { askOwnStatus, IDL } from './Platform.js';

/*
 * How large the canister is, and at which balance it freezes, which grows with its size. It cannot read that of itself;
 * the management canister tells it, asked with each sweep.
 */

const DAY_S = 86_400;

export interface Sizes {
  readonly heapBytes: number;
  readonly stableBytes: number;
}

/** What is read of the status. */
interface Status {
  readonly memory_metrics: { readonly wasm_memory_size: bigint; readonly stable_memory_size: bigint };
  readonly settings: { readonly freezing_threshold: bigint };
  readonly idle_cycles_burned_per_day: bigint;
}

let known: Sizes | null = null;

/** As of the newest sweep; null before the first. */
export function sizes(): Sizes | null {
  return known;
}

export function measureSizes(): void {
  askOwnStatus((reply) => {
    const metrics = IDL.Record({ wasm_memory_size: IDL.Nat, stable_memory_size: IDL.Nat });
    const settings = IDL.Record({ freezing_threshold: IDL.Nat });
    const type = IDL.Record({ memory_metrics: metrics, settings, idle_cycles_burned_per_day: IDL.Nat });
    const [status] = IDL.decode([type], reply) as unknown as [Status];
    const { wasm_memory_size, stable_memory_size } = status.memory_metrics;
    known = { heapBytes: Number(wasm_memory_size), stableBytes: Number(stable_memory_size) };
    // What keeps it for the seconds of its threshold.
    const idlePerDay = Number(status.idle_cycles_burned_per_day);
    noteReserve(Math.ceil((idlePerDay * Number(status.settings.freezing_threshold)) / DAY_S));
  });
}
