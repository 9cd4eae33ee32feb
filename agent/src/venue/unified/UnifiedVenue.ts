import {
  FLAT,
  type Account,
  type Bar,
  type BookSummary,
  type Instrument,
  type OpenInterestPoint,
  type Position,
  type Settlement,
} from '@plimsoll/engine';
import type { Exchange, Trade } from 'ccxt';
import { settingsDiffer } from '../BinanceSettings.ts';
import { textOnGrid } from '../Grid.ts';
import { openedMsOf } from '../Opening.ts';
import { malformed, objectOf, objectsOf, parseDecimal, type Reply } from '../Reply.ts';
import {
  kindOf,
  PERMISSIONS_UNKNOWN,
  type Fill,
  type ForcedClose,
  type FundingPayment,
  type Listed,
  type Market,
  type OrderKind,
  type OrderRequest,
  type Permissions,
  type Settings,
  type Venue,
  type VenueOrder,
} from '../Venue.ts';
import { VenueError } from '../VenueError.ts';
import type { PolledMark } from '../../stream/PolledStream.ts';
import type { Contract, Dialect, Held } from './Dialect.ts';
import { ask } from './Failure.ts';
import {
  readBars,
  readBook,
  readContract,
  readInstrument,
  readMarket,
  readOpenInterest,
  readSettlements,
  readTime,
  unifiedOf,
} from './UnifiedMarket.ts';

const ROWS_AT_ONCE = 100;
const WEEK_MS = 7 * 86_400_000;
const MAX_WEEKS = 8;

/**
 * One perpetual on a venue that is spoken to through ccxt's unified calls and a dialect for the rest. Written for Bybit
 * and OKX; NOT YET PROVEN LIVE: see docs/venues.md for what of the port's acceptance it passes without a venue.
 */
export class UnifiedVenue implements Venue {
  readonly symbol: string;
  /** Long reads wait their turn; whatever protecting the position needs does not. */
  readonly #client: Exchange;
  readonly #urgent: Exchange;
  readonly #dialect: Dialect;
  readonly #unified: string;
  #contract: Contract | null = null;

  /** @param unified ccxt's symbol, such as `ICP/USDT:USDT`. @param symbol the venue's own */
  constructor(
    clients: { readonly polite: Exchange; readonly urgent: Exchange },
    dialect: Dialect,
    unified: string,
    symbol: string,
  ) {
    this.symbol = symbol;
    this.#client = clients.polite;
    this.#urgent = clients.urgent;
    this.#dialect = dialect;
    this.#unified = unified;
  }

