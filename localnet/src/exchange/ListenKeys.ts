import { randomBytes } from 'node:crypto';

/** How long a listen key lives after it was made or last kept alive. */
export const LISTEN_KEY_MS = 60 * 60_000;

/** The listen key of one account: at most one is alive, by wall time. */
export class ListenKeys {
  private readonly now: () => number;
  private current: { readonly key: string; expiresMs: number } | undefined;

  /** @param now wall clock, ms */
  constructor(now: () => number) {
    this.now = now;
  }

  /** The key that is alive, its life begun anew, or a new one. */
  open(): string {
    const key = this.alive() ?? randomBytes(32).toString('hex');
    this.current = { key, expiresMs: this.now() + LISTEN_KEY_MS };
    return key;
  }

  /** Begins the key's life anew. @returns the key, or undefined when none is alive */
  extend(): string | undefined {
    const key = this.alive();
    return key === undefined ? undefined : this.open();
  }

  /** Ends the key's life. */
  close(): void {
    this.current = undefined;
  }

  /** The key that is alive now. */
  alive(): string | undefined {
    const { current } = this;
    return current !== undefined && this.now() < current.expiresMs ? current.key : undefined;
  }
}
