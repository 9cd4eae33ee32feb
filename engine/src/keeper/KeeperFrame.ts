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
import type {
  AccountState,
  GrantState,
  Keeper,
  KeptReport,
  MarketState,
  OpenReport,
  Switches,
} from './Keeper.ts';
import { MODES } from './Mode.ts';
import { REPORT_KINDS } from './Report.ts';
import { getPending, putPending } from './Wish.ts';

/* The keeper's whole state as bytes: how the canister stores it, and how an owner reads it. */

const NOTHING = 255;
/** Bits that say what there is of the parts that not every keeper has. */
const HAS_RECOVERY = 1;
const HAS_CORRELATIONS = 2;
/** Bits of the switches, those of an account and those of a market besides. */
const HALTED = 1;
const MANUAL = 2;
const RELEASED = 8;
const FLATTENING = 4;
const HAS_CLOSED = 16;
const OPEN_KINDS = ['ambiguity', 'violation'] as const;

export function encodeKeeper(keeper: Keeper): Uint8Array {
  const w = frameWriter(FRAME_KEEPER, 2_048);
  putPrincipal(w, keeper.owner, 'keeper.owner');
  const hasCorrelations = keeper.correlations.feeds.length > 0;
  putU8(w, (keeper.recovery === null ? 0 : HAS_RECOVERY) + (hasCorrelations ? HAS_CORRELATIONS : 0));
  if (keeper.recovery !== null) putPrincipal(w, keeper.recovery, 'keeper.recovery');
  putU64(w, keeper.claimedMs, 'keeper.claimedMs');
  putSwitches(w, keeper, 0);
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
  const { halted, manual } = getSwitches(r, 0);
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

function putSwitches(w: Writer, { halted, manual }: Switches, more: number): void {
  putU8(w, (halted ? HALTED : 0) + (manual ? MANUAL : 0) + more);
}

/** @param known the bits that the level has besides */
function getSwitches(r: Reader, known: number): Switches & { readonly more: number } {
  const bits = getU8(r, 'switches');
  const more = bits & ~(HALTED + MANUAL);
  if ((more & ~known) !== 0) throw outOfDomain('switches', `bits of ${String(known + 3)}`, bits);
  return { halted: (bits & HALTED) !== 0, manual: (bits & MANUAL) !== 0, more };
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

function getAccountState(r: Reader): AccountState {
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
  const { flattening, closedUsdt } = market;
  putSwitches(w, market, (flattening ? FLATTENING : 0) + (closedUsdt === 0 ? 0 : HAS_CLOSED));
  putText(w, market.symbol, 'market.symbol');
  putI8(w, market.side);
  putF64(w, market.quantity, 'market.quantity');
  putF64(w, market.entryPrice, 'market.entryPrice');
  putF64(w, market.markPrice, 'market.markPrice');
  putF64(w, market.sigmaDay, 'market.sigmaDay');
  putF64(w, market.baselineUsdt, 'market.baselineUsdt');
  if (closedUsdt !== 0) putF64(w, closedUsdt, 'market.closedUsdt');
}

function getMarketState(r: Reader): MarketState {
  const market = getU8(r, 'market.market');
  const { halted, manual, more } = getSwitches(r, FLATTENING + HAS_CLOSED);
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
    closedUsdt: (more & HAS_CLOSED) === 0 ? 0 : getF64(r, 'market.closedUsdt'),
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
