import { barLengthMs, indexAtOrAfter } from '../market/Bar.ts';
import { formatE8, ONE_E8 } from '../market/E8.ts';
import { tiersAt } from '../market/MarginTier.ts';
import type { Recording } from '../market/Recording.ts';
import { type Moment, pathOf, phaseOffsetMs, PHASES, type Phase, timelineOf } from '../market/Replay.ts';
import { type ApiKey, tradingKey } from './ApiKey.ts';
import { FaultPlan } from './faults/FaultPlan.ts';
import { settleFundingUntil } from './FundingSettlement.ts';
import { ListenKeys } from './ListenKeys.ts';
import { marksAt } from './MarkPrice.ts';
import { jump, liquidateShared, walk } from './PriceWalk.ts';
import { AddressLimits, OrderLimits } from './RateLimits.ts';
import { type Credentials, LOCAL_CREDENTIALS } from './Signature.ts';
import { fireAllTimers } from './Timers.ts';
import { SocketFaults } from './socket/SocketFaults.ts';
import { Tape } from './Tape.ts';
import {
  type Contract,
  contractOf,
  createVenue,
  DEFAULT_SETTINGS,
  observeMarks,
  observePoint,
  post,
  type Venue,
  type VenueEvent,
  type VenueSettings,
} from './Venue.ts';

/** What lies before the replay's first moment unless a start is given: ten days, enough to warm a model up. */
const WARM_UP_MS = 10 * 86_400_000;

/** Isolated margin added (type 1) or taken (type 2) by hand. */
export interface MarginChange {
  readonly symbol: string;
  readonly type: 1 | 2;
  readonly amountE8: bigint;
  readonly timeMs: number;
}

/** A further account: it trades the same market with money, positions and keys of its own. */
export interface AccountOptions {
  readonly keys: readonly ApiKey[];
  readonly walletE8?: bigint;
}

export interface ExchangeOptions extends Partial<VenueSettings> {
  readonly recording: Recording;
  /** Time at which the replay starts, rounded up to the next bar; the history before it is there to be asked for. */
  readonly startMs?: number;
  readonly credentials?: Credentials;
  /** Balance of the account at the start, whole e8 of USDT. */
  readonly walletE8?: bigint;
  /** Whether the key may be used from the loopback address only. */
  readonly ipRestricted?: boolean;
  /** Keys of the account beside `credentials`. */
  readonly keys?: readonly ApiKey[];
  readonly accounts?: readonly AccountOptions[];
  /** `enforce` answers 429 and 418 as the venue does; `count` (the default) only shows what was used. */
  readonly rateLimits?: 'count' | 'enforce';
  /** Wall clock, ms: signatures are judged by it, market time never is. */
  readonly now?: () => number;
}

/** Where the replay stands. Prices are decimal strings. */
export interface MarketStatus {
  readonly symbol: string;
  readonly leader: string;
  readonly timeMs: number;
  readonly barOpenMs: number;
  readonly phase: Phase;
  readonly lastPrice: string;
  readonly leaderPrice: string;
  /** Bars the replay plays in all, and those of them that are closed. */
  readonly barsTotal: number;
  readonly barsDone: number;
  /** First bar of the recording (its history included), first bar played, last bar. */
  readonly firstBarMs: number;
  readonly startBarMs: number;
  readonly lastBarMs: number;
  readonly synthetic: boolean;
  readonly done: boolean;
}

const DEFAULT_WALLET_E8 = 10_000n * ONE_E8;

/**
 * A futures venue that plays a recorded market. It stands still until told to advance: market time is the recording's.
 * Usable in process; `ExchangeServer` puts it behind HTTP.
 */
export class Exchange {
  readonly venue: Venue;
  readonly credentials: Credentials;
  readonly keys: readonly ApiKey[];
  /** All accounts, this one first; they share the market, but not what their orders do to it. */
  readonly accounts: readonly Exchange[];
  readonly listenKeys: ListenKeys;
  readonly addressLimits = new AddressLimits();
  readonly orderLimits = new OrderLimits();
  readonly rateLimits: 'count' | 'enforce';
  /** Public trades since the start. */
  readonly tape = new Tape();
  readonly socketFaults = new SocketFaults();
  readonly faults = new FaultPlan();
  /** How far the venue's wall clock is ahead of the true one, ms: a fault. */
  clockSkewMs = 0;
  /** Isolated margin moved by hand. */
  readonly marginChanges: MarginChange[] = [];
  /** Called when the market has moved a step (after all accounts have), and when a request may have changed something. */
  readonly watchers = new Set<() => void>();
  readonly now: () => number;
  readonly market: Contract;
  readonly leader: Contract;
  private readonly recording: Recording;
  private readonly timeline: readonly Moment[];
  private readonly startIndex: number;
  private index: number;
  private phase: Phase = 'open';
  private heldAtOpen: { market: bigint; leader: bigint } = { market: 0n, leader: 0n };
  /** The account whose position decides the path within a bar, when that is not this one. */
  private readonly first: Exchange | undefined;

