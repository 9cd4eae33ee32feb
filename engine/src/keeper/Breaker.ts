import type { Reason } from '../Decision.ts';
import type { Limits } from '../Limits.ts';
import type { Look } from '../Look.ts';
import { isFlattening, mayBeEntered } from './Flattening.ts';
import { marketsWith, type AccountState, type MarketState } from './Keeper.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What a look says of an account, as far as the keeper reads it. */
export type Sight = Readonly<
  Pick<Look, 'timeMs' | 'markPrice' | 'equityUsdt' | 'side' | 'quantity' | 'entryPrice'>
>;

/** Whether the account holds anything else, by what is on record. */
function holdsOther({ markets }: AccountState, market: number): boolean {
  for (let i = 0; i < markets.length; i++) {
    if (markets[i]!.side !== 0 && markets[i]!.market !== market) return true;
  }
  return false;
}

/** What the part of a trade made by price that a look finds closed. */
function closedUsdt({ side, quantity, entryPrice }: MarketState, sight: Sight): number {
  if (side === 0) return 0;
  const left = sight.side === side ? sight.quantity : 0;
  return left < quantity ? side * (quantity - left) * (sight.markPrice - entryPrice) : 0;
}

/**
 * The account after a look on record: equity, its peak and its day, and whether a trade ended and how.
 *
 * A look tells the equity of the whole account and one market's position. So a trade's result is what its parts made by
 * price, each at the mark of the first look that found it closed; where nothing else was held from the look before the
 * trade to the one after it, the account tells it too, fees and funding included, and the lesser of both counts. Money
 * that came in hides no loss, money taken out passes for one; funding earned makes no loss a win. Beside other positions
 * fees and funding are not told, and a price that came back before a look is taken as it is then.
 */
export function takeSight(
  account: AccountState,
  market: MarketState,
  sight: Sight,
  sigmaDay: number,
): AccountState {
  const { equityUsdt, timeMs, side, quantity, entryPrice } = sight;
  const own = equityUsdt - account.realisedUsdt;
  const isAlone = !holdsOther(account, market.market);
  const ended = hasEnded(market, sight);
  const isFlat = side === 0;
  let closed = market.closedUsdt + closedUsdt(market, sight);
  let { baselineUsdt } = market;
  let result = 0;
  if (ended) {
    result = isAlone && baselineUsdt !== 0 ? Math.min(closed, own - baselineUsdt) : closed;
    closed = 0;
  }
  if (ended || isFlat) baselineUsdt = isAlone ? own - result : 0;
  else if (market.side === 0 && market.markPrice === 0) {
    // First seen while it is held: as if it had been seen at its entry.
    baselineUsdt = isAlone ? own - side * quantity * (sight.markPrice - entryPrice) : 0;
  }
  const day = Math.floor(timeMs / DAY_MS);
  const isNew = account.timeMs === 0;
  return {
    ...account,
    timeMs: timeMs > account.timeMs ? timeMs : account.timeMs,
    equityUsdt,
    peakUsdt: isNew || equityUsdt > account.peakUsdt ? equityUsdt : account.peakUsdt,
    day: isNew || day > account.day ? day : account.day,
    dayStartUsdt: isNew || day > account.day ? equityUsdt : account.dayStartUsdt,
    losses: result < 0 ? account.losses + 1 : result > 0 ? 0 : account.losses,
    realisedUsdt: account.realisedUsdt + result,
    decisions: account.decisions + 1,
    markets: marketsWith(isFlat ? account : besideHeld(account), {
      ...market,
      flattening: isFlattening(market, side, timeMs),
      planned: mayBeEntered(market, timeMs) ? market.planned : null,
      side,
      quantity: isFlat ? 0 : quantity,
      entryPrice: isFlat ? 0 : entryPrice,
      markPrice: sight.markPrice,
      baselineUsdt,
      closedUsdt: closed,
      sigmaDay,
    }),
  };
}

/** An account that something is held in: it tells the result of no other trade. */
function besideHeld(account: AccountState): AccountState {
  if (account.markets.length === 1) return account;
  return { ...account, markets: account.markets.map((market) => ({ ...market, baselineUsdt: 0 })) };
}

function hasEnded(market: MarketState, sight: Sight): boolean {
  return market.side !== 0 && sight.side !== market.side;
}

/**
 * The breaker that is out after a look: as `trip(takeSight(…))` has it. A look comes with every message and hardly one
 * ends a trade: for the others no account has to be made to know.
 */
export function breakerAfter(
  account: AccountState,
  market: MarketState,
  sight: Sight,
  limits: Limits,
): Reason | null {
  if (account.breaker !== null) return account.breaker;
  if (account.timeMs === 0 || hasEnded(market, sight)) {
    const { equityUsdt, peakUsdt, dayStartUsdt, losses } = takeSight(account, market, sight, 0);
    return breakerDue(equityUsdt, peakUsdt, dayStartUsdt, losses, limits);
  }
  const { equityUsdt } = sight;
  const peakUsdt = equityUsdt > account.peakUsdt ? equityUsdt : account.peakUsdt;
  const dayStartUsdt = sight.timeMs >= (account.day + 1) * DAY_MS ? equityUsdt : account.dayStartUsdt;
  return breakerDue(equityUsdt, peakUsdt, dayStartUsdt, account.losses, limits);
}

/** The breaker that an account's numbers call for, the gravest first, or null. */
function breakerDue(
  equityUsdt: number,
  peakUsdt: number,
  dayStartUsdt: number,
  losses: number,
  limits: Limits,
): Reason | null {
  // Without equity there is nothing to lose a share of, and nothing to enter with.
  if (peakUsdt > 0 && equityUsdt <= peakUsdt * (1 - limits.drawdownBreaker)) return 'breaker-drawdown';
  if (dayStartUsdt > 0 && equityUsdt <= dayStartUsdt * (1 - limits.dailyLossBreaker))
    return 'breaker-daily-loss';
  return losses >= limits.lossStreakBreaker ? 'breaker-loss-streak' : null;
}

/** The account with the breaker out that its state calls for; one that is out stays out until it is resumed from. */
export function trip(account: AccountState, limits: Limits): AccountState {
  if (account.breaker !== null) return account;
  const { equityUsdt, peakUsdt, dayStartUsdt, losses } = account;
  const breaker = breakerDue(equityUsdt, peakUsdt, dayStartUsdt, losses, limits);
  if (breaker === null) return account;
  return { ...account, breaker, breakerUntilMs: untilOf(breaker, account, limits) };
}

/** The cool-down; after a day's loss the rest of that day too, or it could be lost twice. */
function untilOf(breaker: Reason, { timeMs, day }: AccountState, { coolDownHours }: Limits): number {
  const untilMs = timeMs + coolDownHours * HOUR_MS;
  return breaker === 'breaker-daily-loss' ? Math.max(untilMs, (day + 1) * DAY_MS) : untilMs;
}

/**
 * The account after the owner resumed from its breaker. Only what that one measures begins anew: the peak, or the
 * streak; a day's start comes with the day. Another whose measure is over its limit as well comes out by the next look or wish.
 */
export function reset(account: AccountState): AccountState {
  const { breaker, equityUsdt } = account;
  const resumed = { ...account, breaker: null, breakerUntilMs: 0 };
  switch (breaker) {
    case 'breaker-drawdown':
      return { ...resumed, peakUsdt: equityUsdt };
    case 'breaker-loss-streak':
      return { ...resumed, losses: 0 };
    default:
      return resumed;
  }
}
