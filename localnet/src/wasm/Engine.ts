/**
 * The host's WebAssembly, as far as it is used here. TypeScript describes it only together with the browser's whole
 * object model, which nothing here may see.
 */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

export interface WasmGlobal {
  value: unknown;
}

export type WasmFunctions = Record<string, (...args: never[]) => unknown>;

interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): { readonly name: string }[];
    exports(module: WasmModule): { readonly name: string; readonly kind: string }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, WasmFunctions>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (descriptor: { readonly initial: number }) => WasmMemory;
  readonly Table: new (descriptor: { readonly initial: number; readonly element: 'anyfunc' }) => WasmTable;
  readonly RuntimeError: new (message?: string) => Error;
  readonly LinkError: new (message?: string) => Error;
}

export const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
