import type { PolicyChange, PolicyResult } from './KeeperCandid.ts';
import { isController, Principal } from './Platform.js';
import {
  addInvites,
  MAX_RETENTION_DAYS,
  MIN_RETENTION_DAYS,
  policy,
  REGISTRATIONS,
  removeInvites,
  setPolicy,
  type Registration,
} from './Policy.ts';

/**
 * The one act of controllers besides upgrades: who may register and what a day may cost. It names no owner and reaches
 * into none's data.
 */
export function changePolicy(caller: Uint8Array, change: PolicyChange): PolicyResult {
  if (!isController(Principal.fromUint8Array(caller)))
    return { err: 'not-controller: only a controller may' };
  const before = policy();
  const [registration] = change.registration;
  const [updates] = change.owner_updates_per_day;
  const [owner] = change.owner_instructions_per_day;
  const [all] = change.instructions_per_day;
  const [retention = before.retentionDays] = change.retention_days;
  if (retention < MIN_RETENTION_DAYS || retention > MAX_RETENTION_DAYS) {
    return {
      err: `out-of-domain: retention_days: expected ${String(MIN_RETENTION_DAYS)} to ${String(MAX_RETENTION_DAYS)}, came ${String(retention)}`,
    };
  }
  try {
    removeInvites(change.remove_invites);
    addInvites(change.add_invites);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { err: `out-of-domain: ${error.message}` };
  }
  setPolicy({
    registration: registration === undefined ? before.registration : kindOf(registration),
    ownerUpdatesPerDay: updates === undefined ? before.ownerUpdatesPerDay : Number(updates),
    ownerInstructionsPerDay: owner === undefined ? before.ownerInstructionsPerDay : Number(owner),
    instructionsPerDay: all === undefined ? before.instructionsPerDay : Number(all),
    retentionDays: retention,
  });
  return { ok: null };
}

function kindOf(variant: Partial<Record<Registration, null>>): Registration {
  return REGISTRATIONS.find((kind) => kind in variant) ?? 'closed';
}
