import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKSHOP = join(ROOT, '.azle', 'build', 'named');

/** The risk canister with the names of its functions. */
export interface NamedBuild {
  readonly wasm: Uint8Array;
  /** The bundle that QuickJS runs. */
  readonly script: string;
}

/**
 * Builds the canister from its sources as they are: what is deployed holds them as shortened text that is compiled with
 * the first call. Both do the same, but `init` and the first call cost otherwise.
 */
export async function namedBuild(): Promise<NamedBuild> {
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
  const [wasm, script] = await Promise.all([
    readFile(join(made, 'risk.wasm')),
    readFile(join(made, 'main.js'), 'utf8'),
  ]);
  await rm(WORKSHOP, { recursive: true });
  return { wasm, script };
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
