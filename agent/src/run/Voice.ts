import { isAtLeast, type Alert, type AlertLevel } from '../alert/Alert.ts';
import { alertOf } from '../alert/EventAlerts.ts';
import type { Journal } from '../journal/Journal.ts';
import type { Severity } from '../journal/Rows.ts';

const TELL_AGAIN_MS = 300_000;

/**
 * The one mouth of a running agent: whatever a person should know goes into the journal and to whoever listens. A
 * lasting trouble is told again only after five minutes, unless it got worse; what is told once stays told over restarts.
 */
export class Voice {
  readonly #journal: Journal;
  readonly #listener: (alert: Alert) => void;
  readonly #told = new Map<string, { readonly level: AlertLevel; readonly atMs: number }>();

  constructor(journal: Journal, listener: (alert: Alert) => void) {
    this.#journal = journal;
    this.#listener = listener;
  }

  readonly say = (severity: Severity, code: string, message: string): void =>
    this.tell(alertOf(severity, code, message));

  readonly tell = (alert: Alert): void => {
    const { key, level, text, once } = alert;
    if (once !== undefined) {
      if (this.#journal.recall(memoryOf(key)) === once) return;
      this.#journal.remember(memoryOf(key), once);
    } else if (level !== 'info') {
      const nowMs = performance.now();
      const told = this.#told.get(key);
      if (told !== undefined && nowMs - told.atMs < TELL_AGAIN_MS && isAtLeast(told.level, level)) return;
      this.#told.set(key, { level, atMs: nowMs });
    }
    this.#journal.event(level, key, text);
    this.#listener(alert);
  };

  /** It did not arrive after all: the next time it is told anew. */
  readonly unsay = ({ key, once }: Alert): void => {
    if (once !== undefined) this.#journal.remember(memoryOf(key), '');
  };
}

const memoryOf = (key: string): string => `told ${key}`;
