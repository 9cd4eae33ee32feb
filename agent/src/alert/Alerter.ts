import pRetry from 'p-retry';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { redact } from '../credentials/Redaction.ts';
import { isAtLeast, type Alert, type AlertLevel, type Dispatch } from './Alert.ts';
import { Outbox } from './Outbox.ts';
import { SinkError, type Sink } from './Sink.ts';

/** A sink and the level from which it is told. */
export interface Route {
  readonly sink: Sink;
  readonly least: AlertLevel;
}

/** What became of an alert, for the log and the metrics. */
export interface Delivery {
  readonly outcome: 'sent' | 'failed' | 'repeated' | 'withheld' | 'dropped';
  readonly alert: Alert;
  /** Null where it concerns all of them. */
  readonly sink: string | null;
  /** Why it failed; null otherwise. */
  readonly problem: string | null;
  /** Whether it failed in a way that may pass. */
  readonly isTemporary: boolean;
}

export interface AlerterOptions {
  readonly routes: readonly Route[];
  /** The same matter is told at most once in so long. */
  readonly windowMs?: number;
  /** Alerts sent a minute at most; alarms have as many again for themselves. */
  readonly perMinute?: number;
  readonly retries?: number;
  /** First pause before trying again; it doubles. */
  readonly retryMs?: number;
  readonly onDelivery?: (delivery: Delivery) => void;
  readonly now?: () => number;
}

interface Window {
  readonly timer: NodeJS.Timeout;
  readonly level: AlertLevel;
  /** Raised again since it was sent, and how often. */
  latest: Alert | null;
  count: number;
}

const WINDOW_MS = 600_000;
const PER_MINUTE = 20;
const RETRIES = 4;
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** Matters remembered at once; past them the oldest is forgotten and may be told again early. */
const MAX_WINDOWS = 1_000;

/**
 * Takes alerts and tells people. `raise` returns at once and never fails: trading does not wait for mail. The first
 * alert of a matter goes out at once; what is raised again within the window goes out once at its end, with a count;
 * a higher level goes out at once.
 */
export class Alerter {
  readonly #options: AlerterOptions;
  readonly #limiters: Readonly<Record<'ordinary' | 'alarm', RateLimiterMemory>>;
  readonly #windows = new Map<string, Window>();
  readonly #outboxes: readonly { readonly route: Route; readonly outbox: Outbox }[];
  readonly #pending = new Set<Promise<void>>();
  #withheld = 0;

  constructor(options: AlerterOptions) {
    this.#options = options;
    const points = options.perMinute ?? PER_MINUTE;
    const limiter = (keyPrefix: string): RateLimiterMemory =>
      new RateLimiterMemory({ points, duration: 60, keyPrefix });
    this.#limiters = { ordinary: limiter('ordinary'), alarm: limiter('alarm') };
    this.#outboxes = options.routes.map((route) => ({
      route,
      outbox: new Outbox(
        (dispatch) => this.#deliver(route.sink, dispatch),
        (dispatch) => this.#tell('dropped', dispatch, route.sink.name),
      ),
    }));
  }

  /** Notes an alert. Safe to call from anywhere. */
  raise(raised: Alert): void {
    const alert = { ...raised, title: redact(raised.title).replace(/\s+/g, ' '), text: redact(raised.text) };
    const window = this.#windows.get(alert.key);
    if (window !== undefined && isAtLeast(window.level, alert.level)) {
      window.latest = alert;
      window.count += 1;
      this.#tell('repeated', alert, null);
      return;
    }
    const before = window?.count ?? 0;
    this.#open(alert);
    this.#send(alert, before + 1);
  }

  /** Waits until what is on its way has arrived or failed, but not longer than `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    const all = (async () => {
      while (this.#pending.size > 0) await Promise.all(this.#pending);
      await Promise.all(this.#outboxes.map(({ outbox }) => outbox.idle()));
    })();
    await Promise.race([all, timeout]);
    clearTimeout(timer);
  }

  /** Ends all windows; what was counted and not told goes out. Call `drain` afterwards. */
  close(): void {
    for (const [key, window] of this.#windows) {
      clearTimeout(window.timer);
      this.#windows.delete(key);
      if (window.latest !== null) this.#send(window.latest, window.count);
    }
  }

  #open(alert: Alert): void {
    const known = this.#windows.get(alert.key);
    if (known !== undefined) clearTimeout(known.timer);
    this.#windows.delete(alert.key);
    if (this.#windows.size >= MAX_WINDOWS) this.#forgetOldest();
    const timer = setTimeout(() => this.#ended(alert.key), this.#options.windowMs ?? WINDOW_MS);
    timer.unref();
    this.#windows.set(alert.key, { timer, level: alert.level, latest: null, count: 0 });
  }

  #ended(key: string): void {
    const window = this.#windows.get(key);
    if (window === undefined) return;
    this.#windows.delete(key);
    if (window.latest === null) return;
    this.#open(window.latest);
    this.#send(window.latest, window.count);
  }

  #forgetOldest(): void {
    const [oldest] = this.#windows;
    if (oldest === undefined) return;
    clearTimeout(oldest[1].timer);
    this.#windows.delete(oldest[0]);
  }

  #send(alert: Alert, count: number): void {
    const raisedMs = (this.#options.now ?? Date.now)();
    const sending = this.#pass(alert).then((isAllowed) => {
      if (!isAllowed) {
        this.#withheld += 1;
        this.#tell('withheld', alert, null);
        return;
      }
      const dispatch: Dispatch = { ...alert, raisedMs, count, withheld: this.#withheld };
      this.#withheld = 0;
      for (const { route, outbox } of this.#outboxes) {
        if (isAtLeast(alert.level, route.least)) outbox.put(dispatch);
      }
    });
    this.#pending.add(sending);
    void sending.finally(() => this.#pending.delete(sending));
  }

  async #pass({ level }: Alert): Promise<boolean> {
    try {
      await this.#limiters[level === 'alarm' ? 'alarm' : 'ordinary'].consume('all');
      return true;
    } catch {
      return false;
    }
  }

  async #deliver(sink: Sink, dispatch: Dispatch): Promise<void> {
    const { retries = RETRIES, retryMs = RETRY_MS } = this.#options;
    try {
      await pRetry(() => sink.deliver(dispatch), {
        retries,
        minTimeout: retryMs,
        maxTimeout: Math.max(retryMs, MAX_RETRY_MS),
        factor: 2,
        shouldRetry: ({ error }) => error instanceof SinkError && error.isTemporary,
        onFailedAttempt: async ({ error, retriesLeft }) => {
          const waitMs = error instanceof SinkError ? error.retryAfterMs : 0;
          if (waitMs > 0 && retriesLeft > 0) await new Promise((done) => setTimeout(done, waitMs));
        },
      });
      this.#tell('sent', dispatch, sink.name);
    } catch (error) {
      const problem = redact(error instanceof Error ? error.message : String(error));
      const isTemporary = error instanceof SinkError && error.isTemporary;
      this.#tell('failed', dispatch, sink.name, { problem, isTemporary });
    }
  }

  #tell(
    outcome: Delivery['outcome'],
    alert: Alert,
    sink: string | null,
    failure: Pick<Delivery, 'problem' | 'isTemporary'> = { problem: null, isTemporary: false },
  ): void {
    try {
      this.#options.onDelivery?.({ outcome, alert, sink, ...failure });
    } catch {
      // Whoever listens must not be able to stop alerts.
    }
  }
}
