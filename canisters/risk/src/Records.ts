import {
  decodeRecord,
  EngineError,
  ENGINE_VERSION,
  encodeRecord,
  type Answer,
  type RecordType,
} from '@plimsoll/engine';
import { sha256 } from './Sha256.ts';
import type { Call } from './Call.ts';
import { writeDesk } from './Desks.ts';
import { sameBytes, textKey } from './Keys.ts';
import { appendToLog, readLog } from './Log.ts';
import { writeAccount } from './Owners.ts';
import { rememberRecord } from './Recent.ts';
import type { Session } from './Sessions.ts';

/**
 * Appends one record to the owner's log and moves the head. Account and desk are written with it: whenever an upgrade
 * comes, stable memory is as of the newest record.
 *
 * @param id of the observation, intent or history; null for an owner's act, which has none
 * @param decision encoded, empty where the act decides nothing
 */
export function appendRecord(
  session: Session,
  call: Call,
  type: RecordType,
  id: Uint8Array | null = null,
  decision: Uint8Array = new Uint8Array(0),
): Answer {
  const { account, slot } = session;
  const sequence = account.records;
  const record = encodeRecord({
    type,
    owner: account.owner,
    sequence,
    previousHead: account.head,
    icTimeMs: call.timeMs,
    frameHash: sha256(call.frame),
    limitsVersion: account.limitsVersion,
    engineVersion: ENGINE_VERSION,
    decision,
  });
  account.head = sha256(record);
  account.records = sequence + 1;
  rememberRecord(session.recent, sequence, id);
  appendToLog(slot, sequence, record);
  writeAccount(slot, account);
  writeDesk(slot, session.desk);
  return { kind: 'record', record };
}

/** The record that an act made before, answered again. */
export function recordedAnswer(session: Session, sequence: number): Answer {
  return { kind: 'record', record: readLog(session.slot, sequence) };
}

/**
 * The stored answer when the id was answered before with these very bytes, null when the id is new. Remembered are the
 * ids of the newest 64 records and, until an upgrade, of the newest 8 ticks.
 *
 * @throws EngineError `request/id-reused` when the id came with other bytes
 */
export function repeatedAnswer(session: Session, call: Call, id: Uint8Array): Answer | null {
  const key = textKey(id);
  const tick = session.recent.ticks.get(key);
  if (tick !== undefined) {
    if (!sameBytes(tick.frame, call.frame)) throw reused();
    return tick.answer;
  }
  const sequence = session.recent.sequences.get(key);
  if (sequence === undefined) return null;
  const answer = recordedAnswer(session, sequence);
  if (answer.kind === 'record' && !sameBytes(decodeRecord(answer.record).frameHash, sha256(call.frame)))
    throw reused();
  return answer;
}

function reused(): EngineError {
  return new EngineError(
    'request',
    'id-reused',
    'id',
    'a new one for another frame',
    'one that was answered before',
  );
}
