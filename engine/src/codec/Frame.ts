import { EngineError, outOfDomain } from '../EngineError.ts';
import { getU8, putU8, reader, writer, type Reader, type Writer } from './Bytes.ts';

/** From version 1 on, versions only add: a later one appends fields and knows how to read the earlier ones. */
export const FRAME_VERSION = 1;

export const FRAME_LIMITS = 1;
export const FRAME_HISTORY = 2;
export const FRAME_OBSERVATION = 3;
export const FRAME_INTENT = 4;
export const FRAME_GRANT = 5;
export const FRAME_REVOCATION = 6;
export const FRAME_ROTATION = 7;
export const FRAME_CONTROL = 8;
export const FRAME_MODE = 9;
export const FRAME_REPORT = 10;
export const FRAME_RESOLUTION = 11;
export const FRAME_RECOVERY = 12;
export const FRAME_CLAIM = 13;
export const FRAME_INVITATION = 14;
export const FRAME_CONFIRMATION = 15;
export const FRAME_DECISION = 16;
export const FRAME_RECORD = 17;
export const FRAME_KEEPER = 18;
export const FRAME_CHECKPOINT = 19;

const NAMES: Readonly<Record<number, string>> = {
  [FRAME_LIMITS]: 'limits',
  [FRAME_HISTORY]: 'history',
  [FRAME_OBSERVATION]: 'observation',
  [FRAME_INTENT]: 'intent',
  [FRAME_GRANT]: 'grant',
  [FRAME_REVOCATION]: 'revocation',
  [FRAME_ROTATION]: 'rotation',
  [FRAME_CONTROL]: 'control',
  [FRAME_MODE]: 'mode',
  [FRAME_REPORT]: 'report',
  [FRAME_RESOLUTION]: 'resolution',
  [FRAME_RECOVERY]: 'recovery',
  [FRAME_CLAIM]: 'claim',
  [FRAME_INVITATION]: 'invitation',
  [FRAME_CONFIRMATION]: 'confirmation',
  [FRAME_DECISION]: 'decision',
  [FRAME_RECORD]: 'record',
  [FRAME_KEEPER]: 'keeper',
  [FRAME_CHECKPOINT]: 'checkpoint',
};

/** @throws EngineError when the two leading bytes are not those of the frame that the caller wants. */
export function expectFrame(version: number, kind: number, wanted: number): void {
  if (version !== FRAME_VERSION) {
    throw new EngineError('request', 'frame-version', 'version', String(FRAME_VERSION), version);
  }
  if (kind !== wanted) {
    throw new EngineError(
      'request',
      'frame-kind',
      'kind',
      NAMES[wanted] ?? String(wanted),
      NAMES[kind] ?? kind,
    );
  }
}

/** Begins a frame of this kind. @param bytes as many as it is likely to take */
export function frameWriter(kind: number, bytes: number): Writer {
  const w = writer(bytes);
  putU8(w, FRAME_VERSION);
  putU8(w, kind);
  return w;
}

/** Reads on behind the two leading bytes. @throws EngineError when they are another version's, or another kind's */
export function frameReader(frame: Uint8Array, kind: number): Reader {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), kind);
  return r;
}

/** Length of the identity of an observation, an intent or a report. */
export const ID_BYTES = 16;

/** @throws EngineError for an identity of another length */
export function assertId(id: Uint8Array, field: string): void {
  if (id.length !== ID_BYTES) throw outOfDomain(field, `${String(ID_BYTES)} bytes`, id.length);
}

/** Identity of an observation, an intent or a history, without reading the rest of its frame. */
export function idIn(frame: Uint8Array): Uint8Array {
  const at = frame[1] === FRAME_OBSERVATION ? 8 : 2;
  return frame.slice(at, at + ID_BYTES);
}
