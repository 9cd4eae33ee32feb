import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeBlob, encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const AZLE = join(ROOT, 'node_modules', 'azle', 'src', 'build.ts');
const ANYONE = new Uint8Array(29).fill(1);

/** Builds the measuring canister as the risk canister is built: by azle, in a folder of its own. */
export async function meterWasm(): Promise<Uint8Array> {
  const workshop = join(ROOT, '.azle', 'build', `meter-${String(process.pid)}`);
  await mkdir(workshop, { recursive: true });
  try {
    const meter = {
      type: 'azle',
      main: '../../../bench/canister/src/index.ts',
      candid: 'meter.did',
      custom: { candid_gen: 'custom' },
    };
    await writeFile(join(workshop, 'dfx.json'), JSON.stringify({ canisters: { meter } }));
    await writeFile(join(workshop, 'meter.did'), 'service : {}\n');
    await run(process.execPath, ['--import', 'tsx', AZLE, 'build', 'meter'], {
      cwd: workshop,
      env: { ...process.env, CANISTER_CANDID_PATH: 'meter.did', AZLE_DFX_ROOT: '.' },
    });
    return await readFile(join(workshop, '.azle', 'meter', 'meter.wasm'));
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
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
