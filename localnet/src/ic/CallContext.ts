import type { PrincipalBytes, QueryResult } from './Subnet.types.ts';

/** How a call ended. */
export type CallResult = QueryResult;

/** Who waits for the answer to a call. */
export type Origin =
  | { readonly kind: 'ingress'; readonly requestId: Uint8Array }
  /** A canister, with the number of the callback it keeps. */
  | { readonly kind: 'canister'; readonly canisterId: PrincipalBytes; readonly callback: number }
  /** A caller in this process. */
  | { readonly kind: 'process'; readonly settle: (result: CallResult) => void }
  /** Nobody: a timer or a heartbeat. */
  | { readonly kind: 'system' };

/** One call that a canister is working on, through however many messages. */
export interface CallContext {
  readonly id: number;
  readonly origin: Origin;
  readonly caller: PrincipalBytes;
  /** Cycles that came with the call and were not accepted yet. */
  cyclesAvailable: bigint;
  responded: boolean;
  /** Calls made whose answers are still to come. */
  outstanding: number;
  /** Counted over all finished messages of this call. */
  instructions: bigint;
}

/** A function of the canister's table with the word it is to be called with. */
export interface Closure {
  readonly index: number;
  readonly env: number;
}

/** What a canister left to be done when a call it made is answered. */
export interface Callback {
  readonly contextId: number;
  readonly reply: Closure;
  readonly reject: Closure;
  readonly cleanup: Closure | undefined;
}

/** A call as a canister makes it. */
export interface OutgoingCall {
  readonly callee: PrincipalBytes;
  readonly method: string;
  readonly reply: Closure;
  readonly reject: Closure;
  cleanup: Closure | undefined;
  arg: Uint8Array[];
  cycles: bigint;
}
