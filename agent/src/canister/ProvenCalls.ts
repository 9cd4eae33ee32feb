import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import {
  encodeBlob,
  encodeReceipt,
  EXIT_MAX_AGE_MS,
  FetchError,
  fetchReceipt,
  ProofError,
  refetchReceipt,
  requestIdOf,
  verifyReply,
  type CallRequest,
  type Receipt,
  type Verified,
  type VerifyOptions,
} from '@plimsoll/proof';
import { encodeRange } from '../receipts/Range.ts';
import { readAnswer, type Answered } from './Answered.ts';
import { CanisterError } from './CanisterError.ts';
import { LogError } from './LogError.ts';
import { fetchRange } from './LogRange.ts';
import { factsOf, type Method } from './Method.ts';
import type { OwnerLog } from './OwnerLog.ts';
import { Refusals, type Refusal } from './Refusals.ts';

export interface RiskCanisterOptions {
  /** Signs as the owner or as the agent; see `createHttpAgent`. */
  readonly agent: HttpAgent;
  readonly canisterId: Principal | string;
  /** Pinned root key, DER. */
  readonly rootKey: Uint8Array;
  /** Shared by all ports of one owner. */
  readonly log: OwnerLog;
  /** Milliseconds since 1970-01-01 UTC; the system clock by default. */
  readonly nowMs?: () => number;
  /** How long to wait for one answer, milliseconds. */
  readonly timeoutMs?: number;
  readonly pollIntervalMs?: number;
  /** Sees every call just before it leaves, exactly as it will be sent: the place to journal it. */
  readonly beforeSend?: (method: Method, frame: Uint8Array, request: CallRequest) => void | Promise<void>;
}

/** A lost call is looked up, then sent again at most this often, with the same id and bytes. */
const MAX_SENDS = 2;
/** The canister certifies every head within 10 s. */
const CERTIFIED_WITHIN_MS = 12_000;
const POLL_MS = 1_000;

/** What a call gave: a value that the caller picked out of the answer, and the answer it is from. */
export interface Called<T> {
  readonly value: Verified<T>;
  readonly answered: Answered;
}

/**
 * Calls of the risk canister, each proven: it sends a frame, believes the answer only as far as its receipt and the log
 * prove it, keeps the receipt, and hands on what passed. One call at a time for each log.
 */
export class ProvenCalls {
  readonly #options: RiskCanisterOptions;
  readonly #refusals = new Refusals();

  constructor(options: RiskCanisterOptions) {
    this.#options = options;
  }

  /** Answers that were not accepted so far, by reason. */
  refusals(): readonly Refusal[] {
    return this.#refusals.list();
  }

