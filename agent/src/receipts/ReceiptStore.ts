import { link, mkdir, open, opendir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeReceipt, type Receipt } from '@plimsoll/proof';
import { StoreError } from './StoreError.ts';

/** Room for one answer a second during thirty years. */
const NUMBER_DIGITS = 9;
const NAME = /^(\d{9})-([a-z_]{1,32})\.(receipt|range)$/;
const TEMPORARY_SUFFIX = '.part';

/** One kept receipt, or one range of records that others made (`Range.ts`). */
export interface StoredReceipt {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export type ReadableReceipts = Pick<ReceiptStore, 'directory' | 'read' | 'readAll'>;

/**
 * A directory with one file per receipt, named by a running number of fixed width and the method called
 * (`000000123-observe.receipt`), so that the order of names is the order of answers. Meant for one process at a time;
 * a second one is noticed and never overwrites.
 */
export class ReceiptStore {
  readonly directory: string;
  #next: number;

  private constructor(directory: string, next: number) {
    this.directory = directory;
    this.#next = next;
  }

  /** Opens the directory, or makes it for this user alone. @throws StoreError `unwritable` */
  static async open(directory: string): Promise<ReceiptStore> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      let newest = '';
      for await (const { name } of await opendir(directory)) {
        // What a crash left half written was never a receipt.
        if (name.endsWith(TEMPORARY_SUFFIX)) await unlink(join(directory, name));
        else if (NAME.test(name) && name > newest) newest = name;
      }
      return new ReceiptStore(directory, newest === '' ? 0 : Number(newest.slice(0, NUMBER_DIGITS)) + 1);
    } catch (cause) {
      throw new StoreError(
        'unwritable',
        `Expected a directory for receipts at ${directory}, got: ${messageOf(cause)}. Give a directory that this user may write.`,
        cause,
      );
    }
  }

  /** The receipts of a directory that another process may be writing to: nothing is made, cleaned up or kept here. */
  static reading(directory: string): ReadableReceipts {
    return new ReceiptStore(directory, 0);
  }

  /**
   * Keeps a receipt for good: written, flushed, then named in one step.
   * @param bytes of `encodeReceipt`
   * @returns the file's name
   * @throws StoreError `taken` or `unwritable`
   */
  keep(method: string, bytes: Uint8Array): Promise<string> {
    return this.#keep(`${method}.receipt`, bytes);
  }

  /**
   * Keeps records fetched by a query, between the receipts whose gap they fill.
   * @param bytes of `encodeRange`
   * @throws StoreError `taken` or `unwritable`
   */
  keepRange(bytes: Uint8Array): Promise<string> {
    return this.#keep('records.range', bytes);
  }

  async #keep(name: string, bytes: Uint8Array): Promise<string> {
    const fileName = `${String(this.#next).padStart(NUMBER_DIGITS, '0')}-${name}`;
    if (!NAME.test(fileName)) {
      throw new StoreError(
        'unwritable',
        `Expected a name like 000000123-observe.receipt, got ${fileName}. Start a new directory.`,
      );
    }
    const temporary = join(this.directory, `${fileName}${TEMPORARY_SUFFIX}`);
    try {
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      // A link, unlike a rename, refuses to replace what another process put there.
      await link(temporary, join(this.directory, fileName));
      await unlink(temporary);
    } catch (cause) {
      throw isCode(cause, 'EEXIST')
        ? new StoreError(
            'taken',
            `Expected ${fileName} to be free, got a file of another process. Let one process use ${this.directory} at a time.`,
            cause,
          )
        : new StoreError(
            'unwritable',
            `Expected to write ${fileName} in ${this.directory}, got: ${messageOf(cause)}. Check space and permissions.`,
            cause,
          );
    }
    this.#next += 1;
    return fileName;
  }

  /** All receipts, oldest first, from the file of this name on. @throws StoreError `unreadable` */
  async *read(from = ''): AsyncGenerator<StoredReceipt> {
    for await (const stored of this.readAll(from)) if (!isRange(stored)) yield stored;
  }

  /** All receipts and the ranges between them, oldest first, from the file of this name on. @throws StoreError `unreadable` */
  async *readAll(from = ''): AsyncGenerator<StoredReceipt> {
    for (const fileName of await this.names(from)) {
      yield { fileName, bytes: await this.#bytesOf(fileName) };
    }
  }

  /** A stored receipt's content. @throws StoreError `malformed`, naming the file */
  static decode({ fileName, bytes }: StoredReceipt): Receipt {
    try {
      return decodeReceipt(bytes);
    } catch (cause) {
      throw new StoreError('malformed', `Expected a receipt in ${fileName}, got: ${messageOf(cause)}`, cause);
    }
  }

  /**
   * Names of the files kept, oldest first, from this name on and before that one. Years of names are passed over one by
   * one and not held.
   * @throws StoreError `unreadable`
   */
  async names(from = '', before?: string): Promise<string[]> {
    try {
      const names: string[] = [];
      for await (const { name } of await opendir(this.directory)) {
        if (name >= from && (before === undefined || name < before) && NAME.test(name)) names.push(name);
      }
      return names.sort();
    } catch (cause) {
      throw new StoreError(
        'unreadable',
        `Expected to read ${this.directory}, got: ${messageOf(cause)}.`,
        cause,
      );
    }
  }

  async #bytesOf(fileName: string): Promise<Uint8Array> {
    try {
      return new Uint8Array(await readFile(join(this.directory, fileName)));
    } catch (cause) {
      throw new StoreError('unreadable', `Expected to read ${fileName}, got: ${messageOf(cause)}.`, cause);
    }
  }
}

/** Whether the file holds a range of records and not a receipt. */
export function isRange({ fileName }: StoredReceipt): boolean {
  return fileName.endsWith('.range');
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
