import { EngineError, outOfDomain } from '@plimsoll/engine';
import type { PolicyResult } from './KeeperCandid.ts';
import { isController, Principal } from './Platform.js';
import { changeInvites, MAX_RETENTION_DAYS, MIN_RETENTION_DAYS, policy, setPolicy } from './Policy.ts';
import { decodePolicyChange, type PolicyChange } from './PolicyCandid.ts';

/** A thousand invite hashes. */
export const MAX_POLICY_BYTES = 40_000;

/**
 * The one act of controllers besides upgrades: who may register and what a day may cost. It names no owner and reaches
 * into none's data. Nothing of the message is looked at for anyone else.
 */
export function changePolicy(caller: Uint8Array, argument: Uint8Array): PolicyResult {
  if (!isController(Principal.fromUint8Array(caller)))
    return { err: 'not-controller: only a controller may' };
  try {
    if (argument.length > MAX_POLICY_BYTES) throw oversized(argument.length);
    changeTo(decodePolicyChange(argument));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { err: error.message };
  }
  return { ok: null };
}

/** All of it or, where anything is refused, nothing. @throws EngineError `request/out-of-domain` */
function changeTo(change: PolicyChange): void {
  const before = policy();
  const retentionDays = change.retentionDays ?? before.retentionDays;
  if (retentionDays < MIN_RETENTION_DAYS || retentionDays > MAX_RETENTION_DAYS) {
    const expected = `${String(MIN_RETENTION_DAYS)} to ${String(MAX_RETENTION_DAYS)}`;
    throw outOfDomain('retention_days', expected, retentionDays);
  }
  changeInvites(change.removeInvites, change.addInvites);
  setPolicy({
    registration: change.registration ?? before.registration,
    ownerUpdatesPerDay: change.ownerUpdatesPerDay ?? before.ownerUpdatesPerDay,
    ownerInstructionsPerDay: change.ownerInstructionsPerDay ?? before.ownerInstructionsPerDay,
    instructionsPerDay: change.instructionsPerDay ?? before.instructionsPerDay,
    retentionDays,
  });
}

function oversized(came: number): EngineError {
  const expected = `at most ${String(MAX_POLICY_BYTES)} bytes`;
  return new EngineError('request', 'oversized', 'argument', expected, came);
}
