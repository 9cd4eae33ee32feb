import type { Decision, Instrument, Plan, Position } from '@plimsoll/engine';
import type { Verified } from '@plimsoll/proof';
import type { Journal } from '../journal/Journal.ts';
import type { Severity } from '../journal/Rows.ts';
import type { Venue, VenueOrder } from '../venue/Venue.ts';
import { VenueError } from '../venue/VenueError.ts';
import { takeStep, type Taken } from './Acts.ts';
import { awaitQuantity, closePosition } from './Closing.ts';
import {
  DEFAULT_TIMING,
  SYSTEM_CLOCK,
  type AdoptedPolicy,
  type Clock,
  type Context,
  type Timing,
} from './Context.ts';
import { resolveOrder } from './Dispatch.ts';
import { orphanSteps, planContingencies, planSteps } from './Planner.ts';
import { coveredQuantity, stopsOf } from './Protect.ts';
import { forcedNotes, reconcile, recordNewFills, type RecoveryReport } from './Recovery.ts';
import type { Note, Planned, Step } from './Step.ts';
import { progressOf, tradeIdOf, type VenueState } from './VenueState.ts';

export interface ExecutorOptions {
  readonly venue: Venue;
  readonly journal: Journal;
  readonly clock?: Clock;
  /** The network's time, milliseconds, by which a certificate's age is judged; this machine's clock by default. */
  readonly networkNow?: () => number;
  readonly timing?: Partial<Timing>;
  /** What to do with a position that was opened by hand. */
  readonly adopted?: AdoptedPolicy;
  /** Why nothing may be entered now, null when it may; asked just before an entry. */
  readonly entryBar?: () => string | null;
  /** Plans and tells what it would do, and touches nothing. */
  readonly isAdvisory?: boolean;
  /** Told of what a person should know, once each; into the journal by default. */
  readonly tell?: (severity: Severity, code: string, message: string) => void;
  readonly onOutcome?: Context['onOutcome'];
}

/** What came of carrying something out. */
export interface Execution {
  /**
   * `done`: the venue is as was wanted. `incomplete`: not yet; `problems` say why, and the next decision goes on from
   * there. `refused`: the decision cannot be acted on at all.
   */
  readonly outcome: 'done' | 'incomplete' | 'refused';
  readonly stepsTaken: number;
  readonly problems: readonly string[];
  /** The venue as it was read last. */
  readonly position: Position;
  readonly resting: readonly VenueOrder[];
  /** Whether nothing is held, or all of it is covered by stops of ours that rest. */
  readonly isProtected: boolean;
  /** What would have been done, where nothing may be. */
  readonly advice: readonly Step[];
}

/** Notes told already are remembered up to this many, so that a lasting condition is told once. */
const MAX_TOLD = 1_000;

/** A changed tick or step is seen within this long, milliseconds. */
const INSTRUMENT_AGE_MS = 60_000;

/**
 * Carries out decisions: reads the venue, plans what differs, acts, and reads again until nothing differs. One at a
 * time. Starts unreconciled: until `recover` has made journal and venue agree there are exits only.
 */
