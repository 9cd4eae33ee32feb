import type { binanceusdm } from 'ccxt';
import { summarise } from '../venue/BinanceBook.ts';
import { openStreamClient, type ClientOptions } from '../venue/CcxtClient.ts';
import { VenueError } from '../venue/VenueError.ts';
import { binanceEvents } from './binanceEvents.ts';
import type { StreamEvent, VenueStream } from './VenueStream.ts';

export interface BinanceStreamOptions extends ClientOptions {
  /** The venue's ids, such as `ICPUSDT`. */
  readonly symbol: string;
  readonly leaderSymbol: string;
  /** Without keys only the market is followed. */
  readonly hasAccount: boolean;
  /** Silence after which the connections are made anew, milliseconds; marks come every second. */
  readonly silentMs?: number;
  /** First pause before a connection is made again, milliseconds; doubled up to a minute. */
  readonly pauseMs?: number;
}

const SILENT_MS = 15_000;
const PAUSE_MS = 500;
const MAX_PAUSE_MS = 60_000;
const BOOK_LEVELS = 100;
/** What ends sooner than this never held. */
const QUICK_MS = 2_000;

type Client = binanceusdm & { readonly close: () => Promise<unknown> };
type Watch = (client: Client) => Promise<unknown>;

/**
 * Binance USDⓈ-M's streams through ccxt.pro, unmodified. Raw messages are read as they come, for ccxt hands on neither
 * whether a bar is final nor that an account's settings changed; its own order book is used, which repairs gaps itself.
 */
export class BinanceStream implements VenueStream {
  readonly #options: BinanceStreamOptions;
  #client: Client | null = null;
  #isClosed = false;
  /** A new listen key is asked for only where the old one may be what broke: each is renewed by a timer of its own. */
  #isKeyDoubted = false;
  #heardMs = 0;
  #onEvent: (event: StreamEvent) => void = () => undefined;
  readonly #sleepers = new Set<() => void>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: BinanceStreamOptions) {
    this.#options = options;
  }

  follow(onEvent: (event: StreamEvent) => void): void {
    this.#onEvent = onEvent;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of [...this.#sleepers]) wake();
    await this.#client?.close().catch(() => undefined);
    await this.#running;
  }

  /** Connects, follows until something breaks, tells it, waits, connects again. */
  async #run(): Promise<void> {
    const { pauseMs: firstPauseMs = PAUSE_MS } = this.#options;
    let pauseMs = firstPauseMs;
    while (!this.#isClosed) {
      const startedMs = performance.now();
      const why = await this.#followOnce().catch(reasonOf);
      await this.#client?.close().catch(() => undefined);
      if (this.#isClosed) return;
      this.#onEvent({ kind: 'lost', why });
      // Whatever held for a minute was no failing attempt.
      this.#isKeyDoubted ||= performance.now() - startedMs < QUICK_MS;
      pauseMs =
        performance.now() - startedMs > MAX_PAUSE_MS ? firstPauseMs : Math.min(pauseMs * 2, MAX_PAUSE_MS);
      await this.#sleep(pauseMs);
    }
  }

  /** @returns why it ended */
  async #followOnce(): Promise<string> {
    const client = await this.#connect();
    this.#heardMs = performance.now();
    const ends = [this.#watchdog(), ...this.#watches(client).map((watch) => this.#repeat(client, watch))];
    return Promise.race(ends);
  }

  async #connect(): Promise<Client> {
    if (this.#client === null) {
      const client = (await openStreamClient(this.#options)) as Client;
      const handle = client.handleMessage.bind(client);
      client.handleMessage = (socket: unknown, message: unknown) => {
        this.#heard(message);
        handle(socket, message);
      };
      this.#client = client;
    }
    await this.#client.loadMarkets();
    if (this.#isKeyDoubted) this.#client.options['future'] = {};
    this.#isKeyDoubted = false;
    return this.#client;
  }

  #watches(client: Client): readonly Watch[] {
    const { symbol, leaderSymbol, hasAccount } = this.#options;
    const market = client.market(symbol)['symbol'] as string;
    const leader = client.market(leaderSymbol)['symbol'] as string;
    const book: Watch = async (c) => {
      const { bids, asks } = (await c.watchOrderBook(market, BOOK_LEVELS)) as {
        readonly bids: readonly (readonly [number, number])[];
        readonly asks: readonly (readonly [number, number])[];
      };
      const levelsOf = (rows: readonly (readonly [number, number])[]) =>
        summarise(rows.slice(0, BOOK_LEVELS).map(([price, size]) => ({ price, size })));
      const summary = { bids: levelsOf(bids), asks: levelsOf(asks) };
      if (summary.bids.length > 0 && summary.asks.length > 0) this.#onEvent({ kind: 'book', book: summary });
    };
    return [
      (c) => c.watchMarkPrices([market, leader]),
      (c) =>
        c.watchOHLCVForSymbols([
          [market, '5m'],
          [leader, '5m'],
        ]),
      book,
      (c) => c.watchLiquidations(market),
      ...(hasAccount ? [((c) => c.watchOrders(market)) satisfies Watch] : []),
    ];
  }

  async #repeat(client: Client, watch: Watch): Promise<string> {
    for (;;) {
      if (this.#isClosed) return 'closed';
      try {
        await watch(client);
      } catch (error) {
        return reasonOf(error);
      }
    }
  }

  /** Nobody says that a half-open connection is dead: silence does. */
  async #watchdog(): Promise<string> {
    const { silentMs = SILENT_MS } = this.#options;
    for (;;) {
      await this.#sleep(silentMs / 4);
      if (this.#isClosed) return 'closed';
      const silence = performance.now() - this.#heardMs;
      if (silence >= silentMs) return `nothing was heard for ${String(Math.round(silence / 1000))} s`;
    }
  }

  #heard(message: unknown): void {
    if (this.#isClosed) return;
    this.#heardMs = performance.now();
    try {
      for (const event of binanceEvents(message)) {
        this.#isKeyDoubted ||= event.kind === 'lost';
        this.#onEvent(event);
      }
    } catch (error) {
      // What cannot be read here is read by REST, as if it had not come.
      if (!(error instanceof VenueError)) throw error;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }
}

/** The kind of error alone: its text may hold a signed URL. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : 'an unknown failure';
}
