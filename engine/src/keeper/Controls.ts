import { EngineError } from '../EngineError.ts';
import { accountOf, marketOf, type AccountState, type Keeper, type MarketState } from './Keeper.ts';
import { reset } from './Breaker.ts';
import type { Control } from './Control.ts';

const HOUR_MS = 3_600_000;

/**
 * Carries out a control. Halting what is halted already changes nothing that matters and is allowed, so that a control
 * can be repeated; so is releasing what nobody took over.
 *
 * @throws EngineError `no-history` for an account or market that there is none of; `cool-down` for resuming an account
 * whose breaker is still hot
 */
export function control(keeper: Keeper, act: Control): Keeper {
  if (act.account === null) {
    return {
      ...keeper,
      ...switched(keeper, act),
      accounts: keeper.accounts.map((account) => everywhere(keeper, account, act)),
    };
  }
  const account = accountOf(keeper, act.account);
  if (account === null) throw unknownPlace(`account ${String(act.account)}`);
  const next =
    act.market === null
      ? { ...everywhere(keeper, account, act), ...switched(account, act) }
      : inMarket(keeper, account, act, act.market);
  return { ...keeper, accounts: keeper.accounts.map((kept) => (kept === account ? next : kept)) };
}

function unknownPlace(place: string): EngineError {
  return new EngineError('request', 'no-history', 'control', 'an account and market with a feed', place);
}

/** The switches of one level after the act. */
function switched(
  level: { readonly halted: boolean; readonly manual: boolean },
  { control: kind }: Control,
): { halted: boolean; manual: boolean } {
  const { halted, manual } = level;
  switch (kind) {
    case 'halt':
    case 'flatten':
      return { halted: true, manual };
    case 'resume':
      return { halted: false, manual };
    case 'takeover':
      return { halted, manual: true };
    case 'release':
      return { halted, manual: false };
  }
}

/** An account within a wider act: what ends, ends for all its levels; what begins is said on the level above. */
function everywhere(keeper: Keeper, account: AccountState, act: Control): AccountState {
  const kind = act.control;
  const isEnding = kind === 'resume' || kind === 'release';
  const markets = account.markets.map((market) => ({
    ...market,
    ...(isEnding ? switched(market, act) : {}),
    flattening: flatteningOf(market, act),
  }));
  const own = isEnding ? switched(account, act) : {};
  return steered(keeper, { ...account, ...own, markets }, account, act);
}

function inMarket(keeper: Keeper, account: AccountState, act: Control, number: number): AccountState {
  const market = marketOf(account, number);
  if (market === null) throw unknownPlace(`market ${String(number)} of account ${String(account.account)}`);
  const next = { ...market, ...switched(market, act), flattening: flatteningOf(market, act) };
  const markets = account.markets.map((kept) => (kept === market ? next : kept));
  return steered(keeper, { ...account, markets }, account, act);
}

function flatteningOf(market: MarketState, { control: kind }: Control): boolean {
  if (kind === 'flatten') return true;
  return market.flattening;
}

function isManual({ manual, markets }: AccountState): boolean {
  return manual || markets.some((market) => market.manual);
}

/**
 * What else an act means for its account: a take-over remembers the equity; giving the steering back starts a cool-down
 * (an hour, or the full one when the equity fell meanwhile); resuming ends a breaker whose time is over.
 */
function steered(keeper: Keeper, next: AccountState, before: AccountState, act: Control): AccountState {
  switch (act.control) {
    case 'takeover':
      return isManual(before) || keeper.manual ? next : { ...next, takeoverUsdt: before.equityUsdt };
    case 'release': {
      const wasManual = isManual(before) || keeper.manual;
      if (!wasManual || isManual(next)) return next;
      const lost = before.equityUsdt < before.takeoverUsdt;
      const hours = lost ? keeper.limits.coolDownHours : 1;
      return { ...next, coolUntilMs: before.timeMs + hours * HOUR_MS, takeoverUsdt: 0 };
    }
    case 'resume': {
      // Of one market alone: the breaker is the account's.
      if (before.breaker === null || act.market !== null) return next;
      if (before.timeMs < before.breakerUntilMs) {
        // Meant with all the others: its halts end, its breaker stays.
        if (act.account === null) return next;
        const expected = `feed time ${String(before.breakerUntilMs)} (account ${String(before.account)}, ${before.breaker})`;
        throw new EngineError('temporary', 'cool-down', 'resume', expected, String(before.timeMs));
      }
      return reset(next);
    }
    case 'halt':
    case 'flatten':
      return next;
  }
}
