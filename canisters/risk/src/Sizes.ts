import { askOwnStatus, IDL } from './Platform.js';

/*
 * How large the canister is. It cannot read that of itself; the management canister tells it, asked with each sweep.
 */

export interface Sizes {
  readonly heapBytes: number;
  readonly stableBytes: number;
}

let known: Sizes | null = null;

/** As of the newest sweep; null before the first. */
export function sizes(): Sizes | null {
  return known;
}

export function measureSizes(): void {
  askOwnStatus((reply) => {
    const metrics = IDL.Record({ wasm_memory_size: IDL.Nat, stable_memory_size: IDL.Nat });
    const [status] = IDL.decode([IDL.Record({ memory_metrics: metrics })], reply) as unknown as [
      { readonly memory_metrics: { readonly wasm_memory_size: bigint; readonly stable_memory_size: bigint } },
    ];
    const { wasm_memory_size, stable_memory_size } = status.memory_metrics;
    known = { heapBytes: Number(wasm_memory_size), stableBytes: Number(stable_memory_size) };
  });
}
