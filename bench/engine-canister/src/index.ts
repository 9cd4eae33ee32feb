import {
  createDesk,
  decodeHistory,
  decodeIntent,
  DEFAULT_LIMITS,
  intend,
  loadHistory,
  observeLook,
  readLook,
  restoreDesk,
  snapshotDesk,
  type Outcome,
} from '../../../engine/src/index.ts';
import { decodeBlob, encodeBlob } from '../../../canisters/risk/src/CandidBlob.ts';
import { IDL, msgArgData, msgReply, performanceCounter, update } from './Platform.js';

const BLOB = IDL.Vec(IDL.Nat8);

/** Commands: the first byte of the argument; a frame follows. */
const HISTORY = 0;
const OBSERVATION = 1;
const INTENT = 2;
const SNAPSHOT = 3;

let desk = createDesk(DEFAULT_LIMITS);

function count(): number {
  return Number(performanceCounter(0));
}

/** What counting by itself costs: taken off every part. */
function idle(): number {
  const before = count();
  return count() - before;
}

/** Calls and instructions of each wrapped function; filled by what the profiled build appends to the bundle. */
const profile = globalThis as {
  _calibrate?: () => void;
  _profile?: { calls: number[]; self: number[]; all: number[] };
};

function profiled(): number[] {
  const counts = profile._profile;
  if (counts === undefined) return [];
  const values: number[] = [];
  for (let i = 0; i < counts.calls.length; i++) {
    values.push(counts.calls[i]!, counts.self[i]!, counts.all[i]!);
    counts.calls[i] = counts.self[i] = counts.all[i] = 0;
  }
  return values;
}

/** Three counted parts (reading, working, writing), whether a record is due, and the profile. */
function reply(parts: readonly number[], answer: Uint8Array): void {
  const values = Float64Array.from([...parts, ...profiled()]);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, values.length, true);
  const bytes = new Uint8Array(4 + 8 * values.length + answer.length);
  bytes.set(head);
  bytes.set(new Uint8Array(values.buffer), 4);
  bytes.set(answer, 4 + 8 * values.length);
  msgReply(encodeBlob(bytes));
}

export default class EngineBench {
  @update([BLOB], BLOB, { manual: true })
  run(): void {
    const argument = decodeBlob(msgArgData());
    const frame = argument.subarray(1);
    profile._calibrate?.();
    const base = idle();
    profiled();
    const start = count();
    if (argument[0] === HISTORY) {
      const history = decodeHistory(frame);
      const read = count();
      desk = createDesk(DEFAULT_LIMITS);
      loadHistory(desk, history);
      const worked = count();
      reply([read - start - base, worked - read - base, 0, 1], new Uint8Array(0));
    } else if (argument[0] === SNAPSHOT) {
      const bytes = snapshotDesk(desk);
      const written = count();
      desk = restoreDesk(bytes);
      const read = count();
      reply([read - written - base, 0, written - start - base, 0], bytes);
    } else {
      let outcome: Outcome;
      let read: number;
      if (argument[0] === OBSERVATION) {
        const seen = readLook(frame);
        read = count();
        outcome = observeLook(desk, seen);
      } else if (argument[0] === INTENT) {
        const intent = decodeIntent(frame);
        read = count();
        outcome = intend(desk, intent);
      } else throw new Error('no such command');
      const worked = count();
      reply([read - start - base, worked - read - base, 0, outcome.record ? 1 : 0], outcome.bytes);
    }
  }
}
