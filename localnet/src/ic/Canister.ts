import type { Principal } from '@dfinity/principal';
import type { CanisterModule } from '../wasm/CanisterModule.ts';
import { engine } from '../wasm/Engine.ts';
import type { Profiler } from '../profile/Profiler.ts';
import { instructionLimitTrap } from './ApiHost.ts';
import type { ApiHost, CanisterStatus } from './ApiHost.ts';
import { freezingBalance } from './Balance.ts';
import { utf8 } from './Bytes.ts';
import type { CallContext, Callback, Origin } from './CallContext.ts';
import { abandon } from './CallApi.ts';
import { CanisterLog } from './CanisterLog.ts';
import { defaultSettings } from './CanisterSettings.ts';
import type { CanisterSettings } from './CanisterSettings.ts';
import { KIND, NOT_REPLICATED } from './Execution.ts';
import type { Execution } from './Execution.ts';
import { Instance } from './Instance.ts';
import { CanisterTrap, heapLimitTrap } from './Reject.ts';
import { StableMemory } from './StableMemory.ts';
import { kindName } from './Permission.ts';
import type { PriceList } from './PriceList.ts';
import type { PrincipalBytes } from './Subnet.types.ts';
import { systemApi } from './SystemApi.ts';

/** What came of running a canister's code. Nothing is committed or undone yet. */
export interface Ran {
  readonly trap: CanisterTrap | undefined;
  readonly instructions: bigint;
}

/** What 32 bits can address. */
const MAX_HEAP_BYTES = 1n << 32n;

/** Where the limit of the heap holds: not in callbacks, which must be able to finish, nor in `pre_upgrade`. */
const HEAP_LIMITED = KIND.update | KIND.task | KIND.init | KIND.start;

/** Statistics of queries since the canister was created, as `canister_status` reports them. */
export interface QueryStats {
  num_calls_total: bigint;
  num_instructions_total: bigint;
  request_payload_bytes_total: bigint;
  response_payload_bytes_total: bigint;
}

/** What a canister needs to know of its subnet. */
export interface Surroundings {
  readonly prices: PriceList;
  readonly timeNs: bigint;
  readonly onPrint: (canister: Canister, content: Uint8Array) => void;
  readonly profiler?: Profiler | undefined;
}

/** A canister: its code and state, and the calls it is working on. */
export class Canister implements ApiHost {
  readonly id: PrincipalBytes;
  settings: CanisterSettings;
  status: CanisterStatus = 'running';
  version = 0n;
  cycles: bigint;
  readonly prices: PriceList;
  /** Until when storage and compute allocation have been paid. */
  chargedNs: bigint;
  timerNs = 0n;
  /** Whether the low memory hook was called for and memory has been low since. */
  isLowOnMemory = false;
  certifiedData: Uint8Array = new Uint8Array(0);
  readonly stable = new StableMemory();
  readonly log = new CanisterLog();
  /** Uploaded parts of modules by their SHA-256 in hex. */
  readonly chunks = new Map<string, Uint8Array>();
  readonly contexts = new Map<number, CallContext>();
  readonly callbacks = new Map<number, Callback>();
  /** Who asked to stop the canister and waits for its open calls to end. */
  readonly stopWaiters: { readonly origin: Origin; readonly cycles: bigint }[] = [];
  readonly queryStats: QueryStats = {
    num_calls_total: 0n,
    num_instructions_total: 0n,
    request_payload_bytes_total: 0n,
    response_payload_bytes_total: 0n,
  };
  readonly #onPrint: (canister: Canister, content: Uint8Array) => void;
  readonly #profiler: Profiler | undefined;
  #installed: Instance | undefined;
  #running: { readonly instance: Instance; readonly execution: Execution } | undefined;

  constructor(
    id: PrincipalBytes,
    controllers: readonly Principal[],
    cycles: bigint,
    { prices, timeNs, onPrint, profiler }: Surroundings,
  ) {
    this.id = id;
    this.settings = defaultSettings(controllers);
    this.cycles = cycles;
    this.prices = prices;
    this.chargedNs = timeNs;
    this.#onPrint = onPrint;
    this.#profiler = profiler;
  }

  /** The installed code; undefined when the canister is empty. */
  get installed(): Instance | undefined {
    return this.#installed;
  }

  get module(): CanisterModule | undefined {
    return this.#installed?.module;
  }

