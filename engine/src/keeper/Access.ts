import { EngineError } from '../EngineError.ts';
import type { Scope } from '../Grant.ts';
import { accountOf, type GrantState, type Keeper } from './Keeper.ts';

/** A former agent may still report on what it did for this long. */
export const REPORT_GRACE_MS = 7 * 86_400_000;

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isOwner(keeper: Keeper, sender: Uint8Array): boolean {
  return sameBytes(keeper.owner, sender);
}

export function grantOf(keeper: Keeper, sender: Uint8Array): GrantState | null {
  for (let i = 0; i < keeper.grants.length; i++) {
    if (sameBytes(keeper.grants[i]!.agent, sender)) return keeper.grants[i]!;
  }
  return null;
}

/** @throws EngineError `not-owner` */
export function assertOwner(keeper: Keeper, sender: Uint8Array): void {
  if (!isOwner(keeper, sender))
    throw new EngineError('request', 'not-owner', 'caller', 'the owner', 'another');
}

/**
 * Whether an agent may do this, for this account, now. One whose grant has run out or was withdrawn may still report
 * for seven days while a trade of its account is open.
 *
 * @param account null for every account: no agent may mean them all.
 * @throws EngineError `not-granted`, `grant-revoked`, `grant-expired`, `scope` or `other-account`
 */
export function assertAgent(
  keeper: Keeper,
  sender: Uint8Array,
  scope: Scope,
  account: number | null,
  icTimeMs: number,
): void {
  const grant = grantOf(keeper, sender);
  if (grant === null) throw refused('not-granted', 'an agent with a grant', 'somebody else');
  const endedMs = endOf(grant);
  if (icTimeMs >= endedMs && !(scope === 'report' && mayStillReport(keeper, grant, icTimeMs))) {
    const leaf = grant.revokedMs > 0 ? 'grant-revoked' : 'grant-expired';
    throw refused(leaf, `before ${String(endedMs)}`, String(icTimeMs));
  }
  if (!grant.scopes.includes(scope)) throw refused('scope', `a grant of ${scope}`, grant.scopes.join(', '));
  if (account !== grant.account) {
    const came = account === null ? 'every account' : `account ${String(account)}`;
    throw refused('other-account', `account ${String(grant.account)}`, came);
  }
}

/** First IC time at which the grant is over. */
export function endOf({ expiresMs, revokedMs }: GrantState): number {
  return revokedMs > 0 && revokedMs < expiresMs ? revokedMs : expiresMs;
}

function mayStillReport(keeper: Keeper, grant: GrantState, icTimeMs: number): boolean {
  if (icTimeMs >= endOf(grant) + REPORT_GRACE_MS) return false;
  const account = accountOf(keeper, grant.account);
  return account !== null && account.markets.some(({ side }) => side !== 0);
}

function refused(leaf: string, expected: string, came: string): EngineError {
  return new EngineError('request', leaf, 'caller', expected, came);
}
