import type { Mode } from '../config/Config.ts';
import type { Jump } from '../observe/Jump.ts';
import type { Severity } from '../journal/Rows.ts';
import type { BudgetView } from './Budget.ts';

export type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

/**
 * Where a running agent stands: what the terminal view draws, `status --json` prints and metrics read. Times are
 * milliseconds since 1970-01-01 UTC; distances and rates are fractions. Later versions may add fields.
 */
export interface RunStatus {
  readonly version: 1;
  readonly phase: Phase;
  readonly mode: Mode;
  readonly venue: string;
  /** Whether fills are made up: a paper account, or a market of this machine. */
  readonly isSimulated: boolean;
  readonly symbol: string;
  readonly leader: string;
  /** Decimals of the market's tick, by which its prices are told to people; null before it was read. */
  readonly priceDecimals: number | null;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly markPrice: number | null;
  readonly leaderPrice: number | null;
  readonly equityUsdt: number | null;
  readonly position: PositionView | null;
  readonly stop: StopView | null;
  readonly liquidation: LiquidationView | null;
  /** Estimated probability of touching the liquidation price within 8 hours; null while flat. */
  readonly touchProbability8h: number | null;
  readonly leverage: {
    readonly allowed: number;
    readonly boundBy: string;
    readonly used: number | null;
  } | null;
  readonly size: { readonly allowedUsdt: number; readonly boundBy: string } | null;
  readonly decision: DecisionView | null;
  readonly freshness: Freshness;
  readonly budget: BudgetView;
  /** Why nothing may be entered, empty when it may. */
  readonly entryBars: readonly { readonly code: string; readonly message: string }[];
  /** A close that waits for a next bar near it or for the owner's word; nothing is decided meanwhile. */
  readonly jump: Jump | null;
  readonly isHalted: boolean;
  readonly isReconciled: boolean;
  readonly isProtected: boolean;
  /** For how long a part of the position has had no resting stop of ours; null while all of it has. */
  readonly uncoveredMs: number | null;
  /** Orders of unknown fate. */
  readonly ambiguousOrders: number;
  readonly tenure: TenureView;
  readonly journalBytes: number | null;
  readonly problems: readonly string[];
  /** Newest last. */
  readonly events: readonly EventView[];
}

/** What the right to act rests on, and until when; null is unknown. Times are wall time. */
export interface TenureView {
  readonly keyExpiresMs: number | null;
  readonly grantExpiresMs: number | null;
  /** Days that the canister's cycles last at the present burn; as one of its nodes says, not certified. */
  readonly cyclesRunwayDays: number | null;
}

export interface PositionView {
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entryPrice: number;
  readonly notionalUsdt: number;
  readonly unrealizedUsdt: number;
  readonly openedMs: number;
}

export interface StopView {
  readonly price: number;
  readonly quantity: number;
  /** From mark to stop, against the position; above 0. */
  readonly distance: number;
}

export interface LiquidationView {
  readonly price: number;
  readonly distance: number;
  /** The same distance in standard deviations of a day; null while volatility is unknown. */
  readonly dailySigmas: number | null;
}

export interface DecisionView {
  readonly action: string;
  readonly reason: string;
  readonly binding: string;
  readonly timeMs: number;
  readonly sequence: number;
  readonly isRecord: boolean;
  readonly warnings: readonly string[];
}

export interface Freshness {
  /** Since the canister's last accepted answer, null before the first. */
  readonly canisterAgoMs: number | null;
  /** Since the mark was heard last. */
  readonly streamAgoMs: number | null;
  /** Since the newest bar the canister knows closed. */
  readonly barAgoMs: number | null;
  /** Since the venue's account was read last, null before the first time. */
  readonly venueAgoMs: number | null;
  /** Since when they were asked in vain; null while they answer. */
  readonly venueSilentMs: number | null;
  readonly canisterSilentMs: number | null;
  /** Since the agent's loop came round last. */
  readonly loopAgoMs: number;
}

export interface EventView {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly wallMs: number;
}
