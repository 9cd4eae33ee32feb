import {
  BAR_MS,
  instrumentHash,
  MAX_HISTORY_BARS,
  MAX_OBSERVED_BARS,
  NO_BOOK,
  WARM_UP_BARS,
  type Bar,
  type FeedKind,
  type History,
  type Instrument,
  type Observation,
} from '@plimsoll/engine';
import type { Prints } from '../stream/LiveMarket.ts';
import type { Venue } from '../venue/Venue.ts';
import { VenueError } from '../venue/VenueError.ts';
import { randomIds, type IdSource } from './IdSource.ts';
import { waitingJump, type Jump } from './Jump.ts';
import { ObserverError } from './ObserverError.ts';
import { protectiveStop } from './ProtectiveStop.ts';
import { afterHistory, afterObservation, NOTHING_RELAYED, type Relayed } from './Relayed.ts';

/** An observation carries this many settlements at most; the rest wait for the next one. */
const MAX_OBSERVED_SETTLEMENTS = 12;

export interface ObserverOptions {
  readonly venue: Venue;
  /** Name of the venue in frames, such as `binanceusdm`. */
  readonly venueName: string;
  /** The venue's own id of the leader's perpetual, such as `ETHUSDT`. */
  readonly leaderSymbol: string;
  readonly kind: FeedKind;
  /** Salted hash of the venue's account id, 32 bytes. */
  readonly accountHash: Uint8Array;
  readonly ids?: IdSource;
  /** Forced orders heard and not told yet; without it none are told. */
  readonly prints?: PrintSource;
  /** What the canister already knows, after a restart; see `relayedIn`. */
  readonly relayed?: Relayed;
}

/** Forced orders, which venues publish on a stream only. */
export interface PrintSource {
  readonly prints: Prints;
  readonly toldPrints: (prints: Prints) => void;
}

const NO_PRINTS: Prints = { longUsdt: 0, shortUsdt: 0 };

