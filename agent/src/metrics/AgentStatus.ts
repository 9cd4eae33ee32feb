import type { Mode } from '../credentials/KeyJudgement.ts';

/** What is known of a running agent, as metrics and health look at it. Times are wall time, ms; null is unknown. */
export interface AgentStatus {
  readonly mode: Mode;
  readonly startedMs: number;
  /** Whether venue, journal and canister agreed after the start. */
  readonly isAgreed: boolean;
  /** When the venue was last read, and the canister last answered with something that was accepted. */
  readonly venueReadMs: number | null;
  readonly canisterAnswerMs: number | null;
  /** Since when asked for in vain, as durations; null while they answer. */
  readonly venueSilentMs: number | null;
  readonly canisterSilentMs: number | null;
  /** How old the newest price is by the venue's own clock, ms. */
  readonly priceAgeMs: number | null;
  readonly equityUsdt: number | null;
  readonly position: {
    /** Signed, base units. */
    readonly quantity: number;
    readonly markPrice: number;
    readonly liquidationPrice: number;
    readonly stopPrice: number;
    readonly stopQuantity: number;
    /** Since when a part of it is not covered by a resting stop; null while all of it is. */
    readonly uncoveredSinceMs: number | null;
  } | null;
  /** Probability of touching the liquidation price within 8 hours, estimated. */
  readonly touchProbability8h: number | null;
  readonly leverageCap: number | null;
  readonly notionalCapUsdt: number | null;
  readonly isHalted: boolean;
  readonly ambiguousOrders: number;
  readonly cyclesRunwayDays: number | null;
  readonly keyExpiresMs: number | null;
  readonly grantExpiresMs: number | null;
  readonly journalBytes: number | null;
}