  /** @throws RangeError when the start leaves nothing to play */
  constructor(options: ExchangeOptions, first?: Exchange) {
    const { recording } = options;
    this.recording = recording;
    this.credentials = options.credentials ?? LOCAL_CREDENTIALS;
    const own = first === undefined ? [tradingKey(this.credentials, options.ipRestricted ?? true)] : [];
    this.keys = [...own, ...(options.keys ?? [])];
    this.rateLimits = options.rateLimits ?? 'count';
    const clock = options.now ?? Date.now;
    this.now = () => clock() + this.clockSkewMs;
    this.listenKeys = new ListenKeys(this.now);
    this.first = first;
    this.timeline = timelineOf(recording);
    const warmUpBars = WARM_UP_MS / barLengthMs(recording.market.bars, recording.leader.bars);
    this.startIndex =
      options.startMs === undefined
        ? this.timeline.length > warmUpBars + 1
          ? warmUpBars
          : 0
        : indexAtOrAfter(this.timeline, options.startMs);
    const start = this.timeline[this.startIndex];
    if (start === undefined) {
      const lastMs = this.timeline.at(-1)?.timeMs ?? 0;
      throw new RangeError(
        `expected a start at or before the last bar (${lastMs}), got ${String(options.startMs)}; start earlier`,
      );
    }
    this.index = this.startIndex;
    this.venue = createVenue([recording.market, recording.leader], settingsOf(options));
    this.market = contractOf(this.venue, recording.market.symbol);
    this.leader = contractOf(this.venue, recording.leader.symbol);
    this.venue.timeMs = start.timeMs;
    for (const contract of this.venue.contracts.values()) begin(contract, start.timeMs);
    this.openBar(start);
    post(this.venue, 'TRANSFER', '', options.walletE8 ?? DEFAULT_WALLET_E8);
    this.accounts = [this, ...(options.accounts ?? []).map((account) => this.further(options, account))];
  }

  private further(options: ExchangeOptions, account: AccountOptions): Exchange {
    const { keys, walletE8 = DEFAULT_WALLET_E8 } = account;
    const [credentials] = keys;
    if (credentials === undefined)
      throw new RangeError('expected an account with a key, got none; give it one');
    return new Exchange({ ...options, accounts: [], walletE8, credentials, keys }, this);
  }

  status(): MarketStatus {
    const { timeline, startIndex, index, phase } = this;
    return {
      symbol: this.market.rules.symbol,
      leader: this.leader.rules.symbol,
      timeMs: this.venue.timeMs,
      barOpenMs: timeline[index]?.timeMs ?? 0,
      phase,
      lastPrice: formatE8(this.market.lastE8),
      leaderPrice: formatE8(this.leader.lastE8),
      barsTotal: timeline.length - startIndex,
      barsDone: index - startIndex + (phase === 'close' ? 1 : 0),
      firstBarMs: this.recording.market.bars[0]?.timeMs ?? 0,
      startBarMs: timeline[startIndex]?.timeMs ?? 0,
      lastBarMs: timeline.at(-1)?.timeMs ?? 0,
      synthetic: this.recording.synthetic,
      done: this.done,
    };
  }

  /** Whether the last bar has closed. */
  get done(): boolean {
    return this.index === this.timeline.length - 1 && this.phase === 'close';
  }

  /** Market time of the next point of the path, ms; the present one at the end. */
  get nextPointMs(): number {
    const { timeline, index, phase, venue } = this;
    if (phase === 'close') return timeline[index + 1]?.timeMs ?? venue.timeMs;
    const next = PHASES[PHASES.indexOf(phase) + 1] ?? 'close';
    return (timeline[index]?.timeMs ?? 0) + phaseOffsetMs(next, venue.barMs);
  }

