import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { functionNames } from '../../localnet/src/wasm/NameSection.ts';
import { readSections, SECTION } from '../../localnet/src/wasm/Sections.ts';
import { buildCanister } from '../build-canister.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKSHOP = join(ROOT, '.azle', 'build', 'named');

/** The risk canister as it is deployed, and what azle leaves out of it. */
export interface NamedBuild {
  readonly wasm: Uint8Array;
  readonly names: ReadonlyMap<number, string>;
  /** The bundle that QuickJS runs. */
  readonly script: string;
}

/**
 * Builds the canister a second time with the names of its functions.
 * @throws Error when the two builds do not have the same code
 */
export async function namedBuild(): Promise<NamedBuild> {
  const { wasmPath } = await buildCanister();
  await rm(WORKSHOP, { recursive: true, force: true });
  await mkdir(WORKSHOP, { recursive: true });
  const { canisters } = JSON.parse(await readFile(join(ROOT, 'dfx.json'), 'utf8')) as {
    readonly canisters: { readonly risk: { readonly main: string; readonly candid: string } };
  };
  const risk = { ...canisters.risk, main: join('..', '..', '..', canisters.risk.main) };
  await writeFile(join(WORKSHOP, 'dfx.json'), JSON.stringify({ canisters: { risk } }));
  await copyFile(join(ROOT, canisters.risk.candid), join(WORKSHOP, 'risk.did'));
  const azle = join(ROOT, 'node_modules', 'azle', 'src', 'build.ts');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', azle, 'build', 'risk'], {
    cwd: WORKSHOP,
    env: {
      ...process.env,
      CANISTER_CANDID_PATH: 'risk.did',
      AZLE_DFX_ROOT: '.',
      AZLE_CANISTER_BACKTRACES: 'true',
    },
  });
  const made = join(WORKSHOP, '.azle', 'risk');
  const [wasm, named, script] = await Promise.all([
    readFile(wasmPath),
    readFile(join(made, 'risk.wasm')),
    readFile(join(made, 'main.js'), 'utf8'),
  ]);
  await rm(WORKSHOP, { recursive: true });
  const sections = readSections(named);
  const [ours, theirs] = [readSections(wasm), sections].map(({ known }) => known.get(SECTION.code));
  if (ours === undefined || theirs === undefined || Buffer.compare(ours, theirs) !== 0)
    throw new Error('expected both builds of the canister to have the same code, got different ones');
  return { wasm, names: functionNames(sections), script };
}

/** Tells the source file of a line of a bundle, by the comments that esbuild leaves before each. */
export function sourcesOf(script: string): (line: number) => string | undefined {
  const starts: { readonly line: number; readonly file: string }[] = [];
  for (const [i, text] of script.split('\n').entries()) {
    const file = /^\/\/ (?:\.\.\/)*(\S+\.[cm]?[jt]s)$/.exec(text)?.[1];
    // Packages of this repository are linked, not installed.
    if (file !== undefined) starts.push({ line: i + 1, file: file.replace('node_modules/@plimsoll/', '') });
  }
  return (line) => starts.findLast((start) => start.line <= line)?.file;
}
