/**
 * Reads from the heap of a QuickJS which function it is running. The offsets are those of the QuickJS that azle 0.33
 * brings, compiled to 32 bits; a test holds them against functions of known names.
 */

/** Runs any function; those in C it hands to the one below. */
export const CALL = 'JS_CallInternal';
export const CALL_C = 'js_call_c_function';

const CLASS = { cFunction: 12, bytecode: 13, bound: 14 } as const;
const OBJECT = { classId: 6, code: 32, cFunction: 36 } as const;
/** Where a generator or an async function that is resumed keeps its function: a value, tag in the upper half. */
const SUSPENDED = { callee: 24, tag: 28 } as const;
const OBJECT_TAG = 0xffff_ffff;
const BYTECODE = { name: 28, file: 68, line: 72 } as const;
const CONTEXT_RUNTIME = 16;
const RUNTIME = { atomCount: 48, atoms: 60 } as const;
const STRING = { length: 4, characters: 28 } as const;
/** Atoms with this bit are numbers themselves. */
const NUMBER_ATOM = 0x8000_0000;

/** A function of a script, or one of QuickJS itself. */
export type ScriptFunction =
  | { readonly kind: 'script'; readonly name: string; readonly file: string; readonly line: number }
  /** Its number in table 0 of the module. */
  | { readonly kind: 'c'; readonly tableIndex: number }
  | { readonly kind: 'bound' | 'native' | 'unknown' };

/** Looks into the heap of one QuickJS. Throws `RangeError` where an address leads out of it. */
export class QuickJs {
  readonly #heap: () => Uint8Array;
  #view: DataView = new DataView(new ArrayBuffer(0));
  readonly #known = new Map<number, ScriptFunction>();

  constructor(heap: () => Uint8Array) {
    this.#heap = heap;
  }

  /** What a function that is being called is. */
  functionAt(context: number, callee: number): ScriptFunction {
    const heap = this.#heap();
    if (this.#view.buffer !== heap.buffer) this.#view = new DataView(heap.buffer);
    const code = this.#bytecodeOf(callee);
    if (code === undefined) return this.#native(callee);
    let known = this.#known.get(code);
    if (known === undefined) this.#known.set(code, (known = this.#script(context, code)));
    return known;
  }

  #bytecodeOf(callee: number): number | undefined {
    if (this.#classOf(callee) === CLASS.bytecode) return this.#u32(callee + OBJECT.code);
    if (this.#u32(callee + SUSPENDED.tag) !== OBJECT_TAG) return undefined;
    const suspended = this.#u32(callee + SUSPENDED.callee);
    return this.#classOf(suspended) === CLASS.bytecode ? this.#u32(suspended + OBJECT.code) : undefined;
  }

  #native(callee: number): ScriptFunction {
    const classId = this.#classOf(callee);
    if (classId === CLASS.cFunction) return { kind: 'c', tableIndex: this.#u32(callee + OBJECT.cFunction) };
    return { kind: classId === CLASS.bound ? 'bound' : 'native' };
  }

  #script(context: number, code: number): ScriptFunction {
    const runtime = this.#u32(context + CONTEXT_RUNTIME);
    return {
      kind: 'script',
      name: this.#atom(runtime, this.#u32(code + BYTECODE.name)),
      file: this.#atom(runtime, this.#u32(code + BYTECODE.file)),
      line: this.#u32(code + BYTECODE.line),
    };
  }

  #atom(runtime: number, atom: number): string {
    if ((atom & NUMBER_ATOM) !== 0) return String(atom & ~NUMBER_ATOM);
    if (atom === 0 || atom > this.#u32(runtime + RUNTIME.atomCount) + 1) return '';
    const text = this.#u32(this.#u32(runtime + RUNTIME.atoms) + 4 * atom);
    const length = this.#u32(text + STRING.length);
    const isWide = length >= 0x8000_0000;
    const bytes = (length & 0x7fff_ffff) * (isWide ? 2 : 1);
    const characters = Buffer.from(this.#view.buffer, text + STRING.characters, bytes);
    return characters.toString(isWide ? 'utf16le' : 'latin1');
  }

  #classOf(object: number): number {
    return this.#view.getUint16((object >>> 0) + OBJECT.classId, true);
  }

  #u32(address: number): number {
    return this.#view.getUint32(address >>> 0, true);
  }
}
