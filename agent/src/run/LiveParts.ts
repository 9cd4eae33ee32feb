import type { CadenceConfig, Mode } from '../config/Config.ts';
import type { Execution, Executor } from '../execute/Executor.ts';
import type { Observer } from '../observe/Observer.ts';
import type { LiveMarket } from '../stream/LiveMarket.ts';
import type { StreamEvent, VenueStream } from '../stream/VenueStream.ts';
import type { Budget } from './Budget.ts';
import type { EntryBars } from './EntryBars.ts';
import type { HaltFile } from './HaltFile.ts';
import type { LiquidationCheck } from './LiquidationCheck.ts';
import type { Owed } from './Owed.ts';
import type { Rounds } from './Rounds.ts';
import type { Voice } from './Voice.ts';
import type { Why } from './Cadence.ts';
import type { Passed, Session, Wished } from './Session.ts';
import type { Trouble } from './Trouble.ts';

/** What a running agent is made of. */
export interface LiveParts {
  readonly mode: Mode;
  readonly session: Session;
  readonly executor: Executor;
  readonly observer: Observer;
  readonly voice: Voice;
  readonly market: LiveMarket;
  readonly stream: VenueStream;
  readonly symbol: string;
  readonly leaderSymbol: string;
  readonly cadence: CadenceConfig;
  readonly budget: Budget;
  readonly jitterMs: number;
  readonly bars: EntryBars;
  readonly haltFile: HaltFile;
  /** Whether the venue's liquidation price is ours. */
  readonly liquidation: LiquidationCheck;
  /** What the canister is still to be told. */
  readonly owed: Owed;
  /** Market time: a venue's own, which on a real one is this machine's. */
  readonly now: () => number;
  /** What is looked after now and then: settings, listing, clock, old rows. */
  readonly rounds: Rounds;
  /** Told of everything, in the order in which it happened. */
  readonly follower: LiveFollower;
}

export interface LiveFollower {
  readonly heard?: (event: StreamEvent) => void;
  readonly passed: (why: Why, passes: readonly Passed[]) => void;
  readonly wished: (wished: Wished) => void;
  readonly tended: (execution: Execution) => void;
}

/** How a run ended. `over`: something certified or leased forbids going on; the resident stop remains. */
export type LiveEnd = { readonly how: 'stopped' } | { readonly how: 'over'; readonly trouble: Trouble };