  /** Goes on to the next point of the path, or through it to the next bar's open. At the end it does nothing. */
  advance(to: 'point' | 'open'): void {
    do {
      if (this.done) return;
      for (const account of this.accounts) account.step();
      this.faults.play(this);
      this.tape.observe(this.venue);
      this.notify();
    } while (to === 'open' && this.phase !== 'open');
  }

  /** Tells the watchers that something may have changed. */
  notify(): void {
    for (const watcher of this.watchers) watcher();
  }

  /** What happened since this was last asked, oldest first. */
  drainEvents(): VenueEvent[] {
    return this.venue.events.splice(0);
  }

  private step(): void {
    if (this.done) return;
    if (this.phase === 'close') {
      const next = this.timeline[this.index + 1];
      if (next === undefined) return;
      this.index += 1;
      settleFundingUntil(this.venue, next.timeMs - 1);
      this.venue.timeMs = next.timeMs;
      this.phase = 'open';
      this.openBar(next);
      return;
    }
    const moment = this.timeline[this.index];
    const phase = PHASES[PHASES.indexOf(this.phase) + 1];
    if (moment === undefined || phase === undefined) return;
    if (this.phase === 'open') {
      this.heldAtOpen = { market: this.market.position.quantityE8, leader: this.leader.position.quantityE8 };
    }
    const endMs = moment.timeMs + phaseOffsetMs(phase, this.venue.barMs);
    settleFundingUntil(this.venue, endMs);
    const { heldAtOpen } = this.first ?? this;
    for (const [contract, heldAtOpenE8] of [
      [this.market, heldAtOpen.market],
      [this.leader, heldAtOpen.leader],
    ] as const) {
      const { bar } = contract;
      if (bar === undefined) continue;
      const priceE8 = pathOf(bar, heldAtOpenE8)[phase];
      const point = { phase, heldE8: heldAtOpenE8, lastE8: priceE8, timeMs: endMs };
      const marks = marksAt(contract, point);
      walk(this.venue, contract, { lastE8: priceE8, markE8: marks.markE8 }, endMs);
      contract.marks.indexE8 = marks.indexE8;
      observePoint(contract, bar, phase, priceE8);
      observeMarks(contract, bar, phase);
    }
    this.phase = phase;
    this.venue.timeMs = endMs;
    fireAllTimers(this.venue);
    liquidateShared(this.venue);
  }

  /** Opens a bar: prices jump, tables change, funding due at this very time is settled, then what was jumped fires. */
  private openBar(moment: Moment): void {
    const opened: Contract[] = [];
    for (const [contract, bar] of [
      [this.market, moment.market],
      [this.leader, moment.leader],
    ] as const) {
      if (!contract.tiersFixed) contract.tiers = tiersAt(contract.recording.tiers, moment.timeMs);
      contract.bar = bar;
      contract.forming = undefined;
      if (bar === undefined) continue;
      observePoint(contract, bar, 'open', bar.openE8);
      opened.push(contract);
    }
    settleFundingUntil(this.venue, moment.timeMs);
    for (const contract of opened) {
      const openE8 = contract.bar?.openE8 ?? contract.lastE8;
      const point = { phase: 'open', heldE8: 0n, lastE8: openE8, timeMs: moment.timeMs } as const;
      const marks = marksAt(contract, point);
      jump(this.venue, contract, { lastE8: openE8, markE8: marks.markE8 });
      contract.marks.indexE8 = marks.indexE8;
      if (contract.bar !== undefined) observeMarks(contract, contract.bar, 'open');
    }
    fireAllTimers(this.venue);
    liquidateShared(this.venue);
  }
}

function settingsOf(options: ExchangeOptions): VenueSettings {
  const { stopSlippage, book, liquidation, seed } = { ...DEFAULT_SETTINGS, ...options };
  return { stopSlippage, book, liquidation, seed };
}

/** Puts a contract at the state it had just before a time: its last price, and the settlements still to come. */
function begin(contract: Contract, timeMs: number): void {
  const { bars, funding } = contract.recording;
  const index = indexAtOrAfter(bars, timeMs);
  contract.lastE8 = bars[index - 1]?.closeE8 ?? bars[index]?.openE8 ?? 0n;
  contract.nextSettlement = indexAtOrAfter(funding, timeMs);
  contract.fundingRateE8 = funding[contract.nextSettlement - 1]?.rateE8 ?? 0n;
}
