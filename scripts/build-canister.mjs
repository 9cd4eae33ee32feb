#!/usr/bin/env node
import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const execFileAsync = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AZLE_PATH = join(ROOT, 'node_modules', 'azle', 'src', 'build.ts');
const OUTPUT = join(ROOT, '.azle', 'risk');
const WASM_PATH = join(OUTPUT, 'risk.wasm');
const GZIP_PATH = join(OUTPUT, 'risk.wasm.gz');
/** Which inputs the files beside it were made of. */
const STAMP_PATH = join(OUTPUT, 'inputs.sha256');
const LOCK_PATH = join(ROOT, '.azle', 'risk.lock');
/** No build takes this long: a lock this old was left by a process that died. */
const LOCK_STALE_MS = 120_000;
const INPUTS = [
  'engine/src',
  'engine/package.json',
  'canisters/risk',
  'dfx.json',
  'package-lock.json',
  'scripts/build-canister.mjs',
];
const NOT_INPUTS = /(\.(test|prop|bench)\.ts$)|((^|\/)(node_modules|test)(\/|$))/;

/**
 * @typedef {object} CanisterBuild
 * @property {string} wasmPath the module with its Candid interface as public metadata
 * @property {string} gzPath the same, gzipped: what is deployed; equal inputs give equal bytes
 * @property {string} sha256 hex SHA-256 of the gzipped module, which is the module hash that the IC shows
 * @property {boolean} built false when the inputs had not changed since the last build
 */

/**
 * Builds the risk canister into `.azle/risk`, unless nothing it is made of has changed. Processes that ask at the same
 * time wait for one another.
 *
 * @returns {Promise<CanisterBuild>}
 */
export async function buildCanister() {
  await lock();
  try {
    const inputs = await hashInputs();
    const [stamp, present] = await Promise.all([readOrNull(STAMP_PATH), readOrNull(GZIP_PATH)]);
    if (stamp?.toString() === inputs && present !== null) return result(present, false);
    const gzip = await build();
    await writeFile(STAMP_PATH, inputs);
    return result(gzip, true);
  } finally {
    await rmdir(LOCK_PATH);
  }
}

/**
 * azle empties its output folder first and writes the path of its bundle into the module. So it builds in a folder of
 * its own, from which finished files are moved one by one, and is told relative paths only: the module hash then
 * does not depend on where the checkout lies. (The bundle's entry is resolved from the entry's own folder: both lie
 * three levels below the root.)
 */
async function build() {
  const workshop = join(ROOT, '.azle', 'build', 'risk');
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  const config = JSON.parse(await readFile(join(ROOT, 'dfx.json'), 'utf8'));
  const { risk } = config.canisters;
  const canisters = { risk: { ...risk, main: `../../../${risk.main}` } };
  await writeFile(join(workshop, 'dfx.json'), JSON.stringify({ canisters }));
  const candid = await readFile(join(ROOT, risk.candid));
  await writeFile(join(workshop, 'risk.did'), candid);
  await execFileAsync(process.execPath, ['--import', 'tsx', AZLE_PATH, 'build', 'risk'], {
    cwd: workshop,
    env: { ...process.env, CANISTER_CANDID_PATH: 'risk.did', AZLE_DFX_ROOT: '.' },
  });
  const made = join(workshop, '.azle', 'risk');
  const azleWasm = await readFile(join(made, 'risk.wasm'));
  const wasm = Buffer.concat([azleWasm, customSection('icp:public candid:service', candid)]);
  const gzip = withoutSystem(gzipSync(wasm, { level: 9 }));
  await writeFile(join(made, 'risk.wasm'), wasm);
  await writeFile(join(made, 'risk.wasm.gz'), gzip);
  await mkdir(OUTPUT, { recursive: true });
  for (const name of ['main.js', 'risk.wasm', 'risk.wasm.gz'])
    await rename(join(made, name), join(OUTPUT, name));
  await rm(workshop, { recursive: true });
  return gzip;
}

/** A folder is made by one process at most. */
async function lock() {
  await mkdir(join(ROOT, '.azle'), { recursive: true });
  for (;;) {
    try {
      await mkdir(LOCK_PATH);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const made = await stat(LOCK_PATH).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > LOCK_STALE_MS)
      await rmdir(LOCK_PATH).catch(() => undefined);
    await sleep(100);
  }
}

/**
 * @param {Buffer} gzip
 * @param {boolean} built
 * @returns {CanisterBuild}
 */
function result(gzip, built) {
  return {
    wasmPath: WASM_PATH,
    gzPath: GZIP_PATH,
    sha256: createHash('sha256').update(gzip).digest('hex'),
    built,
  };
}

/** Names and contents of all inputs as one hash. */
async function hashInputs() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
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
    const { gzPath, sha256, built } = await buildCanister();
    const size = (await readFile(gzPath)).length;
    const path = relative(process.cwd(), gzPath);
    console.log(`${built ? 'Built' : 'Unchanged:'} ${path}, ${String(size)} bytes, module hash ${sha256}`);
  } catch (error) {
    console.error(`The risk canister was not built: ${error.stderr || error.message}`);
    process.exitCode = 1;
  }
}
