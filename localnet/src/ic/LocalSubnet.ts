import type { Profiler } from '../profile/Profiler.ts';
import { readableText } from './Bytes.ts';
import type { Origin } from './CallContext.ts';
import type { Canister } from './Canister.ts';
import type { BlobSink, BlobSource } from './CanisterImage.ts';
import { ANONYMOUS, principalText } from './CanisterId.ts';
import { wallClock } from './Clock.ts';
import type { Clock } from './Clock.ts';
import { deliver } from './Delivery.ts';
import { IngressHistory } from './IngressHistory.ts';
import { createCanister, installCode } from './ManagementClient.ts';
import type { CreateOptions, InstallOptions } from './ManagementClient.ts';
import { runInspection } from './Inspection.ts';
import { THIRTEEN_NODES } from './PriceList.ts';
import type { PriceList } from './PriceList.ts';
import { runQuery } from './Query.ts';
import { Randomness } from './Randomness.ts';
import { chargeIdle, isTaskDue, takeDueTasks } from './Schedule.ts';
import { stateHash } from './StateHash.ts';
import type {
  CanisterView,
  IngressMessage,
  IngressRecord,
  PrincipalBytes,
  QueryResult,
  Reject,
  Subnet,
} from './Subnet.types.ts';
import { restoreSubnet, subnetImage } from './SubnetImage.ts';
import { newLedger } from './system/LedgerState.ts';
import { findCanister, sortedCanisters } from './SubnetState.ts';
import type { Executed, Message, SubnetState } from './SubnetState.ts';

export interface LocalSubnetOptions {
  /** Default: the machine's wall clock. */
  readonly clock?: Clock;
  /** Decides all randomness; a constant by default, so that runs repeat. */
  readonly seed?: string;
  /** Default: the prices of a 13-node subnet. */
  readonly prices?: PriceList;
  /** What an earlier subnet of the same seed left, to go on from there. */
  readonly image?: { readonly text: string; readonly blobs: BlobSource };
  /** Is told what canisters print and how they trap. */
  readonly onPrint?: (canisterId: string, text: string) => void;
  /** Hears of every call inside the canisters installed from now on; makes them slower and changes nothing else. */
  readonly profiler?: Profiler;
}

/** A call made in this process, finished. */
export interface Called {
  readonly result: QueryResult;
  /** Instructions of the message itself. */
  readonly instructions: bigint;
  /** With those of the callbacks that belonged to the call. */
  readonly totalInstructions: bigint;
}

/** What a round executes at most before it ends and the time moves on, as on the IC; a single message may take more. */
const ROUND_INSTRUCTIONS = 4_000_000_000n;
/** Bound for timers that set themselves again without delay. */
const MAX_ROUNDS_PER_RUN = 10_000;

/** Stable memory as a number of 64 KiB pages and the 4 KiB pages of it that hold anything, by number. */
export interface StableImage {
  readonly pages: number;
  readonly content: readonly (readonly [page: number, bytes: Uint8Array])[];
}

/**
 * A subnet of the Internet Computer in this process: canisters, messages between them, timers, rounds and time.
 * Everything happens synchronously in `run` and `query`; deep recursion of a canister needs `node --stack-size=7600`.
 */
export class LocalSubnet implements Subnet {
  readonly #clock: Clock;
  readonly #state: SubnetState;
  readonly #roundListeners: (() => void)[] = [];
  #certificateOf: ((canisterId: PrincipalBytes) => Uint8Array) | undefined;
  #roundInstructions = 0n;
  #isRunning = false;

