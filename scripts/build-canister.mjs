#!/usr/bin/env node
import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { canisterSource } from './canister-source.mjs';
import { build as esbuild } from 'esbuild';
import { AS_INSTALLED } from './installed.mjs';
import { GLOBALS, lowered } from './lowered.mjs';
import { doorsIn } from './native/calls.mjs';
import { DOOR } from './native/kernels.mjs';
import { optimised } from './optimised.mjs';
import { wrapFunctions } from '../bench/canister/wrap.mjs';

const execFileAsync = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AZLE_PATH = join(ROOT, 'node_modules', 'azle', 'src', 'build.ts');
/** Whoever builds touches the lock so often; one that was not touched for long was left by a process that died. */
const LOCK_TOUCH_MS = 10_000;
const LOCK_STALE_MS = 120_000;
const COMMON_INPUTS = [
  'engine/src',
  'engine/package.json',
  'package-lock.json',
  'scripts/build-canister.mjs',
  'scripts/checks.mjs',
  'scripts/installed.mjs',
  'scripts/lowered.mjs',
  'scripts/optimised.mjs',
  'scripts/interpreter',
  'scripts/native',
];
const METER = {
  main: 'bench/canister/src/index.ts',
  candid: 'bench/canister/meter.did',
  inputs: [...COMMON_INPUTS, 'bench/canister', 'canisters/risk/src/CandidBlob.ts', 'canisters/risk/shims'],
  source: bundle,
};
/**
 * What can be built: the canister that is deployed, as dfx.json describes it, and the one that counts the engine's
 * instructions, by message or by function too, which is never deployed.
 */
const RISK = {
  ...(await readRecipe('risk')),
  inputs: [...COMMON_INPUTS, 'scripts/canister-source.mjs', 'canisters/risk', 'dfx.json'],
};
const RECIPES = {
  risk: { ...RISK, source: risk },
  meter: METER,
  'meter-profile': { ...METER, source: async (main) => wrapFunctions(await bundle(main)) },
};
const NOT_INPUTS = /(\.(test|prop|bench)\.ts$)|((^|\/)(node_modules|test)(\/|$))/;
/** The same for git: a test that changes makes no other module. */
const NOT_INPUTS_OF_GIT = ['**/*.test.ts', '**/*.prop.ts', '**/*.bench.ts', '**/test/**'].map(
  (pattern) => `:(exclude,glob)${pattern}`,
);

/**
 * @typedef {object} CanisterBuild
 * @property {string} wasmPath the module with its Candid interface as public metadata
 * @property {string} gzPath the same, gzipped: what is deployed; equal inputs give equal bytes
 * @property {string} sha256 hex SHA-256 of the gzipped module, which is the module hash that the IC shows
 * @property {string} commit the git commit that last changed what it is made of; `-dirty` behind it, or `unknown`
 * @property {boolean} built false when the inputs had not changed since the last build
 */

/**
 * Builds a canister into `.azle/<name>`, unless nothing it is made of has changed. Processes that ask at the same time
 * wait for one another.
 *
 * @param {keyof typeof RECIPES} name
 * @returns {Promise<CanisterBuild>}
 */
export async function buildCanister(name = 'risk') {
  const output = join(ROOT, '.azle', name);
  /** Which inputs the files beside it were made of. */
  const stampPath = join(output, 'inputs.sha256');
  const lockPath = join(ROOT, '.azle', `${name}.lock`);
  await lock(lockPath);
  const touching = setInterval(() => {
    const now = new Date();
    utimes(lockPath, now, now).catch(() => undefined);
  }, LOCK_TOUCH_MS);
  try {
    const commit = await commitOf(RECIPES[name].inputs);
    const inputs = `${await hashInputs(RECIPES[name].inputs)} ${commit}`;
    const [stamp, present] = await Promise.all([
      readOrNull(stampPath),
      readOrNull(join(output, `${name}.wasm.gz`)),
    ]);
    if (stamp?.toString() === inputs && present !== null) return result(name, present, commit, false);
    const gzip = await build(name, output);
    await writeFile(stampPath, inputs);
    return result(name, gzip, commit, true);
  } finally {
    clearInterval(touching);
    await rmdir(lockPath);
  }
}

/** @param {string} main */
async function risk(main) {
  const define = { __PLIMSOLL_BUILD__: JSON.stringify(await identity()) };
  return canisterSource({ root: ROOT, folder: dirname(main) }, define);
}

/** What the module says of itself: the commit of its inputs, and the hash of the engine's sources. */
async function identity() {
  return { commit: await commitOf(RISK.inputs), engine: await hashInputs(['engine/src']) };
}

/**
 * The commit that last changed any of these, which `PLIMSOLL_COMMIT` may name where there is no history (an archive, a
 * shallow clone). The same commit gives the same module wherever it is built.
 *
 * @param {readonly string[]} inputs
 */
async function commitOf(inputs) {
  if (process.env.PLIMSOLL_COMMIT !== undefined) return process.env.PLIMSOLL_COMMIT;
  const git = async (...args) =>
    (
      await execFileAsync('git', [...args, '--', ...inputs, ...NOT_INPUTS_OF_GIT], { cwd: ROOT })
    ).stdout.trim();
  try {
    const commit = await git('log', '-1', '--format=%H');
    const changes = await git('status', '--porcelain');
    return changes === '' ? commit : `${commit}-dirty`;
  } catch {
    return 'unknown';
  }
}

