import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A module as azle alone makes it of dfx.json. */
export interface PlainBuild {
  readonly wasm: Uint8Array;
  /** The bundle that QuickJS runs. */
  readonly script: string;
}

/**
 * Builds the canister from its sources as they are, as a dfx user's `dfx build` would: what is deployed holds them as
 * shortened text that is compiled when it is first needed. Both do the same, but `init` and the first calls cost otherwise.
 *
 * @param name of the folder that it is made in, below `.azle/build`
 * @param env what azle is told besides
 */
export async function plainBuild(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PlainBuild> {
  const workshop = join(ROOT, '.azle', 'build', name);
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  const { canisters } = JSON.parse(await readFile(join(ROOT, 'dfx.json'), 'utf8')) as {
    readonly canisters: { readonly risk: { readonly main: string; readonly candid: string } };
  };
  const risk = { ...canisters.risk, main: join('..', '..', '..', canisters.risk.main) };
  await writeFile(join(workshop, 'dfx.json'), JSON.stringify({ canisters: { risk } }));
  await copyFile(join(ROOT, canisters.risk.candid), join(workshop, 'risk.did'));
  const azle = join(ROOT, 'node_modules', 'azle', 'src', 'build.ts');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', azle, 'build', 'risk'], {
    cwd: workshop,
    env: { ...process.env, CANISTER_CANDID_PATH: 'risk.did', AZLE_DFX_ROOT: '.', ...env },
  });
  const made = join(workshop, '.azle', 'risk');
  const [wasm, script] = await Promise.all([
    readFile(join(made, 'risk.wasm')),
    readFile(join(made, 'main.js'), 'utf8'),
  ]);
  await rm(workshop, { recursive: true });
  return { wasm, script };
}

/** The risk canister with the names of its functions. */
export function namedBuild(): Promise<PlainBuild> {
  return plainBuild('named', { AZLE_CANISTER_BACKTRACES: 'true' });
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
