import type { MarketStatus, ReplayControl } from './Control.ts';

/**
 * Lets this process live in the time of the played market, as the local network does whose clock is the market's. Then
 * certificates, requests and records carry market time, and a replay leaves the same bytes whenever it is run.
 *
 * It stands in for the global `Date`, which the clients of network and exchange ask as much as we do; so it must be there
 * before they are loaded. Durations are measured with `performance.now`.
 */
export class MarketClock {
  readonly #trueDate = Date;
  #timeMs: number;

  /** @param timeMs the network's time */
  constructor(timeMs: number) {
    this.#timeMs = timeMs;
    const now = (): number => this.#timeMs;
    globalThis.Date = new Proxy(this.#trueDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
      get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
    });
  }

  /** Follows the market; never goes back. */
  follow({ timeMs }: Pick<MarketStatus, 'timeMs'>): void {
    if (timeMs > this.#timeMs) this.#timeMs = timeMs;
  }

  /** Gives the machine's clock back. */
  release(): void {
    globalThis.Date = this.#trueDate;
  }
}

/** The clock to live by beside this network; null where the network keeps the machine's time. */
export async function marketClockOf(control: ReplayControl): Promise<MarketClock | null> {
  const { kind, timeMs } = await control.clock();
  return kind === 'market' ? new MarketClock(timeMs) : null;
}
