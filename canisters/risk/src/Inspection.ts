import { isAnonymous } from './Access.ts';
import { slotOfAgent } from './Agents.ts';
import { MAX_FRAME_BYTES, MAX_HISTORY_BYTES } from './Call.ts';
import { BLOB_OVERHEAD_BYTES } from './CandidBlob.ts';
import { slotOfOwner } from './Owners.ts';

const AGENT_METHODS = ['observe', 'intent', 'load_history'];
const OWNER_METHODS = ['set_limits', 'grant', 'revoke'];
const READ_METHODS = ['head', 'records', 'grants'];

/**
 * Whether a message from outside is worth executing: turns away, free of charge, what the method would refuse anyway.
 * Never the only guard, since one node alone runs it and calls from canisters pass it by.
 */
export function isWorthExecuting(method: string, caller: Uint8Array, argumentBytes: number): boolean {
  if (isAnonymous(caller)) return false;
  const maxFrameBytes = method === 'load_history' ? MAX_HISTORY_BYTES : MAX_FRAME_BYTES;
  if (argumentBytes > maxFrameBytes + BLOB_OVERHEAD_BYTES) return false;
  if (AGENT_METHODS.includes(method)) return slotOfAgent(caller) !== undefined;
  if (OWNER_METHODS.includes(method)) return slotOfOwner(caller) !== undefined;
  if (READ_METHODS.includes(method))
    return slotOfAgent(caller) !== undefined || slotOfOwner(caller) !== undefined;
  return method === 'register' || method === 'build_info';
}
