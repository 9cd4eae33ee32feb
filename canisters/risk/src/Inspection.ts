import { KEEPER_METHODS } from '@plimsoll/engine';
import { isAnonymous, slotOfActor } from './Access.ts';
import { slotOfAgent } from './Agents.ts';
import { isWithinBudget } from './Budget.ts';
import { icTimeMs, MAX_FRAME_BYTES, MAX_HISTORY_BYTES } from './Call.ts';
import { BLOB_OVERHEAD_BYTES } from './CandidBlob.ts';
import { isController, Principal } from './Platform.js';
import { policy } from './Policy.ts';

/** A thousand invite hashes. */
const MAX_POLICY_BYTES = 40_000;
const AGENT_METHODS = ['observe', 'load_history', 'report'];
const PARTY_METHODS = ['intent', 'halt', 'flatten'];
const OWNER_METHODS = Object.keys(KEEPER_METHODS)
  .filter((method) => ![...AGENT_METHODS, ...PARTY_METHODS, 'recover'].includes(method))
  .concat('checkpoint');
const READ_METHODS = ['head', 'records', 'kept', 'state_part', 'keeper', 'agents', 'portfolio', 'reports'];

/**
 * Whether a message from outside is worth executing: turns away, free of charge, what the method would refuse anyway.
 * Never the only guard, since one node alone runs it and calls from canisters pass it by.
 */
export function isWorthExecuting(method: string, caller: Uint8Array, argumentBytes: number): boolean {
  if (isAnonymous(caller)) return false;
  if (argumentBytes > mostBytes(method)) return false;
  if (AGENT_METHODS.includes(method)) return isPayable(slotOfAgent(caller));
  if (OWNER_METHODS.includes(method)) return isPayable(slotOfActor(caller));
  if (PARTY_METHODS.includes(method) || READ_METHODS.includes(method))
    return isPayable(slotOfActor(caller) ?? slotOfAgent(caller));
  if (method === 'set_policy') return isController(Principal.fromUint8Array(caller));
  if (method === 'register') return policy().registration !== 'closed';
  return method === 'recover' || method === 'policy' || method === 'build_info';
}

/** Whether there is such an owner, and its day's budget not used up beyond the reserve that the method may draw on. */
function isPayable(slot: number | undefined): boolean {
  return slot !== undefined && isWithinBudget(slot, icTimeMs(), 'stop');
}

function mostBytes(method: string): number {
  if (method === 'set_policy') return MAX_POLICY_BYTES;
  return BLOB_OVERHEAD_BYTES + (method === 'load_history' ? MAX_HISTORY_BYTES : MAX_FRAME_BYTES);
}
