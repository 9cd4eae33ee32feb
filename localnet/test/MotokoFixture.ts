import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.plimsoll', 'cache');

/** The parts of the compiler that are used here. */
interface Motoko {
  readonly compiler: { gcFlags(name: string): void };
  write(path: string, source: string): void;
  wasm(path: string, mode: 'ic'): { readonly wasm: Uint8Array };
}

/** The Wasm of the Motoko canister under `test/fixtures/NAME`, compiled when its source or the compiler has changed. */
export function motokoFixture(name: string): Uint8Array {
  const source = readFileSync(join(ROOT, 'localnet', 'test', 'fixtures', name, 'Main.mo'), 'utf8');
  const compiler = readFileSync(join(ROOT, 'node_modules', 'motoko', 'package.json'));
  const key = createHash('sha256').update(compiler).update(source).digest('hex').slice(0, 16);
  const cached = join(CACHE, `${name}-${key}.wasm`);
  if (!existsSync(cached)) {
    const wasm = compile(source);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${cached}.${process.pid}`, wasm);
    renameSync(`${cached}.${process.pid}`, cached);
  }
  return readFileSync(cached);
}

function compile(source: string): Uint8Array {
  const require = createRequire(import.meta.url);
  const { default: motoko } = require('motoko') as { readonly default: Motoko };
  // The default keeps the heap over upgrades and needs 64-bit memories, which this Node cannot load.
  motoko.compiler.gcFlags('classicOP');
  motoko.write('Main.mo', source);
  try {
    return motoko.wasm('Main.mo', 'ic').wasm;
  } catch (cause) {
    throw new Error(`Motoko does not compile: ${String((cause as Error).message).slice(0, 500)}`, { cause });
  }
}
