import { readFile } from 'node:fs/promises';
import { decodeBlob, encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';
import { buildCanister } from '../../scripts/build-canister.mjs';

const ANYONE = new Uint8Array(29).fill(1);

/** The measuring canister, built as the risk canister's own sources are: lowered for QuickJS. */
export async function meterWasm(): Promise<Uint8Array> {
  return readFile((await buildCanister('meter')).gzPath);
}

export type MeterMethod = 'load_history' | 'observe' | 'intent' | 'dissect' | 'nothing' | 'state_hash';

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
  readonly decode: number;
  readonly decide: number;
  readonly encode: number;
  readonly decision: Uint8Array;
}

/** Reads the reply of `observe` and `intent`. */
export function costOf(reply: Uint8Array): Cost {
  const [decode = 0, decide = 0, encode = 0] = new Float64Array(reply.slice(0, 24).buffer);
  return { decode, decide, encode, decision: reply.slice(24) };
}
