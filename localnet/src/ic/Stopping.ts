import type { Canister } from './Canister.ts';
import { reject } from './Reject.ts';
import { answer } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';

/** Candid of `()`. */
export const NOTHING: Uint8Array = new Uint8Array([0x44, 0x49, 0x44, 0x4c, 0, 0]);

/** Makes a stopping canister without open calls a stopped one, and tells those who wait for it. */
export function settleStop(state: SubnetState, canister: Canister): void {
  if (canister.status !== 'stopping' || canister.contexts.size > 0) return;
  canister.status = 'stopped';
  canister.version += 1n;
  for (const { origin, cycles } of canister.stopWaiters.splice(0)) {
    answer(state, origin, { status: 'replied', reply: NOTHING }, cycles);
  }
}

/** Starts a canister; those who waited for it to stop are told that it will not. */
export function start(state: SubnetState, canister: Canister): void {
  if (canister.status !== 'running') canister.version += 1n;
  canister.status = 'running';
  const cancelled = reject('stopCancelled', 'the canister was started again before it had stopped');
  for (const { origin, cycles } of canister.stopWaiters.splice(0)) {
    answer(state, origin, { status: 'rejected', ...cancelled }, cycles);
  }
}
