import type { Profiler } from '../profile/Profiler.ts';
import { principalText } from './CanisterId.ts';
import { keyOf } from './Bytes.ts';
import type { CallResult, Origin } from './CallContext.ts';
import type { Canister } from './Canister.ts';
import type { ExecutionKind } from './Execution.ts';
import type { IngressHistory } from './IngressHistory.ts';
import type { PriceList } from './PriceList.ts';
import type { Randomness } from './Randomness.ts';
import { reject } from './Reject.ts';
import type { LedgerState } from './system/LedgerState.ts';
import type { PrincipalBytes, Reject } from './Subnet.types.ts';

/** A call on its way to a canister; to the management canister when `callee` is empty. */
export interface RequestMessage {
  readonly kind: 'request';
  readonly origin: Origin;
  readonly caller: PrincipalBytes;
  readonly callee: PrincipalBytes;
  readonly method: string;
  readonly arg: Uint8Array;
  readonly cycles: bigint;
}

/** An answer on its way back to a canister. */
export interface ResponseMessage {
  readonly kind: 'response';
  readonly canisterId: PrincipalBytes;
  readonly callback: number;
  readonly result: CallResult;
  readonly refund: bigint;
}

/** A timer, heartbeat or low memory hook that is due. */
export interface TaskMessage {
  readonly kind: 'task';
  readonly canisterId: PrincipalBytes;
  readonly entry: 'canister_global_timer' | 'canister_heartbeat' | 'canister_on_low_wasm_memory';
}

export type Message = RequestMessage | ResponseMessage | TaskMessage;

/** One piece of canister code that was run; for measurements. */
export interface Executed {
  readonly canisterId: PrincipalBytes;
  readonly kind: ExecutionKind;
  /** The export or method that ran; empty for callbacks. */
  readonly entry: string;
  readonly instructions: bigint;
  readonly trapped: boolean;
  /** Who waits for the call this belonged to. */
  readonly origin: Origin | undefined;
}

/** All that a subnet consists of between messages. */
export interface SubnetState {
  readonly canisters: Map<string, Canister>;
  readonly queue: Message[];
  readonly ingress: IngressHistory;
  randomness: Randomness;
  readonly prices: PriceList;
  /** Time of the present round. */
  timeNs: bigint;
  readonly ledger: LedgerState;
  /** This subnet's own id; empty until its keys are known. */
  subnetId: PrincipalBytes;
  /** When heartbeats were last due. */
  heartbeatNs: bigint;
  /** Canisters created so far, for the next id. */
  created: number;
  /** Last number given to a call context or callback. */
  lastNumber: number;
  /** Messages delivered since the start; tells whether anything may have changed. */
  delivered: number;
  readonly onExecuted: ((executed: Executed) => void)[];
  readonly onPrint: (canister: Canister, content: Uint8Array) => void;
  readonly profiler: Profiler | undefined;
}

export function findCanister(state: SubnetState, id: PrincipalBytes): Canister | undefined {
  return state.canisters.get(keyOf(id));
}

export function notFound(id: PrincipalBytes): Reject {
  return reject('canisterNotFound', `Canister ${principalText(id)} not found`);
}

/** Canisters in order of their ids' bytes. */
export function sortedCanisters(state: SubnetState): Canister[] {
  return [...state.canisters.values()].sort((a, b) => Buffer.compare(a.id, b.id));
}

/** Hands the result of a call to whoever waits for it, with the cycles that come back. */
export function answer(state: SubnetState, origin: Origin, result: CallResult, refund: bigint): void {
  switch (origin.kind) {
    case 'ingress':
      state.ingress.setStatus(origin.requestId, result, state.timeNs);
      break;
    case 'canister':
      state.queue.push({
        kind: 'response',
        canisterId: origin.canisterId,
        callback: origin.callback,
        result,
        refund,
      });
      break;
    case 'process':
      origin.settle(result);
      break;
    case 'system':
      break;
  }
}
