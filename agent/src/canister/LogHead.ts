import { HASH_BYTES, type LogRecord } from '@plimsoll/engine';
import { sameBytes, toHex } from './Bytes.ts';
import { LogError } from './LogError.ts';

/** How far an owner's hash-chained log is known. */
export interface LogHead {
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  /** Of the newest record; −1 before the registration. */
  readonly sequence: number;
  /** BLAKE3 hash of the newest record and its frame; 32 zero bytes before the first. */
  readonly head: Uint8Array;
}

export function emptyLog(owner: Uint8Array): LogHead {
  return { owner, sequence: -1, head: new Uint8Array(HASH_BYTES) };
}

/** The log before this record, by the record's own word. */
export function beginningAt({ sequence, previousHead }: LogRecord, owner: Uint8Array): LogHead {
  return { owner, sequence: sequence - 1, head: previousHead };
}

export interface Continued {
  readonly log: LogHead;
  /** The record is the newest one we already hold: the answer to a call sent twice. */
  readonly isRepeat: boolean;
}

/**
 * The log with one more record on it.
 * @param head the hash of the record and its frame, which is the new head
 * @throws LogError `wrong-owner`, `passed`, `sequence-gap` or `fork`
 */
export function appendRecord(log: LogHead, record: LogRecord, head: Uint8Array): Continued {
  const { sequence } = record;
  if (!sameBytes(record.owner, log.owner)) {
    throw new LogError(
      'wrong-owner',
      sequence,
      `Expected a record of owner ${toHex(log.owner)}, got one of ${toHex(record.owner)}. Check which key this agent was granted with.`,
    );
  }
  if (sequence === log.sequence) {
    if (sameBytes(head, log.head)) return { log, isRepeat: true };
    throw fork(sequence, log.head, head);
  }
  if (sequence < log.sequence) throw passed(log, sequence);
  if (sequence > log.sequence + 1) throw gap(log, sequence - 1);
  if (!sameBytes(record.previousHead, log.head)) throw fork(log.sequence, log.head, record.previousHead);
  return { log: { owner: log.owner, sequence, head }, isRepeat: false };
}

/**
 * Checks that a tick stands on the record we hold as newest.
 * @throws LogError `passed`, `sequence-gap` or `fork`
 */
export function assertTick(log: LogHead, sequence: number, head: Uint8Array): void {
  if (sequence < log.sequence) throw passed(log, sequence);
  if (sequence > log.sequence) throw gap(log, sequence);
  if (!sameBytes(head, log.head)) throw fork(sequence, log.head, head);
}

function passed(log: LogHead, sequence: number): LogError {
  return new LogError(
    'passed',
    sequence,
    `Expected an answer on record ${String(log.sequence)} or after it, got one of record ${String(sequence)}. It was overtaken: observe again with a new id.`,
  );
}

function gap(log: LogHead, lastMissing: number): LogError {
  return new LogError(
    'sequence-gap',
    lastMissing,
    `Expected an answer that follows record ${String(log.sequence)}, got a later one: records ${String(log.sequence + 1)} to ${String(lastMissing)} are not here. ` +
      'They are fetched from the canister before anything is acted on.',
  );
}

function fork(sequence: number, ours: Uint8Array, theirs: Uint8Array): LogError {
  return new LogError(
    'fork',
    sequence,
    `Expected head ${toHex(ours)} at record ${String(sequence)}, got ${toHex(theirs)}: the canister certified two histories of one log. ` +
      'Both receipts are kept. Stop, compare them, and do not trust this canister until it is explained.',
  );
}
