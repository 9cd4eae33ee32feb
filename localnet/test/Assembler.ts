/**
 * A tiny assembler for WebAssembly test modules. Bodies are raw instructions, so that what a test counts by hand is what
 * the module contains.
 */
import { ByteWriter } from '../src/wasm/ByteWriter.ts';
import { SECTION, writeSections } from '../src/wasm/Sections.ts';

export type ValueType = 'i32' | 'i64' | 'f64';
export type Code = readonly number[];
/** Index of a function by its name. */
export type IndexOf = (name: string) => number;

export interface FunctionSource {
  readonly name: string;
  readonly exported?: boolean;
  readonly params?: readonly ValueType[];
  readonly results?: readonly ValueType[];
  readonly locals?: readonly ValueType[];
  readonly body: Code | ((indexOf: IndexOf) => Code);
}

export interface ModuleSource {
  readonly imports?: readonly {
    readonly name: string;
    readonly params?: readonly ValueType[];
    readonly results?: readonly ValueType[];
  }[];
  readonly functions: readonly FunctionSource[];
  readonly memoryPages?: number;
  readonly data?: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly passiveData?: Uint8Array;
  readonly mutableGlobals?: readonly number[];
  /** Functions of table 0, by name. */
  readonly table?: readonly string[];
  readonly start?: string;
  readonly custom?: readonly { readonly name: string; readonly content: Uint8Array }[];
}

const TYPE = { i32: 0x7f, i64: 0x7e, f64: 0x7c } as const;

function uleb(value: number): number[] {
  const out = new ByteWriter();
  out.u32(value);
  return [...out.view()];
}

/** Signed LEB128 of a 32-bit number. */
export function sleb(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

export const op = {
  unreachable: [0x00],
  nop: [0x01],
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  ifI32: [0x04, 0x7f],
  else: [0x05],
  end: [0x0b],
  return: [0x0f],
  drop: [0x1a],
  br: (label: number) => [0x0c, label],
  brIf: (label: number) => [0x0d, label],
  call: (index: number) => [0x10, ...uleb(index)],
  localGet: (index: number) => [0x20, index],
  localSet: (index: number) => [0x21, index],
  globalGet: (index: number) => [0x23, index],
  globalSet: (index: number) => [0x24, index],
  i32Load: (offset = 0) => [0x28, 2, ...uleb(offset)],
  i32Store: (offset = 0) => [0x36, 2, ...uleb(offset)],
  i64Store: (offset = 0) => [0x37, 3, ...uleb(offset)],
  memoryGrow: [0x40, 0],
  i32: (value: number) => [0x41, ...sleb(value)],
  i64: (value: number) => [0x42, ...sleb(value)],
  i32Eqz: [0x45],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32DivU: [0x6e],
  i64Add: [0x7c],
  i64ExtendU: [0xad],
  memoryInit: [0xfc, 8, 0, 0],
  dataDrop: [0xfc, 9, 0],
  memoryCopy: [0xfc, 10, 0, 0],
  memoryFill: [0xfc, 11, 0],
} as const;

/** Instructions in order. */
export function code(...parts: readonly Code[]): number[] {
  return parts.flat();
}

export function assemble(source: ModuleSource): Uint8Array {
  const imports = source.imports ?? [];
  const names = [...imports.map(({ name }) => name), ...source.functions.map(({ name }) => name)];
  const indexOf: IndexOf = (name) => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`the module has no function ${name}`);
    return index;
  };

  const sections = new Map<number, Uint8Array>();
  const signatures = [...imports, ...source.functions];
  sections.set(
    SECTION.type,
    list(signatures.map((one) => [0x60, ...types(one.params), ...types(one.results)])),
  );
  sections.set(
    SECTION.import,
    list(imports.map(({ name }, i) => [...text('ic0'), ...text(name), 0, ...uleb(i)])),
  );
  sections.set(SECTION.function, list(source.functions.map((_, i) => uleb(imports.length + i))));
  if (source.table !== undefined) {
    sections.set(SECTION.table, list([[0x70, 0, ...uleb(source.table.length)]]));
    const elements = source.table.flatMap((name) => uleb(indexOf(name)));
    sections.set(SECTION.element, list([[0, 0x41, 0, 0x0b, ...uleb(source.table.length), ...elements]]));
  }
  if (source.memoryPages !== undefined)
    sections.set(SECTION.memory, list([[0, ...uleb(source.memoryPages)]]));
  const globals = source.mutableGlobals ?? [];
  sections.set(SECTION.global, list(globals.map((value) => [TYPE.i32, 1, 0x41, ...sleb(value), 0x0b])));
  const exported = source.functions.filter((one) => one.exported !== false);
  sections.set(SECTION.export, list(exported.map(({ name }) => [...text(name), 0, ...uleb(indexOf(name))])));
  if (source.start !== undefined) sections.set(SECTION.start, Uint8Array.from(uleb(indexOf(source.start))));
  const segments = (source.data ?? []).map(({ offset, bytes }) => [
    0,
    0x41,
    ...sleb(offset),
    0x0b,
    ...vector(bytes),
  ]);
  if (source.passiveData !== undefined) {
    segments.unshift([1, ...vector(source.passiveData)]);
    sections.set(SECTION.dataCount, Uint8Array.from(uleb(segments.length)));
  }
  if (segments.length > 0) sections.set(SECTION.data, list(segments));
  sections.set(SECTION.code, list(source.functions.map((one) => bodyOf(one, indexOf))));

  const out = new ByteWriter();
  out.write(writeSections(sections));
  for (const { name, content } of source.custom ?? []) {
    out.u8(SECTION.custom);
    out.vector(Uint8Array.from([...text(name), ...content]));
  }
  return out.finish();
}

function bodyOf({ locals = [], body }: FunctionSource, indexOf: IndexOf): number[] {
  const instructions = typeof body === 'function' ? body(indexOf) : body;
  const content = [
    ...uleb(locals.length),
    ...locals.flatMap((type) => [1, TYPE[type]]),
    ...instructions,
    0x0b,
  ];
  return [...uleb(content.length), ...content];
}

function types(of: readonly ValueType[] = []): number[] {
  return [...uleb(of.length), ...of.map((type) => TYPE[type])];
}

function text(value: string): number[] {
  return vector(new TextEncoder().encode(value));
}

function vector(bytes: Uint8Array): number[] {
  return [...uleb(bytes.length), ...bytes];
}

function list(entries: readonly Code[]): Uint8Array {
  return Uint8Array.from([...uleb(entries.length), ...entries.flat()]);
}
