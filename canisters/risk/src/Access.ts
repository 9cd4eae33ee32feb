import { assertAgent, assertOwner, endOf, EngineError, grantOf, isOwner, type Scope } from '@plimsoll/engine';
import type { Account } from './Account.ts';
import { slotOfAgent } from './Agents.ts';
import { charge, type Call } from './Call.ts';
import { readAccount, slotOfOwner } from './Owners.ts';
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

/** The caller's own session. @throws EngineError `request/anonymous`, `request/not-registered`, `request/not-owner` */
export function requireOwner(call: Call): Session {
  requireNamed(call.caller);
  const slot = slotOfActor(call.caller);
  if (slot === undefined) {
    throw new EngineError('request', 'not-registered', 'caller', 'a registered owner', 'somebody else');
  }
  charge(call, slot);
  const session = sessionOf(slot);
  assertOwner(session.books.keeper, call.caller);
  return session;
}

/**
 * The session of the owner who granted the caller. Found by the caller alone: an agent cannot name another's account.
 * What the agent may do there is for `assertAgent` to say, once the frame tells which account it means.
 *
 * @throws EngineError `request/anonymous`, `request/not-granted`
 */
export function requireGranted(call: Call): Session {
  requireNamed(call.caller);
  const slot = slotOfAgent(call.caller, call.callerKey);
  if (slot === undefined) {
    throw new EngineError('request', 'not-granted', 'caller', 'an agent with a grant', 'somebody else');
  }
  charge(call, slot);
  return sessionOf(slot);
}

/** The session that the caller acts on as its owner or as one of its agents. @throws EngineError as above */
export function requireParty(call: Call): Session {
  requireNamed(call.caller);
  const slot = slotOfActor(call.caller);
  return slot === undefined ? requireGranted(call) : requireOwner(call);
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
