/** azle's module as Binaryen makes it shorter, without QuickJS's question before each bytecode. */
export function optimised(wasm: Buffer, folder: string): Promise<Buffer>;
/** The module without that question. Throws unless there is exactly one place where it is asked. */
export function withoutStepDump(wasm: Buffer): Buffer;
