import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { AS_A_PROGRAM } from '../../../build/bundle.mjs';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** One file to be run by a process of its own, as often as a test likes: it starts in a third of the time of its sources. */
export interface Bundled {
  readonly path: string;
  readonly remove: () => void;
}

/** @param entry a TypeScript file; packages stay where they are installed */
export async function bundled(entry: string): Promise<Bundled> {
  // Below the root, where packages are found from.
  mkdirSync(join(ROOT, '.plimsoll'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.plimsoll', 'bundled-'));
  const path = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({ ...AS_A_PROGRAM, entryPoints: [entry], outfile: path });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
