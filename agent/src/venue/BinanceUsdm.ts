import type {
  Account,
  Bar,
  BookSummary,
  Instrument,
  OpenInterestPoint,
  Position,
  Settlement,
} from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { readAccount, readPermissions, readPosition, type Opening } from './BinanceAccount.ts';
import { readBook, readOpenInterest, readOpenInterestHistory } from './BinanceBook.ts';
import { readFillsSince, readForcedCloses, readFundingPayments } from './BinanceFills.ts';
import { prepareAccount, readSettings } from './BinanceSettings.ts';
import {
  readClosedBars,
  readFundingHours,
  readListing,
  readMarket,
  readSettlements,
  type Listing,
} from './BinanceMarket.ts';
import {
  cancelOrder,
  lookUpOrder,
  readAcceptedOrders,
  readRestingOrders,
  sendOrder,
} from './BinanceOrders.ts';
import { openClient, request, WEIGHT_PER_MINUTE, type ClientOptions } from './CcxtClient.ts';
import type {
  Fill,
  ForcedClose,
  FundingPayment,
  Listed,
  Market,
  OrderKind,
  OrderRequest,
  Permissions,
  Settings,
  Venue,
  VenueOrder,
} from './Venue.ts';
import { VenueError } from './VenueError.ts';

export interface BinanceOptions extends ClientOptions {
  /** The venue's id of the perpetual, such as `ICPUSDT`. */
  readonly symbol: string;
  /** The venue and this process live by one clock, that of a played market: there is nothing to measure. */
  readonly hasMarketClock?: boolean;
}

/** Share of the weight limit from which on no new risk is sent: the rest is kept for exits. */
const RESERVED_FROM = 0.9;

/** The venue changes funding intervals now and then, and sends them only as one list of all symbols. */
const FUNDING_HOURS_AGE_MS = 600_000;

/** Binance USDⓈ-M futures through ccxt: one account, one perpetual. Made by {@link openBinanceUsdm}. */
export class BinanceUsdm implements Venue {
  readonly symbol: string;
  /** Long reads wait their turn; whatever protecting the position needs does not. */
  readonly #polite: binanceusdm;
  readonly #urgent: binanceusdm;
  #listing: Listing | null = null;
  /** Read back last. */
  #settings: Settings | null = null;
  #opening: Opening | null = null;
  #fundingHours: { readonly hours: number; readonly readMs: number } | null = null;

  readonly #hasMarketClock: boolean;

  constructor({ symbol, hasMarketClock = false }: BinanceOptions, polite: binanceusdm, urgent: binanceusdm) {
    this.symbol = symbol;
    this.#hasMarketClock = hasMarketClock;
    this.#polite = polite;
    this.#urgent = urgent;
  }

  async listing(): Promise<Listed> {
    this.#listing = await readListing(this.#polite, this.symbol);
    return this.#listing.listed;
  }

  async instrument(): Promise<Instrument> {
    this.#listing = await readListing(this.#polite, this.symbol);
    return this.#listing.instrument;
  }

