import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = join(import.meta.dirname, 'src');
const CACHE = join(ROOT, '.plimsoll', 'cache');

/** The parts of the compiler that are used here. */
interface Motoko {
  readonly compiler: { gcFlags(name: string): void };
  write(path: string, source: string): void;
  wasm(path: string, mode: 'ic'): { readonly wasm: Uint8Array };
}

/** The Wasm of the Motoko canister, compiled when a source or the compiler has changed. */
export function motokoWasm(): Uint8Array {
  const files = readdirSync(SOURCES).filter((file) => file.endsWith('.mo'));
  const sources = files.toSorted().map((file) => ({ file, text: readFileSync(join(SOURCES, file), 'utf8') }));
  const compiler = readFileSync(join(ROOT, 'node_modules', 'motoko', 'package.json'));
  const hash = createHash('sha256').update(compiler);
  for (const { file, text } of sources) hash.update(`${file}\0${text}\0`);
  const cached = join(CACHE, `motoko-risk-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (!existsSync(cached)) {
    const wasm = compile(sources);
    mkdirSync(CACHE, { recursive: true });
    // Written aside, so that nobody reads half of it.
    writeFileSync(`${cached}.${String(process.pid)}`, wasm);
    renameSync(`${cached}.${String(process.pid)}`, cached);
  }
  return readFileSync(cached);
}

function compile(sources: readonly { readonly file: string; readonly text: string }[]): Uint8Array {
  const require = createRequire(import.meta.url);
  const { default: motoko } = require('motoko') as { readonly default: Motoko };
  // The default keeps the heap over upgrades and needs 64-bit memories, which this Node cannot load.
  motoko.compiler.gcFlags('classicOP');
  for (const { file, text } of sources) motoko.write(file, text);
  try {
    return motoko.wasm('Main.mo', 'ic').wasm;
  } catch (cause) {
    throw new Error(`Motoko does not compile: ${String((cause as Error).message).slice(0, 500)}`, { cause });
  }
}
