import { BAR_MS, type Bar, type Instrument, type Settlement } from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { request } from './CcxtClient.ts';
import { coarser, gridOf, stepOf, type Grid } from './Grid.ts';
import {
  decimalOf,
  listOf,
  malformed,
  objectOf,
  objectsOf,
  parseDecimal,
  textOf,
  timeOf,
  type Reply,
} from './Reply.ts';
import type { Listed, Market } from './Venue.ts';

const MAX_KLINES = 1_500;
const MAX_SETTLEMENTS = 1_000;
/** The venue lists only symbols whose interval is not this one. */
const USUAL_FUNDING_HOURS = 8;

/** The grids in which orders of a symbol are written. */
export interface Grids {
  readonly price: Grid;
  readonly quantity: Grid;
}

export interface Listing {
  readonly listed: Listed;
  readonly instrument: Instrument;
  readonly grids: Grids;
}

export async function readListing(client: binanceusdm, symbol: string): Promise<Listing> {
  const [info, brackets, commission] = await Promise.all([
    request('the symbol list', false, () => client.fapiPublicGetExchangeInfo()),
    request('the margin tiers', false, () => client.fapiPrivateGetLeverageBracket({ symbol })),
    request('the fee rate', false, () => client.fapiPrivateGetCommissionRate({ symbol })),
  ]);
  const listed = objectsOf(objectOf(info, 'exchangeInfo')['symbols'], 'symbols').find(
    (s) => s['symbol'] === symbol,
  );
  if (listed === undefined) throw malformed(`${symbol} among the venue's symbols`, undefined);
  const filters = objectsOf(listed['filters'], 'filters');
  const filter = (type: string): Reply =>
    objectOf(
      filters.find((f) => f['filterType'] === type),
      `filter ${type}`,
    );
  const price = gridOf(textOf(filter('PRICE_FILTER'), 'tickSize'));
  const quantity = coarser(
    gridOf(textOf(filter('LOT_SIZE'), 'stepSize')),
    gridOf(textOf(filter('MARKET_LOT_SIZE'), 'stepSize')),
  );
  const table = objectOf(
    objectsOf(brackets, 'leverageBracket').find((row) => row['symbol'] === symbol),
    `the margin tiers of ${symbol}`,
  );
  const tiers = objectsOf(table['brackets'], 'brackets').map((tier) => ({
    minNotional: decimalOf(tier, 'notionalFloor'),
    maxNotional: decimalOf(tier, 'notionalCap'),
    mmr: decimalOf(tier, 'maintMarginRatio'),
    maxLeverage: decimalOf(tier, 'initialLeverage'),
    cum: decimalOf(tier, 'cum'),
  }));
  const status = textOf(listed, 'status');
  return {
    listed: {
      status,
      isTrading: status === 'TRADING',
      contract: ['contractType', 'baseAsset', 'quoteAsset', 'marginAsset', 'onboardDate']
        .map((field) => String(listed[field] ?? ''))
        .join(' '),
    },
    grids: { price, quantity },
    instrument: {
      symbol,
      tickNumerator: price.numerator,
      tickDenominator: price.denominator,
      quantityStep: stepOf(quantity),
      minNotionalUsdt: decimalOf(filter('MIN_NOTIONAL'), 'notional'),
      takerFee: decimalOf(objectOf(commission, 'commissionRate'), 'takerCommissionRate'),
      tiers: tiers.sort((a, b) => a.minNotional - b.minNotional),
    },
  };
}

async function readPremium(client: binanceusdm, symbol: string): Promise<Reply> {
  const reply = await request('the mark price', false, () => client.fapiPublicGetPremiumIndex({ symbol }));
  return objectOf(reply, 'premiumIndex');
}

/** The venue's market time, ms. */
export async function readMarketTime(client: binanceusdm, symbol: string): Promise<number> {
  return timeOf(await readPremium(client, symbol), 'time');
}

/** As {@link Venue.closedBars}; more than one page is read where `limit` asks for it. */
export async function readClosedBars(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
  limit: number,
): Promise<readonly Bar[]> {
  // The time is read before the bars: a bar that had closed by then was final when it was read.
  const nowMs = await readMarketTime(client, symbol);
  const bars: Bar[] = [];
  let fromMs = Math.ceil(sinceMs / BAR_MS) * BAR_MS;
  while (bars.length < limit && fromMs < nowMs) {
    // One more than wanted, for the bar in progress may be among them.
    const count = Math.min(MAX_KLINES, limit - bars.length + 1);
    const reply = await request('bars', false, () =>
      client.fapiPublicGetKlines({ symbol, interval: '5m', startTime: fromMs, limit: count }),
    );
    const rows = listOf(reply, 'klines').map((row) => listOf(row, 'a bar'));
    for (const row of rows) {
      const bar = barOf(row);
      if (bar.timeMs + BAR_MS <= nowMs && bar.timeMs >= fromMs && bars.length < limit) bars.push(bar);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < count) break;
    fromMs = barOf(last).timeMs + BAR_MS;
  }
  return bars;
}

function barOf(row: readonly unknown[]): Bar {
  return {
    timeMs: parseDecimal(row[0], 'bar time'),
    open: parseDecimal(row[1], 'open'),
    high: parseDecimal(row[2], 'high'),
    low: parseDecimal(row[3], 'low'),
    close: parseDecimal(row[4], 'close'),
    volume: parseDecimal(row[5], 'volume'),
  };
}

/** Hours between funding settlements of a symbol. */
export async function readFundingHours(client: binanceusdm, symbol: string): Promise<number> {
  const reply = await request('funding intervals', false, () => client.fapiPublicGetFundingInfo());
  const row = objectsOf(reply, 'fundingInfo').find((each) => each['symbol'] === symbol);
  return row === undefined ? USUAL_FUNDING_HOURS : decimalOf(row, 'fundingIntervalHours');
}

/** As {@link Venue.market}. @param intervalHours what {@link readFundingHours} gave */
export async function readMarket(
  client: binanceusdm,
  symbol: string,
  intervalHours: number,
): Promise<Market> {
  const [premium, ticker] = await Promise.all([
    readPremium(client, symbol),
    request('the last price', false, () => client.fapiPublicGetTickerPrice({ symbol })),
  ]);
  return {
    timeMs: timeOf(premium, 'time'),
    markPrice: decimalOf(premium, 'markPrice'),
    lastPrice: decimalOf(objectOf(ticker, 'ticker'), 'price'),
    funding: {
      timeMs: timeOf(premium, 'nextFundingTime'),
      rate: decimalOf(premium, 'lastFundingRate'),
      intervalHours,
    },
  };
}

export async function readSettlements(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly Settlement[]> {
  const settlements: Settlement[] = [];
  let fromMs = sinceMs + 1;
  for (;;) {
    const reply = await request('funding settlements', false, () =>
      client.fapiPublicGetFundingRate({ symbol, startTime: fromMs, limit: MAX_SETTLEMENTS }),
    );
    const rows = objectsOf(reply, 'fundingRate');
    for (const row of rows) {
      const timeMs = timeOf(row, 'fundingTime');
      if (timeMs >= fromMs) settlements.push({ timeMs, rate: decimalOf(row, 'fundingRate') });
    }
    const last = settlements.at(-1);
    if (rows.length < MAX_SETTLEMENTS || last === undefined || last.timeMs < fromMs) return settlements;
    fromMs = last.timeMs + 1;
  }
}
