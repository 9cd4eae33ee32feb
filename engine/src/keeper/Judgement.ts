import type { Reason } from '../Decision.ts';
import { EngineError } from '../EngineError.ts';
import type { DeskLimits, Limits } from '../Limits.ts';
import type { Place } from '../Place.ts';
import type { Plan } from '../Plan.ts';
import type { Stance } from '../Stance.ts';
import type { OtherPosition } from '../model/Portfolio.ts';
import { breakerAfter, takeSight, trip, type Sight } from './Breaker.ts';
import { isFlattening } from './Flattening.ts';
import {
  accountOf,
  marketOf,
  marketsWith,
  withAccount,
  type AccountState,
  type Keeper,
  type MarketState,
} from './Keeper.ts';
import { othersOf } from './Others.ts';
import { settled } from './Settled.ts';
import { releaseJudged } from './Steering.ts';

/** What the keeper says before a desk decides. */
export interface Judgement {
  /** With the limits in force, by what is on record: a tick cannot move them. */
  readonly stance: Stance & { readonly limits: DeskLimits };
  readonly others: readonly OtherPosition[];
  /** The keeper with what was due by now settled; it holds only when a record is made. */
  readonly next: Keeper;
  /** Whether something changed that must not be lost with a tick: the answer has to be a record. */
  readonly mustRecord: boolean;
}

/** @throws EngineError `no-history` where none was ever loaded */
function knownAccount(keeper: Keeper, place: Place): AccountState {
  const account = accountOf(keeper, place.account);
  if (account === null) throw unknown(place);
  return account;
}

/** @throws EngineError `no-history` where none was ever loaded */
function knownMarket(account: AccountState, place: Place): MarketState {
  const market = marketOf(account, place.market);
  if (market === null) throw unknown(place);
  return market;
}

function unknown(place: Place): EngineError {
  const came = `account ${String(place.account)}, market ${String(place.market)}, where there is none`;
  return new EngineError('request', 'no-history', 'place', 'a feed with history loaded first', came);
}

/**
 * Judges a look at venue and account. Breakers count open profit and loss: they go by the equity of this very look.
 *
 * @throws EngineError `no-history`
 */
export function judgeLook(keeper: Keeper, place: Place, sight: Sight, icTimeMs: number): Judgement {
  const now = settled(keeper, icTimeMs);
  const account = knownAccount(now, place);
  const market = knownMarket(account, place);
  const breaker = breakerAfter(account, market, sight, now.limits);
  const timeMs = sight.timeMs > account.timeMs ? sight.timeMs : account.timeMs;
  const flattening = market.flattening && isFlattening(market, sight.side, sight.timeMs);
  return {
    stance: {
      entriesBlocked: blockOf(now, account, market, breaker, timeMs, flattening),
      mustClose: closeOf(now.limits, breaker, flattening),
      manual: now.manual || account.manual || market.manual,
      limits: deskLimitsOf(now, account),
    },
    others: othersOf(now, account, market, timeMs),
    next: now,
    mustRecord:
      breaker !== account.breaker || now !== keeper || account.released || flattening !== market.flattening,
  };
}

/**
 * Judges a wish to enter by what the newest look on record showed. Its breakers too: limits that were tightened since
 * hold at once.
 *
 * @throws EngineError `no-history`
 */
export function judgeWish(keeper: Keeper, place: Place, icTimeMs: number): Judgement {
  const now = settled(keeper, icTimeMs);
  const seen = knownAccount(now, place);
  const account = trip(seen, now.limits);
  const next = account === seen ? now : withAccount(now, account);
  const market = knownMarket(account, place);
  const { breaker, timeMs } = account;
  const { flattening } = market;
  return {
    stance: {
      entriesBlocked: blockOf(next, account, market, breaker, timeMs, flattening),
      mustClose: closeOf(next.limits, breaker, flattening),
      manual: next.manual || account.manual || market.manual,
      limits: deskLimitsOf(next, account),
    },
    others: othersOf(next, account, market, timeMs),
    next,
    mustRecord: true,
  };
}

