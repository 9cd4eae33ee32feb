import type { Journal } from '../journal/Journal.ts';
import type { Role } from '../journal/Rows.ts';
import type { Venue } from '../venue/Venue.ts';

/** This machine's clock. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Takes hold of the true clock when it is loaded: a replay may put the market's in the place of `Date` later. */
export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** How long things may take, milliseconds of this machine's clock. */
export interface Timing {
  /**
   * How long an order that may be on its way can still turn up. The venue refuses a request once it is older than its
   * receive window (5 s): after that and a margin, an order that is not found does not exist.
   */
  readonly graceMs: number;
  /** The same for an order that only reduces: sending it twice does no harm, waiting does. */
  readonly reducingGraceMs: number;
  readonly pollMs: number;
  /** A stop that does not rest by then cannot protect: the position is closed. */
  readonly stopConfirmMs: number;
  /** How long the venue's position may lag behind its own fills. */
  readonly positionLagMs: number;
  readonly closeAttempts: number;
  /** Rounds of reading, planning and acting in one go; a venue that never agrees with the plan ends there. */
  readonly rounds: number;
}

export const DEFAULT_TIMING: Timing = {
  graceMs: 7_000,
  reducingGraceMs: 2_000,
  pollMs: 250,
  stopConfirmMs: 5_000,
  positionLagMs: 3_000,
  closeAttempts: 8,
  rounds: 8,
};

/** What to do with a position of which no plan of ours speaks: rest a stop beside it, or only tell. */
export const ADOPTED_POLICIES = ['protect', 'warn'] as const;
export type AdoptedPolicy = (typeof ADOPTED_POLICIES)[number];

/** What every act of the execution side works with. */
export interface Context {
  readonly venue: Venue;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timing: Timing;
  /** Told of every order that was sent: what came of it, and how long its answer took in milliseconds. */
  readonly onOutcome?: (role: Role, outcome: string, tookMs: number) => void;
}