export class Executor {
  readonly #context: Context;
  readonly #networkNow: () => number;
  readonly #entryBar: () => string | null;
  readonly #adopted: AdoptedPolicy;
  readonly #isAdvisory: boolean;
  readonly #say: (severity: Severity, code: string, message: string) => void;
  readonly #told = new Set<string>();
  #instrument: Instrument | null = null;
  #instrumentReadMs = -Infinity;
  #isReconciled = false;
  #stopPassedSinceMs: number | null = null;
  #lastQuantity = 0;
  #uncoveredSinceMs: number | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ExecutorOptions) {
    const { venue, journal, clock = SYSTEM_CLOCK, networkNow = clock.now, timing = {} } = options;
    this.#networkNow = networkNow;
    this.#entryBar = options.entryBar ?? (() => null);
    this.#adopted = options.adopted ?? 'protect';
    this.#isAdvisory = options.isAdvisory ?? false;
    this.#say = options.tell ?? ((...event) => journal.event(...event));
    const { onOutcome } = options;
    this.#context = {
      venue,
      journal,
      clock,
      timing: { ...DEFAULT_TIMING, ...timing },
      ...(onOutcome === undefined ? {} : { onOutcome }),
    };
  }

  get isReconciled(): boolean {
    return this.#isReconciled;
  }

  /** For how long a part of what is held has had no resting stop of ours, milliseconds; null while all of it has. */
  get uncoveredMs(): number | null {
    return this.#uncoveredSinceMs === null ? null : performance.now() - this.#uncoveredSinceMs;
  }

  /**
   * Start-up and recovery are one path: journal and venue are made to agree, and what was found is told. Sends nothing.
   * @throws VenueError when the venue cannot be read
   */
  recover(): Promise<RecoveryReport> {
    return this.#alone(async () => {
      this.#isReconciled = false;
      const report = await reconcile(this.#context);
      this.#isReconciled = report.isAgreed;
      this.#tell(report.notes);
      return report;
    });
  }

  /** Brings the venue to what a verified decision wants. @throws VenueError when the venue cannot be read */
  carryOut(decision: Verified<Decision>): Promise<Execution> {
    const { plan, id } = decision.value;
    return this.#alone(() =>
      this.#run(plan, id, (state) => planSteps(decision, state, this.#networkNow(), this.#adopted)),
    );
  }

  /**
   * What the plan in a certified decision allows when no fresh one can be had.
   * @throws VenueError when the venue cannot be read
   */
  carryOutPlan(decision: Verified<Decision>): Promise<Execution> {
    const { plan } = decision.value;
    return this.#alone(() => this.#run(plan, null, (state) => planContingencies(decision, state)));
  }

  /**
   * The owner's own word: everything of this perpetual is closed at market and what rests of ours is taken away. Waits
   * for nothing but the step that is on the wire.
   * @throws VenueError when the venue cannot be read
   */
  flatten(): Promise<Execution> {
    return this.#alone(async () => {
      const state = await this.#read(null);
      const because = 'owner/flatten';
      if (this.#isAdvisory) return this.#finish('refused', 0, ['Nothing is sent in advisory mode.'], state);
      const mandate = { tradeId: state.trade.id, decisionId: null };
      const isFlat = state.position.side === 0 || (await closePosition(this.#context, mandate, because));
      const problems = isFlat ? [] : ['The position could not be closed. Close it by hand on the venue.'];
      if (!isFlat) return this.#finish('incomplete', 1, problems, await this.#read(null));
      // Once flat a plan that may do nothing clears up: what rests would reduce the next position.
      return this.#run(null, null, (flat) => ({ steps: orphanSteps(flat), notes: [], isRefused: false }));
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #run(
    plan: Plan | null,
    decisionId: Uint8Array | null,
    planning: (state: VenueState) => Planned,
  ): Promise<Execution> {
    const problems: string[] = [];
    let stepsTaken = 0;
    let state = await this.#read(plan);
    for (let round = 0; round < this.#context.timing.rounds; round++) {
      const planned = planning(state);
      this.#tell(planned.notes);
      if (planned.isRefused) return this.#finish('refused', stepsTaken, problems, state);
      if (this.#isAdvisory) return this.#finish('done', 0, problems, state, planned.steps);
      const bar = this.#barTo(planned.steps);
      const steps = bar === null ? planned.steps : planned.steps.filter(isExit);
      const isCut = bar !== null;
      if (bar !== null && !problems.includes(bar)) problems.push(bar);
      if (steps.length === 0) return this.#finish(isCut ? 'incomplete' : 'done', stepsTaken, problems, state);
      let taken: Taken | null = null;
      for (const step of steps) {
        stepsTaken++;
        taken = await takeStep(this.#context, step, { tradeId: state.trade.id, decisionId }, state);
        this.#tell(taken.notes);
        problems.push(...taken.notes.map(({ message }) => message));
        if (taken.isInDoubt) this.#isReconciled = false;
        if (taken.after !== 'next-step') break;
      }
      state = await this.#after(taken, state, plan);
      if (taken?.after === 'stop') return this.#finish('incomplete', stepsTaken, problems, state);
    }
    problems.push('The venue did not come to what was planned.');
    return this.#finish('incomplete', stepsTaken, problems, state);
  }

  /** Why the entry among these steps may not be made, null where there is none or it may. */
  #barTo(steps: readonly Step[]): string | null {
    if (steps.every(isExit)) return null;
    if (!this.#isReconciled) return 'No entry: journal and venue have not been made to agree.';
    const bar = this.#entryBar();
    return bar === null ? null : `No entry: ${bar}`;
  }

  /**
   * The state after a round. A fill that opened a position is planned from at once, so that its stop goes out without a
   * read in between; thereafter the venue has to show the position before it is believed flat again.
   */
  async #after(taken: Taken | null, before: VenueState, plan: Plan | null): Promise<VenueState> {
    const { journal } = this.#context;
    if (taken !== null && taken.expected !== null) {
      const { id } = before.trade;
      const trade = progressOf(id, journal.ordersOf(Buffer.from(id).toString('hex')), before.resting);
      const opened = { ...before, position: taken.expected, trade };
      this.#watchCover(opened);
      return opened;
    }
    const isFresh = before.position.side !== 0 && before.position.walletUsdt === 0;
    if (isFresh && taken?.after === 'next-step') await awaitQuantity(this.#context, before.position.quantity);
    return this.#read(plan);
  }

  async #finish(
    outcome: Execution['outcome'],
    stepsTaken: number,
    problems: readonly string[],
    state: VenueState,
    advice: readonly Step[] = [],
  ): Promise<Execution> {
    const { position, resting } = state;
    const isProtected = this.#watchCover(state);
    if (!isProtected) {
      this.#tell([
        {
          severity: 'alarm',
          code: 'unprotected',
          message: 'A position is held that no stop of ours covers.',
        },
      ]);
    }
    if (stepsTaken > 0 || position.quantity !== this.#lastQuantity) await this.#recordFills();
    this.#lastQuantity = position.quantity;
    return { outcome, stepsTaken, problems, position, resting, isProtected, advice };
  }

  /** The record of fills may lag: a venue that cannot be asked now is asked with the next change. */
  async #recordFills(): Promise<void> {
    try {
      await recordNewFills(this.#context);
      this.#tell(await forcedNotes(this.#context));
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
    }
  }

  async #read(plan: Plan | null): Promise<VenueState> {
    const { venue, journal } = this.#context;
    for (const row of journal.unresolved()) {
      const outcome = await resolveOrder(
        this.#context,
        row.clientOrderId,
        row.failure ?? 'no outcome on record',
      );
      if (outcome.kind === 'ambiguous') this.#isReconciled = false;
    }
    const [rules, market, position, resting] = await Promise.all([
      this.#rules(),
      venue.market(),
      venue.position(),
      venue.restingOrders(),
    ]);
    await this.#followUp(resting);
    const id = tradeIdOf(plan, venue.symbol, position);
    const state: VenueState = {
      timeMs: market.timeMs,
      markPrice: market.markPrice,
      position,
      resting,
      rules,
      trade: progressOf(id, journal.ordersOf(Buffer.from(id).toString('hex')), resting),
      stopPassedSinceMs: null,
    };
    const isPassed = stopsOf(state).some(
      (stop) => position.side * (market.markPrice - stop.triggerPrice) <= 0,
    );
    this.#watchCover(state);
    this.#stopPassedSinceMs = isPassed ? (this.#stopPassedSinceMs ?? market.timeMs) : null;
    return { ...state, stopPassedSinceMs: this.#stopPassedSinceMs };
  }

  /** @returns whether nothing is held, or all of it is covered */
  #watchCover(state: VenueState): boolean {
    const { position } = state;
    const isCovered = position.side === 0 || coveredQuantity(state) >= position.quantity;
    this.#uncoveredSinceMs = isCovered ? null : (this.#uncoveredSinceMs ?? performance.now());
    return isCovered;
  }

  /** The venue's grid, read again now and then; while that fails the one known goes on. */
  async #rules(): Promise<Instrument> {
    const { venue, clock } = this.#context;
    const known = this.#instrument;
    if (known !== null && clock.now() - this.#instrumentReadMs < INSTRUMENT_AGE_MS) return known;
    try {
      this.#instrument = await venue.instrument();
      this.#instrumentReadMs = clock.now();
      return this.#instrument;
    } catch (error) {
      if (known === null || !(error instanceof VenueError)) throw error;
      return known;
    }
  }

  /** Orders that rested when last seen and do so no more: the venue says what became of them. */
  async #followUp(resting: readonly VenueOrder[]): Promise<void> {
    const { venue, journal } = this.#context;
    const ids = new Set(resting.map((order) => order.clientOrderId));
    for (const row of journal.confirmed()) {
      if (ids.has(row.clientOrderId)) continue;
      const order = await venue.lookUp(row.clientOrderId, row.kind);
      if (order === null) journal.markGone(row.clientOrderId);
      else journal.takeOver(order);
    }
  }

  #tell(notes: readonly Note[]): void {
    for (const { severity, code, message } of notes) {
      const key = `${code} ${message}`;
      if (this.#told.has(key)) continue;
      if (this.#told.size >= MAX_TOLD) this.#told.clear();
      this.#told.add(key);
      this.#say(severity, code, message);
    }
  }
}

function isExit(step: Step): boolean {
  return step.do === 'cancel' || (step.do === 'send' && step.role !== 'entry');
}
