import type { Alert } from '../alert/Alert.ts';
import { ambiguousOrder, forgery } from '../alert/StateAlerts.ts';
import { statusAlerts } from '../alert/StatusAlerts.ts';
import { SYSTEM_CLOCK } from '../execute/Context.ts';
import type { OpenAgent } from './openAgent.ts';
import { doubtfulOrders } from './doubtfulOrders.ts';
import { metricsStatus } from './metricsStatus.ts';
import type { RunStatus } from './RunStatus.ts';

const EVERY_MS = 2_000;

export interface LookoutOptions {
  readonly agent: Pick<OpenAgent, 'canister' | 'journal'>;
  readonly status: () => RunStatus;
  readonly tell: (alert: Alert) => void;
  /** Answers of the canister that were refused since the last look, by reason. */
  readonly onRefused: (reason: string, count: number) => void;
  readonly everyMs?: number;
}

/**
 * Looks at a running agent every few seconds and tells what its state gives to tell: also when its loop waits for
 * somebody, and when nothing that was asked is answered.
 */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #refused = new Map<string, number>();

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), options.everyMs ?? EVERY_MS);
    this.#timer.unref();
  }

  look(): void {
    const { agent, status, tell } = this.#options;
    for (const alert of statusAlerts(metricsStatus(status()), Date.now())) tell(alert);
    // The journal keeps true time, also where the market has a time of its own.
    for (const { clientOrderId, role, intendedWallMs } of doubtfulOrders(agent.journal))
      tell(ambiguousOrder({ clientOrderId, role, sinceMs: intendedWallMs }, SYSTEM_CLOCK.now()));
    this.#lookAtRefusals();
  }

  #lookAtRefusals(): void {
    const { agent, tell, onRefused } = this.#options;
    for (const { reason, count } of agent.canister.refusals()) {
      const more = count - (this.#refused.get(reason) ?? 0);
      if (more <= 0) continue;
      this.#refused.set(reason, count);
      onRefused(reason, more);
      const alert = forgery(reason, count);
      if (alert !== null) tell(alert);
    }
  }

  /** Looks once more, and no more after that. */
  close(): void {
    clearInterval(this.#timer);
    this.look();
  }
}
