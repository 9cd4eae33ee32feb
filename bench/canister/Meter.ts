import { readFile } from 'node:fs/promises';
import { decodeBlob, encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';
import { buildCanister } from '../../scripts/build-canister.mjs';
import { functionsOf } from './wrap.mjs';

const ANYONE = new Uint8Array(29).fill(1);
const PROFILED = new URL('../../.azle/bundled/meter-profile/index.mjs', import.meta.url);

/** The measuring canister, built as the risk canister's own sources are: lowered for QuickJS. */
export async function meterWasm(): Promise<Uint8Array> {
  return readFile((await buildCanister('meter')).gzPath);
}

/** The same with every function of the engine counting its calls and instructions, and their names. */
export async function profiledMeter(): Promise<{
  readonly wasm: Uint8Array;
  readonly names: readonly string[];
}> {
  const { gzPath } = await buildCanister('meter-profile');
  return { wasm: await readFile(gzPath), names: functionsOf(await readFile(PROFILED, 'utf8')) };
}

export type MeterMethod =
  | 'load_history'
  | 'observe'
  | 'intent'
  | 'dissect'
  | 'nothing'
  | 'calculate'
  | 'snapshot'
  | 'functions'
  | 'state_hash';

/** The measuring canister on a subnet in this process, which counts instructions exactly. */
export class Meter {
  readonly #subnet: LocalSubnet;
  readonly #id: Uint8Array;
  /** Instructions of the last message, the shell included. */
  instructions = 0;

  constructor(wasm: Uint8Array, timeMs: number) {
    this.#subnet = new LocalSubnet({ clock: new ManualClock(timeMs) });
    this.#id = this.#subnet.createCanister();
    this.#subnet.installCode(this.#id, wasm);
    this.#subnet.run();
  }

  heapBytes(): number {
    return this.#subnet.resources(this.#id)?.heapBytes ?? 0;
  }

  /** Sends a frame and gives the reply's bytes. Throws when the canister traps. */
  send(method: MeterMethod, frame: Uint8Array): Uint8Array {
    const called = this.#subnet.callUpdate(this.#id, method, encodeBlob(frame), ANYONE);
    this.instructions = Number(called.instructions);
    if (called.result.status === 'rejected') throw new Error(`${method}: ${called.result.rejectMessage}`);
    return decodeBlob(called.result.reply).slice();
  }
}

/** What one message cost, and the decision's bytes. */
export interface Cost {
  readonly read: number;
  /** The answer is written as it is decided. */
  readonly decide: number;
  readonly decision: Uint8Array;
}

/** Reads the reply of `observe` and `intent`. */
export function costOf(reply: Uint8Array): Cost {
  const [read = 0, decide = 0] = new Float64Array(reply.slice(0, 16).buffer);
  return { read, decide, decision: reply.slice(16) };
}

/** What one function cost: in itself, and with what it called. */
export interface FunctionCost {
  readonly name: string;
  readonly calls: number;
  readonly self: number;
  readonly all: number;
}

/** Reads the reply of `functions`. */
export function functionsIn(reply: Uint8Array, names: readonly string[]): FunctionCost[] {
  const counts = new Float64Array(reply.slice().buffer);
  const { length } = names;
  return names.map((name, i) => ({
    name,
    calls: counts[i] ?? 0,
    self: counts[length + i] ?? 0,
    all: counts[2 * length + i] ?? 0,
  }));
}
