import { EngineError, type Disposition } from './EngineError.ts';
import {
  end,
  finish,
  getBytes,
  getText,
  getU16,
  getU64,
  getU8,
  putBytes,
  putText,
  putU16,
  putU64,
  putU8,
  reader,
  writer,
} from './codec/Bytes.ts';
import { HASH_BYTES } from './Record.ts';

/** What the canister replies to a frame. */
export type Answer =
  /** The record that the act made, and the head of the log with it: the hash of `headInput(record, frame)`. */
  | { readonly kind: 'record'; readonly head: Uint8Array; readonly record: Uint8Array }
  /** Nothing on record changed: the decision, and the head it stands on. */
  | {
      readonly kind: 'tick';
      readonly sequence: number;
      readonly head: Uint8Array;
      readonly decision: Uint8Array;
    }
  | {
      readonly kind: 'error';
      readonly disposition: Disposition;
      readonly leaf: string;
      readonly message: string;
    };

const DISPOSITIONS: readonly Disposition[] = ['request', 'temporary', 'internal'];

export function encodeAnswer(answer: Answer): Uint8Array {
  const w = writer(1024);
  switch (answer.kind) {
    case 'record':
      putU8(w, 0);
      putBytes(w, answer.head);
      putU16(w, answer.record.length);
      putBytes(w, answer.record);
      break;
    case 'tick':
      putU8(w, 1);
      putU64(w, answer.sequence, 'sequence');
      putBytes(w, answer.head);
      putU16(w, answer.decision.length);
      putBytes(w, answer.decision);
      break;
    case 'error':
      putU8(w, 2);
      putU8(w, DISPOSITIONS.indexOf(answer.disposition));
      putText(w, answer.leaf, 'leaf');
      putText(w, answer.message.slice(0, 255), 'message');
      break;
  }
  return finish(w);
}

export function decodeAnswer(bytes: Uint8Array): Answer {
  const r = reader(bytes);
  const kind = getU8(r, 'answer.kind');
  let answer: Answer;
  if (kind === 0) {
    const head = getBytes(r, HASH_BYTES, 'head');
    answer = { kind: 'record', head, record: getBytes(r, getU16(r, 'record'), 'record') };
  } else if (kind === 1) {
    const sequence = getU64(r, 'sequence');
    const head = getBytes(r, HASH_BYTES, 'head');
    answer = { kind: 'tick', sequence, head, decision: getBytes(r, getU16(r, 'decision'), 'decision') };
  } else if (kind === 2) {
    const index = getU8(r, 'disposition');
    const disposition = DISPOSITIONS[index];
    if (disposition === undefined) {
      throw new EngineError('request', 'out-of-domain', 'disposition', '0, 1 or 2', index);
    }
    answer = { kind: 'error', disposition, leaf: getText(r, 'leaf'), message: getText(r, 'message') };
  } else {
    throw new EngineError('request', 'out-of-domain', 'answer.kind', '0, 1 or 2', kind);
  }
  end(r);
  return answer;
}
