import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Watched } from './CallHooks.ts';
import { engine } from './Engine.ts';
import type { WasmModule } from './Engine.ts';
import { instrument } from './Instrumentation.ts';
import { functionNames, tableFunctions } from './NameSection.ts';
import { readSections } from './Sections.ts';
import { WasmError } from './WasmError.ts';

/** A custom section `icp:public NAME` or `icp:private NAME`. */
export interface ModuleMetadata {
  readonly isPublic: boolean;
  readonly content: Uint8Array;
}

/** A canister's module, checked, instrumented and compiled: everything about it that does not change while it runs. */
export interface CanisterModule {
  /** SHA-256 of the bytes as they were uploaded, gzip included. */
  readonly hash: Uint8Array;
  /** The bytes as they were uploaded. */
  readonly uploaded: Uint8Array;
  readonly compiled: WasmModule;
  /** Names of the exported functions, such as `canister_query greet`. */
  readonly functions: ReadonlySet<string>;
  /** Names of the `ic0` functions the module imports. */
  readonly imports: readonly string[];
  /** Export names of the mutable globals, in index order. */
  readonly globals: readonly string[];
  readonly metadata: ReadonlyMap<string, ModuleMetadata>;
  /** In a profiled module alone. */
  readonly symbols?: Symbols;
}

/** What is known of a module's functions beside their code. */
export interface Symbols {
  readonly names: ReadonlyMap<number, string>;
  /** Functions by their place in table 0. */
  readonly table: ReadonlyMap<number, number>;
}

/** Who wants to hear of calls inside modules. */
export interface ModuleWatcher {
  /** Names by which functions go, given those that the module carries. */
  namesFor(own: ReadonlyMap<number, string>): ReadonlyMap<number, string>;
  watch(names: ReadonlyMap<number, string>): Watched;
}

/** As the IC: what a module may grow to when unpacked. */
const MAX_MODULE_BYTES = 100 * 1024 * 1024;
const MAX_CACHED = 32;
const cache = new Map<string, CanisterModule>();

/**
 * Prepares an uploaded module (plain or gzip). The result is kept in memory per hash, so installing the same module
 * again costs only the hash; one with a watcher is made anew each time.
 * @throws WasmError when the module is malformed or uses what this runtime does not emulate.
 */
export function prepareModule(uploaded: Uint8Array, watcher?: ModuleWatcher): CanisterModule {
  const hash = createHash('sha256').update(uploaded).digest();
  if (watcher !== undefined) return prepare(uploaded, new Uint8Array(hash), watcher);
  const key = hash.toString('hex');
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const prepared = prepare(uploaded, new Uint8Array(hash));
  if (cache.size >= MAX_CACHED) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(key, prepared);
  return prepared;
}

function prepare(uploaded: Uint8Array, hash: Uint8Array, watcher?: ModuleWatcher): CanisterModule {
  const sections = readSections(unpack(uploaded));
  const symbols = watcher && {
    names: watcher.namesFor(functionNames(sections)),
    table: tableFunctions(sections),
  };
  const { bytes, globals } = instrument(sections, symbols && watcher?.watch(symbols.names));
  let compiled: WasmModule;
  try {
    compiled = new engine.Module(bytes);
  } catch (cause) {
    throw new WasmError(`the module does not validate: ${(cause as Error).message}`, { cause });
  }
  const metadata = new Map<string, ModuleMetadata>();
  for (const { name, content } of sections.custom) {
    const match = /^icp:(public|private) (.+)$/.exec(name);
    if (match?.[2] === undefined) continue;
    metadata.set(match[2], { isPublic: match[1] === 'public', content: content.slice() });
  }
  const functions = engine.Module.exports(compiled).filter(({ kind }) => kind === 'function');
  return {
    hash,
    uploaded: uploaded.slice(),
    compiled,
    functions: new Set(functions.map(({ name }) => name)),
    imports: engine.Module.imports(compiled).map(({ name }) => name),
    globals,
    metadata,
    ...(symbols && { symbols }),
  };
}

function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MODULE_BYTES });
  } catch (cause) {
    throw new WasmError(`the module's gzip cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
}
