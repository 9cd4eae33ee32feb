import { encodeAnswer, EngineError, textOf, type Answer } from '@plimsoll/engine';
import { spend, type Paid, type Urgency } from './Budget.ts';
import { BLOB_LEAD_BYTES, decodeBlob, sealBlob } from './CandidBlob.ts';
import {
  inReplicatedExecution,
  msgArgData,
  msgCallerBytes,
  msgReply,
  performanceCounter,
  time,
  trap,
} from './Platform.js';
import { StoreError } from './StoreError.ts';

/** Largest frame of a history: 3,000 bars of both series and as many settlements take 340 KB. */
export const MAX_HISTORY_BYTES = 400_000;
/** Largest frame of any other method. */
export const MAX_FRAME_BYTES = 4_000;

/**
 * How far a call has come. Whatever is thrown while `reading` has changed nothing and is answered. The engine promises
 * that a refusal of its own leaves the desk as it was, so while `deciding` only such a refusal is answered. Once
 * `recording` there is no refusal left: anything thrown is our defect, and the trap undoes all of it.
 */
export type Phase = 'reading' | 'deciding' | 'recording';

export interface Call extends Paid {
  readonly caller: Uint8Array;
  /** The caller as a text: cheaper to compare and to look up. */
  readonly callerKey: string;
  readonly frame: Uint8Array;
  /** IC time, whole milliseconds, rounded down. */
  readonly timeMs: number;
  phase: Phase;
  /** How much the message can be done without, as the method knows it. */
  urgency: Urgency;
}

export function icTimeMs(): number {
  return Number(time() / 1_000_000n);
}

let instructions = 0;

/** What the act took that was performed last, its reply included. */
export function instructionsOfAct(): number {
  return instructions;
}

/** Runs one act on the frame in the message's raw argument and replies with its answer or the typed error. */
export function perform(
  act: (call: Call) => Answer,
  urgency: Urgency = 'act',
  maxFrameBytes: number = MAX_FRAME_BYTES,
): Answer {
  let call: Call | null = null;
  let answer: Answer;
  try {
    const frame = decodeBlob(msgArgData());
    if (frame.length > maxFrameBytes) throw oversized(maxFrameBytes, frame.length);
    const caller = msgCallerBytes();
    const callerKey = textOf(caller);
    const timeMs = icTimeMs();
    call = { caller, callerKey, frame, timeMs, phase: 'reading', urgency, updates: 0, instructions: 0 };
    answer = act(call);
  } catch (error) {
    answer = refusal(error, call === null ? 'reading' : call.phase);
  }
  msgReply(sealBlob(encodeAnswer(answer, BLOB_LEAD_BYTES)));
  instructions = Number(performanceCounter(0));
  if (call !== null) spend(call, instructions);
  return answer;
}

function oversized(most: number, came: number): EngineError {
  return new EngineError('request', 'oversized', 'frame', `at most ${String(most)} bytes`, came);
}

/** Runs one raw read, in a query only: nobody pays for what all nodes execute. */
export function performRead(method: string, read: (argument: Uint8Array) => Uint8Array): void {
  performRaw(method, () => {
    if (inReplicatedExecution())
      throw new EngineError('request', 'query-only', 'call', 'a query', 'an update');
    return read(msgArgData());
  });
}

/** Replies with bytes; where there are none to reply with, the message is rejected with a text of ours. */
export function performRaw(method: string, make: () => Uint8Array): void {
  let reply: Uint8Array;
  try {
    reply = make();
  } catch (error) {
    return trap(`risk canister, ${method}: ${error instanceof Error ? error.message : String(error)}`);
  }
  msgReply(reply);
}

/** The answer to a thrown error, or a trap where an answer would leave something half done. */
function refusal(error: unknown, phase: Phase): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const typed = error instanceof EngineError;
  const undone = phase === 'reading' || (phase === 'deciding' && typed && error.kind !== 'internal');
  if (!undone || error instanceof StoreError) return trap(`risk canister, ${phase}: ${message}`);
  const disposition = typed ? error.kind : 'internal';
  const leaf = typed ? error.leaf : 'defect';
  return { kind: 'error', disposition, leaf, message: printable(message) };
}

/** Answers carry printable ASCII, at most 255 characters. */
function printable(text: string): string {
  return text.slice(0, 255).replace(/[^ -~]/g, '?');
}
