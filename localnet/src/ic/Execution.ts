import type { CallContext, OutgoingCall } from './CallContext.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

/** Which kind of entry point runs; decides which system calls are allowed. Bits, to test membership quickly. */
export const KIND = {
  start: 1,
  /** `canister_init` and `canister_post_upgrade`. */
  init: 2,
  preUpgrade: 4,
  update: 8,
  /** A query method called as an update: executed by all nodes, effects discarded. */
  replicatedQuery: 16,
  query: 32,
  reply: 64,
  reject: 128,
  cleanup: 256,
  inspect: 512,
  /** Timer, heartbeat and low memory hook. */
  task: 1024,
  compositeQuery: 2048,
  /** Callbacks of calls that a composite query made. */
  compositeReply: 4096,
  compositeReject: 8192,
} as const;

export type ExecutionKind = (typeof KIND)[keyof typeof KIND];

/** Kinds of which only the answer is kept. */
export const NOT_REPLICATED =
  KIND.query | KIND.inspect | KIND.compositeQuery | KIND.compositeReply | KIND.compositeReject;

/** Instruction limits of the Internet Computer per message. */
export const LIMIT = {
  update: 40_000_000_000n,
  query: 5_000_000_000n,
  /** All messages of a composite query and of those it calls. */
  queryGraph: 5_000_000_000n,
  install: 300_000_000_000n,
  inspect: 200_000_000n,
} as const;

/** One message being executed: what it was given, and what it did so far that is not heap or stable memory. */
export interface Execution {
  readonly kind: ExecutionKind;
  readonly timeNs: bigint;
  readonly caller: PrincipalBytes;
  readonly limit: bigint;
  readonly arg: Uint8Array | undefined;
  readonly methodName: string;
  /** 0 in a reply callback. */
  readonly rejectCode: number;
  readonly rejectMessage: Uint8Array;
  readonly cyclesRefunded: bigint;
  /** Gives the certificate of the certified data; undefined outside of queries. */
  readonly dataCertificate: (() => Uint8Array) | undefined;
  /** The call this message belongs to; none in installs, queries and inspections. */
  readonly context: CallContext | undefined;

  /** The canister's balance as it stands in this message. */
  balance: bigint;
  cyclesAvailable: bigint;
  /** Undefined: left as it was. */
  timerNs: bigint | undefined;
  certifiedData: Uint8Array | undefined;
  reply: Uint8Array[];
  replyBytes: number;
  response: { readonly reply: Uint8Array } | { readonly rejectMessage: string } | undefined;
  preparing: OutgoingCall | undefined;
  readonly calls: OutgoingCall[];
  accepted: boolean;
  /** Bytes put into the canister's log so far; logging costs less once the log is full. */
  loggedBytes: number;
}

type Given = Pick<Execution, 'kind' | 'timeNs' | 'caller' | 'limit' | 'balance'> &
  Partial<
    Pick<
      Execution,
      'arg' | 'methodName' | 'rejectCode' | 'rejectMessage' | 'cyclesRefunded' | 'dataCertificate' | 'context'
    >
  >;

const EMPTY = new Uint8Array(0);

/** A message that has done nothing yet. */
export function newExecution(given: Given): Execution {
  return {
    arg: undefined,
    methodName: '',
    rejectCode: 0,
    rejectMessage: EMPTY,
    cyclesRefunded: 0n,
    dataCertificate: undefined,
    context: undefined,
    ...given,
    cyclesAvailable: given.context?.cyclesAvailable ?? 0n,
    timerNs: undefined,
    certifiedData: undefined,
    reply: [],
    replyBytes: 0,
    response: undefined,
    preparing: undefined,
    calls: [],
    accepted: false,
    loggedBytes: 0,
  };
}
