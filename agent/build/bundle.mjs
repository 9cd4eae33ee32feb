import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OUTPUT = join(ROOT, 'agent', 'dist', 'plimsoll.mjs');
const SOURCES = ['agent/src', 'engine/src', 'proof/src', 'agent/package.json', 'agent/build/bundle.mjs'];

/** How esbuild makes one file of TypeScript for Node; packages stay where they are installed. */
export const AS_A_PROGRAM = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  alias: {
    '@plimsoll/engine': join(ROOT, 'engine', 'src', 'index.ts'),
    '@plimsoll/proof': join(ROOT, 'proof', 'src', 'index.ts'),
  },
  logLevel: 'error',
};

/** @param {string} path */
async function newestIn(path) {
  const { mtimeMs } = await stat(path);
  if (!path.endsWith('src')) return mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  const times = await Promise.all(
    files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs),
  );
  return Math.max(0, ...times);
}

/**
 * Puts the agent's TypeScript into one file, unless that file is newer than all it is made of. Our own rooms go in;
 * packages stay where they are installed. Without a loader in the process the agent starts sooner and is smaller.
 *
 * @returns {Promise<{ path: string, built: boolean }>} `path` is a file URL to import
 */
export async function buildAgent() {
  const path = pathToFileURL(OUTPUT).href;
  const newest = Math.max(...(await Promise.all(SOURCES.map((source) => newestIn(join(ROOT, source))))));
  const builtMs = await stat(OUTPUT).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (builtMs > newest) return { path, built: false };
  const { build } = await import('esbuild');
  // Another process may be building too: each writes files of its own and the last names win, whole.
  const folder = join(dirname(OUTPUT), `.build-${process.pid}`);
  const temporary = join(folder, basename(OUTPUT));
  await build({
    entryPoints: [join(ROOT, 'agent', 'src', 'cli.ts')],
    outfile: temporary,
    ...AS_A_PROGRAM,
    // V8 keeps the source of what it runs: without comments it is a byte a character, and a map beside it is not read.
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  await rename(`${temporary}.map`, `${OUTPUT}.map`);
  await rename(temporary, OUTPUT);
  await rm(folder, { recursive: true });
  return { path, built: true };
}
