import type { IngressMessage } from '../Subnet.types.ts';
import { byteKey } from './Bytes.ts';
import type { ServedSubnet } from './ServedSubnet.ts';

interface Waiter {
  readonly requestId: Uint8Array;
  settle(isDone: boolean): void;
}

/**
 * Hands updates to the subnet and waits for their results. Messages that arrive in one turn of the event loop
 * share a run of the subnet, and so a signature.
 */
export class IngressPool {
  readonly #subnet: ServedSubnet;
  readonly #onError: (error: unknown) => void;
  /** Every message taken, until it expires: the subnet forgets results sooner than messages stop being valid. */
  readonly #expiryNs = new Map<string, bigint>();
  readonly #waiters = new Set<Waiter>();
  #runScheduled = false;
  #settleScheduled = false;

  constructor(subnet: ServedSubnet, onError: (error: unknown) => void) {
    this.#subnet = subnet;
    this.#onError = onError;
  }

  /** Whether this request was taken before; it must not run again. */
  knows(requestId: Uint8Array): boolean {
    return this.#expiryNs.has(byteKey(requestId)) || this.#subnet.ingress(requestId) !== undefined;
  }

  /** Queues a message the pool does not know. */
  submit(message: IngressMessage, expiryNs: bigint): void {
    this.#expiryNs.set(byteKey(message.requestId), expiryNs);
    this.#subnet.submit(message);
    this.#scheduleRun();
  }

  /** At least one round, so that time passes and timers fire. */
  tick(): void {
    this.#attempt(() => this.#subnet.tick());
  }

  /** After a round, whoever ran it: forgets expired messages and looks for results. */
  roundEnded(): void {
    const nowNs = this.#subnet.timeNs();
    // Insertion order is nearly expiry order: what is late behind a longer-lived one goes a little later.
    for (const [key, expiryNs] of this.#expiryNs) {
      if (expiryNs >= nowNs) break;
      this.#expiryNs.delete(key);
    }
    if (this.#waiters.size === 0 || this.#settleScheduled) return;
    this.#settleScheduled = true;
    setImmediate(() => {
      this.#settleScheduled = false;
      for (const waiter of this.#waiters) if (this.#isDone(waiter.requestId)) waiter.settle(true);
    });
  }

  /** Resolves to true when the request has a result, to false after `timeoutMs` without one. */
  result(requestId: Uint8Array, timeoutMs: number): Promise<boolean> {
    if (this.#isDone(requestId)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        requestId,
        settle: (isDone) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(isDone);
        },
      };
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Lets everyone who waits go without a result. */
  close(): void {
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  #scheduleRun(): void {
    if (this.#runScheduled) return;
    this.#runScheduled = true;
    setImmediate(() => {
      this.#runScheduled = false;
      this.#attempt(() => this.#subnet.run());
    });
  }

  #attempt(rounds: () => void): void {
    try {
      rounds();
    } catch (error) {
      this.#onError(error);
    }
  }

  #isDone(requestId: Uint8Array): boolean {
    const status = this.#subnet.ingress(requestId)?.status.status;
    return status === 'replied' || status === 'rejected';
  }
}
