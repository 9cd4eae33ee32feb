import type binaryen from 'binaryen';

/** A function of a module: its name there, the kinds of its parameters, and of what it returns. */
export interface Compiled {
  readonly wasm: string;
  /** `f64` or the name of a typed array. */
  readonly parameters: readonly string[];
  readonly result: 'f64' | 'i32' | 'bool' | 'void';
}

/**
 * What compiles functions of TypeScript into a module, each once, with what they call.
 *
 * @throws Error with file and line where one says what a kernel may not.
 */
export function compilerOf(module: binaryen.Module): (path: string, name: string) => Compiled;
