// What `npm run localnet` runs: all of localnet as one file, which loads several times faster than file by file.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = join(HERE, 'src');
const CACHE = join(HERE, '..', '.plimsoll', 'cache');
const BUNDLE = /^localnet-[0-9a-f]{16}\.mjs$/;

/** Changes with every source file that is written. */
function stamp() {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.ts')) continue;
    const { mtimeMs, size } = statSync(join(SOURCES, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return hash
    .update(String(statSync(fileURLToPath(import.meta.url)).mtimeMs))
    .digest('hex')
    .slice(0, 16);
}

/** @param {string} target */
async function bundle(target) {
  const { build } = await import('esbuild');
  const fresh = `${target}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  await build({
    entryPoints: [join(SOURCES, 'cli.ts')],
    outfile: fresh,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [{ name: 'own-urls', setup: keepOwnUrls }],
    logLevel: 'error',
  });
  renameSync(fresh, target);
  for (const name of readdirSync(CACHE)) {
    if (BUNDLE.test(name) && name !== basename(target)) rmSync(join(CACHE, name), { force: true });
  }
}

/**
 * Modules look for their data beside themselves; in the bundle they would look beside the bundle.
 * @param {import('esbuild').PluginBuild} build
 */
function keepOwnUrls(build) {
  build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
    const source = await readFile(path, 'utf8');
    const url = JSON.stringify(pathToFileURL(path).href);
    return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
  });
}

const target = join(CACHE, `localnet-${stamp()}.mjs`);
if (!existsSync(target)) await bundle(target);
await import(pathToFileURL(target).href);
