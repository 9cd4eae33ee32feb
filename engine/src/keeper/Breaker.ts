import type { Reason } from '../Decision.ts';
import type { Limits } from '../Limits.ts';
import type { Position } from '../Position.ts';
import { marketsWith, type AccountState, type MarketState } from './Keeper.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What a look says of an account, as far as the keeper reads it. */
export interface Sight {
  readonly timeMs: number;
  readonly markPrice: number;
  readonly equityUsdt: number;
  readonly position: Pick<Position, 'quantity' | 'entryPrice'> & { readonly side: number };
}

function unrealised({ side, quantity, entryPrice, markPrice }: MarketState): number {
  return side * quantity * (markPrice - entryPrice);
}

/** The account's equity without what its other markets have open and without what closed trades made. */
function ownPart(account: AccountState, market: number, equityUsdt: number): number {
  let own = equityUsdt - account.realisedUsdt;
  for (let i = 0; i < account.markets.length; i++) {
    const other = account.markets[i]!;
    if (other.market !== market) own -= unrealised(other);
  }
  return own;
}

/** What a look makes of an account, as far as numbers go. One for all: a look comes with every message. */
interface Tally {
  timeMs: number;
  equityUsdt: number;
  peakUsdt: number;
  day: number;
  dayStartUsdt: number;
  losses: number;
  realisedUsdt: number;
  baselineUsdt: number;
}
const tally: Tally = {
  timeMs: 0,
  equityUsdt: 0,
  peakUsdt: 0,
  day: 0,
  dayStartUsdt: 0,
  losses: 0,
  realisedUsdt: 0,
  baselineUsdt: 0,
};

/**
 * The account's numbers after a look: equity, its peak and its day, and whether a trade ended and how. A trade's result is
 * what it did to the account's equity from the last look before it to the first look after it, fees and funding included.
 */
function tallyUp(account: AccountState, market: MarketState, sight: Sight): Tally {
  const { equityUsdt, position, timeMs } = sight;
  const { side } = position;
  const own = ownPart(account, market.market, equityUsdt);
  const ended = market.side !== 0 && side !== market.side;
  const result = ended ? own - market.baselineUsdt : 0;
  if (ended || side === 0) tally.baselineUsdt = own - result;
  else if (market.side === 0 && market.markPrice === 0) {
    // First seen while it is held: as if it had been seen at its entry.
    tally.baselineUsdt = own - side * position.quantity * (sight.markPrice - position.entryPrice);
  } else tally.baselineUsdt = market.baselineUsdt;
  const day = Math.floor(timeMs / DAY_MS);
  const isNew = account.timeMs === 0;
  const isNewDay = isNew || day > account.day;
  tally.timeMs = timeMs > account.timeMs ? timeMs : account.timeMs;
  tally.equityUsdt = equityUsdt;
  tally.peakUsdt = isNew || equityUsdt > account.peakUsdt ? equityUsdt : account.peakUsdt;
  tally.day = isNewDay ? day : account.day;
  tally.dayStartUsdt = isNewDay ? equityUsdt : account.dayStartUsdt;
  tally.losses = result < 0 ? account.losses + 1 : result > 0 ? 0 : account.losses;
  tally.realisedUsdt = account.realisedUsdt + result;
  return tally;
}

function stillFlattens(market: MarketState, { position }: Sight): boolean {
  return market.flattening && position.side !== 0;
}

/** What of the account after a look bears on its decisions: the breaker that is out then, the time, and the switch. */
export function standingAfter(
  account: AccountState,
  market: MarketState,
  sight: Sight,
  limits: Limits,
): { readonly breaker: Reason | null; readonly timeMs: number; readonly flattening: boolean } {
  const after = tallyUp(account, market, sight);
  return {
    breaker: account.breaker ?? breakerDue(after, limits),
    timeMs: after.timeMs,
    flattening: stillFlattens(market, sight),
  };
}

/** The account after a look. */
export function takeSight(account: AccountState, market: MarketState, sight: Sight): AccountState {
  const { position } = sight;
  const isFlat = position.side === 0;
  const { baselineUsdt, ...numbers } = tallyUp(account, market, sight);
  return {
    ...account,
    ...numbers,
    markets: marketsWith(account, {
      ...market,
      flattening: stillFlattens(market, sight),
      side: position.side,
      quantity: isFlat ? 0 : position.quantity,
      entryPrice: isFlat ? 0 : position.entryPrice,
      markPrice: sight.markPrice,
      baselineUsdt,
    }),
  };
}

/** The breaker that the account's state calls for, the gravest first, or null. */
export function breakerDue(
  account: Pick<AccountState, 'equityUsdt' | 'peakUsdt' | 'dayStartUsdt' | 'losses'>,
  limits: Limits,
): Reason | null {
  const { equityUsdt, peakUsdt, dayStartUsdt, losses } = account;
  // Without equity there is nothing to lose a share of, and nothing to enter with.
  if (peakUsdt > 0 && equityUsdt <= peakUsdt * (1 - limits.drawdownBreaker)) return 'breaker-drawdown';
  if (dayStartUsdt > 0 && equityUsdt <= dayStartUsdt * (1 - limits.dailyLossBreaker))
    return 'breaker-daily-loss';
  return losses >= limits.lossStreakBreaker ? 'breaker-loss-streak' : null;
}

/** The account with the breaker out that its state calls for; one that is out stays out until it is resumed from. */
export function trip(account: AccountState, limits: Limits): AccountState {
  if (account.breaker !== null) return account;
  const breaker = breakerDue(account, limits);
  if (breaker === null) return account;
  return { ...account, breaker, breakerUntilMs: account.timeMs + limits.coolDownHours * HOUR_MS };
}

/** The account after the owner resumed from its breaker: peak, day and streak begin anew from here. */
export function reset(account: AccountState): AccountState {
  if (account.breaker === null) return account;
  const { equityUsdt } = account;
  return {
    ...account,
    breaker: null,
    breakerUntilMs: 0,
    peakUsdt: equityUsdt,
    dayStartUsdt: equityUsdt,
    losses: 0,
  };
}
