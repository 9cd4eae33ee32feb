import { decodeBlob, headHash } from '@plimsoll/proof';
import {
  decodeAnswer,
  decodeDecision,
  decodeRecord,
  encodeEssence,
  HASH_BYTES,
  headInput,
  type Decision,
  type LogRecord,
} from '@plimsoll/engine';
import { sameBytes, toHex } from './Bytes.ts';
import { CanisterError } from './CanisterError.ts';
import { LogError } from './LogError.ts';
import { appendRecord, assertTick, type LogHead } from './LogHead.ts';
import { factsOf, idOf, type Method } from './Method.ts';

/** An answer that fits its question and continues the log. */
export interface Answered {
  /** Null for a tick. */
  readonly record: LogRecord | null;
  /** Null where the method decides nothing. */
  readonly decision: Decision | null;
  /** The decision's own bytes, empty where there is none. */
  readonly decisionBytes: Uint8Array;
  /** The log after the answer. */
  readonly log: LogHead;
  /** The record was already the newest one: the call had been sent twice. */
  readonly isRepeat: boolean;
}

/**
 * Reads the reply to a frame and holds it against the frame and the log. It is the one judge of an answer's content,
 * for the running agent and for the auditor; whether the reply is genuine is for its receipt to prove.
 * @param reply the reply as the canister gave it, a Candid blob
 * @throws CanisterError when the answer is a refusal
 * @throws LogError when it answers something else or does not continue the log
 */
export function readAnswer(log: LogHead, method: Method, frame: Uint8Array, reply: Uint8Array): Answered {
  const answer = readable(log, () => decodeAnswer(decodeBlob(reply)));
  switch (answer.kind) {
    case 'error':
      throw new CanisterError(answer.disposition, answer.leaf, answer.message);
    case 'tick': {
      if (!factsOf(method).mayTick) throw wrongMethod(method, answer.sequence, 'an answer without a record');
      const decision = decisionOf(log, method, frame, answer.decision, answer.sequence);
      assertTick(log, answer.sequence, answer.head);
      return { record: null, decision, decisionBytes: answer.decision, log, isRepeat: false };
    }
    case 'record': {
      const record = readable(log, () => decodeRecord(answer.record));
      if (record.type !== factsOf(method).recordType) {
        throw wrongMethod(method, record.sequence, `a record of type ${record.type}`);
      }
      const head = readable(log, () => headHash(headInput(answer.record, frame)));
      if (!sameBytes(answer.head, head)) {
        throw new LogError(
          'wrong-frame',
          record.sequence,
          `Expected record and frame to give head ${toHex(answer.head)}, got ${toHex(head)}. The record answers another frame: do not act on it.`,
        );
      }
      const decision = decisionOf(log, method, frame, record.decision, record.sequence);
      assertEssence(record, decision);
      const continued = appendRecord(log, record, head);
      return { record, decision, decisionBytes: record.decision, ...continued };
    }
  }
}

function decisionOf(
  log: LogHead,
  method: Method,
  frame: Uint8Array,
  bytes: Uint8Array,
  sequence: number,
): Decision | null {
  const { decides } = factsOf(method);
  if (decides !== bytes.length > 0) {
    throw wrongMethod(
      method,
      sequence,
      decides ? 'an answer without a decision' : 'an answer with a decision',
    );
  }
  if (!decides) return null;
  const decision = readable(log, () => decodeDecision(bytes));
  const id = idOf(method, frame);
  if (id === null || !sameBytes(decision.id, id)) {
    throw new LogError(
      'wrong-id',
      sequence,
      `Expected the decision on ${id === null ? 'no id' : toHex(id)}, got that on ${toHex(decision.id)}. It answers another question: do not act on it.`,
    );
  }
  return decision;
}

/**
 * The hash covers the essence alone: the whole decision beside it must ask for the same. A checkpoint's is the hash of the
 * state, which a replay comes to or a bundle brings.
 */
export function assertEssence(record: LogRecord, decision: Decision | null): void {
  if (record.type === 'checkpoint' && record.essence.length === HASH_BYTES) return;
  const essence = decision === null ? new Uint8Array() : encodeEssence(decision);
  if (sameBytes(essence, record.essence)) return;
  throw new LogError(
    'unreadable',
    record.sequence,
    'Expected the decision to ask for what the record hashes, got another: the canister contradicts itself. Do not act on it.',
  );
}

function readable<T>(log: LogHead, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new LogError(
      'unreadable',
      log.sequence,
      `Expected an answer, got certified bytes that are none: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'The canister may be of another version than this program.',
    );
  }
}

function wrongMethod(method: Method, sequence: number, came: string): LogError {
  return new LogError(
    'wrong-method',
    sequence,
    `Expected an answer of ${method}, got ${came}. The canister may be of another version than this program.`,
  );
}
