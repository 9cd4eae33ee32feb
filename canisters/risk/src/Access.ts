import { EngineError } from '@plimsoll/engine';
import type { Account } from './Account.ts';
import { slotOfAgent } from './Agents.ts';
import type { Call } from './Call.ts';
import { sameBytes } from './Keys.ts';
import { readAccount, slotOfOwner } from './Owners.ts';
import { sessionOf, type Session } from './Sessions.ts';

/** The anonymous principal is the single byte 4. */
export function isAnonymous(principal: Uint8Array): boolean {
  return principal.length === 1 && principal[0] === 4;
}

/** @throws EngineError `request/anonymous` */
export function requireNamed(caller: Uint8Array): void {
  if (isAnonymous(caller))
    throw new EngineError('request', 'anonymous', 'caller', 'a signed-in principal', 'anonymous');
}

/** The caller's own session. @throws EngineError `request/anonymous`, `request/not-registered` */
export function requireOwner(call: Call): Session {
  requireNamed(call.caller);
  const slot = slotOfOwner(call.caller);
  if (slot === undefined) {
    throw new EngineError('request', 'not-registered', 'caller', 'a registered owner', 'somebody else');
  }
  return sessionOf(slot);
}

/**
 * The session of the owner who granted the caller. Found by the caller alone: an agent cannot name another's account.
 *
 * @throws EngineError `request/anonymous`, `request/not-granted`, `request/grant-expired`
 */
export function requireAgent(call: Call): Session {
  requireNamed(call.caller);
  const slot = slotOfAgent(call.caller);
  if (slot === undefined) {
    throw new EngineError('request', 'not-granted', 'caller', 'an agent with a grant', 'somebody else');
  }
  const session = sessionOf(slot);
  const expiresMs = expiryOf(session.account, call.caller);
  if (!(call.timeMs < expiresMs)) {
    throw new EngineError(
      'request',
      'grant-expired',
      'IC time',
      `before ${String(expiresMs)}`,
      String(call.timeMs),
    );
  }
  return session;
}

/** An owner's account for those who may read it: the owner and agents whose grant runs. Else null. */
export function readableAccount(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
): { readonly slot: number; readonly account: Account } | null {
  const slot = isAnonymous(caller) ? undefined : slotOfOwner(owner);
  if (slot === undefined) return null;
  const account = readAccount(slot);
  const allowed = sameBytes(caller, owner) || timeMs < expiryOf(account, caller);
  return allowed ? { slot, account } : null;
}

/** −1 where nothing is granted: before any time. */
function expiryOf(account: Account, agent: Uint8Array): number {
  for (const grant of account.grants) if (sameBytes(grant.agent, agent)) return grant.expiresMs;
  return -1;
}
