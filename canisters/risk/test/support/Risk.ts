import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import {
  decodeAnswer,
  decodeKeeper,
  headInput,
  type Answer,
  type Keeper,
  type KeeperMethod,
  type StatePart,
} from '@plimsoll/engine';
import { readFile } from 'node:fs/promises';
import { ManualClock } from '../../../../localnet/src/ic/Clock.ts';
import { Certifier } from '../../../../localnet/src/ic/http/Certificate.ts';
import { subnetKeysFromSeed } from '../../../../localnet/src/ic/http/SubnetKeys.ts';
import { LocalSubnet, type LocalSubnetOptions } from '../../../../localnet/src/ic/LocalSubnet.ts';
import { headHash } from '../../../../proof/src/index.ts';
import { buildCanister } from '../../../../scripts/build-canister.mjs';
import { decodeBlob, encodeBlob } from '../../src/CandidBlob.ts';
import {
  encodePolicyChange,
  TYPES,
  VIEWS,
  type KeptRow,
  type PolicyChange,
  type PolicyResult,
  type PolicyRow,
} from './Views.ts';

export type UpdateMethod = 'register' | KeeperMethod | 'load_history' | 'observe' | 'intent' | 'checkpoint';

export interface EntryView {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

export interface StandingView {
  readonly records: bigint;
  readonly pending: boolean;
  readonly proof:
    [] | [{ readonly certificate: Uint8Array; readonly witness: Uint8Array; readonly newest: EntryView }];
}

export interface PageView {
  readonly entries: readonly EntryView[];
  readonly standing: StandingView;
}

/** What of a standing stays the same from certificate to certificate. */
export interface HeadView {
  readonly sequence: number;
  readonly pending: boolean;
  /** The newest certified head. */
  readonly head: Uint8Array;
}

/** Who deployed it, and opened the registration. */
export const CONTROLLER = Uint8Array.of(...new Uint8Array(28).fill(9), 2);

/** Whose signature is on the certificates of every subnet here. */
export const KEYS = await subnetKeysFromSeed(new Uint8Array(32).fill(5));

/** The module that is deployed, built when its inputs changed. */
export async function builtWasm(): Promise<Uint8Array> {
  return readFile((await buildCanister()).gzPath);
}

/** How the module's text says `MAX_HELD`, and 64 at the same length. */
const HELD_MOST = { said: '=16e3', narrow: '=64  ' };

/** The same with room in the heap for 32 owners with a desk: no test can have thousands of them. */
export async function narrowWasm(): Promise<Uint8Array> {
  const wasm = await readFile((await buildCanister()).wasmPath);
  const at = wasm.indexOf(HELD_MOST.said);
  if (at < 0 || wasm.indexOf(HELD_MOST.said, at + 1) >= 0)
    throw new Error(`The module: expected its text to say "${HELD_MOST.said}" (MAX_HELD) in one place`);
  wasm.write(HELD_MOST.narrow, at);
  return wasm;
}

/** The built canister on a subnet in this process, spoken to in frames and answers. */
export class Risk {
  readonly subnet: LocalSubnet;
  readonly clock: ManualClock;
  /** Instructions of the last message. */
  instructions = 0n;
  /** Instructions of the messages that followed the last installation or upgrade by themselves. */
  bootInstructions = 0n;
  /** Of the dearest of those, which is the self-test. */
  selfTestInstructions = 0n;
  readonly #wasm: Uint8Array;
  readonly #id: Uint8Array;

  constructor(wasm: Uint8Array, timeMs: number, options: Pick<LocalSubnetOptions, 'profiler'> = {}) {
    this.#wasm = wasm;
    this.clock = new ManualClock(timeMs);
    this.subnet = new LocalSubnet({ ...options, clock: this.clock });
    this.#id = this.subnet.createCanister({ controllers: [CONTROLLER] });
    const certifier = new Certifier(this.subnet, KEYS);
    this.subnet.setSubnetId(KEYS.subnetId);
    this.subnet.setDataCertificateSource((id) => {
      certifier.roundEnded();
      return certifier.dataCertificate(id);
    });
    this.#measured(() => {
      this.subnet.installCode(this.#id, wasm, { sender: CONTROLLER });
      this.subnet.run();
    });
    const { instructions } = this;
    this.setPolicy({ registration: 'open' });
    this.instructions = instructions;
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

  /** The canister's own id. */
  get id(): Uint8Array {
    return this.#id;
  }

