import { basename } from 'node:path';
import binaryen from 'binaryen';
import { build } from 'esbuild';
import { engine } from '../../../localnet/src/wasm/Engine.ts';
import { OBJECT } from '../../interpreter/layout.mjs';
import { compilerOf } from '../../native/compile.mjs';

/** What a kernel takes. */
export type Argument = number | Float64Array | Int32Array | Uint32Array | Uint8Array;
export type Kernel = (...values: Argument[]) => number | boolean | undefined;

const OBJECT_BYTES = 48;
const ALIGNMENT = 8;

/** Kernels as WebAssembly by themselves: arrays are lent to them as QuickJS keeps its own, and taken back after a call. */
export function compiled(path: string, names: readonly string[]): ReadonlyMap<string, Kernel> {
  const module = new binaryen.Module();
  module.setMemory(4, 4, 'memory');
  const compile = compilerOf(module);
  const made = names.map((name) => {
    const kernel = compile(path, name);
    module.addFunctionExport(kernel.wasm, name);
    return { name, ...kernel };
  });
  if (module.validate() === 0) throw new Error(`${path}: WebAssembly that is not valid`);
  const { exports } = new engine.Instance(new engine.Module(module.emitBinary()), {});
  const memory = (exports['memory'] as { readonly buffer: ArrayBuffer }).buffer;
  return new Map(
    made.map(({ name, result }) => {
      const run = exports[name] as (...values: number[]) => number | undefined;
      const call: Kernel = (...values) => {
        let free = ALIGNMENT;
        const lent: { readonly array: Exclude<Argument, number>; readonly at: number }[] = [];
        const operands = values.map((value) => {
          if (typeof value === 'number') return value;
          const object = free;
          const at = object + OBJECT_BYTES;
          const view = new DataView(memory);
          view.setUint32(object + OBJECT.elements, at, true);
          view.setUint32(object + OBJECT.length, value.length, true);
          new Uint8Array(memory).set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
          lent.push({ array: value, at });
          free = Math.ceil((at + value.byteLength) / ALIGNMENT) * ALIGNMENT;
          return object;
        });
        const answer = run(...operands);
        for (const { array, at } of lent) {
          new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(
            new Uint8Array(memory, at, array.byteLength),
          );
        }
        return result === 'bool' ? answer === 1 : answer;
      };
      return [name, call];
    }),
  );
}

/** The same functions as they are, whether or not their module lets them out. */
export async function original(path: string, names: readonly string[]): Promise<ReadonlyMap<string, Kernel>> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * as original from './${basename(path)}';`,
      resolveDir: path.slice(0, -basename(path).length),
    },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [
      {
        name: 'let out',
        setup: (building) => {
          building.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
            const { readFile } = await import('node:fs/promises');
            const text = await readFile(file, 'utf8');
            const out = names.map((name) => `${name} as original_${name}`).join(', ');
            return { contents: file === path ? `${text}\nexport { ${out} };` : text, loader: 'ts' };
          });
        },
      },
    ],
  });
  const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`;
  const module = ((await import(url)) as { original: Record<string, Kernel> }).original;
  return new Map(names.map((name) => [name, module[`original_${name}`]!]));
}

const bits = new DataView(new ArrayBuffer(8));
/** A value's bits, every NaN the same. */
function bitsOf(value: Argument | boolean | undefined): string {
  if (typeof value !== 'number') {
    return typeof value === 'object' ? Array.from(value, (element) => bitsOf(element)).join() : String(value);
  }
  bits.setFloat64(0, value);
  return Number.isNaN(value) ? 'NaN' : bits.getBigUint64(0).toString(16);
}

/** What a kernel gives and leaves in its arrays, or that it trapped. */
export function outcome(kernel: Kernel, values: readonly Argument[]): string {
  const own = values.map((value) => (typeof value === 'number' ? value : value.slice()));
  try {
    return [kernel(...own), ...own].map(bitsOf).join(' ');
  } catch (error) {
    if (error instanceof Error && error.constructor.name === 'RuntimeError') return 'trap';
    return 'throw';
  }
}
