import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTERS } from './Adapters.ts';

/** A file of the folder that cannot be compared, and why, in one line. */
export interface Incomplete {
  readonly name: string;
  readonly problem: string;
}

/** The vector files that are there and whole, and those that are not. */
export interface Folder {
  readonly files: readonly string[];
  readonly incomplete: readonly Incomplete[];
}

const MANIFEST = 'manifest.json';

type Manifest = Readonly<Record<string, { readonly keys: readonly string[] }>>;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A file as JSON. @throws Error that says in one line what was expected and what came. */
function readObject(path: string): Readonly<Record<string, unknown>> {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new Error(`expected an object in ${path}, got something else.`);
  }
  return content as Readonly<Record<string, unknown>>;
}

/**
 * What a folder of vectors offers. Its manifest, where there is one, says which files and keys belong to it; without one
 * every known file that is there counts. A folder with nothing to compare is a `problem`.
 */
export function readFolder(directory: string): Folder | { readonly problem: string } {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch (error) {
    return { problem: `expected a readable folder, got ${directory}: ${reasonOf(error)}.` };
  }
  let manifest: Manifest = {};
  if (names.includes(MANIFEST)) {
    try {
      manifest = readObject(join(directory, MANIFEST)) as Manifest;
    } catch (error) {
      return {
        problem: `expected a manifest, got an unreadable ${join(directory, MANIFEST)}: ${reasonOf(error)}.`,
      };
    }
  }
  const wanted = new Set([...names.filter((name) => name !== MANIFEST), ...Object.keys(manifest)]);
  if (![...wanted].some((name) => name in ADAPTERS)) {
    return { problem: `expected vector files such as decision.json in ${directory}, got none.` };
  }
  const files: string[] = [];
  const incomplete: Incomplete[] = [];
  for (const name of [...wanted].sort()) {
    const problem = problemOf(directory, name, manifest[name]?.keys ?? []);
    if (problem === null) files.push(name);
    else incomplete.push({ name, problem });
  }
  return { files, incomplete };
}

function problemOf(directory: string, name: string, keys: readonly string[]): string | null {
  try {
    const content = readObject(join(directory, name));
    const missing = keys.filter((key) => !(key in content));
    return missing.length === 0 ? null : `expected what the manifest lists, ${missing.join(', ')} is missing`;
  } catch (error) {
    return `expected a readable file, ${reasonOf(error)}`;
  }
}
