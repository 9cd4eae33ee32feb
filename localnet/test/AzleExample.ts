import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.plimsoll', 'cache');
const MODULES = join(ROOT, 'node_modules');
const AZLE = join(MODULES, 'azle');

/**
 * Where the text encoding lies that azle itself asks for; undefined when it is not installed. This project bundles a
 * smaller one in its place, under which an example costs other instructions than its authors measured.
 */
export function stockTextEncoding(): string | undefined {
  const path = process.env['STOCK_TEXT_ENCODING'] ?? join(MODULES, 'text-encoding-stock');
  return existsSync(join(path, 'package.json')) ? path : undefined;
}

/** The Wasm of an example that azle ships, built with everything as azle has it, unless it was built before. */
export function azleExample(name: string, folder: string, textEncoding: string): Uint8Array {
  const hash = createHash('sha256');
  for (const path of [join(AZLE, 'package.json'), join(textEncoding, 'package.json')]) {
    hash.update(readFileSync(path));
  }
  const cached = join(CACHE, `example-${name}-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (!existsSync(cached)) build(name, join(AZLE, 'examples', folder), textEncoding, cached);
  return readFileSync(cached);
}

function build(name: string, source: string, textEncoding: string, target: string): void {
  const folder = join(CACHE, `build-example-${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules', '@sinonjs'), { recursive: true });
  try {
    for (const part of ['src', 'dfx.json', 'tsconfig.json', 'package.json']) {
      cpSync(join(source, part), join(folder, part), { recursive: true });
    }
    // From a copy of its own, azle finds the text encoding beside it before this project's.
    cpSync(textEncoding, join(folder, 'node_modules', '@sinonjs', 'text-encoding'), { recursive: true });
    const azle = join(folder, 'node_modules', 'azle');
    cpSync(AZLE, azle, { recursive: true, filter: (path) => !path.startsWith(join(AZLE, 'examples')) });
    const output = join(folder, '.azle', name);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(MODULES, 'tsx', 'dist', 'cli.mjs'), join(azle, 'src', 'build.ts'), 'build', name],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, AZLE_DFX_ROOT: folder, CANISTER_CANDID_PATH: join(output, `${name}.did`) },
      },
    );
    if (status !== 0) throw new Error(`azle could not build its example ${name}:\n${stdout}${stderr}`);
    renameSync(join(output, `${name}.wasm`), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