  async synchronise(): Promise<number> {
    const measure = (client: Exchange): Promise<unknown> =>
      ask("the venue's time", () => client.loadTimeDifference());
    await measure(this.#urgent);
    return parseDecimal(await measure(this.#client), 'time difference');
  }

  async listing(): Promise<Listed> {
    const { listed } = await readContract(this.#client, this.#dialect, this.#unified, true);
    return listed;
  }

  async instrument(): Promise<Instrument> {
    return readInstrument(this.#client, this.#dialect, await this.#load(true));
  }

  async closedBars(symbol: string, sinceMs: number, limit: number): Promise<readonly Bar[]> {
    await this.#load();
    return readBars(this.#client, symbol, sinceMs, limit);
  }

  async market(): Promise<Market> {
    return readMarket(this.#client, await this.#load());
  }

  async openInterest(): Promise<number> {
    return readOpenInterest(this.#client, await this.#load());
  }

  /** What ccxt has of it differs from venue to venue and was never seen from here: unknown. */
  openInterestHistory(): Promise<readonly OpenInterestPoint[]> {
    return Promise.resolve([]);
  }

  async book(): Promise<BookSummary> {
    return readBook(this.#client, await this.#load());
  }

  async settlements(symbol: string, sinceMs: number): Promise<readonly Settlement[]> {
    await this.#load();
    return readSettlements(this.#client, symbol, sinceMs);
  }

  async account(): Promise<Account> {
    const balance = await ask('the account', () => this.#client.fetchBalance());
    return this.#dialect.accountOf(objectOf(balance.info, 'balance'));
  }

  async position(): Promise<Position> {
    const contract = await this.#load();
    const held = await this.#held(contract);
    if (held === null) return FLAT;
    const amount = held.side * held.quantity;
    const nowMs = await readTime(this.#client);
    const fills = await this.fills(nowMs - MAX_WEEKS * WEEK_MS);
    const again = await this.#held(contract);
    // A fill between the reads would have been counted against the wrong quantity.
    if (again === null || again.side * again.quantity !== amount) {
      throw new VenueError(
        { kind: 'temporary', leaf: 'unavailable', outcome: 'rejected' },
        'expected a position that holds still while it is read, got another one. Read it again.',
      );
    }
    const opened = openedMsOf(fills, amount) ?? fills[0]?.timeMs;
    if (opened === undefined) throw malformed('the fills of the position that is held', undefined);
    return { ...again, openedMs: opened };
  }

  async restingOrders(): Promise<readonly VenueOrder[]> {
    const contract = await this.#load();
    const rows = await ask('open orders', () => this.#dialect.resting(this.#urgent, contract));
    return rows.map((row) => this.#dialect.orderOf(row, contract));
  }

  async fills(sinceMs: number): Promise<readonly Fill[]> {
    const { contractSize } = await this.#load();
    return (await this.#trades(sinceMs)).map((trade) => fillOf(trade, contractSize));
  }

  async forcedCloses(sinceMs: number): Promise<readonly ForcedClose[]> {
    const { contractSize } = await this.#load();
    const trades = await this.#trades(Math.max(sinceMs, (await readTime(this.#client)) - WEEK_MS));
    return trades.flatMap((trade): ForcedClose[] => {
      const kind = this.#dialect.forcedKindOf(trade.info as Reply);
      return kind === null ? [] : [{ ...fillOf(trade, contractSize), kind }];
    });
  }

  /** Our trades after a time, oldest first: week by week, page by page. */
  async #trades(sinceMs: number): Promise<readonly Trade[]> {
    const { symbol } = await this.#load();
    const nowMs = await readTime(this.#client);
    const trades = new Map<string, Trade>();
    let fromMs = Math.max(sinceMs + 1, nowMs - MAX_WEEKS * WEEK_MS);
    while (fromMs <= nowMs) {
      const at = fromMs;
      const until = at + WEEK_MS - 1;
      const page = await ask('our trades', () =>
        this.#client.fetchMyTrades(symbol, at, ROWS_AT_ONCE, { until, endTime: until }),
      );
      const read = [...page].sort((a, b) => timeOfTrade(a) - timeOfTrade(b));
      for (const trade of read) if (timeOfTrade(trade) > sinceMs) trades.set(String(trade.id), trade);
      const last = read.at(-1);
      // A full page may go on within the window; trades of its last millisecond are read again and kept once.
      fromMs =
        page.length < ROWS_AT_ONCE || last === undefined ? until + 1 : Math.max(timeOfTrade(last), at + 1);
    }
    return [...trades.values()].sort((a, b) => timeOfTrade(a) - timeOfTrade(b));
  }

  async fundingPayments(sinceMs: number): Promise<readonly FundingPayment[]> {
    const contract = await this.#load();
    const nowMs = await readTime(this.#client);
    const paid = await ask('funding payments', () =>
      this.#dialect.fundingPayments(this.#client, contract, sinceMs, nowMs),
    );
    return paid.filter(({ timeMs }) => timeMs > sinceMs).sort((a, b) => a.timeMs - b.timeMs);
  }

  /** Mark and coming settlement of any perpetual of the venue. */
  async markOf(symbol: string): Promise<PolledMark> {
    await this.#load();
    const of = { symbol: unifiedOf(this.#client, symbol) };
    const { timeMs, markPrice, funding } = await readMarket(this.#client, of);
    return { symbol, timeMs, markPrice, fundingRate: funding.rate, fundingMs: funding.timeMs };
  }

  async acceptedOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    const contract = await this.#load();
    const nowMs = await readTime(this.#client);
    const rows = await ask('past orders', () =>
      this.#dialect.accepted(this.#client, contract, sinceMs, nowMs),
    );
    const orders = rows.map((row) => this.#dialect.orderOf(row, contract));
    return [...new Map(orders.map((order) => [order.kind + order.venueId, order])).values()].filter(
      ({ createdMs }) => createdMs > sinceMs,
    );
  }

  async permissions(): Promise<Permissions> {
    try {
      return await ask('the key permissions', () => this.#dialect.permissions(this.#client));
    } catch (error) {
      if (error instanceof VenueError) return PERMISSIONS_UNKNOWN;
      throw error;
    }
  }

  async settings(): Promise<Settings> {
    const contract = await this.#load();
    return ask('the settings', () => this.#dialect.settings(this.#client, contract));
  }

  async prepare(leverage: number): Promise<void> {
    const contract = await this.#load();
    const before = await this.settings();
    if (!before.isOneWay)
      await this.#set('one-way mode', () => this.#dialect.setOneWay(this.#client, contract));
    if (!before.isIsolated) {
      await this.#set('isolated margin', () => this.#dialect.setIsolated(this.#client, contract, leverage));
    }
    if (before.leverage !== leverage) {
      await this.#set('the leverage', () => this.#dialect.setLeverage(this.#client, contract, leverage));
    }
    const after = await this.settings();
    if (after.isOneWay && after.isIsolated && after.leverage === leverage) return;
    const told = (s: Settings): string =>
      `${s.isOneWay ? 'one-way' : 'hedge'} mode, ${s.isIsolated ? 'isolated' : 'cross'} margin, ${String(s.leverage)}x`;
    throw settingsDiffer(
      told({ isOneWay: true, isIsolated: true, leverage }),
      told(after),
      'No entry under other settings than the plan was made for.',
    );
  }

  async send(order: OrderRequest): Promise<VenueOrder> {
    const contract = await this.#load();
    const { symbol, grids, contractSize } = contract;
    // On the grid, or refused before anything is sent: ccxt would cut off what is too fine.
    textOnGrid(grids.quantity, order.quantity, 'the quantity');
    if (order.type !== 'market') textOnGrid(grids.price, order.triggerPrice, 'the trigger price');
    const venueId = this.#dialect.toVenueId(order.clientOrderId);
    const amount = Number((order.quantity / contractSize).toPrecision(12));
    const parameters = this.#dialect.parametersOf(order, venueId);
    await ask(`the ${order.type} order ${order.clientOrderId}`, () =>
      this.#urgent.createOrder(symbol, 'market', order.side, amount, undefined, { ...parameters }),
    );
    // The reply says that it was taken, not what became of it.
    const found = await this.lookUp(order.clientOrderId, kindOf(order.type)).catch(() => null);
    if (found !== null) return found;
    throw new VenueError(
      { kind: 'temporary', leaf: 'no-answer', outcome: 'ambiguous' },
      `expected to read ${order.clientOrderId} after it was accepted, got nothing. Look it up before sending again.`,
    );
  }

  async cancel(order: { readonly kind: OrderKind; readonly clientOrderId: string }): Promise<void> {
    const contract = await this.#load();
    const found = await this.lookUp(order.clientOrderId, order.kind);
    if (found === null || (found.state !== 'resting' && found.state !== 'triggered')) {
      throw new VenueError(
        { kind: 'request', leaf: 'not-found', outcome: 'rejected' },
        `expected ${order.clientOrderId} to rest, got ${found?.state ?? 'nothing of that id'}. It is done, cancelled or was never placed.`,
      );
    }
    await ask(`the cancellation of ${order.clientOrderId}`, () =>
      this.#dialect.cancel(this.#urgent, contract, found),
    );
  }

  async lookUp(clientOrderId: string, kind: OrderKind): Promise<VenueOrder | null> {
    const contract = await this.#load();
    const venueId = this.#dialect.toVenueId(clientOrderId);
    try {
      const raw = await ask(`the state of ${clientOrderId}`, () =>
        this.#dialect.find(this.#urgent, contract, venueId, kind),
      );
      return raw === null ? null : this.#dialect.orderOf(raw, contract);
    } catch (error) {
      if (error instanceof VenueError && error.leaf === 'not-found') return null;
      throw error;
    }
  }

  async #set(what: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await ask(what, call);
    } catch (error) {
      if (!(error instanceof VenueError && error.leaf === 'unchanged')) throw error;
    }
  }

  async #held(contract: Contract): Promise<Held | null> {
    const rows = await ask('the position', () => this.#urgent.fetchPositions([contract.symbol]));
    const raw = objectsOf(
      rows.map(({ info }) => info as Reply),
      'positions',
    );
    return this.#dialect.heldOf(raw, contract);
  }

  async #load(isFresh = false): Promise<Contract> {
    if (this.#contract === null || isFresh) {
      this.#contract = (await readContract(this.#client, this.#dialect, this.#unified, isFresh)).contract;
    }
    return this.#contract;
  }
}

const timeOfTrade = ({ timestamp }: Trade): number => parseDecimal(timestamp, 'trade time');

function fillOf(trade: Trade, contractSize: number): Fill {
  if (trade.side !== 'buy' && trade.side !== 'sell') throw malformed('buy or sell in a trade', trade.side);
  const { fee, info } = trade;
  const raw = info as Reply;
  return {
    id: String(trade.id),
    venueOrderId: String(trade.order),
    side: trade.side,
    quantity: parseDecimal(trade.amount, 'trade amount') * contractSize,
    price: parseDecimal(trade.price, 'trade price'),
    feeUsdt: fee?.currency === 'USDT' && fee.cost !== undefined ? fee.cost : null,
    realizedUsdt: Number(raw['fillPnl'] ?? raw['closedPnl'] ?? 0) || 0,
    timeMs: timeOfTrade(trade),
  };
}
