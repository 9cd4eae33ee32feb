import type { Reason } from '../Decision.ts';
import type { Scope } from '../Grant.ts';
import type { FeedKind } from '../History.ts';
import type { Limits } from '../Limits.ts';
import { NO_CORRELATIONS, type Correlations } from './Correlations.ts';
import type { Mode } from './Mode.ts';
import type { Report } from './Report.ts';
import type { Allowed } from './Wish.ts';

/** Newest reports that are kept beside the log. */
export const MAX_REPORTS = 32;
/** Open reports that are kept one by one; of more it is only known that there are more. */
export const MAX_OPEN_REPORTS = 32;

/** Switches on one level: everything of the owner, an account, or one of its markets. */
export interface Switches {
  /** No entry until the owner resumes. */
  readonly halted: boolean;
  /** The owner steers. */
  readonly manual: boolean;
}

export const NO_SWITCHES: Switches = { halted: false, manual: false };

/** An entry that a plan allows: it may be under way until then, whatever became of the plan. */
export interface Planned {
  readonly side: number;
  readonly notionalUsdt: number;
  /** Venue time. */
  readonly enterUntilMs: number;
}

/** What the keeper knows of one desk. */
export interface MarketState extends Switches {
  readonly market: number;
  readonly symbol: string;
  /** What is held or under way has to be closed; ends with the first look that finds nothing held when none can be. */
  readonly flattening: boolean;
  /** null where no plan was made, or a look on record has found its time over. */
  readonly planned: Planned | null;
  /** As of the newest record: +1 long, −1 short, 0 flat. */
  readonly side: number;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly markPrice: number;
  /** Deviation of its returns per square root of a day. */
  readonly sigmaDay: number;
  /**
   * The account's equity before the trade, less what all trades had made by then; 0 where that does not tell the trade's
   * result, as other positions are or were held beside it.
   */
  readonly baselineUsdt: number;
  /** What the closed parts of the trade made by price. */
  readonly closedUsdt: number;
}

/** What the keeper knows of one exchange account. */
export interface AccountState extends Switches {
  readonly account: number;
  readonly kind: FeedKind;
  readonly venue: string;
  readonly accountHash: Uint8Array;
  readonly mode: Mode;
  /** IC time since which it has been in this mode. */
  readonly modeSinceMs: number;
  /** Observations on record and plans made in this mode. */
  readonly decisions: number;
  readonly plans: number;
  /** Feed time of the newest look on record. */
  readonly timeMs: number;
  readonly equityUsdt: number;
  readonly peakUsdt: number;
  /** The UTC day of the feed, counted from 1970, and the equity it began with. */
  readonly day: number;
  readonly dayStartUsdt: number;
  /** Losing trades in a row. */
  readonly losses: number;
  /** What closed trades made so far, USDT. */
  readonly realisedUsdt: number;
  /** The breaker that is out, or null. */
  readonly breaker: Reason | null;
  /** Feed time until which the breaker cannot be resumed from. */
  readonly breakerUntilMs: number;
  /** Feed time until which entries wait after the owner gave the steering back. */
  readonly coolUntilMs: number;
  /** Equity when the owner took over; 0 while nobody has, and once a look has judged how that went. */
  readonly takeoverUsdt: number;
  /** The steering was given back, and no look has judged yet how that went. */
  readonly released: boolean;
  readonly markets: readonly MarketState[];
}

export interface GrantState {
  readonly agent: Uint8Array;
  readonly account: number;
  readonly scopes: readonly Scope[];
  readonly expiresMs: number;
  /** IC time of the revocation, 0 while it stands. */
  readonly revokedMs: number;
  /** Sequence of the record that granted or moved it. */
  readonly sequence: number;
}

/** A report as it is kept: who counts departures reads it beside the decision's record. */
export interface KeptReport extends Omit<Report, 'id'> {
  /** Sequence of the record of the report. */
  readonly sequence: number;
  readonly icTimeMs: number;
}

/** A report that waits for the owner: a violation or an ambiguity. */
export interface OpenReport {
  readonly sequence: number;
  readonly account: number;
  readonly report: 'ambiguity' | 'violation';
  readonly decision: number;
}

/**
 * One owner's rules and standing: what is allowed, what waits, what is switched off, and what happened that bears on
 * it. A pure fold over the acts on record; the canister and an auditor come to the same.
 */
export interface Keeper extends Allowed, Switches {
  /** Who acts as the owner: the founder, or who recovered the account. */
  readonly owner: Uint8Array;
  readonly recovery: Uint8Array | null;
  /** IC time at which the recovery principal claimed the account, 0 while it has not. */
  readonly claimedMs: number;
  /** Grows by one with every change of the limits in force. */
  readonly limitsVersion: number;
  /** Sequence of the record of the newest wish. */
  readonly limitsSequence: number;
  /** Ascending, at most sixteen. */
  readonly accounts: readonly AccountState[];
  readonly grants: readonly GrantState[];
  /** Newest last. */
  readonly reports: readonly KeptReport[];
  readonly open: readonly OpenReport[];
  /** Open reports that did not fit any more: never forgotten, resolved only all together. */
  readonly openBeyond: number;
  /** How the owner's markets move together, as far as it was measured. */
  readonly correlations: Correlations;
}

export function createKeeper(owner: Uint8Array, limits: Limits): Keeper {
  return {
    ...NO_SWITCHES,
    owner,
    recovery: null,
    claimedMs: 0,
    limits,
    pending: [],
    limitsVersion: 1,
    limitsSequence: 0,
    accounts: [],
    grants: [],
    reports: [],
    open: [],
    openBeyond: 0,
    correlations: NO_CORRELATIONS,
  };
}

export function accountOf(keeper: Keeper, account: number): AccountState | null {
  const { accounts } = keeper;
  for (let i = 0; i < accounts.length; i++) {
    const one = accounts[i]!;
    if (one.account === account) return one;
  }
  return null;
}

export function marketOf(account: AccountState, market: number): MarketState | null {
  const { markets } = account;
  for (let i = 0; i < markets.length; i++) {
    const one = markets[i]!;
    if (one.market === market) return one;
  }
  return null;
}

/** The keeper with one account replaced or added. */
export function withAccount(keeper: Keeper, account: AccountState): Keeper {
  const accounts = keeper.accounts.slice();
  const at = accounts.findIndex((kept) => kept.account >= account.account);
  if (at < 0) accounts.push(account);
  else accounts.splice(at, accounts[at]!.account === account.account ? 1 : 0, account);
  return { ...keeper, accounts };
}

/** The account's markets with one replaced or added. */
export function marketsWith({ markets }: AccountState, market: MarketState): readonly MarketState[] {
  const kept = markets.slice();
  const at = kept.findIndex((one) => one.market >= market.market);
  if (at < 0) kept.push(market);
  else kept.splice(at, kept[at]!.market === market.market ? 1 : 0, market);
  return kept;
}

export function withMarket(account: AccountState, market: MarketState): AccountState {
  return { ...account, markets: marketsWith(account, market) };
}
