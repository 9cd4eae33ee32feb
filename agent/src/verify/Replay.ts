import {
  assertMay,
  booksFrom,
  checkpointInput,
  EngineError,
  openBooks,
  stateParts,
  takeIntoBooks,
  type Books,
  type LogRecord,
  type Outcome,
  type RecordType,
  type StatePart,
} from '@plimsoll/engine';
import { headHash } from '@plimsoll/proof';
import type { Answered } from '../canister/Answered.ts';
import { sameBytes, toHex } from '../canister/Bytes.ts';
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

/** What a checkpoint says of a state: see `docs/frame.md`. */
export function hashOfState(parts: readonly StatePart[]): Uint8Array {
  return headHash(
    checkpointInput(parts.map(({ key, bytes }) => ({ key, length: bytes.length, hash: headHash(bytes) }))),
  );
}

/**
 * Takes a replay up from a checkpoint's state.
 * @returns how the state differs from what the checkpoint says of it, or null
 */
export function resumeReplay(
  replay: Replay,
  checkpoint: LogRecord,
  parts: readonly StatePart[],
): Difference | null {
  const difference = stateDifference(checkpoint, parts);
  if (difference !== null) return difference;
  try {
    replay.books = booksFrom(parts);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { field: 'state', recorded: toHex(checkpoint.essence), replayed: error.message };
  }
  replay.icTimeMs = checkpoint.icTimeMs;
  return null;
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
  const { record, decisionBytes } = answered;
  const { lastTick } = replay;
  if (record === null && lastTick !== null && sameBytes(lastTick.frame, frame)) {
    return decisionDifference(decisionBytes, lastTick.decisionBytes);
  }
  const type = factsOf(method).recordType;
  const difference = replayed(replay, type, frame, record, decisionBytes, (books) => {
    if (method === 'register') {
      if (record === null || !sameBytes(sender, record.owner))
        throw new EngineError('request', 'not-owner', 'caller', 'the owner', 'another');
    } else if (books !== null) assertMay(books.keeper, method, frame, sender, replay.icTimeMs);
  });
  replay.lastTick = record === null ? { frame, decisionBytes } : null;
  return difference;
}

/** As {@link replayFrame}, for a record from the log itself: who sent its frame is the canister's word there. */
export function replayEntry(replay: Replay, record: LogRecord, frame: Uint8Array): Difference | null {
  replay.lastTick = null;
  return replayed(replay, record.type, frame, record, record.decision, () => undefined);
}

function replayed(
  replay: Replay,
  type: RecordType,
  frame: Uint8Array,
  record: LogRecord | null,
  decisionBytes: Uint8Array,
  assertSender: (books: Books | null) => void,
): Difference | null {
  let outcome: Outcome | null;
  try {
    outcome = take(replay, type, frame, record, assertSender);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { field: 'answer', recorded: `accepted`, replayed: `refused: ${error.message}` };
  }
  const version = replay.books?.keeper.limitsVersion;
  if (record !== null && record.limitsVersion !== version) {
    return { field: 'limitsVersion', recorded: String(record.limitsVersion), replayed: String(version) };
  }
  if (record?.type === 'checkpoint' && replay.books !== null)
    return stateDifference(record, stateParts(replay.books));
  if (outcome === null) return null;
  const isTick = record === null;
  const difference = decisionDifference(decisionBytes, outcome.bytes);
  if (difference !== null || outcome.record !== isTick) return difference;
  return { field: 'kind', recorded: kind(!isTick), replayed: kind(outcome.record) };
}

function stateDifference({ essence }: LogRecord, parts: readonly StatePart[]): Difference | null {
  const hash = hashOfState(parts);
  return sameBytes(essence, hash)
    ? null
    : { field: 'state', recorded: toHex(essence), replayed: toHex(hash) };
}

const kind = (isRecord: boolean): string => (isRecord ? 'record' : 'tick');

function take(
  replay: Replay,
  type: RecordType,
  frame: Uint8Array,
  record: LogRecord | null,
  assertSender: (books: Books | null) => void,
): Outcome | null {
  if (record !== null) replay.icTimeMs = record.icTimeMs;
  const { icTimeMs } = replay;
  assertSender(replay.books);
  if (type === 'register' && record !== null) {
    // The log runs under the name of who registered.
    replay.books = openBooks(record.owner, frame);
    return null;
  }
  const { books } = replay;
  if (books === null || type === 'register') {
    throw new EngineError('request', 'not-registered', 'owner', 'a registration first', 'none');
  }
  return takeIntoBooks(books, type, frame, { icTimeMs, sequence: record?.sequence ?? 0 });
}