  get certifiedData(): Uint8Array {
    return this.subnet.canister(this.#id)!.certifiedData;
  }

  /** Present sizes of heap and stable memory. */
  bytes(): { readonly heapBytes: number; readonly stableBytes: number } {
    return this.subnet.resources(this.#id)!;
  }

  standing(owner: Uint8Array, sender: Uint8Array): StandingView | undefined {
    const args = [principal(owner)];
    return this.#query<[] | [StandingView]>(
      'head',
      [IDL.Principal],
      IDL.Opt(TYPES.STANDING),
      args,
      sender,
    )[0];
  }

  head(owner: Uint8Array, sender: Uint8Array): HeadView | undefined {
    const standing = this.standing(owner, sender);
    if (standing === undefined) return undefined;
    const [proof] = standing.proof;
    const head = proof === undefined ? new Uint8Array() : headOf(proof.newest);
    return { sequence: Number(standing.records) - 1, pending: standing.pending, head };
  }

  page(owner: Uint8Array, sender: Uint8Array, from = 0, count = 100): PageView | undefined {
    const types = [IDL.Principal, IDL.Nat64, IDL.Nat32];
    const args = [principal(owner), BigInt(from), count];
    return this.#query<[] | [PageView]>('records', types, IDL.Opt(TYPES.PAGE), args, sender)[0];
  }

  records(owner: Uint8Array, sender: Uint8Array, from = 0, count = 100): Uint8Array[] {
    const page = this.page(owner, sender, from, count);
    return (page?.entries ?? []).map(({ record }) => Uint8Array.from(record));
  }

  /** The grants that stand, as the keeper's state has them. */
  grants(owner: Uint8Array, sender: Uint8Array): { agent: Uint8Array; expiresMs: number }[] {
    const grants = this.keeper(owner, sender)?.grants ?? [];
    return grants
      .filter(({ revokedMs }) => revokedMs === 0)
      .map(({ agent, expiresMs }) => ({ agent, expiresMs }));
  }

  keeper(owner: Uint8Array, sender: Uint8Array): Keeper | undefined {
    const args = [principal(owner)];
    const [state] = this.#query<[] | [Uint8Array]>(
      'keeper',
      [IDL.Principal],
      IDL.Opt(TYPES.BLOB),
      args,
      sender,
    );
    return state === undefined ? undefined : decodeKeeper(Uint8Array.from(state));
  }

  /** A read for display. */
  view<T>(method: keyof typeof VIEWS, owner: Uint8Array, sender: Uint8Array): T[] {
    return this.#query<T[]>(method, [IDL.Principal], IDL.Vec(VIEWS[method]), [principal(owner)], sender);
  }

  setPolicy(change: PolicyChange, sender: Uint8Array = CONTROLLER): PolicyResult {
    const reply = this.sendRaw('set_policy', encodePolicyChange(change), sender);
    return IDL.decode([TYPES.POLICY_RESULT], reply)[0] as unknown as PolicyResult;
  }

  kept(owner: Uint8Array, sender: Uint8Array): KeptRow | undefined {
    const args = [principal(owner)];
    return this.#query<[] | [KeptRow]>('kept', [IDL.Principal], IDL.Opt(TYPES.KEPT), args, sender)[0];
  }

  statePart(owner: Uint8Array, sender: Uint8Array, sequence: number, part: number): StatePart | undefined {
    const types = [IDL.Principal, IDL.Nat64, IDL.Nat8];
    const args = [principal(owner), BigInt(sequence), part];
    const result = IDL.Opt(TYPES.STATE_PART);
    const [found] = this.#query<[] | [StatePart]>('state_part', types, result, args, sender);
    return found === undefined ? undefined : { key: found.key, bytes: Uint8Array.from(found.bytes) };
  }

  /** The whole state of a checkpoint. */
  state(owner: Uint8Array, sender: Uint8Array, sequence: number): StatePart[] {
    const parts: StatePart[] = [];
    for (;;) {
      const part = this.statePart(owner, sender, sequence, parts.length);
      if (part === undefined) return parts;
      parts.push(part);
    }
  }

  policy(): PolicyRow {
    return this.#query('policy', [], TYPES.POLICY_VIEW, [], Uint8Array.of(4));
  }

  http(
    method: string,
    url: string,
  ): { status_code: number; headers: readonly [string, string][]; body: Uint8Array } {
    const request = { method, url, headers: [], body: [] };
    return this.#query(
      'http_request',
      [TYPES.HTTP_REQUEST],
      TYPES.HTTP_RESPONSE,
      [request],
      Uint8Array.of(4),
    );
  }

  buildInfo(): { engine_version: number; schema_version: number; git_commit: string; engine_hash: string } {
    return this.#query('build_info', [], TYPES.BUILD_INFO, [], Uint8Array.of(4));
  }

  upgrade(): void {
    this.#measured(() => {
      this.subnet.installCode(this.#id, this.#wasm, { mode: 'upgrade', sender: CONTROLLER });
      this.subnet.run();
    });
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
    let counting = true;
    this.instructions = 0n;
    this.bootInstructions = 0n;
    this.selfTestInstructions = 0n;
    this.subnet.onExecuted(({ instructions, entry }) => {
      if (!counting) return;
      if (/^canister_(init|post_upgrade)$/.test(entry)) {
        this.instructions += instructions;
        return;
      }
      this.bootInstructions += instructions;
      if (instructions > this.selfTestInstructions) this.selfTestInstructions = instructions;
    });
    run();
    counting = false;
  }
}

/** The hash that an entry's record and frame give. */
export function headOf({ record, frame }: EntryView): Uint8Array {
  return headHash(headInput(Uint8Array.from(record), Uint8Array.from(frame)));
}

function principal(bytes: Uint8Array): Principal {
  return Principal.fromUint8Array(bytes);
}
