import { ByteReader } from './ByteReader.ts';
import { ByteWriter } from './ByteWriter.ts';
import { HOOK_TABLE, HOOK_TYPES, parameterCounts, wrapperBody } from './CallHooks.ts';
import type { Watched } from './CallHooks.ts';
import { chargeFunctionBody, meterBody } from './Metering.ts';
import { OP, readOperator } from './Operator.ts';
import type { Operator } from './Operator.ts';
import { SECTION, appendEntries, entryCount, readSections, writeSections } from './Sections.ts';
import type { Sections } from './Sections.ts';
import { WasmError } from './WasmError.ts';

/** Names under which the pass exports what the host needs; a canister cannot export these itself. */
export const EXPORT = {
  counter: 'localnet:counter',
  memory: 'localnet:memory',
  table: 'localnet:table',
  /** In a profiled module alone: see `listen`. */
  hooks: 'localnet:hooks',
  start: 'localnet:start',
  global: (index: number) => `localnet:global ${index}`,
} as const;

export interface Instrumented {
  readonly bytes: Uint8Array;
  /** Export names of the module's mutable globals, in index order. */
  readonly globals: readonly string[];
}

const I64 = 0x7e;
const I32 = 0x7f;
const V128 = 0x7b;
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/**
 * Rewrites a wasm32 module for the runtime: meters its code (see `meterBody`), exports the counter, the memory, table 0
 * and all mutable globals, and turns a start function into an export, so that it runs under the meter.
 * Nothing is imported anew, so no index shifts. Custom sections are left out.
 * @param watched functions whose calls are to be told: each is moved to the end, behind a wrapper in its place
 * @throws WasmError for what the IC refuses (imports other than `ic0` functions) or this runtime cannot run (memory64).
 */
export function instrument(sections: Sections, watched?: Watched): Instrumented {
  const { known } = sections;
  const importedFunctions = checkImports(known.get(SECTION.import));
  const hasMemory = checkMemory(known.get(SECTION.memory));
  const mutable = mutableGlobals(known.get(SECTION.global));
  const globals = mutable.map(EXPORT.global);

  const counterGlobal = entryCount(known.get(SECTION.global));
  const chargeType = entryCount(known.get(SECTION.type));
  const chargeFunction = importedFunctions + entryCount(known.get(SECTION.function));
  const indices = { counterGlobal, chargeFunction };

  const exports = mutable.map((index) => exportEntry(EXPORT.global(index), KIND.global, index));
  exports.push(exportEntry(EXPORT.counter, KIND.global, counterGlobal));
  if (hasMemory) exports.push(exportEntry(EXPORT.memory, KIND.memory, 0));
  if (entryCount(known.get(SECTION.table)) > 0) exports.push(exportEntry(EXPORT.table, KIND.table, 0));
  const start = known.get(SECTION.start);
  if (start !== undefined) {
    exports.push(exportEntry(EXPORT.start, KIND.function, new ByteReader(start).u32()));
  }

  const out = new Map(known);
  out.delete(SECTION.start);
  const chargeSignature = new Uint8Array([0x60, 1, I32, 1, I32]);
  out.set(SECTION.type, appendEntries(known.get(SECTION.type), [chargeSignature]));
  out.set(SECTION.function, appendEntries(known.get(SECTION.function), [leb(chargeType)]));
  const counter = new Uint8Array([I64, 1, 0x42, 0, OP.end]);
  out.set(SECTION.global, appendEntries(known.get(SECTION.global), [counter]));
  out.set(SECTION.export, appendEntries(known.get(SECTION.export), exports));
  const bodies = meterCode(known.get(SECTION.code), indices);
  if (watched !== undefined) watch(out, known, bodies, watched, { importedFunctions, counterGlobal });
  out.set(SECTION.code, vectorOf(bodies));
  return { bytes: writeSections(out), globals };
}

/** Reads, instruments and writes a module in one go. */
export function instrumentModule(bytes: Uint8Array): Instrumented {
  return instrument(readSections(bytes));
}

