import type { Exchange } from '../Exchange.ts';
import { marketRoutes } from '../MarketRoutes.ts';
import { bookTicker, dayTicker, premiumIndex } from '../MarketView.ts';
import { readParameters } from '../Parameters.ts';
import type { Contract, Venue } from '../Venue.ts';
import { VenueError } from '../VenueError.ts';

/** Events of public streams, made of the same views as the REST answers. E is market time, as everywhere here. */

type Event = Readonly<Record<string, unknown>>;

/** The latest kline, as the REST endpoint shows it; undefined when the interval is not served. */
function latestKline(exchange: Exchange, symbol: string, interval: string): readonly unknown[] | undefined {
  const route = marketRoutes['GET /fapi/v1/klines'];
  const [key] = exchange.keys;
  if (route === undefined || key === undefined) return undefined;
  const sent = new URLSearchParams({ symbol, interval, limit: '1' });
  try {
    const parameters = readParameters(sent, route.parameters);
    const rows = route.answer(exchange, parameters, { key, address: '127.0.0.1' }) as unknown[][];
    return rows[0] ?? [];
  } catch (error) {
    if (error instanceof VenueError) return undefined;
    throw error;
  }
}

/** The kline in progress, `x` once its last moment has come; undefined when the interval is not served. */
export function klineEvent(
  exchange: Exchange,
  contract: Contract,
  interval: string,
  continuous: boolean,
): Event | undefined {
  const { symbol } = contract.rules;
  const { timeMs } = exchange.venue;
  const row = latestKline(exchange, symbol, interval);
  if (row === undefined) return undefined;
  const [t, o, h, l, c, v, T, q, n, V, Q] = row;
  const k = { t, T, i: interval, f: 0, L: 0, o, c, h, l, v, n, x: timeMs >= Number(T), q, V, Q, B: '0' };
  return continuous
    ? { e: 'continuous_kline', E: timeMs, ps: symbol, ct: 'PERPETUAL', k }
    : { e: 'kline', E: timeMs, s: symbol, k: { s: symbol, ...k } };
}

export function markPriceEvent(venue: Venue, contract: Contract): Event {
  const { symbol, markPrice, indexPrice, estimatedSettlePrice, lastFundingRate, nextFundingTime } =
    premiumIndex(venue, contract);
  return {
    e: 'markPriceUpdate',
    E: venue.timeMs,
    s: symbol,
    p: markPrice,
    ap: markPrice,
    i: indexPrice,
    P: estimatedSettlePrice,
    r: lastFundingRate,
    T: nextFundingTime,
    st: 1,
  };
}

export function bookTickerEvent(venue: Venue, contract: Contract): Event {
  const { symbol, bidPrice, bidQty, askPrice, askQty, lastUpdateId } = bookTicker(venue, contract);
  return {
    e: 'bookTicker',
    u: lastUpdateId,
    E: venue.timeMs,
    T: venue.timeMs,
    s: symbol,
    ps: symbol,
    b: bidPrice,
    B: bidQty,
    a: askPrice,
    A: askQty,
    st: 1,
  };
}

export function tickerEvent(venue: Venue, contract: Contract): Event {
  const ticker = dayTicker(venue, contract);
  return {
    e: '24hrTicker',
    E: venue.timeMs,
    s: ticker['symbol'],
    ps: ticker['symbol'],
    p: ticker['priceChange'],
    P: ticker['priceChangePercent'],
    w: ticker['weightedAvgPrice'],
    c: ticker['lastPrice'],
    Q: ticker['lastQty'],
    o: ticker['openPrice'],
    h: ticker['highPrice'],
    l: ticker['lowPrice'],
    v: ticker['volume'],
    q: ticker['quoteVolume'],
    O: ticker['openTime'],
    C: ticker['closeTime'],
    F: ticker['firstId'],
    L: ticker['lastId'],
    n: ticker['count'],
    st: 1,
  };
}

export function miniTickerEvent(venue: Venue, contract: Contract): Event {
  const { s, ps, c, o, h, l, v, q, st } = tickerEvent(venue, contract);
  return { e: '24hrMiniTicker', E: venue.timeMs, s, ps, c, o, h, l, v, q, st };
}
