import { REASONS, type Reason } from '../Decision.ts';
import { outOfDomain } from '../EngineError.ts';
import {
  getAccountIndex,
  getPrincipal,
  getScopes,
  putAccountIndex,
  putPrincipal,
  putScopes,
} from '../Grant.ts';
import { FEED_KINDS } from '../History.ts';
import { getLimits, putLimits } from '../LimitsFrame.ts';
import { getPlace, putPlace } from '../Place.ts';
import { HASH_BYTES } from '../Record.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getF64,
  getI8,
  getText,
  getU16,
  getU32,
  getU64,
  getU8,
  putBytes,
  putE8,
  putF64,
  putI8,
  putText,
  putU16,
  putU32,
  putU64,
  putU8,
  type Reader,
  type Writer,
} from '../codec/Bytes.ts';
import { FRAME_KEEPER, frameReader, frameWriter } from '../codec/Frame.ts';
import { getCorrelations, NO_CORRELATIONS, putCorrelations } from './Correlations.ts';
import type { AccountState, GrantState, Keeper, KeptReport, MarketState, OpenReport } from './Keeper.ts';
import { MODES } from './Mode.ts';
import { REPORT_KINDS } from './Report.ts';
import { getPending, putPending } from './Wish.ts';

/* The keeper's whole state as bytes: how the canister stores it, and how an owner reads it. */

const NOTHING = 255;
/** Bits that say what there is of the parts that not every keeper has. */
const HAS_RECOVERY = 1;
const HAS_CORRELATIONS = 2;
const OPEN_KINDS = ['ambiguity', 'violation'] as const;

export function encodeKeeper(keeper: Keeper): Uint8Array {
  const w = frameWriter(FRAME_KEEPER, 2_048);
  putPrincipal(w, keeper.owner, 'keeper.owner');
  const hasCorrelations = keeper.correlations.feeds.length > 0;
  putU8(w, (keeper.recovery === null ? 0 : HAS_RECOVERY) + (hasCorrelations ? HAS_CORRELATIONS : 0));
  if (keeper.recovery !== null) putPrincipal(w, keeper.recovery, 'keeper.recovery');
  putU64(w, keeper.claimedMs, 'keeper.claimedMs');
  putSwitches(w, keeper.halted, keeper.manual, false, false);
  putU32(w, keeper.limitsVersion);
  putU64(w, keeper.limitsSequence, 'keeper.limitsSequence');
  putLimits(w, keeper.limits);
  putList(w, keeper.pending, putPending);
  putList(w, keeper.grants, putGrant);
  putList(w, keeper.accounts, putAccountState);
  putList(w, keeper.reports, putReport);
  putList(w, keeper.open, putOpen);
  putU32(w, keeper.openBeyond);
  if (hasCorrelations) putCorrelations(w, keeper.correlations);
  return finish(w);
}

/** @throws EngineError for bytes that are not exactly one keeper of this version. */
export function decodeKeeper(bytes: Uint8Array): Keeper {
  const r = frameReader(bytes, FRAME_KEEPER);
  const owner = getPrincipal(r, 'keeper.owner');
  const parts = getU8(r, 'keeper.parts');
  if (parts > HAS_RECOVERY + HAS_CORRELATIONS) throw outOfDomain('keeper.parts', 'bits 0 and 1', parts);
  const recovery = (parts & HAS_RECOVERY) === 0 ? null : getPrincipal(r, 'keeper.recovery');
  const claimedMs = getU64(r, 'keeper.claimedMs');
  const { halted, manual } = getSwitches(r);
  const keeper: Keeper = {
    halted,
    manual,
    owner,
    recovery,
    claimedMs,
    limitsVersion: getU32(r, 'keeper.limitsVersion'),
    limitsSequence: getU64(r, 'keeper.limitsSequence'),
    limits: getLimits(r),
    pending: getList(r, getPending),
    grants: getList(r, getGrant),
    accounts: getList(r, getAccountState),
    reports: getList(r, getReport),
    open: getList(r, getOpen),
    openBeyond: getU32(r, 'keeper.openBeyond'),
    correlations: (parts & HAS_CORRELATIONS) === 0 ? NO_CORRELATIONS : getCorrelations(r),
  };
  end(r);
  return keeper;
}

function putList<T>(w: Writer, items: readonly T[], put: (w: Writer, item: T) => void): void {
  putU16(w, items.length);
  for (let i = 0; i < items.length; i++) put(w, items[i]!);
}

function getList<T>(r: Reader, get: (r: Reader) => T): T[] {
  const count = getU16(r, 'count');
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(get(r));
  return items;
}

/** Bits of the switches. What waits: of an account, a release to be judged. */
const HALTED = 1;
const MANUAL = 2;
const FLATTENING = 4;
const WAITS = 8;

function putSwitches(w: Writer, halted: boolean, manual: boolean, flattening: boolean, waits: boolean): void {
  putU8(
    w,
    (halted ? HALTED : 0) + (manual ? MANUAL : 0) + (flattening ? FLATTENING : 0) + (waits ? WAITS : 0),
  );
}

