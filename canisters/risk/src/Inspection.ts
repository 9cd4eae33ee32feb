import {
  EngineError,
  KEEPER_METHODS,
  readLook,
  textOf,
  type KeeperMethod,
  type Look,
} from '@plimsoll/engine';
import { agentAt, newcomerAt, ownerAt, partyAt } from './Access.ts';
import { lookerAt } from './AgentActs.ts';
import { icTimeMs, MAX_FRAME_BYTES, MAX_HISTORY_BYTES, type Call } from './Call.ts';
import { BLOB_OVERHEAD_BYTES, decodeBlob } from './CandidBlob.ts';
import { MAX_POLICY_BYTES } from './ControllerActs.ts';
import { actorAt, urgencyOf } from './KeeperActs.ts';
import { isController, Principal } from './Platform.js';

/**
 * Whether a message from outside is worth executing: turns away, free of charge, whom the method would turn away at its
 * door, and everything that is to be asked by query. Never the only guard, since one node alone runs it and calls from
 * canisters pass it by. What it draws on a budget is undone like all else that an inspection does.
 */
export function isWorthExecuting(method: string, caller: Uint8Array, argument: Uint8Array): boolean {
  if (method === 'set_policy') {
    return argument.length <= MAX_POLICY_BYTES && isController(Principal.fromUint8Array(caller));
  }
  const mostBytes = method === 'load_history' ? MAX_HISTORY_BYTES : MAX_FRAME_BYTES;
  if (argument.length > BLOB_OVERHEAD_BYTES + mostBytes) return false;
  try {
    return isLetIn(method, {
      caller,
      callerKey: textOf(caller),
      frame: decodeBlob(argument),
      timeMs: icTimeMs(),
      phase: 'reading',
      urgency: 'act',
      updates: 0,
      instructions: 0,
    });
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** Whether there is such a method. @throws EngineError as its door does */
function isLetIn(method: string, call: Call): boolean {
  if (isKeeperMethod(method)) {
    call.urgency = urgencyOf(method);
    actorAt(method, call);
  } else if (method === 'register') newcomerAt(call);
  else if (method === 'observe') lookerAt(call, lookIn(call.frame));
  else if (method === 'load_history') agentAt(call, 'relay');
  else if (method === 'intent') partyAt(call, 'request-entry');
  else if (method === 'checkpoint') ownerAt(call);
  else return false;
  return true;
}

function isKeeperMethod(method: string): method is KeeperMethod {
  return Object.hasOwn(KEEPER_METHODS, method);
}

function lookIn(frame: Uint8Array): Look | null {
  try {
    return readLook(frame);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
