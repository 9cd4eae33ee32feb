import { listen } from '../wasm/CallHooks.ts';
import type { CallListener } from '../wasm/CallHooks.ts';
import type { CanisterModule } from '../wasm/CanisterModule.ts';
import { engine } from '../wasm/Engine.ts';
import type { WasmFunctions, WasmGlobal, WasmMemory } from '../wasm/Engine.ts';
import { EXPORT } from '../wasm/Instrumentation.ts';
import { CanisterTrap } from './Reject.ts';
import { WASM_PAGE_BYTES } from './StableMemory.ts';

const EMPTY = new Uint8Array(0);

/**
 * A canister's module in memory, with one committed copy of its heap and globals to fall back on.
 * One instance serves all messages: `commit` keeps what a message did, `rollback` undoes it.
 * The copy is taken whole into a reused buffer, which below some 100 MB is cheaper than finding out what changed.
 */
export class Instance {
  readonly module: CanisterModule;
  readonly #imports: { readonly ic0: WasmFunctions };
  readonly #listener: CallListener | undefined;
  #exports: Readonly<Record<string, unknown>> = {};
  #memory: WasmMemory | undefined;
  #view: Uint8Array = EMPTY;
  #counter: { value: bigint } = { value: 0n };
  #globals: WasmGlobal[] = [];
  #committedGlobals: unknown[] = [];
  #committedHeap: Uint8Array = EMPTY;
  #committedBytes = 0;

  constructor(module: CanisterModule, api: WasmFunctions, listener?: CallListener) {
    this.module = module;
    this.#imports = { ic0: api };
    this.#listener = listener;
    this.#instantiate();
    this.commit();
  }

  /** The heap as bytes; valid until the canister runs again. */
  heap(): Uint8Array {
    const buffer = this.#memory?.buffer;
    if (buffer === undefined) return EMPTY;
    if (this.#view.buffer !== buffer) this.#view = new Uint8Array(buffer);
    return this.#view;
  }

  /** Instructions left; negative when the limit was passed. */
  get counter(): bigint {
    return this.#counter.value;
  }

  set counter(instructions: bigint) {
    this.#counter.value = instructions;
  }

  /** An exported function without parameters, such as `canister_init`; undefined when the module has none. */
  entry(name: string): (() => void) | undefined {
    const exported = this.#exports[name];
    return typeof exported === 'function' ? (exported as () => void) : undefined;
  }

  /** The function in table 0 that a callback names. */
  callback(index: number): (env: number) => void {
    const table = this.#exports[EXPORT.table];
    const found = table instanceof engine.Table && index < table.length ? table.get(index) : null;
    if (typeof found !== 'function') {
      throw new CanisterTrap(
        'contractViolation',
        `callback ${index} is not a function in the module's table`,
      );
    }
    return found as (env: number) => void;
  }

  /** Makes the present heap and globals the ones to fall back on. */
  commit(): void {
    const heap = this.heap();
    if (heap.length > this.#committedHeap.length) this.#committedHeap = new Uint8Array(heap.length);
    this.#committedHeap.set(heap);
    this.#committedBytes = heap.length;
    this.#committedGlobals = this.#globals.map(({ value }) => value);
  }

  /** Puts the committed heap and globals back. A heap that grew needs a new instance, as memories cannot shrink. */
  rollback(): void {
    if (this.heap().length !== this.#committedBytes) {
      this.#instantiate();
      const missing = this.#committedBytes - this.heap().length;
      if (missing > 0) this.#memory?.grow(missing / WASM_PAGE_BYTES);
    }
    this.heap().set(this.#committedHeap.subarray(0, this.#committedBytes));
    this.#globals.forEach((global, i) => {
      global.value = this.#committedGlobals[i];
    });
  }

  /** Takes over the heap and globals of an earlier instance of the same module. */
  restore(heap: Uint8Array, globals: readonly unknown[]): void {
    this.#committedHeap = heap;
    this.#committedBytes = heap.length;
    this.#committedGlobals = [...globals];
    this.rollback();
  }

  /** Committed values of the mutable globals, for hashing. */
  globals(): readonly unknown[] {
    return this.#committedGlobals;
  }

  #instantiate(): void {
    const { exports } = new engine.Instance(this.module.compiled, this.#imports);
    const memory = exports[EXPORT.memory];
    this.#exports = exports;
    this.#memory = memory instanceof engine.Memory ? memory : undefined;
    this.#counter = exports[EXPORT.counter] as { value: bigint };
    this.#globals = this.module.globals.map((name) => exports[name] as WasmGlobal);
    const hooks = exports[EXPORT.hooks];
    if (hooks instanceof engine.Table && this.#listener !== undefined) listen(hooks, this.#listener);
  }
}
