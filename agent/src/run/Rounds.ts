import type { Decision } from '@plimsoll/engine';
import type { Execution } from '../execute/Executor.ts';
import type { Journal } from '../journal/Journal.ts';
import type { Severity } from '../journal/Rows.ts';
import type { Venue } from '../venue/Venue.ts';
import { VenueError } from '../venue/VenueError.ts';
import type { EntryBars } from './EntryBars.ts';

export interface RoundsOptions {
  readonly venue: Venue;
  readonly journal: Journal;
  readonly bars: EntryBars;
  /** The decision and what came of it last. */
  readonly standing: () => { readonly decision: Decision | null; readonly execution: Execution | null };
  readonly say: (severity: Severity, code: string, message: string) => void;
  /** Called before each round: what is read next is to come from the venue itself. */
  readonly reconcile: () => void;
  /** Looks again at what was found earlier and may have mended itself. @throws VenueError */
  readonly lookAgain?: () => Promise<void>;
  /** Keeps the receipts short: marks where a start may go on, throws away what is not needed. */
  readonly keepShort?: () => Promise<void>;
  readonly everyMs?: number;
}

const EVERY_MS = 300_000;
/** A clock this far off is told; further off the age of certificates cannot be judged. */
const DRIFT_WARNING_MS = 1_000;
const DRIFT_BAR_MS = 3_000;
const KEEP_CALLS_MS = 86_400_000;
const KEEP_DECISIONS_MS = 7 * 86_400_000;
const KEEP_EVENTS_MS = 90 * 86_400_000;
const CONTRACT = 'contract';

/** What is looked after now and then: the listing, the account's settings, the clock, and old rows of the journal. */
export class Rounds {
  readonly #options: RoundsOptions;
  #doneMs = -Infinity;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Makes the round if it is due. A venue that cannot be asked is asked the next time. */
  async look(): Promise<void> {
    const { everyMs = EVERY_MS, reconcile } = this.#options;
    const sinceMs = Date.now() - this.#doneMs;
    // A clock that was set back is one more reason to look.
    if (sinceMs >= 0 && sinceMs < everyMs) return;
    this.#doneMs = Date.now();
    reconcile();
    this.#tidy();
    await this.#keepShort();
    try {
      await this.#listing();
      await this.#settings();
      await this.#clock();
      await this.#options.lookAgain?.();
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      this.#doneMs = -Infinity;
    }
  }

  /** Delisting, and another contract under the old name. */
  async #listing(): Promise<void> {
    const { venue, bars, journal, say } = this.#options;
    const { status, isTrading, contract } = await venue.listing();
    bars.toggle('not-trading', !isTrading, `${venue.symbol} is not trading on the venue (${status}).`);
    if (!isTrading)
      say(
        'alarm',
        'not-trading',
        `${venue.symbol} is ${status} on the venue: nothing is entered, exits go on.`,
      );
    const known = journal.recall(CONTRACT);
    if (known === null) journal.remember(CONTRACT, contract);
    const isSwapped = known !== null && known !== contract;
    const text = `${venue.symbol} was ${known ?? ''} and is now ${contract}.`;
    bars.toggle('contract-changed', isSwapped, text);
    if (isSwapped)
      say(
        'alarm',
        'contract-changed',
        `${text} Nothing is entered until you start with a new state directory.`,
      );
  }

  /** With a position, leverage and modes are what its plan was made for, or nothing more is entered. */
  async #settings(): Promise<void> {
    const { venue, bars, standing, say } = this.#options;
    const { decision, execution } = standing();
    const plan = decision?.plan ?? null;
    const isHeld = execution !== null && execution.position.side !== 0;
    if (!isHeld || plan === null) return bars.lift('settings-differ');
    const { isOneWay, isIsolated, leverage } = await venue.settings();
    const isSame = isOneWay && isIsolated && leverage === plan.leverage;
    const text = `The account is in ${isOneWay ? 'one-way' : 'hedge'} mode, ${isIsolated ? 'isolated' : 'cross'} margin, ${String(leverage)}x; the plan was made for one-way, isolated, ${String(plan.leverage)}x.`;
    bars.toggle('settings-differ', !isSame, text);
    if (!isSame) say('alarm', 'settings-differ', text);
  }

  /** Measures the clock out of turn; a venue that cannot be asked is asked the next time. */
  async measureClock(): Promise<void> {
    try {
      await this.#clock();
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
    }
  }

  async #clock(): Promise<void> {
    const { venue, bars, say } = this.#options;
    const aheadMs = await venue.synchronise();
    const text = `This machine's clock is ${String(Math.abs(aheadMs))} ms ${aheadMs > 0 ? 'ahead of' : 'behind'} the venue's. Set it by NTP.`;
    bars.toggle('clock-drift', Math.abs(aheadMs) > DRIFT_BAR_MS, text);
    if (Math.abs(aheadMs) > DRIFT_WARNING_MS) say('warning', 'clock-drift', text);
  }

  /** A disk that is full stops what has to be written; what need not be is told. */
  async #keepShort(): Promise<void> {
    try {
      await this.#options.keepShort?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.say('warning', 'receipts-grow', `The receipts could not be kept short: ${why}`);
    }
  }

  #tidy(): void {
    const { journal } = this.#options;
    const now = Date.now();
    journal.forgetCalls(now - KEEP_CALLS_MS);
    journal.forgetDecisions(now - KEEP_DECISIONS_MS);
    journal.forgetEvents(now - KEEP_EVENTS_MS);
  }
}
