import { EngineError, type Disposition } from './EngineError.ts';
import {
  end,
  finish,
  getBytes,
  getText,
  getU16,
  getU64,
  getU8,
  putText,
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

/** Bytes before a record, and before the decision of a tick. */
const RECORD_AT = 1 + HASH_BYTES + 2;
const TICK_AT = 1 + 8 + HASH_BYTES + 2;

/** @param lead bytes left free before the answer, for whoever puts it into a larger message */
export function encodeAnswer(answer: Answer, lead = 0): Uint8Array {
  switch (answer.kind) {
    case 'record': {
      const { head, record } = answer;
      const bytes = new Uint8Array(lead + RECORD_AT + record.length);
      bytes.set(head, lead + 1);
      putTail(bytes, lead + RECORD_AT, record);
      return bytes;
    }
    case 'tick': {
      const { sequence, head, decision } = answer;
      const bytes = new Uint8Array(lead + TICK_AT + decision.length);
      bytes[lead] = 1;
      for (let i = lead + 1, rest = sequence; rest > 0; i++, rest = Math.floor(rest / 256))
        bytes[i] = rest % 256;
      bytes.set(head, lead + 9);
      putTail(bytes, lead + TICK_AT, decision);
      return bytes;
    }
    case 'error': {
      const w = writer(1024);
      w.at = lead;
      putU8(w, 2);
      putU8(w, DISPOSITIONS.indexOf(answer.disposition));
      putText(w, answer.leaf, 'leaf');
      putText(w, answer.message.slice(0, 255), 'message');
      return finish(w);
    }
  }
}

/** The last part of an answer, its length as u16 before it. */
function putTail(bytes: Uint8Array, at: number, tail: Uint8Array): void {
  bytes[at - 2] = tail.length & 255;
  bytes[at - 1] = tail.length >> 8;
  bytes.set(tail, at);
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
