import { setTimeout as sleep } from 'node:timers/promises';
import { VenueError } from '../venue/VenueError.ts';
import type { StreamEvent, VenueStream } from './VenueStream.ts';

/** A mark as a venue tells it when asked. */
export type PolledMark = Omit<Extract<StreamEvent, { kind: 'mark' }>, 'kind'>;

export interface PolledStreamOptions {
  /** The marks of symbol and leader. */
  readonly marks: () => Promise<readonly PolledMark[]>;
  /** Something that changes when account, position or orders do; null where no account is followed. */
  readonly accountState: (() => Promise<string>) | null;
  readonly everyMs?: number;
}

const EVERY_MS = 3_000;

/**
 * A venue without a stream of ours, asked again and again: marks every few seconds, and whether the account has changed.
 * Closed bars and the book are asked for when they are needed.
 */
export class PolledStream implements VenueStream {
  readonly #options: PolledStreamOptions;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: PolledStreamOptions) {
    this.#options = options;
  }

  follow(onEvent: (event: StreamEvent) => void): void {
    this.#running = this.#run(onEvent);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(onEvent: (event: StreamEvent) => void): Promise<void> {
    const { marks, accountState, everyMs = EVERY_MS } = this.#options;
    const { signal } = this.#ended;
    let known: string | null = null;
    let isLost = false;
    while (!signal.aborted) {
      try {
        for (const mark of await marks()) onEvent({ kind: 'mark', ...mark });
        const state: string | null = accountState === null ? null : await accountState();
        if (known !== null && state !== known) onEvent({ kind: 'account', what: 'position' });
        known = state;
        isLost = false;
      } catch (error) {
        if (!(error instanceof VenueError)) throw error;
        if (!isLost) onEvent({ kind: 'lost', why: error.leaf });
        isLost = true;
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
