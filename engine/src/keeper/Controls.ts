import { EngineError } from '../EngineError.ts';
import { reset } from './Breaker.ts';
import type { Control } from './Control.ts';
import { isFlattening } from './Flattening.ts';
import {
  accountOf,
  marketOf,
  withAccount,
  withMarket,
  type AccountState,
  type Keeper,
  type MarketState,
} from './Keeper.ts';
import { isManual, steered } from './Steering.ts';

/**
 * Carries out a control. Halting what is halted already changes nothing that matters and is allowed, so that a control
 * can be repeated; so is releasing what nobody took over.
 *
 * @throws EngineError `no-history` for an account or market that there is none of; `cool-down` for resuming an account
 * whose breaker is still hot
 */
export function control(keeper: Keeper, act: Control): Keeper {
  const next = switchedIn(keeper, act);
  // A level may be steered by hand while another is given back: each account is judged by all of its levels.
  const accounts = next.accounts.map((account, i) => {
    const before = keeper.accounts[i]!;
    return steered(account, isManual(keeper, before), isManual(next, account), next.limits);
  });
  return { ...next, accounts };
}

function switchedIn(keeper: Keeper, act: Control): Keeper {
  if (act.account === null) {
    return {
      ...keeper,
      ...switched(keeper, act),
      accounts: keeper.accounts.map((account) => everywhere(account, act)),
    };
  }
  const account = accountOf(keeper, act.account);
  if (account === null) throw unknownPlace(`account ${String(act.account)}`);
  const next =
    act.market === null
      ? { ...everywhere(account, act), ...switched(account, act) }
      : inMarket(account, act, act.market);
  return withAccount(keeper, next);
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
function everywhere(account: AccountState, act: Control): AccountState {
  const kind = act.control;
  const isEnding = kind === 'resume' || kind === 'release';
  const markets = account.markets.map((market) => ({
    ...market,
    ...(isEnding ? switched(market, act) : {}),
    flattening: flatteningOf(account, market, act),
  }));
  const next = { ...account, ...(isEnding ? switched(account, act) : {}), markets };
  return kind === 'resume' ? resumed(next, act) : next;
}

/** Of one market alone: the account's breaker stays out. */
function inMarket(account: AccountState, act: Control, number: number): AccountState {
  const market = marketOf(account, number);
  if (market === null) throw unknownPlace(`market ${String(number)} of account ${String(account.account)}`);
  return withMarket(account, {
    ...market,
    ...switched(market, act),
    flattening: flatteningOf(account, market, act),
  });
}

/** Resumed where nothing is open or under way, a flatten is over: it is not meant for what comes. */
function flatteningOf({ timeMs }: AccountState, market: MarketState, { control: kind }: Control): boolean {
  if (kind === 'flatten') return true;
  return kind === 'resume' ? isFlattening(market, market.side, timeMs) : market.flattening;
}

/** Resuming ends a breaker whose time is over. */
function resumed(account: AccountState, act: Control): AccountState {
  const { breaker, breakerUntilMs, timeMs } = account;
  if (breaker === null) return account;
  if (timeMs >= breakerUntilMs) return reset(account);
  // Meant with all the others: its halts end, its breaker stays.
  if (act.account === null) return account;
  const expected = `feed time ${String(breakerUntilMs)} (account ${String(account.account)}, ${breaker})`;
  throw new EngineError('temporary', 'cool-down', 'resume', expected, String(timeMs));
}