/** @param {string} name a canister of dfx.json */
async function readRecipe(name) {
  const config = JSON.parse(await readFile(join(ROOT, 'dfx.json'), 'utf8'));
  return config.canisters[name];
}

/**
 * azle empties its output folder first and writes the path of its bundle into the module. So it builds in a folder of
 * its own, from which finished files are moved one by one, and is told relative paths only: the module hash then
 * does not depend on where the checkout lies.
 */
async function build(name, output) {
  const workshop = join(ROOT, '.azle', 'build', name);
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  const recipe = RECIPES[name];
  const folder = join(ROOT, '.azle', 'bundled', name);
  await mkdir(folder, { recursive: true });
  const source = await recipe.source(recipe.main);
  await writeFile(join(folder, 'index.mjs'), source);
  const canister = {
    type: 'azle',
    main: `../../../.azle/bundled/${name}/index.mjs`,
    candid: recipe.candid,
    custom: { candid_gen: 'custom' },
  };
  await writeFile(join(workshop, 'dfx.json'), JSON.stringify({ canisters: { [name]: canister } }));
  const candid = await readFile(join(ROOT, recipe.candid));
  await writeFile(join(workshop, `${name}.did`), candid);
  await execFileAsync(process.execPath, ['--import', 'tsx', AZLE_PATH, 'build', name], {
    cwd: workshop,
    env: { ...process.env, CANISTER_CANDID_PATH: `${name}.did`, AZLE_DFX_ROOT: '.' },
  });
  const made = join(workshop, '.azle', name);
  if (doorsIn(await readFile(join(made, 'main.js'), 'utf8')) !== doorsIn(source))
    throw new Error(`azle: expected no use of Math.${DOOR} besides ours`);
  const azleWasm = await readFile(join(made, `${name}.wasm`));
  const wasm = Buffer.concat([
    await optimised(azleWasm, workshop),
    customSection('icp:public candid:service', candid),
  ]);
  const gzip = withoutSystem(gzipSync(wasm, { level: 9 }));
  await writeFile(join(made, `${name}.wasm`), wasm);
  await writeFile(join(made, `${name}.wasm.gz`), gzip);
  await mkdir(output, { recursive: true });
  for (const file of ['main.js', `${name}.wasm`, `${name}.wasm.gz`])
    await rename(join(made, file), join(output, file));
  await rm(workshop, { recursive: true });
  return gzip;
}

/**
 * Ours as one module; azle bundles it with its own.
 *
 * @param {string} entry
 */
async function bundle(entry) {
  const { outputFiles } = await esbuild({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['azle'],
    define: GLOBALS,
    plugins: [AS_INSTALLED],
    write: false,
    logLevel: 'silent',
  });
  return lowered(outputFiles[0].text);
}

/**
 * A folder is made by one process at most.
 *
 * @param {string} path
 */
async function lock(path) {
  await mkdir(join(ROOT, '.azle'), { recursive: true });
  for (;;) {
    try {
      await mkdir(path);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const made = await stat(path).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > LOCK_STALE_MS) await rmdir(path).catch(() => undefined);
    await sleep(100);
  }
}

/**
 * @param {string} name
 * @param {Buffer} gzip
 * @param {string} commit
 * @param {boolean} built
 * @returns {CanisterBuild}
 */
function result(name, gzip, commit, built) {
  const path = join(ROOT, '.azle', name, `${name}.wasm`);
  return {
    wasmPath: path,
    gzPath: `${path}.gz`,
    sha256: createHash('sha256').update(gzip).digest('hex'),
    commit,
    built,
  };
}

/**
 * Names and contents of all inputs as one hash.
 *
 * @param {string[]} inputs
 */
async function hashInputs(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of await filesUnder(join(ROOT, input))) {
      const name = relative(ROOT, path).split(sep).join('/');
      if (NOT_INPUTS.test(name)) continue;
      const content = await readFile(path);
      hash.update(`${name}\0${String(content.length)}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path a file or a folder
 * @returns {Promise<string[]>} sorted, so that every machine hashes in the same order
 */
async function filesUnder(path) {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) return [path];
  const names = entries.map((entry) => entry.name).filter((name) => name !== 'node_modules');
  const nested = await Promise.all(names.sort().map((name) => filesUnder(join(path, name))));
  return nested.flat();
}

/** @param {string} path */
async function readOrNull(path) {
  return readFile(path).catch(() => null);
}

/**
 * A WebAssembly custom section; `icp:public …` ones are what the IC serves as metadata.
 *
 * @param {string} name
 * @param {Buffer} content
 */
function customSection(name, content) {
  const nameBytes = Buffer.from(name);
  const body = Buffer.concat([leb128(nameBytes.length), nameBytes, content]);
  return Buffer.concat([Buffer.of(0), leb128(body.length), body]);
}

/** @param {number} value */
function leb128(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) return Buffer.from(bytes);
  }
}

/**
 * Node writes no name and no time into a gzip header, but the machine's operating system: replaced by "unknown".
 *
 * @param {Buffer} gzip
 */
function withoutSystem(gzip) {
  gzip[9] = 255;
  return gzip;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { gzPath, sha256, commit, built } = await buildCanister();
    const size = (await readFile(gzPath)).length;
    const path = relative(process.cwd(), gzPath);
    console.log(
      `${built ? 'Built' : 'Unchanged:'} ${path}, ${String(size)} bytes, module hash ${sha256}, of commit ${commit}`,
    );
  } catch (error) {
    console.error(`The risk canister was not built: ${error.stderr || error.message}`);
    process.exitCode = 1;
  }
}