  constructor({
    clock = wallClock,
    seed = 'localnet',
    prices = THIRTEEN_NODES,
    image,
    onPrint,
    profiler,
  }: LocalSubnetOptions = {}) {
    this.#clock = clock;
    this.#state = {
      canisters: new Map(),
      queue: [],
      ingress: new IngressHistory(),
      randomness: new Randomness(seed),
      prices,
      timeNs: clock.nowNs(),
      ledger: newLedger(),
      subnetId: new Uint8Array(0),
      heartbeatNs: 0n,
      created: 0,
      lastNumber: 0,
      delivered: 0,
      onExecuted: [({ instructions }) => (this.#roundInstructions += instructions)],
      onPrint: (canister, content) => onPrint?.(principalText(canister.id), readableText(content)),
      profiler,
    };
    if (image !== undefined) restoreSubnet(this.#state, seed, image.text, image.blobs);
  }

  timeNs(): bigint {
    return this.#state.timeNs;
  }

  inspect(message: IngressMessage): { readonly accepted: true } | ({ readonly accepted: false } & Reject) {
    return runInspection(this.#state, this.#present(), message);
  }

  submit(message: IngressMessage): void {
    if (!this.#state.ingress.add(message)) return;
    this.#state.queue.push({
      kind: 'request',
      origin: { kind: 'ingress', requestId: message.requestId },
      caller: message.sender,
      callee: message.canisterId,
      method: message.method,
      arg: message.arg,
      cycles: 0n,
    });
  }

  query(message: Omit<IngressMessage, 'requestId'>): QueryResult {
    return runQuery(this.#state, this.#present(), message, this.#certificateOf);
  }

  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let round = 0; round < MAX_ROUNDS_PER_RUN && this.#hasWork(); round++) this.#round();
    } finally {
      this.#isRunning = false;
    }
  }

  /** One round even when there is nothing to do, so that the time moves on; then as `run`. */
  tick(): void {
    if (this.#isRunning) return;
    if (!this.#hasWork()) this.#round();
    this.run();
  }

  onRound(listener: () => void): void {
    this.#roundListeners.push(listener);
  }

  setDataCertificateSource(source: (canisterId: PrincipalBytes) => Uint8Array): void {
    this.#certificateOf = source;
  }

  setSubnetId(id: PrincipalBytes): void {
    this.#state.subnetId = id;
  }

  canister(id: PrincipalBytes): CanisterView | undefined {
    const canister = findCanister(this.#state, id);
    return canister === undefined ? undefined : viewOf(canister);
  }

  canisters(): Iterable<CanisterView> {
    return sortedCanisters(this.#state).map(viewOf);
  }

  ingress(requestId: Uint8Array): IngressRecord | undefined {
    return this.#state.ingress.get(requestId);
  }

  ingressRecords(): Iterable<IngressRecord> {
    return this.#state.ingress.all();
  }

  /** Is told of every piece of canister code that ran, with its exact instructions. */
  onExecuted(listener: (executed: Executed) => void): void {
    this.#state.onExecuted.push(listener);
  }

  /** Calls an update method from this process, without inspection or a request id, and runs until it is answered. */
  callUpdate(
    canisterId: PrincipalBytes,
    method: string,
    arg: Uint8Array,
    sender: PrincipalBytes = ANONYMOUS,
  ): Called {
    const results: QueryResult[] = [];
    const origin: Origin = { kind: 'process', settle: (result) => results.push(result) };
    const spent: bigint[] = [];
    const count = (executed: Executed) => {
      if (executed.origin === origin) spent.push(executed.instructions);
    };
    this.#state.onExecuted.push(count);
    try {
      const message: Message = {
        kind: 'request',
        origin,
        caller: sender,
        callee: canisterId,
        method,
        arg,
        cycles: 0n,
      };
      this.#state.queue.push(message);
      this.run();
    } finally {
      this.#state.onExecuted.splice(this.#state.onExecuted.indexOf(count), 1);
    }
    const [result] = results;
    if (result === undefined) {
      throw new Error(
        `${method} is not answered yet: a call it made, or a canister being stopped, is still open`,
      );
    }
    const totalInstructions = spent.reduce((sum, one) => sum + one, 0n);
    return { result, instructions: spent[0] ?? 0n, totalInstructions };
  }

  /** Calls a query method from this process. */
  callQuery(
    canisterId: PrincipalBytes,
    method: string,
    arg: Uint8Array,
    sender: PrincipalBytes = ANONYMOUS,
  ): Called {
    let instructions = 0n;
    const count = (executed: Executed) => (instructions = executed.instructions);
    this.#state.onExecuted.push(count);
    try {
      const result = this.query({ canisterId, method, arg, sender });
      return { result, instructions, totalInstructions: instructions };
    } finally {
      this.#state.onExecuted.splice(this.#state.onExecuted.indexOf(count), 1);
    }
  }

  /** Creates an empty canister. Throws `ManagementError` when refused. */
  createCanister(options: CreateOptions = {}): PrincipalBytes {
    return createCanister(this, options);
  }

  /** Installs, reinstalls or upgrades code. Throws `ManagementError` with the reject when it fails; nothing is changed then. */
  installCode(canisterId: PrincipalBytes, wasm: Uint8Array, options: InstallOptions = {}): void {
    installCode(this, canisterId, wasm, options);
  }

  /** Present sizes of a canister's heap and stable memory, and its balance; undefined when there is none. */
  resources(
    canisterId: PrincipalBytes,
  ): { readonly heapBytes: number; readonly stableBytes: number; readonly cycles: bigint } | undefined {
    const canister = findCanister(this.#state, canisterId);
    if (canister === undefined) return undefined;
    const { installed, stable, cycles } = canister;
    return { heapBytes: installed?.heap().length ?? 0, stableBytes: stable.sizeBytes, cycles };
  }

  /** Gives a canister another balance, for tests of what it does without cycles. */
  setCycles(canisterId: PrincipalBytes, cycles: bigint): void {
    findCanister(this.#state, canisterId)!.cycles = cycles;
  }

  /** A canister's stable memory as it is: what a test keeps of one version, to give it to a later one. */
  stableImage(canisterId: PrincipalBytes): StableImage {
    const { stable } = findCanister(this.#state, canisterId)!;
    return { pages: stable.pages, content: [...stable.writtenPages()] };
  }

  /** Gives a canister the stable memory of another; its heap has to begin anew, as after an upgrade. */
  restoreStable(canisterId: PrincipalBytes, { pages, content }: StableImage): void {
    findCanister(this.#state, canisterId)!.stable.restore(pages, content);
  }

  /** Messages delivered since the start: while it stays the same, so does everything but the time. */
  delivered(): number {
    return this.#state.delivered;
  }

  /** All state between two messages as text, large pieces put into `blobs`; for the `image` option. */
  image(blobs: BlobSink): string {
    return subnetImage(this.#state, blobs);
  }

  /** SHA-256 of all canisters' state, hex; see `stateHash`. */
  stateHash(): string {
    return stateHash(this.#state);
  }

  /** The clock's time, but never before the latest round. */
  #present(): bigint {
    const now = this.#clock.nowNs();
    return now > this.#state.timeNs ? now : this.#state.timeNs;
  }

  /** The time of the next round: the clock's, but always later than the latest round. */
  #nextNs(): bigint {
    const now = this.#clock.nowNs();
    return now > this.#state.timeNs ? now : this.#state.timeNs + 1n;
  }

  #hasWork(): boolean {
    return this.#state.queue.length > 0 || isTaskDue(this.#state, this.#nextNs());
  }

  #round(): void {
    const state = this.#state;
    state.timeNs = this.#nextNs();
    state.ingress.prune(state.timeNs);
    chargeIdle(state);
    state.queue.unshift(...takeDueTasks(state));
    this.#roundInstructions = 0n;
    while (this.#roundInstructions < ROUND_INSTRUCTIONS) {
      const message = state.queue.shift();
      if (message === undefined) break;
      deliver(state, message);
    }
    for (const listener of this.#roundListeners) listener();
  }
}

function viewOf({ id, settings, module, certifiedData }: Canister): CanisterView {
  return {
    id,
    controllers: settings.controllers.map((one) => one.toUint8Array()),
    moduleHash: module?.hash,
    certifiedData,
    metadata: module?.metadata ?? new Map(),
  };
}
