import { outOfDomain } from '../EngineError.ts';
import {
  getAccountIndex,
  getPrincipal,
  getScopes,
  putAccountIndex,
  putPrincipal,
  putScopes,
} from '../Grant.ts';
import { getLimits, putLimits } from '../LimitsFrame.ts';
import { getPlace, putPlace } from '../Place.ts';
import {
  end,
  finish,
  getE8,
  getI8,
  getText,
  getU32,
  getU64,
  getU8,
  putE8,
  putI8,
  putText,
  putU32,
  putU64,
  putU8,
  type Reader,
  type Writer,
} from '../codec/Bytes.ts';
import { FRAME_KEEPER, frameReader, frameWriter } from '../codec/Frame.ts';
import { getAccountState, putAccountState } from './AccountFrame.ts';
import { getCorrelations, NO_CORRELATIONS, putCorrelations } from './Correlations.ts';
import type { GrantState, Keeper, KeptReport, OpenReport } from './Keeper.ts';
import { getList, getSwitches, named, putList, putSwitches } from './KeeperParts.ts';
import { REPORT_KINDS } from './Report.ts';
import { getPending, putPending } from './Wish.ts';

/* The keeper's whole state as bytes: how the canister stores it, and how an owner reads it. */

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
