import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import {
  encodeClaim,
  encodeControl,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeInvitation,
  encodeLimits,
  encodeModeChange,
  encodeObservation,
  encodeRecovery,
  encodeReport,
  encodeResolution,
  encodeRevocation,
  encodeRotation,
  type ClaimKind,
  type Control,
  type ControlKind,
  type Decision,
  type Grant,
  type History,
  type Intent,
  type Limits,
  type LogRecord,
  type ModeChange,
  type Observation,
  type Report,
} from '@plimsoll/engine';
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
import { readAnswer, type Answered } from './Answered.ts';
import { CanisterError } from './CanisterError.ts';
import { LogError } from './LogError.ts';
import type { LogHead } from './LogHead.ts';
import { fetchRange } from './LogRange.ts';
import { factsOf, type Method } from './Method.ts';
import { encodeRange } from '../receipts/Range.ts';
import type { OwnerLog } from './OwnerLog.ts';
import { Refusals, type Refusal } from './Refusals.ts';

/** An accepted answer to an observation or an intent. */
export interface Decided {
  /** Its freshness is for `freshFor` to judge at the moment of acting. */
  readonly decision: Verified<Decision>;
  /** Whether the log grew by a record; else the answer was a tick. */
  readonly isRecord: boolean;
  /** The log after the answer. */
  readonly log: LogHead;
}

/** An accepted answer to an act that decides nothing. */
export interface Recorded {
  readonly record: Verified<LogRecord>;
  readonly log: LogHead;
}

/** What a control is about: null for every account, or for every market of one. */
export type ControlScope = Pick<Control, 'account' | 'market'>;

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

/**
 * The risk canister for one identity. It sends a frame, believes the answer only as far as its receipt and the log
 * prove it, keeps the receipt, and hands on what passed. Errors: `FetchError` (no answer), `ProofError` (not proven),
 * `LogError` (proven, but not the answer or not this log), `CanisterError` (the canister's certified refusal),
 * `StoreError` (the receipt could not be kept; nothing is handed on then).
 */
export class RiskCanister {
  readonly #options: RiskCanisterOptions;
  readonly #refusals = new Refusals();

  constructor(options: RiskCanisterOptions) {
    this.#options = options;
  }

  /** Answers that were not accepted so far, by reason: whoever forges is seen here. */
  refusals(): readonly Refusal[] {
    return this.#refusals.list();
  }