/**
 * Puts together what the canister is told: one look at venue and account, with everything that closed or settled since
 * the last look it took in. It remembers a message only when `tookIn` says that the canister took it in, so that what
 * was refused or lost is told again.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #ids: IdSource;
  #relayed: Relayed;
  #instrument: Instrument | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#ids = options.ids ?? randomIds;
    this.#relayed = options.relayed ?? NOTHING_RELAYED;
  }

  get relayed(): Relayed {
    return this.#relayed;
  }

  /** The venue's rules as they were read last, null before the first look. */
  get instrument(): Instrument | null {
    return this.#instrument;
  }

  /**
   * The next observation.
   * @param onRecord asks for a record whatever it shows: an intent can only follow one
   * @throws ObserverError `history-needed` before the first history, or when more than an hour of bars was missed
   * @throws VenueError when any part cannot be read: unknown is not flat
   */
  async observe(onRecord = false): Promise<Observation> {
    const { venue, leaderSymbol } = this.#options;
    const { barMs, instrumentHash: knownHash } = this.#relayed;
    if (barMs < 0)
      throw new ObserverError(
        'history-needed',
        'Expected a feed that was warmed, got none. Load history first.',
      );
    // A series that history had nothing of goes on from where the bars do.
    const settlementMs = this.#relayed.settlementMs < 0 ? barMs : this.#relayed.settlementMs;
    const leaderBarMs = this.#relayed.leaderBarMs < 0 ? barMs : this.#relayed.leaderBarMs;
    // The clock is read before everything else, so that nothing in the observation is older than it says.
    const market = await venue.market();
    const [instrument, bars, leaderBars, settlements, account, position, orders, openInterest, book] =
      await Promise.all([
        venue.instrument(),
        // One more than fits, to see that too many were missed. A leader that was away catches up by and by.
        this.#closedBars(venue.symbol, barMs + BAR_MS, market.timeMs, MAX_OBSERVED_BARS + 1),
        this.#closedBars(leaderSymbol, leaderBarMs + BAR_MS, market.timeMs, MAX_OBSERVED_BARS),
        venue.settlements(venue.symbol, settlementMs),
        venue.account(),
        venue.position(),
        venue.restingOrders(),
        this.#orUnknown(0, () => venue.openInterest()),
        this.#orUnknown(NO_BOOK, () => venue.book()),
      ]);
    if (bars.length > MAX_OBSERVED_BARS) {
      throw new ObserverError(
        'history-needed',
        `Expected at most ${String(MAX_OBSERVED_BARS)} bars of ${venue.symbol} since ${new Date(barMs).toISOString()}, got more. Load history to go on.`,
      );
    }
    this.#instrument = instrument;
    const hash = instrumentHash(instrument);
    const stop = protectiveStop(orders, position);
    const { longUsdt, shortUsdt } = this.#options.prints?.prints ?? NO_PRINTS;
    return {
      id: this.#ids(market.timeMs),
      timeMs: market.timeMs,
      markPrice: market.markPrice,
      funding: market.funding,
      account,
      position,
      restingStopPrice: stop.price,
      restingStopQuantity: stop.quantity,
      ...(onRecord && { onRecord }),
      instrumentHash: hash,
      instrument: hash === knownHash ? null : instrument,
      bars,
      leaderBars,
      settlements: settlements
        .filter(({ timeMs }) => timeMs > settlementMs && timeMs <= market.timeMs)
        .slice(0, MAX_OBSERVED_SETTLEMENTS),
      openInterest,
      // A tick's decision reads no book; what the canister need not read costs nothing.
      book: bars.length > 0 || onRecord ? book : NO_BOOK,
      longPrintsUsdt: Math.floor(longUsdt),
      shortPrintsUsdt: Math.floor(shortUsdt),
    };
  }

  /**
   * Closed bars that warm an empty or stale feed: the newest of both series that had closed by `beforeMs`, venue time,
   * with the settlements and the open interest among them.
   * @param wanted bars of each series, at most 3,000
   * @throws ObserverError `history-short` when the venue has fewer than `least`
   */
  async history(
    beforeMs?: number,
    wanted = MAX_HISTORY_BARS,
    least = Math.min(wanted, WARM_UP_BARS),
  ): Promise<History> {
    const { venue, leaderSymbol, venueName, kind, accountHash } = this.#options;
    const untilMs = beforeMs ?? (await venue.market()).timeMs;
    const endMs = Math.floor(untilMs / BAR_MS) * BAR_MS;
    const sinceMs = endMs - wanted * BAR_MS;
    const [openInterest, instrument, bars, leaderBars, settlements] = await Promise.all([
      this.#orUnknown([], () => venue.openInterestHistory(sinceMs, endMs)),
      venue.instrument(),
      this.#closedBars(venue.symbol, sinceMs, endMs, wanted),
      this.#closedBars(leaderSymbol, sinceMs, endMs, wanted),
      venue.settlements(venue.symbol, sinceMs - 1),
    ]);
    this.#instrument = instrument;
    const first = bars[0];
    const last = bars.at(-1);
    if (first === undefined || last === undefined || bars.length < least) {
      throw new ObserverError(
        'history-short',
        `Expected at least ${String(least)} closed bars of ${venue.symbol} before ${new Date(endMs).toISOString()}, got ${String(bars.length)}. Wait until the venue has them, or choose a later time.`,
      );
    }
    return {
      id: this.#ids(untilMs),
      kind,
      venue: venueName,
      accountHash,
      instrument,
      leaderSymbol,
      bars,
      leaderBars,
      settlements: settlements
        .filter(({ timeMs }) => timeMs >= first.timeMs && timeMs <= last.timeMs + BAR_MS)
        .slice(-MAX_HISTORY_BARS),
      openInterest: openInterest.filter(({ timeMs }) => timeMs >= first.timeMs).slice(-MAX_HISTORY_BARS),
    };
  }

  /** The canister took this in: what it carried need not be told again. */
  tookIn(told: Observation | History): void {
    if (!('kind' in told)) {
      const { longPrintsUsdt: longUsdt, shortPrintsUsdt: shortUsdt } = told;
      this.#options.prints?.toldPrints({ longUsdt, shortUsdt });
    }
    this.#relayed = 'kind' in told ? afterHistory(told) : afterObservation(this.#relayed, told);
  }

  /** The jump for which the canister did not take this observation in (`quarantined`). @throws VenueError */
  async jumpIn({ bars }: Observation): Promise<Jump | null> {
    const [first] = bars;
    if (first === undefined) return null;
    const { venue } = this.#options;
    const [before] = await this.#closedBars(venue.symbol, first.timeMs - BAR_MS, first.timeMs, 1);
    return before === undefined ? null : waitingJump(before.close, bars);
  }

  /** The canister does not know the instrument after all (`instrument-unknown`): the next observation brings it. */
  forgetInstrument(): void {
    this.#relayed = { ...this.#relayed, instrumentHash: null };
  }

  /**
   * What the model can do without: unknown where the read fails, so that it never keeps an exit waiting, and unknown in
   * a replay, where a home-made exchange could only make it up.
   */
  async #orUnknown<T>(unknown: T, read: () => Promise<T>): Promise<T> {
    if (this.#options.kind === 'replay') return unknown;
    try {
      return await read();
    } catch (error) {
      if (error instanceof VenueError) return unknown;
      throw error;
    }
  }

  /** Bars from `sinceMs` that had closed by `endMs`, oldest first, at most `limit`. */
  async #closedBars(symbol: string, sinceMs: number, endMs: number, limit: number): Promise<readonly Bar[]> {
    const bars = await this.#options.venue.closedBars(symbol, sinceMs, limit);
    return bars.filter(({ timeMs }) => timeMs >= sinceMs && timeMs + BAR_MS <= endMs);
  }
}
