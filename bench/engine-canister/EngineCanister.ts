import { readFile } from 'node:fs/promises';
import { decodeBlob, encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';
import { buildCanister } from '../../scripts/build-canister.mjs';
import { functionsOf } from './wrap.mjs';

const ANYONE = Uint8Array.of(4);
const BUNDLE = new URL('../../.azle/bundled/engine-profile/index.mjs', import.meta.url);

/** Instructions of one message, by part; `profile` only from the profiled build. */
export interface Counted {
  readonly read: number;
  readonly work: number;
  readonly write: number;
  readonly isRecord: boolean;
  readonly answer: Uint8Array;
  readonly profile: ReadonlyMap<
    string,
    { readonly calls: number; readonly self: number; readonly all: number }
  >;
}

export type Command = 'history' | 'observation' | 'intent' | 'snapshot';
const COMMANDS: readonly Command[] = ['history', 'observation', 'intent', 'snapshot'];

/** The engine in Wasm on a subnet in this process, which counts exactly what mainnet would charge for. */
export class EngineCanister {
  readonly #subnet: LocalSubnet;
  readonly #id: Uint8Array;
  readonly #names: readonly string[];

  private constructor(wasm: Uint8Array, names: readonly string[]) {
    this.#names = names;
    this.#subnet = new LocalSubnet({ clock: new ManualClock(1_704_067_200_000) });
    this.#id = this.#subnet.createCanister();
    this.#subnet.installCode(this.#id, wasm);
    this.#subnet.run();
  }

  static async create(name: 'engine-bench' | 'engine-profile' = 'engine-bench'): Promise<EngineCanister> {
    const { gzPath } = await buildCanister(name);
    const names = name === 'engine-bench' ? [] : functionsOf(await readFile(BUNDLE, 'utf8'));
    return new EngineCanister(await readFile(gzPath), names);
  }

  run(command: Command, frame: Uint8Array = new Uint8Array(0)): Counted {
    const argument = new Uint8Array(1 + frame.length);
    argument[0] = COMMANDS.indexOf(command);
    argument.set(frame, 1);
    const { result } = this.#subnet.callUpdate(this.#id, 'run', encodeBlob(argument), ANYONE);
    if (result.status === 'rejected') throw new Error(`${command}: ${result.rejectMessage}`);
    const bytes = decodeBlob(result.reply);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = view.getUint32(0, true);
    const value = (i: number): number => view.getFloat64(4 + 8 * i, true);
    const profile = new Map(
      this.#names.map((name, i) => [
        name,
        { calls: value(4 + 3 * i), self: value(5 + 3 * i), all: value(6 + 3 * i) },
      ]),
    );
    return {
      read: value(0),
      work: value(1),
      write: value(2),
      isRecord: value(3) === 1,
      answer: bytes.slice(4 + 8 * count),
      profile,
    };
  }
}
