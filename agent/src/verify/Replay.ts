import { assertMay, EngineError, openBooks, takeIntoBooks, type Books, type Outcome } from '@plimsoll/engine';
import type { Answered } from '../canister/Answered.ts';
import { sameBytes } from '../canister/Bytes.ts';
import { factsOf, type Method } from '../canister/Method.ts';
import { decisionDifference, type Difference } from './DecisionDifference.ts';

/** The same keeper and engine as the canister's, fed with the same frames. */
export interface Replay {
  books: Books | null;
  /** IC time of the newest record: nothing that IC time brings about happens between records. */
  icTimeMs: number;
  /** The newest tick: the canister answers its frame again without taking it in twice. */
  lastTick: { readonly frame: Uint8Array; readonly decisionBytes: Uint8Array } | null;
}

export function createReplay(): Replay {
  return { books: null, icTimeMs: 0, lastTick: null };
}

/**
 * Takes the next accepted frame and compares what keeper and engine say with what was answered: whether the sender
 * might, the decision's bytes, the version of the limits, and whether it was worth a record.
 * @param sender who signed the call
 * @returns the first difference, or null
 */
export function replayFrame(
  replay: Replay,
  method: Method,
  frame: Uint8Array,
  answered: Answered,
  sender: Uint8Array,
): Difference | null {
  if (answered.isRepeat) return null;
  const { lastTick } = replay;
  const isTick = answered.record === null;
  if (isTick && lastTick !== null && sameBytes(lastTick.frame, frame)) {
    return decisionDifference(answered.decisionBytes, lastTick.decisionBytes);
  }
  let outcome: Outcome | null;
  try {
    outcome = take(replay, method, frame, answered, sender);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { field: 'answer', recorded: `accepted`, replayed: `refused: ${error.message}` };
  }
  replay.lastTick = isTick ? { frame, decisionBytes: answered.decisionBytes } : null;
  const version = replay.books?.keeper.limitsVersion;
  if (answered.record !== null && answered.record.limitsVersion !== version) {
    const recorded = String(answered.record.limitsVersion);
    return { field: 'limitsVersion', recorded, replayed: String(version) };
  }
  if (outcome === null) return null;
  const difference = decisionDifference(answered.decisionBytes, outcome.bytes);
  if (difference !== null || outcome.record !== isTick) return difference;
  return { field: 'kind', recorded: kind(!isTick), replayed: kind(outcome.record) };
}

const kind = (isRecord: boolean): string => (isRecord ? 'record' : 'tick');

function take(
  replay: Replay,
  method: Method,
  frame: Uint8Array,
  { record }: Answered,
  sender: Uint8Array,
): Outcome | null {
  if (record !== null) replay.icTimeMs = record.icTimeMs;
  const { icTimeMs } = replay;
  const type = factsOf(method).recordType;
  if (type === 'register') {
    replay.books = openBooks(sender, frame);
    return null;
  }
  const { books } = replay;
  if (books === null) {
    throw new EngineError('request', 'not-registered', 'owner', 'a registration first', 'none');
  }
  assertMay(books.keeper, method as Exclude<Method, 'register'>, frame, sender, icTimeMs);
  return takeIntoBooks(books, type, frame, { icTimeMs, sequence: record?.sequence ?? 0 });
}
