import {
  assertAccount,
  assertAgent,
  assertOwner,
  assertRecovery,
  decodeClaim,
  endOf,
  EngineError,
  grantFor,
  grantOf,
  isOwner,
  type Keeper,
  type Scope,
} from '@plimsoll/engine';
import type { Account } from './Account.ts';
import { slotOfAgent } from './Agents.ts';
import { AGENTS, draw, FORMER, NEWCOMERS, OWN, RECOVERY } from './Budget.ts';
import type { Call } from './Call.ts';
import { readAccount, slotOfOwner } from './Owners.ts';
import { assertNotClosed } from './Policy.ts';
import { heldSession, sessionOf, type Session } from './Sessions.ts';
import { slotOfSuccessor } from './Successors.ts';

/** The anonymous principal is the single byte 4. */
export function isAnonymous(principal: Uint8Array): boolean {
  return principal.length === 1 && principal[0] === 4;
}

/** @throws EngineError `request/anonymous` */
export function requireNamed(caller: Uint8Array): void {
  if (isAnonymous(caller))
    throw new EngineError('request', 'anonymous', 'caller', 'a signed-in principal', 'anonymous');
}

/** Slot of the account that the caller founded or recovered. */
export function slotOfActor(caller: Uint8Array): number | undefined {
  return slotOfSuccessor(caller) ?? slotOfOwner(caller);
}

/** An owner's rules as of the newest act, without loading anything else. */
function rulesOf(slot: number): Keeper {
  const held = heldSession(slot);
  return held === undefined ? readAccount(slot).keeper : held.books.keeper;
}

/*
 * The doors of the methods: who may come in, and whose day pays for it. Whoever may not is turned away before anyone pays,
 * so that no key withdrawn, no account given up and no stranger uses up what belongs to an owner. The inspection knocks
 * at the same doors.
 */

/** Slot of the account that is the caller's own. @throws EngineError `anonymous`, `not-registered`, `not-owner`, `budget` */
export function ownerAt(call: Call): number {
  requireNamed(call.caller);
  const slot = slotOfActor(call.caller);
  if (slot === undefined) {
    throw new EngineError('request', 'not-registered', 'caller', 'a registered owner', 'somebody else');
  }
  assertOwner(rulesOf(slot), call.caller);
  draw(call, slot, OWN, call.urgency, call.timeMs);
  return slot;
}

/**
 * Slot of the owner who granted the caller this. Found by the caller alone: an agent cannot name another's account. A
 * message about another account than the agent's, or about one that is not yet known, draws on no reserve.
 *
 * @param account that the frame means, null for all; undefined where it is not read yet or cannot be
 * @throws EngineError `anonymous`, `not-granted`, `grant-revoked`, `grant-expired`, `scope`, `other-account`, `budget`
 */
export function agentAt(call: Call, scope: Scope, account?: number | null): number {
  requireNamed(call.caller);
  const slot = slotOfAgent(call.caller, call.callerKey);
  if (slot === undefined) {
    throw new EngineError('request', 'not-granted', 'caller', 'an agent with a grant', 'somebody else');
  }
  // Whether a trade is open, for a report after the grant, looks tell that are in no account yet.
  const rules = scope === 'report' ? sessionOf(slot).books.keeper : rulesOf(slot);
  const grant = grantFor(rules, call.caller, scope, call.timeMs, call.callerKey);
  const purse = call.timeMs < endOf(grant) ? AGENTS : FORMER;
  const isItsOwn = account === grant.account;
  draw(call, slot, purse, isItsOwn ? call.urgency : 'act', call.timeMs);
  if (!isItsOwn && account !== undefined) assertAccount(grant, account);
  return slot;
}

/** Slot of the account on which the caller acts as its owner or as one of its agents. @throws EngineError as above */
export function partyAt(call: Call, scope: Scope, account?: number | null): number {
  requireNamed(call.caller);
  return slotOfActor(call.caller) === undefined ? agentAt(call, scope, account) : ownerAt(call);
}

/** Slot of the owner that the claim names, for its recovery principal. @throws EngineError `not-recovery` and as above */
export function claimantAt(call: Call): number {
  requireNamed(call.caller);
  const slot = slotOfOwner(decodeClaim(call.frame).owner);
  if (slot === undefined) {
    throw new EngineError('request', 'not-registered', 'claim.owner', 'a registered owner', 'somebody else');
  }
  assertRecovery(rulesOf(slot), call.caller);
  draw(call, slot, RECOVERY, call.urgency, call.timeMs);
  return slot;
}

/** For whoever is nobody here. @throws EngineError `anonymous`, `already-registered`, `agent-key`, `closed`, `budget` */
export function newcomerAt(call: Call): void {
  const { caller } = call;
  requireNamed(caller);
  if (slotOfActor(caller) !== undefined) {
    throw new EngineError('request', 'already-registered', 'caller', 'new', 'a registered owner');
  }
  if (slotOfAgent(caller) !== undefined) {
    throw new EngineError('request', 'agent-key', 'caller', 'a principal of its own', "an agent's key");
  }
  assertNotClosed();
  draw(call, NEWCOMERS, OWN, call.urgency, call.timeMs);
}

/** Whether the caller may do this as the owner or as an agent. @throws EngineError as `assertAgent` does */
export function assertParty(session: Session, call: Call, scope: Scope, account: number): void {
  const { keeper } = session.books;
  if (!isOwner(keeper, call.caller)) assertAgent(keeper, call.caller, scope, account, call.timeMs);
}

/** An owner's account for those who may read it: the owner and agents whose grant runs. Else null. */
export function readableAccount(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
): { readonly slot: number; readonly account: Account } | null {
  const slot = isAnonymous(caller) ? undefined : slotOfOwner(owner);
  if (slot === undefined) return null;
  const held = heldSession(slot);
  const account = held === undefined ? readAccount(slot) : { owner: held.owner, keeper: held.books.keeper };
  const { keeper } = account;
  const grant = grantOf(keeper, caller);
  const isAgent = grant !== null && timeMs < endOf(grant);
  return isAgent || isOwner(keeper, caller) ? { slot, account } : null;
}
