import {
  BAR_MS,
  NO_BOOK,
  type Bar,
  type BookSummary,
  type Instrument,
  type Settlement,
} from '@plimsoll/engine';
import type { Exchange } from 'ccxt';
import { summarise } from '../BinanceBook.ts';
import { stepOf } from '../Grid.ts';
import { malformed, objectOf, parseDecimal } from '../Reply.ts';
import type { Listed, Market } from '../Venue.ts';
import type { Contract, Dialect } from './Dialect.ts';
import { ask } from './Failure.ts';

/*
 * What a venue tells everybody, through ccxt's unified calls. As the port's methods of the same names.
 */

const BARS_AT_ONCE = 200;
const ROWS_AT_ONCE = 100;
const BOOK_LEVELS = 50;
const USUAL_FUNDING_HOURS = 8;

export async function readTime(client: Exchange): Promise<number> {
  return parseDecimal(await ask("the venue's time", () => client.fetchTime()), 'time');
}

/** @param unified ccxt's symbol. @param isFresh reads the list again */
export async function readContract(
  client: Exchange,
  dialect: Dialect,
  unified: string,
  isFresh: boolean,
): Promise<{ readonly contract: Contract; readonly listed: Listed }> {
  const markets = await ask('the symbol list', () => client.loadMarkets(isFresh));
  const market = markets[unified];
  if (market === undefined) throw malformed(`${unified} among the venue's symbols`, undefined);
  const isTrading = market.active === true;
  return {
    contract: dialect.contractOf(market),
    listed: {
      isTrading,
      status: isTrading ? 'trading' : 'not trading',
      contract: [market.id, market.settle, market.contractSize].map(String).join(' '),
    },
  };
}

export async function readInstrument(
  client: Exchange,
  dialect: Dialect,
  contract: Contract,
): Promise<Instrument> {
  const { symbol, grids } = contract;
  const [tiers, fee, markPrice] = await Promise.all([
    ask('the margin tiers', () => client.fetchMarketLeverageTiers(symbol)),
    ask('the fee rate', () => client.fetchTradingFee(symbol)),
    readMarkPrice(client, symbol),
  ]);
  const raw = tiers.map((tier) => objectOf(tier.info, 'a tier'));
  const takerFee = Math.abs(parseDecimal(fee.taker, 'taker fee'));
  return {
    symbol: contract.id,
    tickNumerator: grids.price.numerator,
    tickDenominator: grids.price.denominator,
    quantityStep: stepOf(grids.quantity),
    minNotionalUsdt: Math.max(contract.minNotionalUsdt ?? 0, contract.minQuantity * markPrice),
    takerFee,
    tiers: dialect.tiersOf(raw, contract, markPrice),
    ...(dialect.marginOf !== undefined && { margin: dialect.marginOf(takerFee) }),
  };
}

/** Some venues tell it with funding, others in a call of its own. */
async function readMarkPrice(client: Exchange, symbol: string): Promise<number> {
  const funding = await ask('the mark price', () => client.fetchFundingRate(symbol));
  if (funding.markPrice !== undefined) return funding.markPrice;
  const ticker = await ask('the mark price', () => client.fetchMarkPrice(symbol));
  return parseDecimal(ticker.markPrice, 'mark price');
}

export async function readBars(
  client: Exchange,
  symbol: string,
  sinceMs: number,
  limit: number,
): Promise<readonly Bar[]> {
  const unified = unifiedOf(client, symbol);
  const nowMs = await readTime(client);
  const bars: Bar[] = [];
  let fromMs = Math.ceil(sinceMs / BAR_MS) * BAR_MS;
  while (bars.length < limit && fromMs < nowMs) {
    const at = fromMs;
    const rows = await ask('bars', () => client.fetchOHLCV(unified, '5m', at, BARS_AT_ONCE));
    const read = rows.map((row) => barOf(row));
    bars.push(...read.filter(({ timeMs }) => timeMs >= at && timeMs + BAR_MS <= nowMs));
    const last = read.at(-1);
    if (last === undefined || last.timeMs < at) break;
    fromMs = last.timeMs + BAR_MS;
  }
  return bars.slice(0, limit);
}

function barOf(row: readonly unknown[]): Bar {
  const at = (i: number, name: string): number => parseDecimal(row[i], name);
  return {
    timeMs: at(0, 'bar time'),
    open: at(1, 'open'),
    high: at(2, 'high'),
    low: at(3, 'low'),
    close: at(4, 'close'),
    volume: at(5, 'volume'),
  };
}

export async function readMarket(client: Exchange, { symbol }: Pick<Contract, 'symbol'>): Promise<Market> {
  const timeMs = await readTime(client);
  const [funding, ticker, markPrice] = await Promise.all([
    ask('funding', () => client.fetchFundingRate(symbol)),
    ask('the last price', () => client.fetchTicker(symbol)),
    readMarkPrice(client, symbol),
  ]);
  // Venues differ in which settlement they call the next one: the first that is still to come is meant.
  const next = [funding.fundingTimestamp, funding.nextFundingTimestamp].find((time) => (time ?? 0) > timeMs);
  return {
    timeMs,
    markPrice,
    lastPrice: parseDecimal(ticker.last, 'last price'),
    funding: {
      timeMs: parseDecimal(next, 'next funding time'),
      rate: parseDecimal(funding.fundingRate, 'funding rate'),
      intervalHours: Number(/^(\d+)h$/.exec(funding.interval ?? '')?.[1] ?? USUAL_FUNDING_HOURS),
    },
  };
}

export async function readOpenInterest(
  client: Exchange,
  { symbol, contractSize }: Contract,
): Promise<number> {
  const reply = await ask('open interest', () => client.fetchOpenInterest(symbol));
  const contracts = parseDecimal(reply?.openInterestAmount, 'open interest');
  return Math.max(0, Math.floor(contracts * contractSize));
}

export async function readBook(client: Exchange, { symbol, contractSize }: Contract): Promise<BookSummary> {
  const reply = await ask('the order book', () => client.fetchOrderBook(symbol, BOOK_LEVELS));
  const sideOf = (rows: readonly (readonly unknown[])[]) =>
    summarise(
      rows.map(([price, size]) => ({
        price: parseDecimal(price, 'price'),
        size: parseDecimal(size, 'size') * contractSize,
      })),
    );
  const bids = sideOf(reply.bids);
  const asks = sideOf(reply.asks);
  const best = bids[0]?.price ?? 0;
  return best > 0 && best < (asks[0]?.price ?? 0) ? { bids, asks } : NO_BOOK;
}

export async function readSettlements(
  client: Exchange,
  symbol: string,
  sinceMs: number,
): Promise<readonly Settlement[]> {
  const unified = unifiedOf(client, symbol);
  const rows = await ask('funding settlements', () =>
    client.fetchFundingRateHistory(unified, sinceMs + 1, ROWS_AT_ONCE),
  );
  return rows
    .map(({ timestamp, fundingRate }) => ({
      timeMs: parseDecimal(timestamp, 'funding time'),
      rate: parseDecimal(fundingRate, 'funding rate'),
    }))
    .filter(({ timeMs }) => timeMs > sinceMs)
    .sort((a, b) => a.timeMs - b.timeMs);
}

/** The leader, too, is named by the venue's own id. */
export function unifiedOf(client: Exchange, symbol: string): string {
  const known = (client.markets_by_id as Readonly<Record<string, readonly { symbol: string }[]>>)[symbol];
  const [market] = known ?? [];
  if (market === undefined) throw malformed(`${symbol} among the venue's symbols`, undefined);
  return market.symbol;
}
