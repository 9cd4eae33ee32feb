import {
  decodeHistory,
  decodeObservation,
  encodeDecision,
  type Decision,
  type Intent,
  type Observation,
  type Side,
} from '@plimsoll/engine';
import type { Verified } from '@plimsoll/proof';
import { CanisterError } from '../canister/CanisterError.ts';
import { LogError } from '../canister/LogError.ts';
import type { Decided, RiskCanister } from '../canister/RiskCanister.ts';
import type { Execution, Executor } from '../execute/Executor.ts';
import type { RecoveryReport } from '../execute/Recovery.ts';
import type { Journal } from '../journal/Journal.ts';
import type { CallRow } from '../journal/Rows.ts';
import type { IdSource } from '../observe/IdSource.ts';
import type { Jump } from '../observe/Jump.ts';
import type { Observer } from '../observe/Observer.ts';
import { ObserverError } from '../observe/ObserverError.ts';

/** What a session is made of. Each part keeps its own promises; the session only keeps their order. */
export interface SessionParts {
  readonly observer: Observer;
  readonly canister: RiskCanister;
  readonly executor: Executor;
  readonly journal: Journal;
  readonly ids: IdSource;
  /** Told how long a part of a decision took, milliseconds. */
  readonly onStage?: (stage: Stage, tookMs: number) => void;
}

/** `observe`: the look at the venue. `canister`: its answer, verified. `execute`: carrying it out. */
export type Stage = 'observe' | 'canister' | 'execute';

/** One verified decision and what came of it. */
export interface Passed {
  readonly observation: Observation;
  readonly decision: Decision;
  /** Whether the log grew by a record; else it was a tick. */
  readonly isRecord: boolean;
  /** Newest record of the log it stands on. */
  readonly sequence: number;
  readonly execution: Execution;
}

/** A wish, its verified answer and what came of it. */
export interface Wished {
  readonly intent: Intent;
  readonly decision: Decision;
  readonly sequence: number;
  readonly execution: Execution;
  /** What was observed and decided right after a fill. */
  readonly after: readonly Passed[];
}

/** A position that changed is observed again at once; this often, lest a venue that keeps changing holds us here. */
const MAX_PASSES = 4;

/**
 * The life of a decision, over and over: observe, relay, verify, carry out. Decisions are journalled before anything
 * follows from them. Not for two callers at a time.
 */
export class Session {
  readonly #parts: SessionParts;
  #latest: Verified<Decision> | null = null;
  /** The newest one with a table: a tick's is that of the record before it. */
  #lastRecord: Decision | null = null;
  #execution: Execution | null = null;
  /** Whether the latest decision is a record, not a tick. */
  #isOnRecord = false;
  /** What the canister waits with until it is confirmed. */
  #jump: Jump | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier process accepted, so that its plan can be kept before anything is answered. */
  resume(decision: Verified<Decision>): void {
    this.#latest ??= decision;
    if (decision.value.table !== null) this.#lastRecord ??= decision.value;
  }

  /** The decision accepted last, null before the first. */
  get latest(): Decision | null {
    return this.#latest?.value ?? null;
  }

  /** The decision on record last, with what bound it; null while none was seen. */
  get lastRecord(): Decision | null {
    return this.#lastRecord;
  }

  /** What the last carrying out came to, null before the first. */
  get execution(): Execution | null {
    return this.#execution;
  }

  /** A close that jumped, for which the canister takes nothing in until a next bar or the owner confirms it. */
  get jump(): Jump | null {
    return this.#jump;
  }

  /** Whether the venue, when it was read last, held nothing of ours: no position and no order. */
  get isIdle(): boolean {
    const { position, resting } = this.#execution ?? { position: null, resting: [] };
    return position !== null && position.side === 0 && resting.length === 0;
  }

  /**
   * Start-up and recovery are one path: agree with the venue, then repeat the calls whose answers never came; the
   * canister knows their ids and gives the answers it gave.
   */
  async begin(): Promise<RecoveryReport> {
    const { executor } = this.#parts;
    const report = await executor.recover();
    // What is held is covered by the plan at hand before the canister is waited for.
    if (report.position.side !== 0) await this.tend();
    await this.#repeatUnanswered();
    return report;
  }

