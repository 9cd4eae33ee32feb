// What a lying canister would answer: a record changed, and everything that follows from it consistent again.
import {
  decodeDecision,
  decodeRecord,
  encodeEssence,
  encodeRecord,
  headInput,
  type Answer,
  type LogRecord,
} from '@plimsoll/engine';
import { headHash } from '@plimsoll/proof';

type RecordAnswer = Extract<Answer, { kind: 'record' }>;

/** The answer with parts of its record changed; a changed decision changes the essence. */
export function rerecorded(
  answer: RecordAnswer,
  frame: Uint8Array,
  change: (record: LogRecord) => Partial<LogRecord>,
): RecordAnswer {
  const record = decodeRecord(answer.record);
  const changes = change(record);
  const { decision } = changes;
  const bytes = encodeRecord({
    ...record,
    ...(decision === undefined ? {} : { essence: essenceOf(decision) ?? record.essence }),
    ...changes,
  });
  return { kind: 'record', head: headHash(headInput(bytes, frame)), record: bytes };
}

function essenceOf(decision: Uint8Array): Uint8Array | null {
  try {
    return encodeEssence(decodeDecision(decision));
  } catch {
    return null;
  }
}