  /** @param invite the deployer's code where registration is by invitation */
  register(limits: Limits, invite?: Uint8Array): Promise<Recorded> {
    return this.#act(
      'register',
      invite === undefined ? encodeLimits(limits) : encodeInvitation(invite, limits),
    );
  }

  /** The whole set that is wished for: what tightens holds at once, what loosens waits; see `grantWish`. */
  setLimits(wish: Limits): Promise<Recorded> {
    return this.#act('set_limits', encodeLimits(wish));
  }

  /** Ends every loosening that waits. */
  cancelPending(id: Uint8Array): Promise<Recorded> {
    return this.#act('cancel_pending', this.#claim(id, 'cancel-pending'));
  }

  grant(grant: Grant): Promise<Recorded> {
    return this.#act('grant', encodeGrant(grant));
  }

  /** @param agent principal whose grant ends, raw bytes */
  revoke(agent: Uint8Array): Promise<Recorded> {
    return this.#act('revoke', encodeRevocation(agent));
  }

  /** Moves a grant as it is from one key to another. */
  rotate(from: Uint8Array, to: Uint8Array): Promise<Recorded> {
    return this.#act('rotate', encodeRotation(from, to));
  }

  /** Blocks entries until the owner resumes; an agent may, for its own account. */
  halt(id: Uint8Array, scope: ControlScope): Promise<Recorded> {
    return this.#control('halt', id, scope);
  }

  /** Halts, and closes what is held; an agent may, for its own account. */
  flatten(id: Uint8Array, scope: ControlScope): Promise<Recorded> {
    return this.#control('flatten', id, scope);
  }

  /** The owner steers by hand from here on. */
  takeover(id: Uint8Array, scope: ControlScope): Promise<Recorded> {
    return this.#control('takeover', id, scope);
  }

  /** The owner gives the steering back; a cool-down follows. */
  release(id: Uint8Array, scope: ControlScope): Promise<Recorded> {
    return this.#control('release', id, scope);
  }

  /** Ends halts, and a breaker whose cool-down is over (`temporary/cool-down` else). */
  resume(id: Uint8Array, scope: ControlScope): Promise<Recorded> {
    return this.#control('resume', id, scope);
  }

  /** A step up or down the ladder; up needs the record of the step below (`temporary/mode-record`). */
  setMode(change: ModeChange): Promise<Recorded> {
    return this.#act('set_mode', encodeModeChange(change));
  }

  /** What became of a decision, as the agent saw it. */
  report(report: Report): Promise<Recorded> {
    return this.#act('report', encodeReport(report));
  }

  /** The owner has understood an open report. @param sequence of the record of the report */
  resolve(id: Uint8Array, sequence: number): Promise<Recorded> {
    return this.#act('resolve', encodeResolution(id, sequence));
  }

  /** Names who may recover the account, or nobody. */
  setRecovery(id: Uint8Array, recovery: Uint8Array | null): Promise<Recorded> {
    return this.#act('set_recovery', encodeRecovery(id, recovery));
  }

  /** Claims the account as its recovery principal, and seven days later completes it. */
  recover(id: Uint8Array): Promise<Recorded> {
    return this.#act('recover', this.#claim(id, 'recover'));
  }

  /** The owner ends a claim of the recovery principal's. */
  cancelRecovery(id: Uint8Array): Promise<Recorded> {
    return this.#act('cancel_recovery', this.#claim(id, 'cancel-recovery'));
  }

  /** Has the owner's whole state go on record by its hash, so that a replay may begin there; once a day at most. */
  checkpoint(id: Uint8Array): Promise<Recorded> {
    return this.#act('checkpoint', this.#claim(id, 'checkpoint'));
  }

  loadHistory(history: History): Promise<Recorded> {
    return this.#act('load_history', encodeHistory(history));
  }

  observe(observation: Observation): Promise<Decided> {
    return this.relay('observe', encodeObservation(observation));
  }

  intent(intent: Intent): Promise<Decided> {
    return this.relay('intent', encodeIntent(intent));
  }

  /** Sends a frame that may have been sent before, as after a crash: the canister knows its id and answers the same. */
  async relay(method: 'observe' | 'intent', frame: Uint8Array): Promise<Decided> {
    const { value, answered } = await this.#call(method, frame, decisionOf);
    return { decision: value, isRecord: answered.record !== null, log: answered.log };
  }

  #control(control: ControlKind, id: Uint8Array, { account, market }: ControlScope): Promise<Recorded> {
    return this.#act(control, encodeControl({ id, control, account, market }));
  }

  #claim(id: Uint8Array, claim: ClaimKind): Uint8Array {
    return encodeClaim({ id, claim, owner: this.#options.log.head.owner });
  }

  async #act(method: Exclude<Method, 'observe' | 'intent'>, frame: Uint8Array): Promise<Recorded> {
    const { value, answered } = await this.#call(method, frame, recordOf);
    return { record: value, log: answered.log };
  }

  #call<T>(
    method: Method,
    frame: Uint8Array,
    pick: (answered: Answered) => T,
  ): Promise<{ readonly value: Verified<T>; readonly answered: Answered }> {
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
  async #sendOnce<T>(
    method: Method,
    frame: Uint8Array,
    pick: (answered: Answered) => T,
  ): Promise<{ readonly value: Verified<T>; readonly answered: Answered }> {
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
  ): Promise<{ readonly value: Verified<T>; readonly answered: Answered }> {
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

function decisionOf({ decision, log }: Answered): Decision {
  if (decision === null)
    throw new LogError('wrong-method', log.sequence, 'Expected a decision, got an answer without one.');
  return decision;
}

function recordOf({ record, log }: Answered): LogRecord {
  if (record === null)
    throw new LogError('wrong-method', log.sequence, 'Expected a record, got an answer without one.');
  return record;
}

/** Whether the call may have been carried out although no answer to it was accepted. */
function mayHaveRun(error: unknown): boolean {
  if (error instanceof FetchError) return error.outcome === 'unknown';
  // A certified rejection is an answer; anything else unproven says nothing about the call.
  return error instanceof ProofError && error.reason !== 'rejected';
}
