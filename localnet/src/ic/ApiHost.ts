import type { CanisterSettings } from './CanisterSettings.ts';
import type { Execution } from './Execution.ts';
import type { Instance } from './Instance.ts';
import type { PriceList } from './PriceList.ts';
import { CanisterTrap } from './Reject.ts';
import type { StableMemory } from './StableMemory.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

export type CanisterStatus = 'running' | 'stopping' | 'stopped';

/** What the system API sees of the canister it serves. */
export interface ApiHost {
  readonly id: PrincipalBytes;
  /** The instance whose code is running. */
  readonly instance: Instance;
  /** The message being executed. */
  readonly execution: Execution;
  readonly stable: StableMemory;
  readonly settings: CanisterSettings;
  readonly prices: PriceList;
  readonly status: CanisterStatus;
  readonly version: bigint;
  /** When `canister_global_timer` is due; 0 when no timer is set. */
  readonly timerNs: bigint;
  print(content: Uint8Array): void;
  /** The balance below which the canister is frozen; what is above may be spent. */
  freezingBalance(): bigint;
}

/** The functions of `ic0` by name. Pointers and sizes arrive as signed 32-bit numbers, 64-bit values as signed bigints. */
export type ApiTable = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Takes instructions off what is left of the message's limit; ends the message when there are not enough. */
export function charge(host: ApiHost, instructions: number): void {
  const left = host.instance.counter - BigInt(instructions);
  host.instance.counter = left;
  if (left < 0n) throw instructionLimitTrap(host);
}

export function instructionLimitTrap(host: ApiHost): CanisterTrap {
  return new CanisterTrap(
    'instructionLimit',
    `Canister exceeded the limit of ${host.execution.limit} instructions for single message execution.`,
  );
}

/** The trap of a canister that uses the system API otherwise than the interface specification allows. */
export function violation(what: string): CanisterTrap {
  return new CanisterTrap('contractViolation', `Canister violated contract: ${what}`);
}

/** A view of `size` bytes of the heap at `address`; ends the message when they are not all inside. */
export function heapView(host: ApiHost, address: number, size: number): Uint8Array {
  const start = address >>> 0;
  const end = start + (size >>> 0);
  const heap = host.instance.heap();
  if (end > heap.length) throw new CanisterTrap('trapped', 'Canister trapped: heap out of bounds');
  return heap.subarray(start, end);
}

/** A copy of `size` bytes of the heap, charged per byte. */
export function readHeap(host: ApiHost, address: number, size: number, perByte = 1): Uint8Array {
  charge(host, (size >>> 0) * perByte);
  return heapView(host, address, size).slice();
}

/** Copies `size` bytes of `source` from `offset` on to the heap at `address`, charged per byte. */
export function copyToHeap(
  host: ApiHost,
  source: Uint8Array,
  address: number,
  offset: number,
  size: number,
): void {
  charge(host, size >>> 0);
  const from = offset >>> 0;
  const to = from + (size >>> 0);
  if (to > source.length) {
    throw violation(`bytes ${from} to ${to} were asked of a payload of ${source.length} bytes`);
  }
  heapView(host, address, size).set(source.subarray(from, to));
}

/** Writes a 128-bit amount, little-endian. */
export function writeAmount(host: ApiHost, address: number, amount: bigint): void {
  const target = heapView(host, address, 16);
  const view = new DataView(target.buffer, target.byteOffset, 16);
  view.setBigUint64(0, BigInt.asUintN(64, amount), true);
  view.setBigUint64(8, BigInt.asUintN(64, amount >> 64n), true);
}

/** A 128-bit amount from its two halves as WebAssembly passes them. */
export function amountOf(high: bigint, low: bigint): bigint {
  return (BigInt.asUintN(64, high) << 64n) | BigInt.asUintN(64, low);
}

/** The amount in 64 bits, for the older calls; ends the message when it does not fit. */
export function amount64(amount: bigint): bigint {
  if (amount >= 1n << 64n) {
    throw violation(`the amount ${amount} does not fit in 64 bits; use the 128-bit call`);
  }
  return amount;
}
