import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.plimsoll', 'cache');
const MODULES = join(ROOT, 'node_modules');

/**
 * The Wasm of an azle canister under `test/fixtures`, built when its sources, azle or the text encoding it is bundled
 * with have changed since the last time.
 * @param withNames keeps the names of its functions, which azle otherwise leaves out
 */
export function azleFixture(name: string, withNames = false): Uint8Array {
  const source = join(ROOT, 'localnet', 'test', 'fixtures', name);
  const cached = join(CACHE, `${name}-${keyOf(source)}${withNames ? '-names' : ''}.wasm`);
  if (!existsSync(cached)) build(name, source, cached, withNames);
  return readFileSync(cached);
}

/** Builds in a folder of its own, so that two test files can do so at once; the result appears whole or not at all. */
function build(name: string, source: string, target: string, withNames: boolean): void {
  const folder = join(CACHE, `build-${name}-${process.pid}-${withNames}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('.azle') });
    const output = join(folder, '.azle', name);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(MODULES, 'tsx', 'dist', 'cli.mjs'), join(MODULES, 'azle', 'src', 'build.ts'), 'build', name],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          AZLE_DFX_ROOT: folder,
          CANISTER_CANDID_PATH: join(output, `${name}.did`),
          AZLE_CANISTER_BACKTRACES: String(withNames),
        },
      },
    );
    if (status !== 0) throw new Error(`azle could not build ${relative(ROOT, source)}:\n${stdout}${stderr}`);
    renameSync(join(output, `${name}.wasm`), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keyOf(source: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.startsWith('.azle') || !/\.(ts|json)$/.test(file)) continue;
    hash.update(file).update(readFileSync(join(source, file)));
  }
  for (const used of [
    'azle/package.json',
    '@sinonjs/text-encoding/package.json',
    '@sinonjs/text-encoding/index.js',
  ]) {
    hash.update(readFileSync(join(MODULES, used)));
  }
  return hash.digest('hex').slice(0, 16);
}
