import type { Limits } from '../Limits.ts';
import type { AccountState, Keeper } from './Keeper.ts';

/*
 * Who steers an account, and the cool-down after it was steered by hand: an hour, or the owner's full one when the
 * equity fell meanwhile. The keeper may not have looked for long when the steering is given back, so the cool-down
 * begins with what is on record and again with the first look afterwards; of two cool-downs the later holds.
 */

const HOUR_MS = 3_600_000;

/** Whether the owner steers anything of the account, on any level. */
export function isManual(keeper: Keeper, { manual, markets }: AccountState): boolean {
  return keeper.manual || manual || markets.some((market) => market.manual);
}

/** The account after an act, by whether the owner steered anything of it before and still does. */
export function steered(account: AccountState, was: boolean, is: boolean, limits: Limits): AccountState {
  if (was === is) return account;
  if (!is) return { ...account, coolUntilMs: coolUntil(account, limits), released: true };
  // Taken over again before a look has judged the last time: that one began where it did.
  return {
    ...account,
    takeoverUsdt: account.released ? account.takeoverUsdt : account.equityUsdt,
    released: false,
  };
}

/** The account with a giving-back judged by the look that it has just taken. */
export function releaseJudged(account: AccountState, limits: Limits): AccountState {
  if (!account.released) return account;
  return { ...account, coolUntilMs: coolUntil(account, limits), takeoverUsdt: 0, released: false };
}

function coolUntil({ equityUsdt, takeoverUsdt, timeMs, coolUntilMs }: AccountState, limits: Limits): number {
  // Not known when the owner took over, it may have been more.
  const kept = takeoverUsdt > 0 && equityUsdt >= takeoverUsdt;
  return Math.max(coolUntilMs, timeMs + (kept ? 1 : limits.coolDownHours) * HOUR_MS);
}
