import { EngineError } from '../EngineError.ts';
import { grantOf, isOwner } from './Access.ts';
import type { Keeper } from './Keeper.ts';

/** How long an owner can stop the recovery principal. */
export const RECOVERY_DELAY_MS = 7 * 86_400_000;

/** Names who may recover the account, or nobody. A claim that runs ends with it. @throws EngineError */
export function nameRecovery(keeper: Keeper, recovery: Uint8Array | null): Keeper {
  if (recovery !== null) {
    const isAnonymous = recovery.length === 1 && recovery[0] === 4;
    if (isAnonymous || isOwner(keeper, recovery) || grantOf(keeper, recovery) !== null) {
      const expected = 'a signed-in principal that is neither owner nor agent';
      throw new EngineError('request', 'recovery-refused', 'recovery.principal', expected, 'one that is');
    }
  }
  return { ...keeper, recovery, claimedMs: 0 };
}

/**
 * The recovery principal claims the account; seven days later, unless the owner cancelled, its next claim makes it the
 * owner. Agents go with the former owner; limits, what waits, halts and breakers stay as they are.
 *
 * @throws EngineError `not-recovery`, `recovery-waits`
 */
export function recover(keeper: Keeper, icTimeMs: number): Keeper {
  const { recovery, claimedMs } = keeper;
  if (recovery === null) {
    throw new EngineError('request', 'not-recovery', 'recovery', 'a recovery principal', 'none');
  }
  if (claimedMs === 0) return { ...keeper, claimedMs: icTimeMs };
  const fromMs = claimedMs + RECOVERY_DELAY_MS;
  if (icTimeMs < fromMs) {
    throw new EngineError('temporary', 'recovery-waits', 'IC time', `from ${String(fromMs)}`, icTimeMs);
  }
  const grants = keeper.grants.map((grant) =>
    grant.revokedMs > 0 ? grant : { ...grant, revokedMs: icTimeMs },
  );
  return { ...keeper, owner: recovery, recovery: null, claimedMs: 0, grants };
}

/** Ends a claim that runs. @throws EngineError `no-claim` */
export function cancelRecovery(keeper: Keeper): Keeper {
  if (keeper.claimedMs === 0) {
    throw new EngineError('request', 'no-claim', 'recovery', 'a claim that runs', 'none');
  }
  return { ...keeper, claimedMs: 0 };
}
