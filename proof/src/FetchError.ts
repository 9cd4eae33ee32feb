import type { CallRequest } from './CallRequest.ts';
import type { ErrorKind } from './ProofError.ts';

/** What went wrong on the way to a receipt. */
export type FetchLeaf =
  | 'refused' // a node declined to take the call in; nothing was certified about it
  | 'http' // the endpoint answered with an HTTP error
  | 'network' // no answer
  | 'timeout' // no final answer in the time given
  | 'unusable-answer' // an answer that is none: not CBOR, not a certificate, not signed
  | 'gone' // the network no longer holds an answer to this request
  | 'sender' // the agent's identity may not ask about, or not sign, this request
  | 'setup'; // the agent has no root key, no identity or the like

/**
 * What is known about the call itself. `not-sent`: nothing left this machine. `refused`: the node that answered did not
 * take it in (an HttpAgent that retries may have sent the same bytes before; with `retryTimes: 0` it has not).
 * `unknown`: it may have run; look it up with {@link refetchReceipt} before sending anything else.
 */
export type CallOutcome = 'not-sent' | 'refused' | 'unknown';

export interface FetchFailure {
  readonly kind: ErrorKind;
  readonly leaf: FetchLeaf;
  readonly outcome: CallOutcome;
  /** The call as it was about to be sent: present whenever it may have left this machine. */
  readonly request?: CallRequest;
  /** Uncertified: one node's word. */
  readonly rejectCode?: number;
  readonly cause?: unknown;
}

/** No receipt was obtained. That says nothing certified about the call; see {@link FetchFailure.outcome}. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly kind: ErrorKind;
  readonly leaf: FetchLeaf;
  readonly outcome: CallOutcome;
  readonly request: CallRequest | undefined;
  readonly rejectCode: number | undefined;

  constructor(message: string, { kind, leaf, outcome, request, rejectCode, cause }: FetchFailure) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.leaf = leaf;
    this.outcome = outcome;
    this.request = request;
    this.rejectCode = rejectCode;
  }
}
