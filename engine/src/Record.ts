import { EngineError, outOfDomain } from './EngineError.ts';
import { end, getBytes, getU16, getU32, getU64, getU8, reader, setWhole } from './codec/Bytes.ts';
import { FRAME_RECORD, FRAME_VERSION, expectFrame, idIn } from './codec/Frame.ts';

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
  'checkpoint',
  'rotation',
  'control',
  'mode',
  'report',
  'resolution',
  'recovery',
  'claim',
  'confirmation',
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

const WITHOUT_ID: readonly RecordType[] = ['register', 'limits', 'grant', 'revoke', 'rotation'];

/** The 16-byte id in a frame by the type of its record, null where there is none: a checkpoint may answer no frame. */
export function idOfEntry(type: RecordType, frame: Uint8Array): Uint8Array | null {
  if (type === 'checkpoint' && frame.length === 0) return null;
  return WITHOUT_ID.includes(type) ? null : idIn(frame);
}

export const HASH_BYTES = 32;

/**
 * One entry of an owner's log. Its hash covers everything up to the essence, and the frame it answers: see
 * {@link headInput}. Each record carries the hash of the one before it, so that no entry can be changed, dropped or
 * moved without changing the newest one's hash, which is the head of the log.
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
  /** Records since the newest checkpoint, or since the registration where there is none; 0 for a checkpoint itself. */
  readonly sinceCheckpoint: number;
  readonly limitsVersion: number;
  readonly engineVersion: number;
  /** Length of the frame that this record answers; the frame itself is kept beside the record. */
  readonly frameLength: number;
  /**
   * What the hands must know of the decision, see `Essence`; of a checkpoint the hash of the state, see `Checkpoint`;
   * empty where the act decides nothing.
   */
  readonly essence: Uint8Array;
  /** The whole encoded decision, empty where the act decides nothing. Not hashed: it follows by replay. */
  readonly decision: Uint8Array;
}

/** Bytes before the owner's principal. */
const LEAD_BYTES = 4;
/** Bytes between the owner's principal and the essence, whose length is the last of them. */
const MIDDLE_BYTES = 8 + HASH_BYTES + 8 + 4 + 4 + 2 + 4 + 1;
const MAX_ESSENCE_BYTES = 255;

export function encodeRecord(record: LogRecord): Uint8Array {
  const { owner, essence, decision } = record;
  if (essence.length > MAX_ESSENCE_BYTES) {
    throw new EngineError(
      'internal',
      'oversized',
      'essence',
      `at most ${String(MAX_ESSENCE_BYTES)} bytes`,
      essence.length,
    );
  }
  const at = LEAD_BYTES + owner.length;
  const essenceAt = at + MIDDLE_BYTES;
  const decisionAt = essenceAt + essence.length + 2;
  const bytes = new Uint8Array(decisionAt + decision.length);
  const view = new DataView(bytes.buffer);
  // One bar, one record: the places are known, and a writer that asks for room at each field would cost three times this.
  bytes[0] = FRAME_VERSION;
  bytes[1] = FRAME_RECORD;
  bytes[2] = RECORD_TYPES.indexOf(record.type);
  bytes[3] = owner.length;
  bytes.set(owner, LEAD_BYTES);
  setWhole(view, at, record.sequence, 'sequence');
  bytes.set(record.previousHead, at + 8);
  setWhole(view, at + 40, record.icTimeMs, 'icTimeMs');
  view.setUint32(at + 48, record.sinceCheckpoint, true);
  view.setUint32(at + 52, record.limitsVersion, true);
  view.setUint16(at + 56, record.engineVersion, true);
  view.setUint32(at + 58, record.frameLength, true);
  bytes[essenceAt - 1] = essence.length;
  bytes.set(essence, essenceAt);
  view.setUint16(decisionAt - 2, decision.length, true);
  bytes.set(decision, decisionAt);
  return bytes;
}

export function decodeRecord(frame: Uint8Array): LogRecord {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_RECORD);
  const typeIndex = getU8(r, 'type');
  const type = RECORD_TYPES[typeIndex];
  if (type === undefined) throw outOfDomain('type', `below ${String(RECORD_TYPES.length)}`, typeIndex);
  const owner = getBytes(r, getU8(r, 'owner'), 'owner');
  const sequence = getU64(r, 'sequence');
  const previousHead = getBytes(r, HASH_BYTES, 'previousHead');
  const icTimeMs = getU64(r, 'icTimeMs');
  const sinceCheckpoint = getU32(r, 'sinceCheckpoint');
  const limitsVersion = getU32(r, 'limitsVersion');
  const engineVersion = getU16(r, 'engineVersion');
  const frameLength = getU32(r, 'frameLength');
  const essence = getBytes(r, getU8(r, 'essence'), 'essence');
  const decision = getBytes(r, getU16(r, 'decision'), 'decision');
  end(r);
  return {
    type,
    owner,
    sequence,
    previousHead,
    icTimeMs,
    sinceCheckpoint,
    limitsVersion,
    engineVersion,
    frameLength,
    essence,
    decision,
  };
}

/**
 * What the head is the BLAKE3 hash of: the record up to its essence, then the frame. Every length in it is told before
 * what it measures, so that no two pairs of record and frame give the same bytes.
 *
 * @throws EngineError when the record is cut short, or answers a frame of another length
 */
export function headInput(record: Uint8Array, frame: Uint8Array): Uint8Array {
  const ownerLength = record[LEAD_BYTES - 1] ?? 0;
  const essenceAt = LEAD_BYTES + ownerLength + MIDDLE_BYTES;
  const covered = essenceAt + (record[essenceAt - 1] ?? 0);
  if (record.length < covered)
    throw outOfDomain('record', `at least ${String(covered)} bytes`, record.length);
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const frameLength = view.getUint32(essenceAt - 5, true);
  if (frameLength !== frame.length) throw outOfDomain('frame', `${String(frameLength)} bytes`, frame.length);
  const input = new Uint8Array(covered + frame.length);
  input.set(record.subarray(0, covered));
  input.set(frame, covered);
  return input;
}