  closedBars(symbol: string, sinceMs: number, limit: number): Promise<readonly Bar[]> {
    return readClosedBars(this.#polite, symbol, sinceMs, limit);
  }

  async market(): Promise<Market> {
    const now = Date.now();
    if (this.#fundingHours === null || now - this.#fundingHours.readMs > FUNDING_HOURS_AGE_MS) {
      this.#fundingHours = { hours: await readFundingHours(this.#urgent, this.symbol), readMs: now };
    }
    return readMarket(this.#urgent, this.symbol, this.#fundingHours.hours);
  }

  openInterest(): Promise<number> {
    return readOpenInterest(this.#polite, this.symbol);
  }

  openInterestHistory(sinceMs: number, untilMs: number): Promise<readonly OpenInterestPoint[]> {
    return readOpenInterestHistory(this.#polite, this.symbol, sinceMs, untilMs);
  }

  book(): Promise<BookSummary> {
    return readBook(this.#polite, this.symbol);
  }

  settlements(symbol: string, sinceMs: number): Promise<readonly Settlement[]> {
    return readSettlements(this.#polite, symbol, sinceMs);
  }

  account(): Promise<Account> {
    return readAccount(this.#polite);
  }

  async position(): Promise<Position> {
    const { position, opening } = await readPosition(this.#urgent, this.symbol, this.#opening);
    this.#opening = opening;
    return position;
  }

  restingOrders(): Promise<readonly VenueOrder[]> {
    return readRestingOrders(this.#urgent, this.symbol);
  }

  fills(sinceMs: number): Promise<readonly Fill[]> {
    return readFillsSince(this.#polite, this.symbol, sinceMs);
  }

  forcedCloses(sinceMs: number): Promise<readonly ForcedClose[]> {
    return readForcedCloses(this.#polite, this.symbol, sinceMs);
  }

  fundingPayments(sinceMs: number): Promise<readonly FundingPayment[]> {
    return readFundingPayments(this.#polite, this.symbol, sinceMs);
  }

  acceptedOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    return readAcceptedOrders(this.#polite, this.symbol, sinceMs);
  }

  permissions(): Promise<Permissions> {
    return readPermissions(this.#polite);
  }

  async settings(): Promise<Settings> {
    this.#settings = await readSettings(this.#urgent, this.symbol);
    return this.#settings;
  }

  async prepare(leverage: number): Promise<void> {
    const known = this.#settings;
    this.#settings = null;
    // An entry waits for it, and the certificate ages meanwhile.
    this.#settings = await prepareAccount(this.#urgent, this.symbol, leverage, known);
  }

  async send(order: OrderRequest): Promise<VenueOrder> {
    if (order.type === 'market' && !order.reduceOnly) this.#refuseWhenSpent();
    const listing = (this.#listing ??= await readListing(this.#urgent, this.symbol).catch(
      (error: unknown) => {
        throw asDenied(error);
      },
    ));
    return sendOrder(this.#urgent, this.symbol, listing.grids, order);
  }

  cancel(order: { readonly kind: OrderKind; readonly clientOrderId: string }): Promise<void> {
    return cancelOrder(this.#urgent, this.symbol, order);
  }

  lookUp(clientOrderId: string, kind: OrderKind): Promise<VenueOrder | null> {
    return lookUpOrder(this.#urgent, this.symbol, clientOrderId, kind);
  }

  /** As {@link Venue.synchronise}; from then on requests are signed with the venue's time. */
  async synchronise(): Promise<number> {
    if (this.#hasMarketClock) return 0;
    let aheadMs = 0;
    for (const client of [this.#polite, this.#urgent]) {
      await request("the venue's time", false, () => client.loadTimeDifference());
      aheadMs = Number(client.options['timeDifference'] ?? 0);
    }
    return aheadMs;
  }

  #refuseWhenSpent(): void {
    const used = Math.max(usedWeight(this.#polite), usedWeight(this.#urgent));
    if (used < RESERVED_FROM * WEIGHT_PER_MINUTE) return;
    throw new VenueError(
      { kind: 'temporary', leaf: 'rate-limited', outcome: 'denied' },
      `expected at most ${String(RESERVED_FROM * WEIGHT_PER_MINUTE)} units of request weight in this minute, got ${String(used)}. ` +
        'Nothing was sent: the rest is kept for exits. Try again in a minute.',
    );
  }
}

/** What failed before an order was sent leaves no doubt about the order. */
function asDenied(error: unknown): unknown {
  if (!(error instanceof VenueError)) return error;
  const message = error.message.slice(`${error.leaf}: `.length);
  return new VenueError({ kind: error.kind, leaf: error.leaf, outcome: 'denied' }, message);
}

function usedWeight(client: binanceusdm): number {
  const headers: unknown = client.last_response_headers;
  if (typeof headers !== 'object' || headers === null) return 0;
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-mbx-used-weight-1m')?.[1];
  const used = Number(value ?? 0);
  return Number.isFinite(used) ? used : 0;
}

/**
 * Connects to Binance USDⓈ-M, or to another server that speaks it.
 * @throws VenueError `forbidden-host`, or a failed read of the venue's time
 */
export async function openBinanceUsdm(options: BinanceOptions): Promise<BinanceUsdm> {
  const polite = await openClient(options, options.isRateLimited ?? options.baseUrl === undefined);
  const urgent = await openClient(options, false);
  const venue = new BinanceUsdm(options, polite, urgent);
  await venue.synchronise();
  return venue;
}
