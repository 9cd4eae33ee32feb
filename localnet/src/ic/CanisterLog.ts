export interface LogRecord {
  readonly idx: bigint;
  readonly timestamp_nanos: bigint;
  readonly content: Uint8Array;
}

/** What a canister printed and how it trapped: the newest records, up to a number of bytes. Kept when a message traps. */
export class CanisterLog {
  #next = 0n;
  #bytes = 0;
  readonly #records: LogRecord[] = [];

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  /** Bytes of content held. */
  get bytes(): number {
    return this.#bytes;
  }

  add(timeNs: bigint, content: Uint8Array, limitBytes: number): void {
    const kept = content.slice(0, limitBytes);
    this.#records.push({ idx: this.#next++, timestamp_nanos: timeNs, content: kept });
    this.#bytes += kept.length;
    while (this.#bytes > limitBytes) this.#bytes -= this.#records.shift()?.content.length ?? 0;
  }

  /** Everything held, to be put away and given to `restore`. */
  image() {
    return { next: this.#next, records: [...this.#records] };
  }

  /** Holds what another log held. */
  restore({ next, records }: ReturnType<CanisterLog['image']>): void {
    this.clear();
    this.#next = next;
    this.#records.push(...records);
    this.#bytes = records.reduce((sum, { content }) => sum + content.length, 0);
  }

  clear(): void {
    this.#records.length = 0;
    this.#bytes = 0;
  }
}
