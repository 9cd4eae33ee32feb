/*
 * A canister that holds the engine and nothing else: no log, no permissions, no hashing. It tells what each part of a
 * message costs in instructions of the IC, which `Costs.test.ts` holds against `costs.json`.
 */
import {
  createDesk,
  decodeHistory,
  decodeIntent,
  decodeObservation,
  DEFAULT_LIMITS,
  intend,
  loadHistory,
  observeLook,
  readLook,
  restoreDesk,
  snapshotDesk,
  stateHash,
  type Desk,
  type Outcome,
} from '../../../engine/src/index.ts';
import { decodeBlob, encodeBlob } from '../../../canisters/risk/src/CandidBlob.ts';
import { IDL, msgArgData, msgReply, performanceCounter, update } from './Azle.js';
import { dissect } from './Dissection.ts';
import { PARTS } from './Operations.ts';

const BLOB = IDL.Vec(IDL.Nat8);
const RAW = { manual: true } as const;

let desk: Desk = createDesk(DEFAULT_LIMITS);

function now(): number {
  return Number(performanceCounter(0));
}

/** Calls and instructions of each of our functions; filled by what the build `meter-profile` appends (wrap.mjs). */
const profile = globalThis as {
  _calibrate?: () => void;
  _profile?: { readonly calls: number[]; readonly self: number[]; readonly all: number[] };
};

/** Stretches of one message: instructions between marks, less what the marks themselves cost. */
function measured(marks: readonly number[]): Float64Array {
  const from = now();
  const mark = now() - from;
  const parts = new Float64Array(marks.length - 1);
  for (let i = 0; i < parts.length; i++) parts[i] = marks[i + 1]! - marks[i]! - mark;
  return parts;
}

function reply(bytes: Uint8Array): void {
  msgReply(encodeBlob(bytes));
}

/** Reads and decides; answers the instructions of each, then the decision's bytes. */
function decided<T>(decode: (frame: Uint8Array) => T, decide: (desk: Desk, message: T) => Outcome): void {
  const frame = decodeBlob(msgArgData());
  profile._calibrate?.();
  const start = now();
  const message = decode(frame);
  const decoded = now();
  const { bytes } = decide(desk, message);
  const parts = measured([start, decoded, now()]);
  const answer = new Uint8Array(parts.byteLength + bytes.length);
  answer.set(new Uint8Array(parts.buffer));
  answer.set(bytes, parts.byteLength);
  reply(answer);
}

export default class Meter {
  @update([BLOB], BLOB, RAW)
  load_history(): void {
    desk = createDesk(DEFAULT_LIMITS);
    loadHistory(desk, decodeHistory(decodeBlob(msgArgData())));
    reply(new Uint8Array(0));
  }

  @update([BLOB], BLOB, RAW)
  observe(): void {
    decided(readLook, observeLook);
  }

  @update([BLOB], BLOB, RAW)
  intent(): void {
    decided(decodeIntent, intend);
  }

  /** What each part of `observe` costs on this frame, on states of their own; the desk's is only read. */
  @update([BLOB], BLOB, RAW)
  dissect(): void {
    const observation = decodeObservation(decodeBlob(msgArgData()));
    reply(new Uint8Array(measured(dissect(desk, observation, now)).buffer));
  }

  /** Nothing: what a message costs before the engine is asked. */
  @update([BLOB], BLOB, RAW)
  nothing(): void {
    reply(decodeBlob(msgArgData()).subarray(0, 0));
  }

  /** What this interpreter makes of one part, with the numbers that follow on its own; ASCII. */
  @update([BLOB], BLOB, RAW)
  calculate(): void {
    const [part, ...numbers] = new Float64Array(decodeBlob(msgArgData()).slice().buffer);
    const outcomes = PARTS[part!]!(Float64Array.from(numbers));
    reply(Uint8Array.from(outcomes.join('\n'), (letter) => letter.charCodeAt(0)));
  }

  @update([BLOB], BLOB, RAW)
  snapshot(): void {
    const start = now();
    const bytes = snapshotDesk(desk);
    const written = now();
    desk = restoreDesk(bytes);
    reply(new Uint8Array(measured([start, written, now()]).buffer));
  }

  /** Calls, own and whole instructions of each function since the last time that this was asked. */
  @update([BLOB], BLOB, RAW)
  functions(): void {
    const { calls = [], self = [], all = [] } = profile._profile ?? {};
    const counts = Float64Array.from([...calls, ...self, ...all]);
    calls.fill(0);
    self.fill(0);
    all.fill(0);
    reply(new Uint8Array(counts.buffer));
  }

  @update([BLOB], BLOB, RAW)
  state_hash(): void {
    reply(new Uint8Array(Uint32Array.of(stateHash(desk)).buffer));
  }
}