  /**
   * Sends a frame; a lost answer is looked up, and the frame sent again where the canister would know it.
   *
   * @param pick what is wanted of the answer; called only once the reply is proven
   */
  call<T>(method: Method, frame: Uint8Array, pick: (answered: Answered) => T): Promise<Called<T>> {
    return this.#options.log.exclusive(async () => {
      const sends = factsOf(method).hasId ? MAX_SENDS : 1;
      for (let sent = 1; ; sent++) {
        try {
          return await this.#sendOnce(method, frame, pick);
        } catch (error) {
          if (sent === sends || !mayHaveRun(error)) throw error;
        }
      }
    });
  }

  /** One call; an answer that is lost or not proven is looked up by its request id before giving up on it. */
  async #sendOnce<T>(method: Method, frame: Uint8Array, pick: (answered: Answered) => T): Promise<Called<T>> {
    const { agent, canisterId, beforeSend } = this.#options;
    let sent: CallRequest | undefined;
    const onSend = async (request: CallRequest): Promise<void> => {
      await beforeSend?.(method, frame, request);
      sent = request;
    };
    try {
      const call = { canisterId, methodName: method, arg: encodeBlob(frame) };
      const receipt = await fetchReceipt(agent, call, { ...this.#waiting(), beforeSend: onSend });
      return await this.#accept(receipt, method, frame, pick);
    } catch (error) {
      this.#count(error);
      if (sent === undefined || !mayHaveRun(error)) throw error;
    }
    try {
      return await this.#accept(await refetchReceipt(agent, sent, this.#waiting()), method, frame, pick);
    } catch (error) {
      this.#count(error);
      throw error;
    }
  }

  async #accept<T>(
    receipt: Receipt,
    method: Method,
    frame: Uint8Array,
    pick: (answered: Answered) => T,
  ): Promise<Called<T>> {
    const { canisterId, rootKey, log, nowMs = Date.now } = this.#options;
    let answered: Answered | undefined;
    let refusal: LogError | CanisterError | undefined;
    // Called only once the reply is proven, so that what it refuses is evidence too.
    const read = (reply: Uint8Array): T => {
      try {
        answered = readAnswer(log.head, method, frame, reply);
        return pick(answered);
      } catch (error) {
        if (error instanceof LogError || error instanceof CanisterError) refusal = error;
        throw error;
      }
    };
    const options: VerifyOptions = {
      rootKey,
      canisterId,
      nowMs: nowMs(),
      // What an exit may rest on; an entry asks `freshFor` for more.
      maxAgeMs: EXIT_MAX_AGE_MS,
      maxFutureMs: EXIT_MAX_AGE_MS,
      expectedRequestId: requestIdOf(receipt.request),
      expectedMethodName: method,
    };
    try {
      const value = await verifyReply(receipt, options, read);
      await log.store.keep(method, value.receiptBytes);
      if (answered === undefined) throw new TypeError('The reply was verified without being read');
      log.advance(answered.log);
      return { value, answered };
    } catch (error) {
      if (refusal === undefined) throw error;
      if (
        refusal instanceof LogError &&
        refusal.leaf === 'sequence-gap' &&
        (await this.#fill(refusal.sequence))
      )
        return this.#accept(receipt, method, frame, pick);
      if (refusal instanceof LogError && refusal.leaf === 'fork') log.stop(refusal);
      await log.store.keep(method, encodeReceipt(receipt));
      throw refusal;
    }
  }

  /**
   * Fetches the records up to this sequence that are not here, as others made them: proven, kept, then followed.
   *
   * @returns false when the canister certified none of them in time
   * @throws LogError `fork` for ever
   */
  async #fill(through: number): Promise<boolean> {
    const { agent, canisterId, rootKey, log, nowMs = Date.now, pollIntervalMs = POLL_MS } = this.#options;
    const untilMs = Date.now() + CERTIFIED_WITHIN_MS;
    for (;;) {
      try {
        const range = await fetchRange({ agent, canisterId, rootKey, nowMs: nowMs() }, log.head, through);
        if (range !== null) {
          await log.store.keepRange(encodeRange(range.entries));
          log.advance(range.log);
          return true;
        }
      } catch (error) {
        if (error instanceof LogError && error.leaf === 'fork') log.stop(error);
        throw error;
      }
      if (Date.now() > untilMs) return false;
      await sleep(pollIntervalMs);
    }
  }

  #waiting(): { readonly timeoutMs?: number; readonly pollIntervalMs?: number } {
    const { timeoutMs, pollIntervalMs } = this.#options;
    return {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    };
  }

  #count(error: unknown): void {
    if (error instanceof ProofError) this.#refusals.add(error.reason);
    else if (error instanceof LogError) this.#refusals.add(error.leaf);
    else if (error instanceof FetchError && error.leaf === 'unusable-answer') this.#refusals.add(error.leaf);
  }
}

/** Whether the call may have been carried out although no answer to it was accepted. */
function mayHaveRun(error: unknown): boolean {
  if (error instanceof FetchError) return error.outcome === 'unknown';
  // A certified rejection is an answer; anything else unproven says nothing about the call.
  return error instanceof ProofError && error.reason !== 'rejected';
}
