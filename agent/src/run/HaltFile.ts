import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Halt {
  /** Wall time, milliseconds. */
  readonly sinceMs: number;
  /** Whether the canister has acknowledged it; from then on only the owner lifts it, there. */
  readonly isTold: boolean;
  /** Market time of the newest decision when it was told: only a later one can say that the owner resumed. */
  readonly toldMs?: number;
}

/**
 * The halt as this machine keeps it: a file, so that any process may halt at once, whoever holds the journal, and a
 * restart changes nothing. Halting twice is halting once.
 */
export class HaltFile {
  readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, 'halted');
  }

  /** Looked at before every entry. A file that cannot be read halts too. */
  get isHalted(): boolean {
    return existsSync(this.path);
  }

  read(): Halt | null {
    if (!this.isHalted) return null;
    try {
      const { sinceMs, isTold, toldMs } = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<Halt>;
      const told = typeof toldMs === 'number' ? { toldMs } : {};
      return { sinceMs: Number(sinceMs) || 0, isTold: isTold === true, ...told };
    } catch {
      return { sinceMs: 0, isTold: false };
    }
  }

  async halt(nowMs: number): Promise<Halt> {
    const known = this.read();
    if (known !== null) return known;
    const halt: Halt = { sinceMs: nowMs, isTold: false };
    await this.#write(halt);
    return halt;
  }

  async markTold(toldMs: number): Promise<void> {
    const known = this.read();
    if (known !== null) await this.#write({ ...known, isTold: true, toldMs });
  }

  /** A decision of this market time says that the owner resumed. */
  async liftTold(timeMs: number): Promise<void> {
    const known = this.read();
    if (known?.isTold === true && timeMs > (known.toldMs ?? Infinity)) await this.lift();
  }

  /** The owner has resumed. */
  async lift(): Promise<void> {
    await unlink(this.path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }

  async #write(halt: Halt): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${String(process.pid)}.part`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(halt)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
  }
}