function getSwitches(r: Reader): { halted: boolean; manual: boolean; flattening: boolean; waits: boolean } {
  const bits = getU8(r, 'switches');
  if (bits > 15) throw outOfDomain('switches', 'bits below 16', bits);
  return {
    halted: (bits & HALTED) !== 0,
    manual: (bits & MANUAL) !== 0,
    flattening: (bits & FLATTENING) !== 0,
    waits: (bits & WAITS) !== 0,
  };
}

function named<T extends string>(names: readonly T[], index: number, field: string): T {
  const name = names[index];
  if (name === undefined) throw outOfDomain(field, `below ${String(names.length)}`, index);
  return name;
}

function putGrant(w: Writer, grant: GrantState): void {
  putPrincipal(w, grant.agent, 'grant.agent');
  putAccountIndex(w, grant.account);
  putScopes(w, grant.scopes);
  putU64(w, grant.expiresMs, 'grant.expiresMs');
  putU64(w, grant.revokedMs, 'grant.revokedMs');
  putU64(w, grant.sequence, 'grant.sequence');
}

function getGrant(r: Reader): GrantState {
  return {
    agent: getPrincipal(r, 'grant.agent'),
    account: getAccountIndex(r),
    scopes: getScopes(r),
    expiresMs: getU64(r, 'grant.expiresMs'),
    revokedMs: getU64(r, 'grant.revokedMs'),
    sequence: getU64(r, 'grant.sequence'),
  };
}

function putAccountState(w: Writer, account: AccountState): void {
  putAccountIndex(w, account.account);
  putSwitches(w, account.halted, account.manual, false, account.released);
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

function getAccountState(r: Reader): AccountState {
  const account = getAccountIndex(r);
  const { halted, manual, waits } = getSwitches(r);
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
    released: waits,
    markets: getList(r, getMarketState),
  };
}

function putMarketState(w: Writer, market: MarketState): void {
  putU8(w, market.market);
  putSwitches(w, market.halted, market.manual, market.flattening, false);
  putText(w, market.symbol, 'market.symbol');
  putI8(w, market.side);
  putF64(w, market.quantity, 'market.quantity');
  putF64(w, market.entryPrice, 'market.entryPrice');
  putF64(w, market.markPrice, 'market.markPrice');
  putF64(w, market.sigmaDay, 'market.sigmaDay');
  putF64(w, market.baselineUsdt, 'market.baselineUsdt');
}

function getMarketState(r: Reader): MarketState {
  const market = getU8(r, 'market.market');
  const { halted, manual, flattening } = getSwitches(r);
  return {
    market,
    halted,
    manual,
    flattening,
    symbol: getText(r, 'market.symbol'),
    side: getI8(r, 'market.side'),
    quantity: getF64(r, 'market.quantity'),
    entryPrice: getF64(r, 'market.entryPrice'),
    markPrice: getF64(r, 'market.markPrice'),
    sigmaDay: getF64(r, 'market.sigmaDay'),
    baselineUsdt: getF64(r, 'market.baselineUsdt'),
  };
}

function putReport(w: Writer, report: KeptReport): void {
  putU64(w, report.sequence, 'report.sequence');
  putU64(w, report.icTimeMs, 'report.icTimeMs');
  putPlace(w, report.place);
  putU8(w, REPORT_KINDS.indexOf(report.report));
  putU64(w, report.decision, 'report.decision');
  putU64(w, report.timeMs, 'report.timeMs');
  putI8(w, report.side);
  putE8(w, report.quantity, 'report.quantity');
  putE8(w, report.price, 'report.price');
  putText(w, report.code, 'report.code');
}

function getReport(r: Reader): KeptReport {
  return {
    sequence: getU64(r, 'report.sequence'),
    icTimeMs: getU64(r, 'report.icTimeMs'),
    place: getPlace(r),
    report: named(REPORT_KINDS, getU8(r, 'report'), 'report'),
    decision: getU64(r, 'report.decision'),
    timeMs: getU64(r, 'report.timeMs'),
    side: getI8(r, 'report.side') as KeptReport['side'],
    quantity: getE8(r, 'report.quantity'),
    price: getE8(r, 'report.price'),
    code: getText(r, 'report.code'),
  };
}

function putOpen(w: Writer, open: OpenReport): void {
  putU64(w, open.sequence, 'open.sequence');
  putAccountIndex(w, open.account);
  putU8(w, OPEN_KINDS.indexOf(open.report));
  putU64(w, open.decision, 'open.decision');
}

function getOpen(r: Reader): OpenReport {
  return {
    sequence: getU64(r, 'open.sequence'),
    account: getAccountIndex(r),
    report: named(OPEN_KINDS, getU8(r, 'open.report'), 'open.report'),
    decision: getU64(r, 'open.decision'),
  };
}
