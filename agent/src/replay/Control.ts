import { ReplayError } from './ReplayError.ts';

/** Where the played market stands. */
export interface MarketStatus {
  readonly symbol: string;
  readonly leader: string;
  readonly timeMs: number;
  readonly barOpenMs: number;
  readonly phase: 'open' | 'adverse' | 'favourable' | 'close';
  readonly lastPrice: string;
  readonly barsTotal: number;
  readonly barsDone: number;
  readonly startBarMs: number;
  readonly lastBarMs: number;
  readonly synthetic: boolean;
  readonly done: boolean;
}

/** Something that happened on the venue while it advanced. */
export interface MarketEvent {
  readonly kind: 'fill' | 'trigger' | 'expire' | 'liquidation' | 'funding';
  readonly symbol: string;
  readonly timeMs: number;
}

export interface Advanced extends MarketStatus {
  readonly events: readonly MarketEvent[];
}

export interface InstructionStatistics {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface NetworkClock {
  readonly kind: 'real' | 'manual' | 'market';
  readonly timeMs: number;
}

/**
 * The clock of a played market. A real venue has none: only a replay uses this, and only to let time pass. All that
 * the agent knows of the market it learns through the venue's own interface.
 */
export class ReplayControl {
  readonly #base: string;

  constructor(exchangeUrl: string) {
    this.#base = `${exchangeUrl}/localnet/v1`;
  }

  status(): Promise<MarketStatus> {
    return this.#ask<MarketStatus>('GET', '/market');
  }

  /** To the next point of the bar's path, or through the rest of the bar to the next open. */
  advance(to: 'point' | 'open'): Promise<Advanced> {
    return this.#ask<Advanced>('POST', '/market/advance', { to });
  }

  /** Where the local network takes its time from, and its latest. */
  clock(): Promise<NetworkClock> {
    return this.#ask('GET', '/clock');
  }

  /** WebAssembly instructions per method of the canister, counted by the local network. */
  instructions(): Promise<Readonly<Record<string, InstructionStatistics>>> {
    return this.#ask('GET', '/instructions');
  }

  async #ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const url = `${this.#base}${path}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    } catch (cause) {
      throw new ReplayError(
        `Expected a played market at ${url}, got no answer. Only a local network can be replayed: start one first.`,
        { cause },
      );
    }
    const text = await response.text();
    if (!response.ok) {
      throw new ReplayError(
        `Expected ${method} ${url} to succeed, got HTTP ${response.status}: ${text.slice(0, 200)}`,
      );
    }
    return JSON.parse(text) as T;
  }
}
