import { REASONS, type Reason } from '../Decision.ts';
import { getAccountIndex, putAccountIndex } from '../Grant.ts';
import { FEED_KINDS } from '../History.ts';
import { HASH_BYTES } from '../Record.ts';
import {
  getBytes,
  getF64,
  getI8,
  getText,
  getU32,
  getU64,
  getU8,
  putBytes,
  putF64,
  putI8,
  putText,
  putU32,
  putU64,
  putU8,
  type Reader,
  type Writer,
} from '../codec/Bytes.ts';
import type { AccountState, MarketState, Planned } from './Keeper.ts';
import { getList, getSwitches, named, putList, putSwitches } from './KeeperParts.ts';
import { MODES } from './Mode.ts';

/* An account with its markets as bytes: a part of the keeper's state. */

const NOTHING = 255;
/** Bits of an account's switches, and of a market's. */
const RELEASED = 8;
const FLATTENING = 4;
const HAS_PLANNED = 8;
const HAS_CLOSED = 16;

export function putAccountState(w: Writer, account: AccountState): void {
  putAccountIndex(w, account.account);
  putSwitches(w, account, account.released ? RELEASED : 0);
  putU8(w, FEED_KINDS.indexOf(account.kind));
  putText(w, account.venue, 'account.venue');
  putBytes(w, account.accountHash);
  putU8(w, MODES.indexOf(account.mode));
  putU64(w, account.modeSinceMs, 'account.modeSinceMs');
  putU32(w, account.decisions);
  putU32(w, account.plans);
  putU64(w, account.timeMs, 'account.timeMs');
  putF64(w, account.equityUsdt, 'account.equityUsdt');
  putF64(w, account.peakUsdt, 'account.peakUsdt');
  putU32(w, account.day);
  putF64(w, account.dayStartUsdt, 'account.dayStartUsdt');
  putU32(w, account.losses);
  putF64(w, account.realisedUsdt, 'account.realisedUsdt');
  putU8(w, account.breaker === null ? NOTHING : REASONS.indexOf(account.breaker));
  putU64(w, account.breakerUntilMs, 'account.breakerUntilMs');
  putU64(w, account.coolUntilMs, 'account.coolUntilMs');
  putF64(w, account.takeoverUsdt, 'account.takeoverUsdt');
  putList(w, account.markets, putMarketState);
}

function getBreaker(r: Reader): Reason | null {
  const index = getU8(r, 'account.breaker');
  return index === NOTHING ? null : named(REASONS, index, 'account.breaker');
}

export function getAccountState(r: Reader): AccountState {
  const account = getAccountIndex(r);
  const { halted, manual, more } = getSwitches(r, RELEASED);
  return {
    account,
    halted,
    manual,
    kind: named(FEED_KINDS, getU8(r, 'account.kind'), 'account.kind'),
    venue: getText(r, 'account.venue'),
    accountHash: getBytes(r, HASH_BYTES, 'account.accountHash'),
    mode: named(MODES, getU8(r, 'account.mode'), 'account.mode'),
    modeSinceMs: getU64(r, 'account.modeSinceMs'),
    decisions: getU32(r, 'account.decisions'),
    plans: getU32(r, 'account.plans'),
    timeMs: getU64(r, 'account.timeMs'),
    equityUsdt: getF64(r, 'account.equityUsdt'),
    peakUsdt: getF64(r, 'account.peakUsdt'),
    day: getU32(r, 'account.day'),
    dayStartUsdt: getF64(r, 'account.dayStartUsdt'),
    losses: getU32(r, 'account.losses'),
    realisedUsdt: getF64(r, 'account.realisedUsdt'),
    breaker: getBreaker(r),
    breakerUntilMs: getU64(r, 'account.breakerUntilMs'),
    coolUntilMs: getU64(r, 'account.coolUntilMs'),
    takeoverUsdt: getF64(r, 'account.takeoverUsdt'),
    released: more !== 0,
    markets: getList(r, getMarketState),
  };
}

function putMarketState(w: Writer, market: MarketState): void {
  putU8(w, market.market);
  const { flattening, planned, closedUsdt } = market;
  const parts = (planned === null ? 0 : HAS_PLANNED) + (closedUsdt === 0 ? 0 : HAS_CLOSED);
  putSwitches(w, market, (flattening ? FLATTENING : 0) + parts);
  putText(w, market.symbol, 'market.symbol');
  putI8(w, market.side);
  putF64(w, market.quantity, 'market.quantity');
  putF64(w, market.entryPrice, 'market.entryPrice');
  putF64(w, market.markPrice, 'market.markPrice');
  putF64(w, market.sigmaDay, 'market.sigmaDay');
  putF64(w, market.baselineUsdt, 'market.baselineUsdt');
  if (planned !== null) putPlanned(w, planned);
  if (closedUsdt !== 0) putF64(w, closedUsdt, 'market.closedUsdt');
}

function getMarketState(r: Reader): MarketState {
  const market = getU8(r, 'market.market');
  const { halted, manual, more } = getSwitches(r, FLATTENING + HAS_PLANNED + HAS_CLOSED);
  return {
    market,
    halted,
    manual,
    flattening: (more & FLATTENING) !== 0,
    symbol: getText(r, 'market.symbol'),
    side: getI8(r, 'market.side'),
    quantity: getF64(r, 'market.quantity'),
    entryPrice: getF64(r, 'market.entryPrice'),
    markPrice: getF64(r, 'market.markPrice'),
    sigmaDay: getF64(r, 'market.sigmaDay'),
    baselineUsdt: getF64(r, 'market.baselineUsdt'),
    planned: (more & HAS_PLANNED) === 0 ? null : getPlanned(r),
    closedUsdt: (more & HAS_CLOSED) === 0 ? 0 : getF64(r, 'market.closedUsdt'),
  };
}

function putPlanned(w: Writer, { side, notionalUsdt, enterUntilMs }: Planned): void {
  putI8(w, side);
  putF64(w, notionalUsdt, 'planned.notionalUsdt');
  putU64(w, enterUntilMs, 'planned.enterUntilMs');
}

function getPlanned(r: Reader): Planned {
  return {
    side: getI8(r, 'planned.side'),
    notionalUsdt: getF64(r, 'planned.notionalUsdt'),
    enterUntilMs: getU64(r, 'planned.enterUntilMs'),
  };
}