/**
 * What a look on record leaves behind: the account as it is seen, the breaker that this calls for, the cool-down after
 * a release that waited for it, one decision more.
 * Most looks are ticks, which leave no keeper behind.
 *
 * @param next of the judgement
 * @param sigmaDay how the feed swings
 */
export function lookRecorded(next: Keeper, place: Place, sight: Sight, sigmaDay: number): Keeper {
  const account = knownAccount(next, place);
  const market = knownMarket(account, place);
  const seen = releaseJudged(takeSight(account, market, sight, sigmaDay), next.limits);
  return withAccount(next, trip(seen, next.limits));
}

/** What a wish on record leaves behind. @param plan the plan that was granted, null for a refusal */
export function wishRecorded(next: Keeper, place: Place, plan: Plan | null): Keeper {
  if (plan === null) return next;
  const { side, quantity, referencePrice, enterUntilMs } = plan;
  const account = knownAccount(next, place);
  const planned = { side, notionalUsdt: quantity * referencePrice, enterUntilMs };
  const markets = marketsWith(account, { ...knownMarket(account, place), planned });
  return withAccount(next, { ...account, plans: account.plans + 1, markets });
}

/** Why no entry is allowed, the owner's own switches first. */
function blockOf(
  keeper: Keeper,
  account: AccountState,
  market: MarketState,
  breaker: Reason | null,
  timeMs: number,
  flattening: boolean,
): Reason | null {
  if (flattening) return 'flatten';
  if (keeper.halted || account.halted || market.halted) return 'halted';
  if (keeper.manual || account.manual || market.manual) return 'manual';
  if (breaker !== null) return breaker;
  if (account.released || timeMs < account.coolUntilMs) return 'cool-down';
  if (!mayEnter(account)) return 'mode';
  const { venues, symbols } = keeper.limits;
  const isAllowed =
    (venues === null || venues.includes(account.venue)) &&
    (symbols === null || symbols.includes(market.symbol));
  return isAllowed ? null : 'not-allowed';
}

/** Recorded and home-made markets need no ladder; with made-up fills the mode is paper, with money it is live. */
function mayEnter({ kind, mode }: AccountState): boolean {
  if (kind === 'live') return mode === 'live';
  return kind === 'paper' ? mode !== 'advisory' : true;
}

function closeOf(limits: Limits, breaker: Reason | null, flattening: boolean): Reason | null {
  if (flattening) return 'flatten';
  return limits.breakerCloses === 0 || breaker === 'breaker-loss-streak' ? null : breaker;
}

/** Equity of an account that counts towards the owner's capital. */
function counted(limits: Limits, { account, equityUsdt }: AccountState): number {
  const most = limits.accountCapitalUsdt[account]!;
  const equity = equityUsdt < most ? equityUsdt : most;
  return equity > 0 ? equity : 0;
}

/**
 * The limits of one account's desks: the capital is the account's own, and where all accounts of its kind together hold
 * more than the owner's capital, each counts for its share of it.
 */
function deskLimitsOf(keeper: Keeper, account: AccountState): DeskLimits {
  const { limits, accounts } = keeper;
  const own = limits.accountCapitalUsdt[account.account]!;
  const most = own < limits.capitalUsdt ? own : limits.capitalUsdt;
  const capitalUsdt = accounts.length > 1 ? (shareOf(limits, accounts, account) ?? most) : most;
  return capitalUsdt === limits.capitalUsdt ? limits : withCapital(limits, capitalUsdt);
}

/** Apart, since what spreads an object is compiled otherwise and costs every look more. */
function withCapital(limits: Limits, capitalUsdt: number): DeskLimits {
  return { ...limits, capitalUsdt };
}

/** An account's share of the owner's capital where those of its kind together hold more than that; else null. */
function shareOf(limits: Limits, accounts: readonly AccountState[], account: AccountState): number | null {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < accounts.length; i++) {
    if (accounts[i]!.kind !== account.kind) continue;
    sum += counted(limits, accounts[i]!);
    count++;
  }
  return count > 1 && sum > limits.capitalUsdt ? (counted(limits, account) * limits.capitalUsdt) / sum : null;
}
