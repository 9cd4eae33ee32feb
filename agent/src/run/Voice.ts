import type { Journal } from '../journal/Journal.ts';
import type { Severity } from '../journal/Rows.ts';

const TELL_AGAIN_MS = 300_000;

/** Tells the owner, in the journal and to whoever listens; a lasting trouble is told again only after five minutes. */
export class Voice {
  readonly #journal: Journal;
  readonly #listener: (severity: Severity, code: string, message: string) => void;
  readonly #told = new Map<string, number>();

  constructor(journal: Journal, listener: (severity: Severity, code: string, message: string) => void) {
    this.#journal = journal;
    this.#listener = listener;
  }

  readonly say = (severity: Severity, code: string, message: string): void => {
    const nowMs = performance.now();
    if (severity !== 'info' && nowMs - (this.#told.get(code) ?? -Infinity) < TELL_AGAIN_MS) return;
    this.#told.set(code, nowMs);
    this.#journal.event(severity, code, message);
    this.#listener(severity, code, message);
  };
}
