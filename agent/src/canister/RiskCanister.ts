import {
  encodeClaim,
  encodeConfirmation,
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
  type Confirmation,
  type Control,
  type ControlKind,
  type Decision,
  type Grant,
  type History,
  type Intent,
  type Keeper,
  type Limits,
  type LogRecord,
  type ModeChange,
  type Observation,
  type Report,
} from '@plimsoll/engine';
import type { Verified } from '@plimsoll/proof';
import type { Answered } from './Answered.ts';
import { LogError } from './LogError.ts';
import type { LogHead } from './LogHead.ts';
import type { Method } from './Method.ts';
import {
  fetchAgents,
  fetchKeeper,
  fetchPortfolio,
  fetchReports,
  type AccountView,
  type AgentView,
  type ReportView,
} from './OwnerViews.ts';
import { ProvenCalls, type RiskCanisterOptions } from './ProvenCalls.ts';
import type { Refusal } from './Refusals.ts';

export type { RiskCanisterOptions } from './ProvenCalls.ts';

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

/**
 * The risk canister for one identity: its methods, each a proven call. Errors: `FetchError` (no answer), `ProofError` (not proven),
 * `LogError` (proven, but not the answer or not this log), `CanisterError` (the canister's certified refusal),
 * `StoreError` (the receipt could not be kept; nothing is handed on then).
 */
export class RiskCanister {
  readonly #options: RiskCanisterOptions;
  readonly #calls: ProvenCalls;

  constructor(options: RiskCanisterOptions) {
    this.#options = options;
    this.#calls = new ProvenCalls(options);
  }

  /** Answers that were not accepted so far, by reason: whoever forges is seen here. */
  refusals(): readonly Refusal[] {
    return this.#calls.refusals();
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

  /** The owner vouches for a close that jumped. */
  confirmJump(confirmation: Confirmation): Promise<Recorded> {
    return this.#act('confirm_jump', encodeConfirmation(confirmation));
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
    const { value, answered } = await this.#calls.call(method, frame, decisionOf);
    return { decision: value, isRecord: answered.record !== null, log: answered.log };
  }

  /** For display, like all reads below: one node says so, and proves it by nothing. Errors: `ProofError` `malformed`. */
  agents(): Promise<readonly AgentView[]> {
    return fetchAgents(this.#options, this.#owner);
  }

  /** All accounts of the owner side by side. */
  portfolio(): Promise<readonly AccountView[]> {
    return fetchPortfolio(this.#options, this.#owner);
  }

  /** The newest reports beside what was decided, oldest first. */
  reports(): Promise<readonly ReportView[]> {
    return fetchReports(this.#options, this.#owner);
  }

  /** The whole state of the owner's rules; null where this key may not read it. */
  keeper(): Promise<Keeper | null> {
    return fetchKeeper(this.#options, this.#owner);
  }

  /** The founding principal, under which the log runs. */
  get #owner(): Uint8Array {
    return this.#options.log.head.owner;
  }

  #control(control: ControlKind, id: Uint8Array, { account, market }: ControlScope): Promise<Recorded> {
    return this.#act(control, encodeControl({ id, control, account, market }));
  }

  #claim(id: Uint8Array, claim: ClaimKind): Uint8Array {
    return encodeClaim({ id, claim, owner: this.#owner });
  }

  async #act(method: Exclude<Method, 'observe' | 'intent'>, frame: Uint8Array): Promise<Recorded> {
    const { value, answered } = await this.#calls.call(method, frame, recordOf);
    return { record: value, log: answered.log };
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
