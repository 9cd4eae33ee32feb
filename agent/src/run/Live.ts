import type { Side } from '@plimsoll/engine';
import type { Execution } from '../execute/Executor.ts';
import type { StreamEvent } from '../stream/VenueStream.ts';
import { VenueError } from '../venue/VenueError.ts';
import { pricesOf } from '../view/prices.ts';
import { dueFor, type Moment, type Why } from './Cadence.ts';
import { Contact } from './Contact.ts';
import { barByJump } from './JumpBar.ts';
import { isStopPassed, levelsOf } from './Levels.ts';
import type { Phase } from './RunStatus.ts';
import type { Passed, Wished } from './Session.ts';
import type { LiveEnd, LiveParts } from './LiveParts.ts';
import { sayAccount } from './sayAccount.ts';
import { Sleeper } from './Sleeper.ts';
import { tendingMeanwhile } from './tendingMeanwhile.ts';
import { isPassing, troubleOf } from './Trouble.ts';

/** Without an answer for this long the owner is told, milliseconds. */
export const SILENCE_ALARM_MS = 60_000;
/** With nothing due the loop looks at its clock this often. */
const IDLE_MS = 1_000;
const WISH_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 15_000;

interface Asked<T> {
  readonly run: () => Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The agent beside a venue that goes on by itself: it hears the market, tells the canister when there is something to
 * tell, and carries out what comes back. Whatever fails is told and tried again; while anything is unknown nothing is
 * entered, and what is held stays protected.
 */
export class Live {
  readonly #parts: LiveParts;
  #phase: Phase = 'starting';
  #end: LiveEnd | null = null;
  readonly #sleeper = new Sleeper();
  #asked: Asked<unknown>[] = [];
  #hasAccountChanged = false;
  #isRecoveryDue = true;
  #toldMs = -Infinity;
  #leaderAtTold = 0;
  #pauseMs = FIRST_PAUSE_MS;
  /** The trouble that was told last and has not passed. */
  #passing: string | null = null;
  #last: Passed | null = null;
  #cameRoundMs = performance.now();
  readonly canister: Contact;
  readonly venue: Contact;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.canister = new Contact(parts.bars, 'canister-silent', SILENCE_ALARM_MS);
    this.venue = new Contact(parts.bars, 'venue-silent', SILENCE_ALARM_MS);
    parts.bars.set('starting', 'the agent has not looked at venue and canister yet.');
    if (parts.mode === 'advisory') parts.bars.set('advisory', 'nothing is sent in advisory mode.');
  }

  get phase(): Phase {
    return this.#phase;
  }

  get last(): Passed | null {
    return this.#last;
  }

  /** Since the loop came round last, milliseconds of the steady clock: one that hangs grows old. */
  get loopAgoMs(): number {
    return performance.now() - this.#cameRoundMs;
  }