  get instance(): Instance {
    return this.#current().instance;
  }

  get execution(): Execution {
    return this.#current().execution;
  }

  freezingBalance(): bigint {
    return freezingBalance(this);
  }

  print(content: Uint8Array): void {
    const { execution } = this;
    if ((execution.kind & NOT_REPLICATED) === 0) {
      this.log.add(execution.timeNs, content, Number(this.settings.log_memory_limit));
    }
    this.#onPrint(this, content);
  }

  /** Puts a module into memory, without installing it. Throws `WasmError` or a WebAssembly error when it does not fit. */
  load(module: CanisterModule): Instance {
    const api = systemApi(this, module.imports);
    return new Instance(module, this.#profiler?.listening(api) ?? api, this.#profiler);
  }

  /** Replaces the code; undefined empties the canister. */
  adopt(instance: Instance | undefined): void {
    this.#installed = instance;
  }

  /** Runs code under the meter and says how it ended. The caller commits or discards. */
  run(instance: Instance, execution: Execution, code: (instance: Instance) => void): Ran {
    this.#running = { instance, execution };
    instance.counter = execution.limit;
    let trap: CanisterTrap | undefined;
    const heapBytes = instance.heap().length;
    this.#profiler?.begin(`${kindName(execution.kind)} ${execution.methodName}`.trim(), instance);
    try {
      if (execution.kind === KIND.update) this.#checkHeap(heapBytes);
      code(instance);
      abandon(this);
      const grown = instance.heap().length;
      if ((execution.kind & HEAP_LIMITED) !== 0 && grown > heapBytes) this.#checkHeap(grown);
    } catch (error) {
      trap = this.#asTrap(error);
      this.print(utf8(`[TRAP]: ${trap.message}`));
    } finally {
      this.#running = undefined;
      this.#profiler?.end();
    }
    const left = instance.counter > 0n ? instance.counter : 0n;
    return { trap, instructions: execution.limit - left };
  }

  /** Keeps everything that a message did. */
  commit(execution: Execution): void {
    this.cycles = execution.balance;
    if (execution.timerNs !== undefined) this.timerNs = execution.timerNs;
    if (execution.certifiedData !== undefined) this.certifiedData = execution.certifiedData;
    if (execution.context !== undefined) execution.context.cyclesAvailable = execution.cyclesAvailable;
    this.#installed?.commit();
    this.stable.commit();
    this.version += 1n;
  }

  /** Whether the low memory hook is due: the first time that less of the heap is left than the settings want. */
  becomesLowOnMemory(): boolean {
    const { wasm_memory_limit: limit, wasm_memory_threshold: wanted } = this.settings;
    const left = (limit === 0n ? MAX_HEAP_BYTES : limit) - BigInt(this.#installed?.heap().length ?? 0);
    const wasLow = this.isLowOnMemory;
    this.isLowOnMemory = left < wanted;
    return this.isLowOnMemory && !wasLow;
  }

  /** Undoes what a message did to heap and stable memory; the rest was never applied. */
  discard(): void {
    this.#installed?.rollback();
    this.stable.rollback();
  }

  #current(): { readonly instance: Instance; readonly execution: Execution } {
    if (this.#running === undefined)
      throw new Error('the system API was called while no message was running');
    return this.#running;
  }

  /** Ends the message when so much heap is more than the settings allow; 0 allows all there is. */
  #checkHeap(bytes: number): void {
    const limit = this.settings.wasm_memory_limit;
    if (limit > 0n && BigInt(bytes) > limit) throw heapLimitTrap(limit, bytes);
  }

  #asTrap(error: unknown): CanisterTrap {
    if (error instanceof CanisterTrap) return error;
    if (this.instance.counter < 0n) return instructionLimitTrap(this);
    if (error instanceof engine.RuntimeError) {
      return new CanisterTrap('trapped', `Canister trapped: ${error.message}`);
    }
    if (error instanceof RangeError && error.message.includes('call stack'))
      return new CanisterTrap('trapped', 'Canister trapped: stack overflow');
    // What bounds stable memory before its 500 GiB do: this machine.
    if (error instanceof RangeError && error.message.includes('allocation failed'))
      return new CanisterTrap('outOfMemory', 'Canister cannot grow its memory usage.');
    // Not the canister's doing but a fault of this program: leave nothing half done, and say so.
    this.discard();
    throw error;
  }
}
