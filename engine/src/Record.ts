import { EngineError } from './EngineError.ts';
import {
  end,
  finish,
  getBytes,
  getU16,
  getU32,
  getU64,
  getU8,
  putBytes,
  putU16,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
} from './codec/Bytes.ts';
import { FRAME_RECORD, FRAME_VERSION, expectFrame } from './codec/Frame.ts';

/** Grows whenever the same frames could give other decisions. */
export const ENGINE_VERSION = 1;

/** What an entry of the owner's log records. Appended only: their numbers are on record. */
export const RECORD_TYPES = [
  'register',
  'limits',
  'grant',
  'revoke',
  'history',
  'observation',
  'intent',
  'rotation',
  'control',
  'mode',
  'report',
  'resolution',
  'recovery',
  'claim',
  'cancellation',
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export const HASH_BYTES = 32;

/**
 * One entry of an owner's log. The head of the log is the SHA-256 of the newest record's bytes; each record
 * carries the head before it, so that no entry can be changed, dropped or moved without changing the head.
 */
export interface LogRecord {
  readonly type: RecordType;
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  /** 0 for the registration, then without gaps. */
  readonly sequence: number;
  /** Head before this record; 32 zero bytes before the first. */
  readonly previousHead: Uint8Array;
  /** IC time, milliseconds (the nanoseconds do not fit a double). */
  readonly icTimeMs: number;
  /** SHA-256 of the frame that this record answers. */
  readonly frameHash: Uint8Array;
  readonly limitsVersion: number;
  readonly engineVersion: number;
  /** Encoded decision, or empty where the act decides nothing. */
  readonly decision: Uint8Array;
}

export function encodeRecord(record: LogRecord): Uint8Array {
  const w = writer(128 + record.decision.length);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_RECORD);
  putU8(w, RECORD_TYPES.indexOf(record.type));
  putU8(w, record.owner.length);
  putBytes(w, record.owner);
  putU64(w, record.sequence, 'sequence');
  putBytes(w, record.previousHead);
  putU64(w, record.icTimeMs, 'icTimeMs');
  putBytes(w, record.frameHash);
  putU32(w, record.limitsVersion);
  putU16(w, record.engineVersion);
  putU32(w, record.decision.length);
  putBytes(w, record.decision);
  return finish(w);
}

export function decodeRecord(frame: Uint8Array): LogRecord {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_RECORD);
  const typeIndex = getU8(r, 'type');
  const type = RECORD_TYPES[typeIndex];
  if (type === undefined) {
    throw new EngineError(
      'request',
      'out-of-domain',
      'type',
      `below ${String(RECORD_TYPES.length)}`,
      typeIndex,
    );
  }
  const owner = getBytes(r, getU8(r, 'owner'), 'owner');
  const sequence = getU64(r, 'sequence');
  const previousHead = getBytes(r, HASH_BYTES, 'previousHead');
  const icTimeMs = getU64(r, 'icTimeMs');
  const frameHash = getBytes(r, HASH_BYTES, 'frameHash');
  const limitsVersion = getU32(r, 'limitsVersion');
  const engineVersion = getU16(r, 'engineVersion');
  const decision = getBytes(r, getU32(r, 'decision'), 'decision');
  end(r);
  return {
    type,
    owner,
    sequence,
    previousHead,
    icTimeMs,
    frameHash,
    limitsVersion,
    engineVersion,
    decision,
  };
}