  /** Runs until stopped, or until something forbids going on. What rests on the venue stays there. */
  async run(): Promise<LiveEnd> {
    const { stream, bars } = this.#parts;
    stream.follow((event) => this.#hear(event));
    try {
      while (this.#end === null) {
        this.#cameRoundMs = performance.now();
        try {
          await this.#step();
          await this.#sleeper.sleep(this.#end === null ? IDLE_MS : 0);
        } catch (error) {
          // What the market does meanwhile does not make whoever is in trouble answer sooner.
          await this.#sleeper.sleep(await this.#failed(error), true);
        }
      }
      return this.#end;
    } finally {
      this.#phase = 'stopped';
      bars.set('stopping', 'the agent is stopping.');
      for (const { reject } of this.#asked.splice(0)) reject(new Error('the agent is stopping'));
      await stream.close();
    }
  }

  /** Ends after what is at hand; the resident stop stays. */
  stop(): void {
    if (this.#end === null) this.#end = { how: 'stopped' };
    this.#phase = 'stopping';
    this.#parts.bars.set('stopping', 'the agent is stopping.');
    this.#sleeper.call(true);
  }

  /** Looks now, then asks the canister for a plan, and enters by it. */
  wish(side: Side, notionalUsdt: number, id?: Uint8Array): Promise<Wished> {
    return this.#ask(async () => {
      const wished = await this.#wished(side, notionalUsdt, id);
      const { after, execution, decision, sequence } = wished;
      this.#spend(1 + after.length);
      this.#parts.follower.wished(wished);
      const last = after.at(-1);
      const { observation } = last ?? this.#last ?? {};
      if (last !== undefined) this.#passed(last);
      else if (observation !== undefined)
        this.#last = { observation, decision, isRecord: true, sequence, execution };
      return wished;
    });
  }

  /** A look that was too late by the time it was asked upon is taken again; under an id of its own a wish is made once. */
  async #wished(side: Side, notionalUsdt: number, id?: Uint8Array): Promise<Wished> {
    const { session } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      await this.#tell('asked');
      try {
        return await tendingMeanwhile(
          () => session.wish(side, notionalUsdt, id),
          () => this.#tend(),
        );
      } catch (error) {
        if (attempt === WISH_ATTEMPTS || id !== undefined || !isPassing(error)) throw error;
      }
    }
  }

  /** No more risk from here on, this machine first. */
  async halt(): Promise<void> {
    const { haltFile, bars, voice } = this.#parts;
    await haltFile.halt(Date.now());
    bars.set('halted', 'halted; the owner resumes.');
    voice.say('alarm', 'halted', 'Halted: nothing is entered. Exits go on.');
    // The canister is told at once.
    this.#hasAccountChanged = true;
    this.#sleeper.call(true);
  }

  /** Halts, and closes at market without waiting for what the loop is at. */
  async flatten(): Promise<Execution> {
    await this.halt();
    const { executor, owed } = this.#parts;
    owed.flattened();
    const execution = await executor.flatten();
    this.#hasAccountChanged = true;
    this.#sleeper.call(true);
    return execution;
  }

  /** Between two steps of the loop, so that no two things steer at once. */
  #ask<T>(run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#asked.push({ run, resolve, reject } as Asked<unknown>);
      this.#sleeper.call(true);
    });
  }

  #hear(event: StreamEvent): void {
    const { market, follower, symbol, voice } = this.#parts;
    market.take(event);
    follower.heard?.(event);
    if (event.kind === 'lost') {
      voice.say(
        'warning',
        'stream-lost',
        `The venue's streams broke (${event.why}); it is asked until they are back.`,
      );
      // What happened meanwhile was not heard.
      this.#hasAccountChanged = true;
    }
    if (event.kind === 'account') {
      this.#hasAccountChanged = true;
      sayAccount(event.what, voice);
    }
    if (event.kind === 'book' || (event.kind === 'last' && event.symbol !== symbol)) return;
    this.#sleeper.call(event.kind === 'account');
  }

  async #step(): Promise<void> {
    const { session, market, symbol, bars, haltFile, rounds } = this.#parts;
    bars.toggle('halted', haltFile.isHalted, 'halted; the owner resumes.');
    if (this.#isRecoveryDue) await this.#recover();
    const [asked] = this.#asked.splice(0, 1);
    if (asked !== undefined) {
      await asked.run().then(asked.resolve, (error: unknown) => {
        asked.reject(error);
        // The loop has to know of it too.
        throw error;
      });
      return;
    }
    if (this.#hasAccountChanged) {
      this.#hasAccountChanged = false;
      // Whatever the plan at hand asks for is done before the canister is waited for.
      await this.#tend();
      await this.#tell('account');
      await this.#pay();
      return;
    }
    const why = dueFor(this.#moment(), this.#parts.cadence, this.#parts.jitterMs);
    if (why !== null) {
      await this.#tell(why);
      await rounds.look();
      await this.#pay();
    } else if (isStopPassed(session.latest, session.execution, market.mark(symbol)?.markPrice ?? 0)) {
      await this.#tend();
    }
  }

  /** Start-up, and the return from any doubt: venue, journal and canister agree before there is new risk. */
  async #recover(): Promise<void> {
    const { session, bars, rounds, voice } = this.#parts;
    const report = await session.begin();
    await rounds.look();
    this.#isRecoveryDue = !report.isAgreed;
    this.#phase = 'running';
    if (report.isAgreed) {
      this.#heardVenue();
      bars.lift('starting');
    }
    const { resolutions, newFills, strays } = report;
    if (resolutions.length > 0 || newFills > 0 || strays.length > 0) {
      const text = `${String(resolutions.length)} orders looked up, ${String(newFills)} fills found, ${String(strays.length)} stray orders.`;
      voice.say('info', 'recovered', text);
    }
  }

  async #tell(why: Why): Promise<void> {
    const { session, follower, market, leaderSymbol } = this.#parts;
    const passes = await tendingMeanwhile(
      () => session.pass(),
      () => this.#tend(),
    );
    this.#spend(passes.length);
    for (const pass of passes) this.#passed(pass);
    this.#leaderAtTold = market.mark(leaderSymbol)?.markPrice ?? 0;
    this.#heardCanister();
    this.#heardVenue();
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#passing = null;
    follower.passed(why, passes);
  }

  #passed(pass: Passed): void {
    this.#last = pass;
    this.#toldMs = Math.max(pass.observation.timeMs, this.#toldMs);
    if (this.#parts.liquidation.passed(pass)) this.#hasAccountChanged = true;
    this.#lookAtJump();
  }

  #lookAtJump(): void {
    const { session, observer, symbol, bars, voice } = this.#parts;
    barByJump(session.jump, { symbol, price: pricesOf(observer.instrument), bars, say: voice.say });
  }

  async #tend(): Promise<void> {
    const execution = await this.#parts.session.tend();
    if (execution !== null) this.#heardVenue();
    if (execution !== null && execution.stepsTaken > 0) this.#parts.follower.tended(execution);
  }

  /** Last in a round: what is held and what is due come first. */
  async #pay(): Promise<void> {
    const { owed, session } = this.#parts;
    this.#spend(await owed.pay(session.latest));
  }

  /** @returns how long to wait before the next try */
  async #failed(error: unknown): Promise<number> {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    const { bars, voice } = this.#parts;
    // A jump that waits is told as such, and what the next look settles only once until it has.
    if (trouble.code === 'refused-quarantined') this.#lookAtJump();
    else if (trouble.severity !== 'info' || trouble.code !== this.#passing)
      voice.say(trouble.severity, trouble.code, trouble.message);
    this.#passing = trouble.code;
    this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    if (trouble.who === 'over') {
      if (trouble.code === 'second-agent') bars.set('second-agent', 'another agent steers this account.');
      this.#end = { how: 'over', trouble };
      return 0;
    }
    if (trouble.who === 'venue') {
      // Requests are signed with the venue's time: it is measured anew.
      if (trouble.code === 'venue-clock-skew') await this.#parts.rounds.measureClock();
      if (trouble.code === 'venue-key-refused') bars.set('key-refused', trouble.message);
      if (this.venue.lost(trouble.message))
        voice.say('alarm', 'venue-silent', `The venue has not answered for a minute: ${trouble.message}`);
      this.#isRecoveryDue = true;
      return this.#pauseMs;
    }
    if (
      trouble.who === 'canister' &&
      this.canister.lost('the canister gives no answer that can be believed.')
    ) {
      const text =
        'The canister has been silent for a minute: no entry and no moved stop; exits of the plan go on.';
      voice.say('alarm', 'canister-silent', text);
    }
    // What the plan at hand allows goes on without it.
    try {
      await this.#tend();
    } catch (tending) {
      if (!(tending instanceof VenueError)) throw tending;
    }
    return Math.min(this.#pauseMs, 5_000);
  }

  #heardCanister(): void {
    if (this.canister.heard()) this.#parts.voice.say('info', 'canister-back', 'The canister answers again.');
  }

  #heardVenue(): void {
    if (this.venue.heard()) this.#parts.voice.say('info', 'venue-back', 'The venue answers again.');
    this.#parts.bars.lift('key-refused');
  }

  #spend(updates: number): void {
    this.#parts.budget.spend(Date.now(), updates);
  }

  #moment(): Moment {
    const { market, symbol, leaderSymbol, observer, budget, now, session } = this.#parts;
    const leader = market.mark(leaderSymbol)?.markPrice ?? 0;
    return {
      nowMs: now(),
      toldMs: this.#toldMs,
      toldBarMs: observer.relayed.barMs,
      markPrice: market.mark(symbol)?.markPrice ?? 0,
      levels: levelsOf(session.latest, session.execution),
      leaderMove: this.#leaderAtTold > 0 && leader > 0 ? leader / this.#leaderAtTold - 1 : 0,
      hasAccountChanged: false,
      isWithinBudget: budget.isLeft(Date.now()),
    };
  }
}
