import {
  createLook,
  decodeDecision,
  decodeEssence,
  decodeIntent,
  decodeRecord,
  departureOf,
  deskKey,
  encodeKeeper,
  endOf,
  FIRST_PLACE,
  PLAN_NONE,
  readLook,
  type AccountState,
  type Departure,
  type Essence,
  type GrantState,
  type KeptReport,
  sameBytes,
} from '@plimsoll/engine';
import { readableAccount } from './Access.ts';
import { findInLog } from './Log.ts';
import { leaseEndOf, relaysOf, SILENCE_MS } from './Presence.ts';
import { sessionOf, type Session } from './Sessions.ts';

/* What owners and their agents may read of the rules. Answers of a query are not certified: they are for display. */

function readable(caller: Uint8Array, owner: Uint8Array, timeMs: number): Session | null {
  const found = readableAccount(caller, owner, timeMs);
  return found === null ? null : sessionOf(found.slot);
}

/** The keeper's whole state as bytes, for `decodeKeeper`; null for anyone who may not read it. */
export function keeperOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): Uint8Array | null {
  const session = readable(caller, owner, timeMs);
  return session === null ? null : encodeKeeper(session.books.keeper);
}

/** An agent as its owner sees it. */
export interface AgentView extends GrantState {
  /** IC time of its newest look, 0 for never. */
  readonly lastMs: number;
  /** IC time until which it has the account to itself, 0 when it has not. */
  readonly leaseUntilMs: number;
  /** It may relay, and has not been heard of for three minutes, or since its grant if it never was. */
  readonly isSilent: boolean;
}

/** Every agent that is not yet forgotten. Empty for anyone who may not read them. */
export function agentsOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): readonly AgentView[] {
  const session = readable(caller, owner, timeMs);
  if (session === null) return [];
  return session.books.keeper.grants.map((grant) => {
    const relay = relaysOf(session.slot).find(
      ({ account, agent }) => account === grant.account && sameBytes(agent, grant.agent),
    );
    const mayRelay = grant.scopes.includes('relay') && timeMs < endOf(grant);
    const heardMs = relay === undefined ? grantedMs(session.slot, grant) : relay.lastMs;
    const isSilent = mayRelay && timeMs > heardMs + SILENCE_MS;
    if (relay === undefined) return { ...grant, lastMs: 0, leaseUntilMs: 0, isSilent };
    const leaseMs = leaseEndOf(session, relay);
    return {
      ...grant,
      lastMs: relay.lastMs,
      leaseUntilMs: timeMs < leaseMs ? leaseMs : 0,
      isSilent,
    };
  });
}

/** IC time of the record that granted or moved it; 0 where that is long ago and no longer kept. */
function grantedMs(slot: number, { sequence }: GrantState): number {
  const entry = findInLog(slot, sequence);
  return entry === null ? 0 : decodeRecord(entry.record).icTimeMs;
}

/** What an account holds, in the money of its newest looks on record. */
export interface AccountView {
  readonly account: AccountState;
  /** Notional of all its open positions, long and short added. */
  readonly grossUsdt: number;
  /** Long less short. */
  readonly netUsdt: number;
  readonly unrealisedUsdt: number;
  /**
   * IC time of the newest look, by whomever, where that is more than three minutes ago and there is a position or a plan
   * to look after; else 0. Whose grant stands is no matter: nobody looks after it.
   */
  readonly unattendedSinceMs: number;
}

/** All accounts side by side. Empty for anyone who may not read them. */
export function portfolioOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): readonly AccountView[] {
  const session = readable(caller, owner, timeMs);
  if (session === null) return [];
  return session.books.keeper.accounts.map((account) => {
    let grossUsdt = 0;
    let netUsdt = 0;
    let unrealisedUsdt = 0;
    for (const { side, quantity, markPrice, entryPrice } of account.markets) {
      const notional = quantity * markPrice;
      grossUsdt += notional;
      netUsdt += side * notional;
      unrealisedUsdt += side * quantity * (markPrice - entryPrice);
    }
    const unattendedSinceMs = unattendedSince(session, account, timeMs);
    return { account, grossUsdt, netUsdt, unrealisedUsdt, unattendedSinceMs };
  });
}

function unattendedSince({ slot, books }: Session, state: AccountState, timeMs: number): number {
  const { account, markets, modeSinceMs } = state;
  const relay = relaysOf(slot).find((one) => one.account === account);
  const lastMs = relay === undefined ? modeSinceMs : relay.lastMs;
  if (timeMs <= lastMs + SILENCE_MS) return 0;
  const isExposed = markets.some(({ market, side }) => {
    if (side !== 0) return true;
    const desk = books.desks.get(deskKey({ account, market }));
    return desk !== undefined && desk.state.plan.state !== PLAN_NONE;
  });
  return isExposed ? lastMs : 0;
}

/** A report beside the decision that it is about. */
export interface ReportView {
  readonly report: KeptReport;
  readonly isOpen: boolean;
  /**
   * Null where the record is no longer kept, decided nothing, or decided for another place (an answer off record has the
   * owner's newest sequence, whosever it is): then the report departs from it altogether.
   */
  readonly decided: Essence | null;
  /** The executions reported for the decision so far, this one included, held against it; null as above. */
  readonly departure: Departure | null;
}

/** The newest reports, oldest first. Empty for anyone who may not read them. */
export function reportsOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): readonly ReportView[] {
  const session = readable(caller, owner, timeMs);
  if (session === null) return [];
  const { reports, open } = session.books.keeper;
  return reports.map((report, i) => {
    const isOpen = open.some(({ sequence }) => sequence === report.sequence);
    const record = decidedAt(session.slot, report.decision, deskKey(report.place));
    if (record === null) return { report, isOpen, decided: null, departure: null };
    const fills = reports
      .slice(0, i + 1)
      .filter((one) => one.report === 'execution' && isAboutSame(one, report));
    const departure = departureOf(decodeDecision(record.decision), record.held, fills);
    return { report, isOpen, decided: decodeEssence(record.essence), departure };
  });
}

function isAboutSame(one: KeptReport, other: KeptReport): boolean {
  return one.decision === other.decision && deskKey(one.place) === deskKey(other.place);
}

/** What the record decided for that desk. */
function decidedAt(
  slot: number,
  sequence: number,
  key: number,
): { readonly essence: Uint8Array; readonly decision: Uint8Array; readonly held: number } | null {
  const entry = findInLog(slot, sequence);
  if (entry === null) return null;
  const { type, essence, decision } = decodeRecord(entry.record);
  if (decision.length === 0) return null;
  if (type === 'intent') {
    const { place = FIRST_PLACE } = decodeIntent(entry.frame);
    return deskKey(place) === key ? { essence, decision, held: 0 } : null;
  }
  const { place, quantity } = readLook(entry.frame, createLook());
  return deskKey(place) === key ? { essence, decision, held: quantity } : null;
}
