import type { CanisterModule, Symbols } from '../wasm/CanisterModule.ts';
import type { CallListener, Watched } from '../wasm/CallHooks.ts';
import type { WasmFunctions } from '../wasm/Engine.ts';
import { childOf, newNode, type CallNode } from './CallTree.ts';
import { CALL, CALL_C, QuickJs, type ScriptFunction } from './QuickJs.ts';

/** The running code that a profiler looks into. */
export interface Profiled {
  readonly module: CanisterModule;
  /** Instructions left. */
  readonly counter: bigint;
  heap(): Uint8Array;
}

export interface ProfilerOptions {
  /** Names of functions by index, for modules that do not carry them. */
  readonly names?: ReadonlyMap<number, string>;
  /**
   * `script`: only what a QuickJS inside calls, which is what its author wrote; `wasm`: every function. Default: script
   * where there is a QuickJS.
   */
  readonly level?: 'script' | 'wasm';
}

/** A message that is running. */
interface Running {
  readonly symbols: Symbols;
  readonly script: QuickJs;
  readonly counter: () => bigint;
  /** Functions that have not returned yet, the running one last. */
  readonly stack: [CallNode, ...CallNode[]];
  left: number;
}

/** A QuickJS that is laid out otherwise must not end the message. */
function calledBy(script: QuickJs, context: number, callee: number): ScriptFunction {
  try {
    return script.functionAt(context, callee);
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'unknown' };
    throw error;
  }
}

const NO_SYMBOLS: Symbols = { names: new Map(), table: new Map() };

/**
 * Finds out in which functions the instructions of messages go. Exact: over all functions they sum up to what the
 * messages cost.
 */
export class Profiler implements CallListener {
  readonly #options: ProfilerOptions;
  readonly #roots = new Map<string, CallNode>();
  #running: Running | undefined;

  constructor(options: ProfilerOptions = {}) {
    this.#options = options;
  }

  /** Costs of all messages so far by what they were, such as `update greet` or `init`. */
  roots(): ReadonlyMap<string, CallNode> {
    return this.#roots;
  }

  /** Names by which functions are reported: the module's own, or else those given. */
  namesFor(own: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
    return own.size > 0 ? own : (this.#options.names ?? own);
  }

  /** Which functions of a module to listen to. */
  watch(names: ReadonlyMap<number, string>): Watched {
    const interpreters = new Set<number>();
    for (const [index, name] of names) if (name === CALL || name === CALL_C) interpreters.add(index);
    const level = this.#options.level ?? (interpreters.size > 0 ? 'script' : 'wasm');
    return level === 'script'
      ? { isWatched: (index) => interpreters.has(index), interpreters }
      : { isWatched: () => true, interpreters: new Set() };
  }

  /** The system API, each call of it told like that of a function. */
  listening(api: WasmFunctions): WasmFunctions {
    const told = Object.entries(api).map(([name, call]) => [name, this.#told(`ic0.${name}`, call)] as const);
    return Object.fromEntries(told);
  }

  /** A message begins. */
  begin(message: string, code: Profiled): void {
    let root = this.#roots.get(message);
    if (root === undefined) this.#roots.set(message, (root = newNode(message)));
    root.calls += 1;
    const { symbols = NO_SYMBOLS } = code.module;
    const counter = (): bigint => code.counter;
    const script = new QuickJs(() => code.heap());
    this.#running = { symbols, script, counter, stack: [root], left: Number(code.counter) };
  }

  /** The message has ended, well or not. */
  end(): void {
    this.#spend(Math.max(0, Number(this.#running?.counter() ?? 0n)));
    this.#running = undefined;
  }

  enter(functionIndex: number, left: number): void {
    this.#down(this.#running?.symbols.names.get(functionIndex) ?? `function ${functionIndex}`, left);
  }

  enterInterpreter(functionIndex: number, left: number, context: number, callee: number): void {
    this.#down(this.#calleeName(functionIndex, context, callee), left);
  }

  leave(left: number): void {
    this.#spend(left);
    const stack = this.#running?.stack;
    if (stack !== undefined && stack.length > 1) stack.pop();
  }

  /** Undefined for a call that is only handed on. */
  #calleeName(functionIndex: number, context: number, callee: number): string | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    const { names, table } = running.symbols;
    const called = calledBy(running.script, context, callee);
    switch (called.kind) {
      case 'script': {
        const file = called.file.slice(called.file.lastIndexOf('/') + 1);
        return `${called.name === '' ? '(anonymous)' : called.name} ${file}:${called.line}`;
      }
      case 'c':
        if (names.get(functionIndex) === CALL) return undefined;
        return names.get(table.get(called.tableIndex) ?? -1) ?? '(native)';
      default:
        return `(${called.kind})`;
    }
  }

  #told(name: string, call: WasmFunctions[string]): WasmFunctions[string] {
    return (...args: never[]): unknown => {
      this.#down(name, this.#left());
      const result = call(...args);
      this.leave(this.#left());
      return result;
    };
  }

  #left(): number {
    return Number(this.#running?.counter() ?? 0n);
  }

  #down(name: string | undefined, left: number): void {
    this.#spend(left);
    const stack = this.#running?.stack;
    const caller = stack?.at(-1);
    if (stack === undefined || caller === undefined) return;
    const node = name === undefined ? caller : childOf(caller, name);
    if (name !== undefined) node.calls += 1;
    stack.push(node);
  }

  /** What went since the last look was spent in the function that is running. */
  #spend(left: number): void {
    const running = this.#running;
    const node = running?.stack.at(-1);
    if (running === undefined || node === undefined) return;
    node.self += running.left - left;
    running.left = left;
  }
}