/** The metered bodies in order, with the charge function's at the end. */
function meterCode(
  code: Uint8Array | undefined,
  indices: { counterGlobal: number; chargeFunction: number },
): Uint8Array[] {
  const reader = new ByteReader(code ?? new Uint8Array([0]));
  const bodies: Uint8Array[] = [];
  const body = new ByteWriter(4096);
  for (let left = reader.u32(); left > 0; left--) {
    const size = reader.u32();
    const start = reader.offset;
    reader.skip(size);
    body.clear();
    meterBody(new ByteReader(reader.bytes, start, start + size), indices, body);
    bodies.push(body.finish());
  }
  bodies.push(chargeFunctionBody(indices.counterGlobal));
  return bodies;
}

function vectorOf(bodies: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(bodies.reduce((sum, { length }) => sum + length + 5, 16));
  out.u32(bodies.length);
  for (const body of bodies) out.vector(body);
  return out.finish();
}

/** Puts wrappers in place of watched functions and the functions themselves at the end. */
function watch(
  out: Map<number, Uint8Array>,
  known: Sections['known'],
  bodies: Uint8Array[],
  { isWatched, interpreters }: Watched,
  { importedFunctions, counterGlobal }: { importedFunctions: number; counterGlobal: number },
): void {
  const firstHookType = entryCount(out.get(SECTION.type));
  const hookTable = entryCount(known.get(SECTION.table));
  const parameters = parameterCounts(known.get(SECTION.type));
  const types = new ByteReader(known.get(SECTION.function) ?? new Uint8Array([0]));
  const moved: Uint8Array[] = [];
  const count = types.u32();
  for (let i = 0; i < count; i++) {
    const type = types.u32();
    const body = bodies[i];
    const index = importedFunctions + i;
    if (body === undefined || !isWatched(index)) continue;
    const inner = importedFunctions + bodies.length;
    bodies[i] = wrapperBody(index, inner, parameters[type] ?? 0, interpreters.has(index), {
      ...{ counterGlobal, firstHookType, hookTable },
    });
    bodies.push(body);
    moved.push(leb(type));
  }
  out.set(SECTION.type, appendEntries(out.get(SECTION.type), HOOK_TYPES));
  out.set(SECTION.function, appendEntries(out.get(SECTION.function), moved));
  out.set(SECTION.table, appendEntries(known.get(SECTION.table), [HOOK_TABLE]));
  out.set(
    SECTION.export,
    appendEntries(out.get(SECTION.export), [exportEntry(EXPORT.hooks, KIND.table, hookTable)]),
  );
}

/** The number of imported functions. */
function checkImports(content: Uint8Array | undefined): number {
  if (content === undefined) return 0;
  const reader = new ByteReader(content);
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const module = reader.name();
    const name = reader.name();
    if (module !== 'ic0' || reader.u8() !== KIND.function) {
      throw new WasmError(
        `the import ${module}.${name} is not a function of ic0; canisters may import nothing else`,
      );
    }
    reader.skipLeb();
  }
  return count;
}

function checkMemory(content: Uint8Array | undefined): boolean {
  if (content === undefined) return false;
  const reader = new ByteReader(content);
  const count = reader.u32();
  if (count > 1) throw new WasmError('more than one memory is not supported');
  if (count === 1 && reader.u8() > 1) {
    throw new WasmError(
      'a 64-bit or shared memory is not supported; for Motoko, compile with classic persistence (32 bits)',
    );
  }
  return count === 1;
}

function mutableGlobals(content: Uint8Array | undefined): number[] {
  const found: number[] = [];
  if (content === undefined) return found;
  const reader = new ByteReader(content);
  const count = reader.u32();
  const operator: Operator = { opcode: 0, sub: -1, weight: 0 };
  for (let index = 0; index < count; index++) {
    const type = reader.u8();
    if (reader.u8() === 1) {
      if (type === V128) throw new WasmError(`global ${index} is a mutable vector, which cannot be saved`);
      found.push(index);
    }
    do readOperator(reader, operator);
    while (operator.opcode !== OP.end);
  }
  return found;
}

function exportEntry(name: string, kind: number, index: number): Uint8Array {
  const out = new ByteWriter(name.length + 8);
  out.name(name);
  out.u8(kind);
  out.u32(index);
  return out.finish();
}

function leb(value: number): Uint8Array {
  const out = new ByteWriter(5);
  out.u32(value);
  return out.finish();
}
