import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { decodeAnswer, type Answer } from '@plimsoll/engine';
import { readFile } from 'node:fs/promises';
import { ManualClock } from '../../../../localnet/src/ic/Clock.ts';
import { LocalSubnet, type LocalSubnetOptions } from '../../../../localnet/src/ic/LocalSubnet.ts';
import { buildCanister } from '../../../../scripts/build-canister.mjs';
import { decodeBlob, encodeBlob } from '../../src/CandidBlob.ts';

export type UpdateMethod =
  'register' | 'set_limits' | 'grant' | 'revoke' | 'load_history' | 'observe' | 'intent';

const HEAD = IDL.Record({ sequence: IDL.Nat64, head: IDL.Vec(IDL.Nat8), limits_version: IDL.Nat32 });
const GRANT = IDL.Record({ agent: IDL.Principal, expires_ms: IDL.Nat64 });
const BUILD_INFO = IDL.Record({ engine_version: IDL.Nat16, schema_version: IDL.Nat16 });

export interface HeadView {
  readonly sequence: bigint;
  readonly head: Uint8Array;
  readonly limits_version: number;
}

/** The module that is deployed, built when its inputs changed. */
export async function builtWasm(): Promise<Uint8Array> {
  return readFile((await buildCanister()).gzPath);
}

/** The built canister on a subnet in this process, spoken to in frames and answers. */
export class Risk {
  readonly subnet: LocalSubnet;
  readonly clock: ManualClock;
  /** Instructions of the last message. */
  instructions = 0n;
  readonly #wasm: Uint8Array;
  readonly #id: Uint8Array;

  constructor(wasm: Uint8Array, timeMs: number, options: Pick<LocalSubnetOptions, 'profiler'> = {}) {
    this.#wasm = wasm;
    this.clock = new ManualClock(timeMs);
    this.subnet = new LocalSubnet({ ...options, clock: this.clock });
    this.#id = this.subnet.createCanister();
    this.#measured(() => this.subnet.installCode(this.#id, wasm));
    this.subnet.run();
  }

  /** The clock, which moves only when it is told to. */
  get nowMs(): number {
    return Number(this.clock.nowNs() / 1_000_000n);
  }

  /** Sends one frame. Throws when the canister traps. */
  send(method: UpdateMethod, frame: Uint8Array, sender: Uint8Array): Answer {
    return decodeAnswer(decodeBlob(this.sendRaw(method, encodeBlob(frame), sender)));
  }

  /** Sends raw Candid and gives raw Candid. Throws when the canister traps. */
  sendRaw(method: string, argument: Uint8Array, sender: Uint8Array): Uint8Array {
    const { result, instructions } = this.subnet.callUpdate(this.#id, method, argument, sender);
    this.instructions = instructions;
    if (result.status === 'rejected') throw new Error(`${method}: ${result.rejectMessage}`);
    return result.reply;
  }

  /** Whether a message from outside gets past the inspection. */
  accepts(method: string, argument: Uint8Array, sender: Uint8Array): boolean {
    return this.subnet.inspect({
      requestId: new Uint8Array(32),
      sender,
      canisterId: this.#id,
      method,
      arg: argument,
    }).accepted;
  }

  head(owner: Uint8Array, sender: Uint8Array): HeadView | undefined {
    const [head] = this.#query<[] | [HeadView]>(
      'head',
      [IDL.Principal],
      IDL.Opt(HEAD),
      [principal(owner)],
      sender,
    );
    return head;
  }

  records(owner: Uint8Array, sender: Uint8Array, from = 0, count = 100): Uint8Array[] {
    const types = [IDL.Principal, IDL.Nat64, IDL.Nat32];
    const page = this.#query<ArrayLike<number>[]>(
      'records',
      types,
      IDL.Vec(IDL.Vec(IDL.Nat8)),
      [principal(owner), BigInt(from), count],
      sender,
    );
    return page.map((record) => Uint8Array.from(record));
  }

  grants(owner: Uint8Array, sender: Uint8Array): { agent: Uint8Array; expiresMs: number }[] {
    const grants = this.#query<{ agent: Principal; expires_ms: bigint }[]>(
      'grants',
      [IDL.Principal],
      IDL.Vec(GRANT),
      [principal(owner)],
      sender,
    );
    return grants.map(({ agent, expires_ms }) => ({
      agent: agent.toUint8Array(),
      expiresMs: Number(expires_ms),
    }));
  }

  buildInfo(): { engine_version: number; schema_version: number } {
    return this.#query('build_info', [], BUILD_INFO, [], Uint8Array.of(4));
  }

  upgrade(): void {
    this.#measured(() => this.subnet.installCode(this.#id, this.#wasm, { mode: 'upgrade' }));
    this.subnet.run();
  }

  /** A custom section of the module that anyone may read. */
  publicMetadata(name: string): string | undefined {
    const section = this.subnet.canister(this.#id)?.metadata.get(name);
    return section?.isPublic === true ? Buffer.from(section.content).toString() : undefined;
  }

  #query<T>(method: string, types: IDL.Type[], result: IDL.Type, args: unknown[], sender: Uint8Array): T {
    const called = this.subnet.callQuery(this.#id, method, IDL.encode(types, args), sender);
    this.instructions = called.instructions;
    if (called.result.status === 'rejected') throw new Error(`${method}: ${called.result.rejectMessage}`);
    return IDL.decode([result], called.result.reply)[0] as T;
  }

  #measured(run: () => void): void {
    let sum = 0n;
    let counting = true;
    this.subnet.onExecuted(({ instructions, entry }) => {
      if (counting && /^canister_(init|post_upgrade)$/.test(entry)) sum += instructions;
    });
    run();
    counting = false;
    this.instructions = sum;
  }
}

function principal(bytes: Uint8Array): Principal {
  return Principal.fromUint8Array(bytes);
}
