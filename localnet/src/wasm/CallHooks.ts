import { ByteReader } from './ByteReader.ts';
import { ByteWriter } from './ByteWriter.ts';
import { engine } from './Engine.ts';
import type { WasmTable } from './Engine.ts';
import { OP } from './Operator.ts';
import { SECTION } from './Sections.ts';

/** Who is told of calls in a profiled module. `left` is what is left of the message's instructions. */
export interface CallListener {
  enter(functionIndex: number, left: number): void;
  /** As `enter`, of a function that interprets another one: with its first two arguments, the second cut to 32 bits. */
  enterInterpreter(functionIndex: number, left: number, first: number, second: number): void;
  leave(left: number): void;
}

/** Functions whose calls are told, by index. */
export interface Watched {
  readonly isWatched: (functionIndex: number) => boolean;
  /** Of these, which take `(i32, i64, …)` and interpret what their second argument points to. */
  readonly interpreters: ReadonlySet<number>;
}

const I32 = 0x7f;
const F64 = 0x7c;
const FUNCREF = 0x70;
const FUNCTION = 0x60;
/** Elements of the table of hooks. */
const HOOK = { enter: 0, enterInterpreter: 1, leave: 2 } as const;
/** Parameters of the hooks, in that order; none returns anything. */
const PARAMETERS = [[I32, F64], [I32, F64, I32, I32], [F64]] as const;

const LOCAL_GET = 0x20;
const GLOBAL_GET = 0x23;
const I32_CONST = 0x41;
const F64_CONVERT_I64_S = 0xb9;
const I32_WRAP_I64 = 0xa7;
const CALL_INDIRECT = 0x11;

/** Types of the hooks, to be appended to the type section. */
export const HOOK_TYPES: readonly Uint8Array[] = PARAMETERS.map((parameters) =>
  Uint8Array.of(FUNCTION, parameters.length, ...parameters, 0),
);

/** The table that holds the hooks, to be appended to the table section. */
export const HOOK_TABLE: Uint8Array = Uint8Array.of(FUNCREF, 0, PARAMETERS.length);

export interface WrapperIndices {
  readonly counterGlobal: number;
  /** Index of the first of `HOOK_TYPES`. */
  readonly firstHookType: number;
  readonly hookTable: number;
}

/** A function that tells of its begin and its end and otherwise does what `inner` does. It costs no instructions. */
export function wrapperBody(
  index: number,
  inner: number,
  parameterCount: number,
  isInterpreter: boolean,
  { counterGlobal, firstHookType, hookTable }: WrapperIndices,
): Uint8Array {
  const out = new ByteWriter(48);
  const left = (): void => {
    out.u8(GLOBAL_GET);
    out.u32(counterGlobal);
    out.u8(F64_CONVERT_I64_S);
  };
  const hook = (which: number): void => {
    out.write([I32_CONST, which, CALL_INDIRECT]);
    out.u32(firstHookType + which);
    out.u32(hookTable);
  };
  out.u32(0);
  out.u8(I32_CONST);
  out.sleb(index);
  left();
  if (isInterpreter) out.write([LOCAL_GET, 0, LOCAL_GET, 1, I32_WRAP_I64]);
  hook(isInterpreter ? HOOK.enterInterpreter : HOOK.enter);
  for (let parameter = 0; parameter < parameterCount; parameter++) {
    out.u8(LOCAL_GET);
    out.u32(parameter);
  }
  out.u8(OP.call);
  out.u32(inner);
  left();
  hook(HOOK.leave);
  out.u8(OP.end);
  return out.finish();
}

/** How many parameters each type has. */
export function parameterCounts(types: Uint8Array | undefined): number[] {
  if (types === undefined) return [];
  const reader = new ByteReader(types);
  return Array.from({ length: reader.u32() }, () => {
    reader.u8();
    const count = reader.u32();
    reader.skip(count);
    reader.skip(reader.u32());
    return count;
  });
}

/** Makes a listener hear the calls of an instance. */
export function listen(hooks: WasmTable, listener: CallListener): void {
  const told = [
    (index: number, left: number) => listener.enter(index, left),
    (index: number, left: number, first: number, second: number) =>
      listener.enterInterpreter(index, left, first, second),
    (left: number) => listener.leave(left),
  ];
  for (const [i, hook] of told.entries()) hooks.set(i, callable(hook, PARAMETERS[i] ?? []));
}

/** A table takes only functions of WebAssembly: this one goes through a module that imports and exports it. */
function callable(hook: (...args: never[]) => void, parameters: readonly number[]): unknown {
  const name = [1, 0x68];
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
  const bytes = Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(SECTION.type, 1, FUNCTION, parameters.length, ...parameters, 0),
    ...section(SECTION.import, 1, ...name, ...name, 0, 0),
    ...section(SECTION.export, 1, ...name, 0, 0),
  );
  return new engine.Instance(new engine.Module(bytes), { h: { h: hook } }).exports['h'];
}
