/** A WebAssembly page. */
export const WASM_PAGE_BYTES = 65_536;
/** The unit in which changes are undone and charged, as on the replica. */
export const DIRTY_PAGE_BYTES = 4_096;
/** 500 GiB, the Internet Computer's bound, in WebAssembly pages. */
const MAX_PAGES = 8_192_000;

/**
 * A canister's stable memory: pages that appear when first written, and a log by which every change since the last
 * commit can be undone.
 */
export class StableMemory {
  #pages = 0;
  #committedPages = 0;
  /** 4 KiB pages that were ever written; others read as zero. */
  readonly #content = new Map<number, Uint8Array>();
  /** What pages held before the first change since the last commit; undefined where there was nothing. */
  readonly #undo = new Map<number, Uint8Array | undefined>();

  /** Size in WebAssembly pages of 64 KiB. */
  get pages(): number {
    return this.#pages;
  }

  get sizeBytes(): number {
    return this.#pages * WASM_PAGE_BYTES;
  }

  /** Grows by a number of 64 KiB pages; gives the old size, or -1 when there is no room. */
  grow(pages: number): number {
    const old = this.#pages;
    if (old + pages > MAX_PAGES) return -1;
    this.#pages = old + pages;
    return old;
  }

  /** Whether `length` bytes from `offset` lie within the memory. */
  contains(offset: number, length: number): boolean {
    return offset + length <= this.sizeBytes;
  }

  /** Fills `target` from `offset` on. The caller has checked the bounds with `contains`. */
  read(offset: number, target: Uint8Array): void {
    let done = 0;
    while (done < target.length) {
      const at = offset + done;
      const page = Math.floor(at / DIRTY_PAGE_BYTES);
      const start = at % DIRTY_PAGE_BYTES;
      const count = Math.min(DIRTY_PAGE_BYTES - start, target.length - done);
      const content = this.#content.get(page);
      if (content === undefined) target.fill(0, done, done + count);
      else target.set(content.subarray(start, start + count), done);
      done += count;
    }
  }

  /** The number of 4 KiB pages that a write would change for the first time since the last commit. */
  cleanPages(offset: number, length: number): number {
    if (length === 0) return 0;
    let clean = 0;
    const last = Math.floor((offset + length - 1) / DIRTY_PAGE_BYTES);
    for (let page = Math.floor(offset / DIRTY_PAGE_BYTES); page <= last; page++) {
      if (!this.#undo.has(page)) clean++;
    }
    return clean;
  }

  /** Writes `source` at `offset`. The caller has checked the bounds with `contains`. */
  write(offset: number, source: Uint8Array): void {
    let done = 0;
    while (done < source.length) {
      const at = offset + done;
      const page = Math.floor(at / DIRTY_PAGE_BYTES);
      const start = at % DIRTY_PAGE_BYTES;
      const count = Math.min(DIRTY_PAGE_BYTES - start, source.length - done);
      this.#writable(page).set(source.subarray(done, done + count), start);
      done += count;
    }
  }

  /** Makes all changes since the last commit final. */
  commit(): void {
    this.#undo.clear();
    this.#committedPages = this.#pages;
  }

  /** Undoes all changes since the last commit. */
  rollback(): void {
    for (const [page, before] of this.#undo) {
      if (before === undefined) this.#content.delete(page);
      else this.#content.set(page, before);
    }
    this.#undo.clear();
    this.#pages = this.#committedPages;
  }

  /** Empties the memory; can be undone until the next commit. */
  clear(): void {
    for (const [page, content] of this.#content) if (!this.#undo.has(page)) this.#undo.set(page, content);
    this.#content.clear();
    this.#pages = 0;
  }

  /** Takes the place of all content, committed. `pages` of 64 KiB; the content in 4 KiB pages by number. */
  restore(pages: number, content: Iterable<readonly [page: number, content: Uint8Array]>): void {
    this.#undo.clear();
    this.#content.clear();
    for (const [page, bytes] of content) this.#content.set(page, Uint8Array.from(bytes));
    this.#pages = pages;
    this.#committedPages = pages;
  }

  /** Written pages in order of address, those holding only zeros left out: the content, however it came about. */
  *writtenPages(): Iterable<readonly [page: number, content: Uint8Array]> {
    const numbers = [...this.#content.keys()].sort((a, b) => a - b);
    for (const page of numbers) {
      const content = this.#content.get(page);
      if (content?.some((byte) => byte !== 0) === true) yield [page, content];
    }
  }

  #writable(page: number): Uint8Array {
    const content = this.#content.get(page);
    if (this.#undo.has(page)) {
      if (content !== undefined) return content;
    } else {
      this.#undo.set(page, content?.slice());
      if (content !== undefined) return content;
    }
    const fresh = new Uint8Array(DIRTY_PAGE_BYTES);
    this.#content.set(page, fresh);
    return fresh;
  }
}