  /** Before anything is told on top of them: what the canister made of these calls is not known here. */
  async #repeatUnanswered(): Promise<void> {
    for (const call of this.#parts.journal.unansweredCalls()) {
      try {
        await this.#answered(call.id, () => this.#repeat(call));
      } catch (error) {
        // Refused, or overtaken by what came on record since: an answer either way, and nothing to act on.
        if (isOvertaken(error)) {
          this.#parts.journal.markAnswered(call.id);
          this.#tookIn(call);
        } else if (!(error instanceof CanisterError)) throw error;
      }
    }
  }

  /** A refusal is an answer too; what brought none stays to be asked again. */
  async #answered<T>(id: Uint8Array, call: () => Promise<T>): Promise<T> {
    const answer = await this.#unlessRefused(id, call);
    this.#parts.journal.markAnswered(id);
    return answer;
  }

  /** As {@link #answered} for what brings a decision: with that it is written down that the call has its answer. */
  async #unlessRefused<T>(id: Uint8Array, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof CanisterError) this.#parts.journal.markAnswered(id);
      throw error;
    }
  }

  async #repeat(call: CallRow): Promise<void> {
    const { canister } = this.#parts;
    const { method, frame } = call;
    switch (method) {
      // Other acts are owed by what asks for them.
      case 'load_history':
        await canister.loadHistory(decodeHistory(frame));
        break;
      case 'observe':
      case 'intent':
        this.#accept(await canister.relay(method, frame));
    }
    this.#tookIn(call);
  }

  #tookIn({ method, frame }: CallRow): void {
    const { observer } = this.#parts;
    if (method === 'load_history') observer.tookIn(decodeHistory(frame));
    else if (method === 'observe') observer.tookIn(decodeObservation(frame));
  }

  /** Warms the canister's feed. */
  async warmUp(): Promise<void> {
    const { observer, canister } = this.#parts;
    const history = await observer.history();
    await this.#answered(history.id, () => canister.loadHistory(history));
    observer.tookIn(history);
  }

  /**
   * Observes, has it decided, carries it out; once more whenever that changed what is held, so that the canister knows.
   * @returns every pass, at least one
   */
  async pass(): Promise<readonly Passed[]> {
    const passes: Passed[] = [];
    for (let i = 0; i < MAX_PASSES; i++) {
      const { observation, decided } = await this.#observe();
      const decision = this.#accept(decided);
      const execution = await this.#carryOut(decided);
      const { isRecord, log } = decided;
      passes.push({ observation, decision, isRecord, sequence: log.sequence, execution });
      if (holdsTheSame(observation, execution)) break;
    }
    return passes;
  }

  /** Wishes to enter at the venue time of the last observation, which has to be on record for that. */
  async wish(side: Side, notionalUsdt: number, id?: Uint8Array): Promise<Wished> {
    const { canister, ids } = this.#parts;
    await this.#repeatUnanswered();
    if (!this.#isOnRecord) this.#accept((await this.#observe(true)).decided);
    const timeMs = this.latest?.timeMs ?? 0;
    const intent: Intent = { id: id ?? ids(timeMs), timeMs, side, notionalUsdt };
    const decided = await this.#timed('canister', () =>
      this.#unlessRefused(intent.id, () => canister.intent(intent)),
    );
    const decision = this.#accept(decided);
    const execution = await this.#carryOut(decided);
    const after = execution.stepsTaken > 0 ? await this.pass() : [];
    return { intent, decision, sequence: decided.log.sequence, execution, after };
  }

  /** Between decisions: what the plan in force allows by itself. Null when no plan is in force. */
  async tend(): Promise<Execution | null> {
    const latest = this.#latest;
    if (latest === null || latest.value.plan === null) return null;
    this.#execution = await this.#parts.executor.carryOutPlan(latest);
    return this.#execution;
  }

  async #carryOut({ decision }: Decided): Promise<Execution> {
    this.#execution = await this.#timed('execute', () => this.#parts.executor.carryOut(decision));
    return this.#execution;
  }

  async #timed<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const result = await work();
    this.#parts.onStage?.(stage, performance.now() - startedMs);
    return result;
  }

  async #observe(
    onRecord = false,
  ): Promise<{ readonly observation: Observation; readonly decided: Decided }> {
    const { observer } = this.#parts;
    await this.#repeatUnanswered();
    for (let attempt = 0; ; attempt++) {
      try {
        const observation = await this.#timed('observe', () => observer.observe(onRecord));
        return { observation, decided: await this.#relay(observation) };
      } catch (error) {
        if (attempt > 0) throw error;
        if (error instanceof ObserverError && error.leaf === 'history-needed') await this.warmUp();
        else if (error instanceof CanisterError && error.leaf === 'instrument-unknown')
          observer.forgetInstrument();
        else throw error;
      }
    }
  }

  async #relay(observation: Observation): Promise<Decided> {
    const { observer, canister } = this.#parts;
    try {
      const decided = await this.#timed('canister', () =>
        this.#unlessRefused(observation.id, () => canister.observe(observation)),
      );
      observer.tookIn(observation);
      this.#jump = null;
      return decided;
    } catch (error) {
      if (error instanceof CanisterError && error.leaf === 'quarantined')
        this.#jump = await observer.jumpIn(observation);
      throw error;
    }
  }

  #accept({ decision, isRecord, log }: Decided): Decision {
    this.#isOnRecord = isRecord;
    this.#journal(decision, log.sequence, log.head);
    this.#latest = decision;
    if (decision.value.table !== null) this.#lastRecord = decision.value;
    return decision.value;
  }

  #journal(decision: Verified<Decision>, sequence: number, head: Uint8Array): void {
    const { value, receiptBytes } = decision;
    this.#parts.journal.acceptDecision({
      id: value.id,
      sequence,
      head,
      decision: encodeDecision(value),
      receipt: receiptBytes,
      marketMs: value.timeMs,
    });
  }
}

/**
 * Whether the answer is proven and this very call's, and something came on record since: a halt from the command line
 * while its answer was lost, say.
 */
function isOvertaken(error: unknown): boolean {
  return error instanceof LogError && error.leaf === 'passed';
}

function holdsTheSame({ position }: Observation, execution: Execution): boolean {
  return position.side === execution.position.side && position.quantity === execution.position.quantity;
}
