import {
  createDesk,
  decodeHistory,
  decodeIntent,
  decodeLimits,
  decodeObservation,
  EngineError,
  intend,
  loadHistory,
  observe,
  setLimits,
  type Desk,
  type Outcome,
} from '@plimsoll/engine';
import type { Answered } from '../canister/Answered.ts';
import { sameBytes } from '../canister/Bytes.ts';
import type { Method } from '../canister/Method.ts';
import { decisionDifference, type Difference } from './DecisionDifference.ts';

/** The same engine as the canister's, fed with the same frames. */
export interface Replay {
  desk: Desk | null;
  /** The newest tick: the canister answers its frame again without taking it in twice. */
  lastTick: { readonly frame: Uint8Array; readonly decisionBytes: Uint8Array } | null;
}

export function createReplay(): Replay {
  return { desk: null, lastTick: null };
}

/**
 * Takes the next accepted frame and compares what the engine says with what was answered: the decision's bytes, and
 * whether it was worth a record.
 * @returns the first difference, or null
 */
export function replayFrame(
  replay: Replay,
  method: Method,
  frame: Uint8Array,
  answered: Answered,
): Difference | null {
  if (answered.isRepeat) return null;
  const { lastTick } = replay;
  const isTick = answered.record === null;
  if (isTick && lastTick !== null && sameBytes(lastTick.frame, frame)) {
    return decisionDifference(answered.decisionBytes, lastTick.decisionBytes);
  }
  let outcome: Outcome | null;
  try {
    outcome = take(replay, method, frame);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { field: 'answer', recorded: `accepted`, replayed: `refused: ${error.message}` };
  }
  replay.lastTick = isTick ? { frame, decisionBytes: answered.decisionBytes } : null;
  if (outcome === null) return null;
  const difference = decisionDifference(answered.decisionBytes, outcome.bytes);
  if (difference !== null || outcome.record !== isTick) return difference;
  return { field: 'kind', recorded: kind(!isTick), replayed: kind(outcome.record) };
}

const kind = (isRecord: boolean): string => (isRecord ? 'record' : 'tick');

function take(replay: Replay, method: Method, frame: Uint8Array): Outcome | null {
  switch (method) {
    case 'register':
      replay.desk = createDesk(decodeLimits(frame));
      return null;
    case 'set_limits':
      setLimits(deskOf(replay), decodeLimits(frame));
      return null;
    case 'load_history':
      loadHistory(deskOf(replay), decodeHistory(frame));
      return null;
    case 'observe':
      return observe(deskOf(replay), decodeObservation(frame));
    case 'intent':
      return intend(deskOf(replay), decodeIntent(frame));
    case 'grant':
    case 'revoke':
      return null;
  }
}

function deskOf({ desk }: Replay): Desk {
  if (desk === null)
    throw new EngineError('request', 'not-registered', 'owner', 'a registration first', 'none');
  return desk;
}
