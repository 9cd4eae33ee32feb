import { indexAtOrAfter } from '../market/Bar.ts';
import { formatE8, ONE_E8 } from '../market/E8.ts';
import { tiersAt } from '../market/MarginTier.ts';
import type { Recording } from '../market/Recording.ts';
import { type Moment, pathOf, PHASE_OFFSET_MS, PHASES, type Phase, timelineOf } from '../market/Replay.ts';
import { settleFunding } from './FundingSettlement.ts';
import { jump, walk } from './PriceWalk.ts';
import { type Credentials, LOCAL_CREDENTIALS } from './Signature.ts';
import {
  type Contract,
  contractOf,
  createVenue,
  markE8,
  observePoint,
  post,
  type StopSlippage,
  type Venue,
  type VenueEvent,
} from './Venue.ts';

/** Bars that lie before the replay's first moment unless a start is given: ten days, enough to warm a model up. */
export const WARM_UP_BARS = 2_880;

export interface ExchangeOptions {
  readonly recording: Recording;
  /** Time at which the replay starts, rounded up to the next bar; the history before it is there to be asked for. */
  readonly startMs?: number;
  readonly credentials?: Credentials;
  /** Balance of the account at the start, whole e8 of USDT. */
  readonly walletE8?: bigint;
  readonly stopSlippage?: StopSlippage;
  /** What the key's restrictions say about addresses. */
  readonly ipRestricted?: boolean;
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
  readonly ipRestricted: boolean;
  readonly now: () => number;
  readonly market: Contract;
  readonly leader: Contract;
  private readonly recording: Recording;
  private readonly timeline: readonly Moment[];
  private readonly startIndex: number;
  private index: number;
  private phase: Phase = 'open';
  private heldAtOpen: { market: bigint; leader: bigint } = { market: 0n, leader: 0n };

  /** @throws RangeError when the start leaves nothing to play */
  constructor(options: ExchangeOptions) {
    const { recording } = options;
    this.recording = recording;
    this.credentials = options.credentials ?? LOCAL_CREDENTIALS;
    this.ipRestricted = options.ipRestricted ?? true;
    this.now = options.now ?? Date.now;
    this.timeline = timelineOf(recording);
    this.startIndex =
      options.startMs === undefined
        ? this.timeline.length > WARM_UP_BARS + 1
          ? WARM_UP_BARS
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
    this.venue = createVenue([recording.market, recording.leader], options.stopSlippage ?? 'model');
    this.market = contractOf(this.venue, recording.market.symbol);
    this.leader = contractOf(this.venue, recording.leader.symbol);
    this.venue.timeMs = start.timeMs;
    for (const contract of this.venue.contracts.values()) begin(contract, start.timeMs);
    this.openBar(start);
    post(this.venue, 'TRANSFER', '', options.walletE8 ?? DEFAULT_WALLET_E8);
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

  /** Goes on to the next point of the path, or through it to the next bar's open. At the end it does nothing. */
  advance(to: 'point' | 'open'): void {
    do this.step();
    while (to === 'open' && this.phase !== 'open' && !this.done);
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
      this.settleUntil(next.timeMs - 1);
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
    const endMs = moment.timeMs + PHASE_OFFSET_MS[phase];
    this.settleUntil(endMs);
    for (const [contract, heldAtOpenE8] of [
      [this.market, this.heldAtOpen.market],
      [this.leader, this.heldAtOpen.leader],
    ] as const) {
      const { bar } = contract;
      if (bar === undefined) continue;
      const priceE8 = pathOf(bar, heldAtOpenE8)[phase];
      walk(this.venue, contract, priceE8, endMs);
      observePoint(contract, bar, phase, priceE8);
    }
    this.phase = phase;
    this.venue.timeMs = endMs;
  }

  /** Opens a bar: prices jump, tables change, funding due at this very time is settled, then what was jumped fires. */
  private openBar(moment: Moment): void {
    const opened: [Contract, bigint][] = [];
    for (const [contract, bar] of [
      [this.market, moment.market],
      [this.leader, moment.leader],
    ] as const) {
      contract.tiers = tiersAt(contract.recording.tiers, moment.timeMs);
      contract.bar = bar;
      contract.forming = undefined;
      if (bar === undefined) continue;
      observePoint(contract, bar, 'open', bar.openE8);
      opened.push([contract, bar.openE8]);
    }
    this.settleUntil(moment.timeMs);
    for (const [contract, openE8] of opened) jump(this.venue, contract, openE8);
  }

  /** Settles what falls due up to and including a time: at the open of a bar that opens just then, else at mark. */
  private settleUntil(untilMs: number): void {
    const standsAtMs = this.venue.timeMs;
    for (const contract of this.venue.contracts.values()) {
      for (;;) {
        const settlement = contract.recording.funding[contract.nextSettlement];
        if (settlement === undefined || settlement.timeMs > untilMs) break;
        contract.nextSettlement += 1;
        this.venue.timeMs = settlement.timeMs;
        const opens = contract.bar?.timeMs === settlement.timeMs;
        const mark = opens && contract.bar !== undefined ? contract.bar.openE8 : markE8(contract);
        settleFunding(this.venue, contract, settlement.rateE8, mark);
      }
    }
    this.venue.timeMs = standsAtMs;
  }
}

/** Puts a contract at the state it had just before a time: its last price, and the settlements still to come. */
function begin(contract: Contract, timeMs: number): void {
  const { bars, funding } = contract.recording;
  const index = indexAtOrAfter(bars, timeMs);
  contract.lastE8 = bars[index - 1]?.closeE8 ?? bars[index]?.openE8 ?? 0n;
  contract.nextSettlement = indexAtOrAfter(funding, timeMs);
}
