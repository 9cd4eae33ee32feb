import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobSink, BlobSource } from './CanisterImage.ts';
import { StateDirectoryError } from './StateDirectoryError.ts';
import { takeLock } from './StateLock.ts';

/** What the directory held when it was opened. */
export interface SavedState {
  readonly seed: string;
  readonly text: string;
  readonly blobs: BlobSource;
}

/** Changes whenever the files of one version cannot be read by another. */
const VERSION = 1;
const HEADER = 'localnet state';
const HASH = /^[0-9a-f]{64}$/;

/**
 * A subnet's state on disk: one text file, replaced whole, that names the large pieces by their hashes. A crash at any
 * moment leaves the state of the last complete `save`.
 */
export class StateDirectory {
  readonly saved: SavedState | undefined;
  readonly #path: string;
  readonly #unlock: () => Promise<void>;
  /** Hashes of the pieces on disk. */
  readonly #stored: Set<string>;
  #saving: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    unlock: () => Promise<void>,
    stored: Set<string>,
    saved: SavedState | undefined,
  ) {
    this.#path = path;
    this.#unlock = unlock;
    this.#stored = stored;
    this.saved = saved;
  }

  /**
   * Opens a directory, which is made when there is none, for this process alone.
   * @throws StateDirectoryError when another process uses it or another version wrote it
   */
  static async open(path: string): Promise<StateDirectory> {
    await mkdir(join(path, 'blobs'), { recursive: true });
    const unlock = await takeLock(join(path, 'lock'));
    try {
      const saved = await readSaved(path);
      const names = await readdir(join(path, 'blobs'));
      const stored = new Set(names.filter((name) => HASH.test(name)));
      // Half-written pieces of a process that was killed.
      for (const name of names) if (!stored.has(name)) await rm(join(path, 'blobs', name), { force: true });
      return new StateDirectory(path, unlock, stored, saved);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Takes the state and writes it, once what is being written already is on disk. */
  async save(seed: string, take: (blobs: BlobSink) => string): Promise<void> {
    const before = this.#saving;
    // Only then is it known which pieces there are: the writing before may remove some.
    this.#saving = before.catch(() => undefined).then(() => this.#take(seed, take));
    await this.#saving;
  }

  /** Waits for what is being written and lets other processes have the directory. */
  async close(): Promise<void> {
    await this.#saving.catch(() => undefined);
    await this.#unlock();
  }

  async #take(seed: string, take: (blobs: BlobSink) => string): Promise<void> {
    const fresh = new Map<string, Uint8Array>();
    const used = new Set<string>();
    const has = (hash: string): boolean => this.#stored.has(hash) || fresh.has(hash);
    const put = (content: Uint8Array): string => {
      const hash = createHash('sha256').update(content).digest('hex');
      used.add(hash);
      // The content is copied now: it will have changed by the time that it is written.
      if (!has(hash)) fresh.set(hash, content.slice());
      return hash;
    };
    const keep = (hash: string): boolean => {
      if (has(hash)) used.add(hash);
      return has(hash);
    };
    await this.#write(seed, take({ put, keep }), fresh, used);
  }

  async #write(
    seed: string,
    text: string,
    fresh: ReadonlyMap<string, Uint8Array>,
    used: ReadonlySet<string>,
  ): Promise<void> {
    const blobs = join(this.#path, 'blobs');
    for (const [hash, content] of fresh) {
      await replaceFile(join(blobs, hash), content);
      this.#stored.add(hash);
    }
    await syncFolder(blobs);
    const head = JSON.stringify({ format: HEADER, version: VERSION, seed });
    await replaceFile(join(this.#path, 'state.json'), Buffer.from(`${head}\n${text}\n`));
    await syncFolder(this.#path);
    for (const hash of this.#stored) {
      if (used.has(hash)) continue;
      this.#stored.delete(hash);
      await rm(join(blobs, hash), { force: true });
    }
  }
}

async function readSaved(path: string): Promise<SavedState | undefined> {
  const file = join(path, 'state.json');
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [head = '', text = ''] = content.split('\n', 2);
  const { format, version, seed } = headOf(head);
  if (format !== HEADER || typeof seed !== 'string') {
    throw new StateDirectoryError(
      `expected the state of a localnet in ${file}, got another file; choose another directory`,
    );
  }
  if (version !== VERSION) {
    throw new StateDirectoryError(
      `expected version ${VERSION} in ${file}, got version ${String(version)}; ` +
        'start the localnet that wrote it, or choose another directory',
    );
  }
  const get = (hash: string): Uint8Array => {
    const bytes = readPiece(join(path, 'blobs', hash));
    const actual = bytes && createHash('sha256').update(bytes).digest('hex');
    if (bytes !== undefined && actual === hash) return bytes;
    throw new StateDirectoryError(
      `expected blobs/${hash} to have that hash, got ${actual ?? 'no such file'}; ` +
        'the state is damaged: restore the file or choose another directory',
    );
  };
  return { seed, text, blobs: { get } };
}

function readPiece(path: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function headOf(line: string): {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly seed?: unknown;
} {
  try {
    const head: unknown = JSON.parse(line);
    return typeof head === 'object' && head !== null ? head : {};
  } catch {
    return {};
  }
}

/** The file appears whole or not at all. */
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
