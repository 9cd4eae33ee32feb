import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StateDirectoryError } from './StateDirectoryError.ts';

/** Lock files that this process holds. */
const held = new Set<string>();

/**
 * Takes a lock file that names this process, so that no second one uses what it guards.
 * A file left by a process that is gone is replaced, even when this one has got its number (in a container that is
 * usual).
 * @returns the function that gives it back
 * @throws StateDirectoryError when another living process holds it
 */
export async function takeLock(file: string): Promise<() => Promise<void>> {
  const path = resolve(file);
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    // A link either makes the file or fails: of several processes, one succeeds.
    while (!(await isLinked(mine, path))) await removeStale(path);
  } finally {
    await rm(mine, { force: true });
  }
  held.add(path);
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined) return;
  if (holder === process.pid ? held.has(path) : isAlive(holder)) {
    throw new StateDirectoryError(
      `expected a directory that no process uses, got one that process ${holder} holds; ` +
        `stop that one, choose another directory, or remove ${path} if process ${holder} is something else`,
    );
  }
  // Whoever renames it first has it; if it was not the stale one after all, it goes back.
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readHolder(aside)) !== holder) await isLinked(aside, path);
  await rm(aside, { force: true });
}

async function readHolder(path: string): Promise<number | undefined> {
  try {
    return Number(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
