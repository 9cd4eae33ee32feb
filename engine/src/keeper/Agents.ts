import { EngineError } from '../EngineError.ts';
import { SCOPES, type Grant } from '../Grant.ts';
import { sameBytes } from '../codec/Same.ts';
import { endOf, grantOf, isOwner, REPORT_GRACE_MS } from './Access.ts';
import type { GrantState, Keeper } from './Keeper.ts';

/** Agents that one owner may have at a time. */
export const MAX_GRANTS = 8;

/** When and as which record of the log an act happens. */
export interface Moment {
  readonly icTimeMs: number;
  readonly sequence: number;
}

function refusedAgent(expected: string, came: string): EngineError {
  return new EngineError('request', 'agent-refused', 'grant.agent', expected, came);
}

function isAnonymous(principal: Uint8Array): boolean {
  return principal.length === 1 && principal[0] === 4;
}

function assertAgentKey(keeper: Keeper, agent: Uint8Array): void {
  if (isAnonymous(agent)) throw refusedAgent('a key of its own', 'the anonymous principal');
  if (isOwner(keeper, agent)) throw refusedAgent('another key than the owner', 'the owner');
}

function isSameGrant(held: GrantState, grant: Required<Grant>): boolean {
  return (
    held.revokedMs === 0 &&
    held.expiresMs === grant.expiresMs &&
    held.account === grant.account &&
    held.scopes.join() === grant.scopes.join()
  );
}

/** Grants that can be forgotten: over for so long that not even a report is taken any more. */
export function isForgotten(grant: GrantState, icTimeMs: number): boolean {
  return icTimeMs >= endOf(grant) + REPORT_GRACE_MS;
}

/**
 * Lets one agent key act; granting again replaces what it had. The same grant again changes nothing.
 *
 * @throws EngineError `agent-refused`, `out-of-domain` for an expiry that is past, `too-many-grants`
 */
export function grantAgent(keeper: Keeper, wish: Grant, { icTimeMs, sequence }: Moment): Keeper {
  const { agent, expiresMs, scopes = SCOPES, account = 0 } = wish;
  assertAgentKey(keeper, agent);
  const held = grantOf(keeper, agent);
  if (held !== null && isSameGrant(held, { agent, expiresMs, scopes, account })) return keeper;
  if (!(expiresMs > icTimeMs)) {
    const expected = `after ${String(icTimeMs)}`;
    throw new EngineError('request', 'out-of-domain', 'grant.expiresMs', expected, String(expiresMs));
  }
  const others = keeper.grants.filter((grant) => grant !== held && !isForgotten(grant, icTimeMs));
  const standing = others.filter(({ revokedMs }) => revokedMs === 0);
  if (standing.length >= MAX_GRANTS) {
    const expected = `at most ${String(MAX_GRANTS)}; revoke one`;
    throw new EngineError('request', 'too-many-grants', 'grants', expected, 'one more');
  }
  const granted: GrantState = { agent, account, scopes, expiresMs, revokedMs: 0, sequence };
  return { ...keeper, grants: [...newestRevoked(others), granted] };
}

/** Withdrawn grants are kept for their reports, at most as many as there may be agents. */
function newestRevoked(grants: readonly GrantState[]): readonly GrantState[] {
  const revoked = grants.filter(({ revokedMs }) => revokedMs > 0);
  const dropped = revoked.slice(0, Math.max(0, revoked.length - MAX_GRANTS));
  return grants.filter((grant) => !dropped.includes(grant));
}

/** Withdraws an agent's grant at once. @throws EngineError `not-granted` */
export function revokeAgent(keeper: Keeper, agent: Uint8Array, { icTimeMs }: Moment): Keeper {
  const held = grantOf(keeper, agent);
  if (held === null || held.revokedMs > 0) {
    throw new EngineError('request', 'not-granted', 'revocation.agent', 'an agent with a grant', 'another');
  }
  const revoked = { ...held, revokedMs: icTimeMs };
  const others = keeper.grants.filter((grant) => grant !== held && !isForgotten(grant, icTimeMs));
  return { ...keeper, grants: newestRevoked([...others, revoked]) };
}

/** Moves a standing grant as it is to another key; the old key is withdrawn. @throws EngineError */
export function rotateAgent(keeper: Keeper, from: Uint8Array, to: Uint8Array, moment: Moment): Keeper {
  const held = grantOf(keeper, from);
  if (held === null || held.revokedMs > 0) {
    throw new EngineError('request', 'not-granted', 'rotation.from', 'an agent with a grant', 'another');
  }
  if (sameBytes(from, to)) throw refusedAgent('another key', 'the same one');
  const { expiresMs, scopes, account } = held;
  return grantAgent(revokeAgent(keeper, from, moment), { agent: to, expiresMs, scopes, account }, moment);
}
