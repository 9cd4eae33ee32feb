import {
  decodeRecord,
  decodeReport,
  encodeRecord,
  EngineError,
  ENGINE_VERSION,
  essenceIn,
  headInput,
  sameBytes,
  textOf,
  type Answer,
  type RecordType,
} from '@plimsoll/engine';
import { takeUpLost } from './Agenda.ts';
import { blake3 } from './Blake3.ts';
import type { Call } from './Call.ts';
import { certifyHead } from './Certification.ts';
import { appendToLog, findInLog, readLog } from './Log.ts';
import { rememberRecord } from './Recent.ts';
import type { Session } from './Sessions.ts';
import { writeSnapshot } from './Snapshots.ts';
import { writeStanding } from './Standing.ts';

const NOTHING = new Uint8Array(0);

/** So many records at most are taken in again when a session is rebuilt. */
const SNAPSHOT_RECORDS = 12;

/**
 * Appends one record with its frame to the owner's log, moves the head and has it certified. Desk and standing are folds
 * over what is on record: they are written down now and then only, so that they are soon read again.
 *
 * @param id of the observation, intent or history; null for an owner's act, which has none
 * @param decision encoded, empty where the act decides nothing
 * @param essence the decision's, or a checkpoint's own
 */
export function appendRecord(
  session: Session,
  call: Pick<Call, 'frame' | 'timeMs'>,
  type: RecordType,
  id: Uint8Array | null = null,
  decision: Uint8Array = NOTHING,
  essence: Uint8Array = decision.length === 0 ? NOTHING : essenceIn(decision),
): Answer {
  const { books, log, owner, slot } = session;
  const { frame } = call;
  const sequence = log.records;
  const record = encodeRecord({
    type,
    owner,
    sequence,
    previousHead: log.head,
    icTimeMs: call.timeMs,
    sinceCheckpoint: sequence - log.checkpoint,
    limitsVersion: books.keeper.limitsVersion,
    engineVersion: ENGINE_VERSION,
    frameLength: frame.length,
    essence,
    decision,
  });
  log.head = blake3(headInput(record, frame));
  log.records = sequence + 1;
  rememberRecord(session.recent, sequence, id);
  appendToLog(slot, sequence, { record, frame });
  if (isSnapshotDue(session, type)) {
    writeStanding(slot, log);
    writeSnapshot(slot, { records: log.records, keeper: books.keeper, ring: session.recent.ring });
    books.desks.store();
    session.snapshotRecords = log.records;
  }
  certifyHead(slot, sequence, log.head, call.timeMs);
  takeUpLost(call.timeMs);
  return { kind: 'record', head: log.head, record };
}

/** The first one, with a checkpoint, after a history (long to take in again), and then once an hour's bars. */
function isSnapshotDue({ log, snapshotRecords }: Session, type: RecordType): boolean {
  return (
    type === 'register' ||
    type === 'history' ||
    type === 'checkpoint' ||
    log.records - snapshotRecords >= SNAPSHOT_RECORDS
  );
}

/** The record that an act made before, answered again. */
export function recordedAnswer(session: Session, sequence: number): Answer {
  return {
    kind: 'record',
    head: headAfter(session, sequence),
    record: readLog(session.slot, sequence).record,
  };
}

/** The head of the log when this record was the newest: the next one carries it. */
function headAfter({ log, slot }: Session, sequence: number): Uint8Array {
  return sequence === log.records - 1
    ? log.head
    : decodeRecord(readLog(slot, sequence + 1).record).previousHead;
}

/**
 * The stored answer when the id was answered before with these very bytes, null when the id is new. Remembered are the
 * ids of the newest 64 records and, until an upgrade, of the newest 8 ticks.
 *
 * @throws EngineError `request/id-reused` when the id came with other bytes
 */
export function repeatedAnswer(
  session: Session,
  call: Call,
  id: Uint8Array,
  key: string = textOf(id),
): Answer | null {
  const tick = session.recent.ticks.get(key);
  if (tick !== undefined) {
    if (!sameBytes(tick.frame, call.frame)) throw reused();
    return tick.answer;
  }
  const sequence = session.recent.sequences.get(key);
  if (sequence === undefined) return null;
  if (!sameBytes(readLog(session.slot, sequence).frame, call.frame)) throw reused();
  return recordedAnswer(session, sequence);
}

/**
 * As `repeatedAnswer`, for a report that came longer ago: it is not to be summed twice, so it is remembered for as long as
 * it is summed at all. No clock refuses it as old, as it does a look.
 *
 * @throws EngineError `request/id-reused` when the id came with other bytes about the same decision
 */
export function repeatedReport(session: Session, { frame }: Call): Answer | null {
  const { id, decision } = decodeReport(frame);
  for (const report of session.books.keeper.reports) {
    const entry = report.decision === decision ? findInLog(session.slot, report.sequence) : null;
    if (entry === null || !sameBytes(decodeReport(entry.frame).id, id)) continue;
    if (!sameBytes(entry.frame, frame)) throw reused();
    return recordedAnswer(session, report.sequence);
  }
  return null;
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
