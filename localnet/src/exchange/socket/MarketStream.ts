import { formatE8 } from '../../market/E8.ts';
import type { Exchange } from '../Exchange.ts';
import type { Contract } from '../Venue.ts';
import { DepthStream, partialDepth } from './DepthStream.ts';
import { bookTickerEvent, klineEvent, markPriceEvent, miniTickerEvent, tickerEvent } from './MarketEvents.ts';

/** One public stream, shared by all who subscribe to it. */
export interface MarketStream {
  /** What a new subscriber is shown at once: in a live market the next event is never far off. */
  present(): unknown[];
  /** Events since the last call, oldest first. */
  next(): unknown[];
}

/** The stream of a name, or undefined when there is none: the venue takes such a subscription and stays silent. */
export function marketStreamOf(exchange: Exchange, name: string): MarketStream | undefined {
  const [subject = '', channel = '', ...speed] = name.split('@');
  const contracts = [...exchange.venue.contracts.values()];
  if (subject.startsWith('!')) return streamOfAll(exchange, contracts, name);
  if (speed.length > 1) return undefined;
  const [pair = '', type] = subject.split('_');
  const contract = contracts.find(({ rules }) => rules.symbol.toLowerCase() === pair);
  if (contract === undefined) return undefined;
  if (type !== undefined) {
    return type === 'perpetual' ? klineStream(exchange, contract, channel, 'continuousKline_') : undefined;
  }
  if (channel.startsWith('kline_')) return klineStream(exchange, contract, channel, 'kline_');
  switch (channel) {
    case 'markPrice':
      return repeating(() => markPriceEvent(exchange.venue, contract));
    case 'bookTicker':
      return repeating(() => bookTickerEvent(exchange.venue, contract));
    case 'ticker':
      return repeating(() => tickerEvent(exchange.venue, contract));
    case 'miniTicker':
      return repeating(() => miniTickerEvent(exchange.venue, contract));
    case 'aggTrade':
    case 'trade':
      return tradeStream(exchange, contract, channel);
    case 'depth':
      return new DepthStream(exchange, contract);
    case 'depth5':
    case 'depth10':
    case 'depth20':
      return partialDepth(exchange, contract, Number(channel.slice(5)));
    case 'forceOrder':
      return forceOrderStream(exchange, contract);
    default:
      return undefined;
  }
}

/** Streams of which the venue sends one event a second (or every three) even when nothing moves. */
export function repeatsEveryMs(name: string): number | undefined {
  if (!/(?:^!|@)markPrice(?:@|$)/.test(name)) return undefined;
  return name.endsWith('@1s') ? 1_000 : 3_000;
}

function streamOfAll(
  exchange: Exchange,
  contracts: readonly Contract[],
  name: string,
): MarketStream | undefined {
  const { venue } = exchange;
  const array = (event: (contract: Contract) => unknown): MarketStream =>
    repeating(() => contracts.map(event));
  switch (name.replace(/@[13]s$/, '')) {
    case '!markPrice@arr':
      return array((contract) => markPriceEvent(venue, contract));
    case '!ticker@arr':
      return array((contract) => tickerEvent(venue, contract));
    case '!miniTicker@arr':
      return array((contract) => miniTickerEvent(venue, contract));
    case '!bookTicker':
      return merged(contracts.map((contract) => repeating(() => bookTickerEvent(venue, contract))));
    case '!forceOrder@arr':
      return merged(contracts.map((contract) => forceOrderStream(exchange, contract)));
    default:
      return undefined;
  }
}

function klineStream(
  exchange: Exchange,
  contract: Contract,
  channel: string,
  prefix: 'kline_' | 'continuousKline_',
): MarketStream | undefined {
  if (!channel.startsWith(prefix)) return undefined;
  const interval = channel.slice(prefix.length);
  const event = (): unknown => klineEvent(exchange, contract, interval, prefix === 'continuousKline_');
  return event() === undefined ? undefined : repeating(event);
}

function repeating(event: () => unknown): MarketStream {
  const read = (): unknown[] => [event()];
  return { present: read, next: read };
}

function merged(streams: readonly MarketStream[]): MarketStream {
  return {
    present: () => streams.flatMap((stream) => stream.present()),
    next: () => streams.flatMap((stream) => stream.next()),
  };
}

function tradeStream(
  { tape, venue }: Exchange,
  { rules }: Contract,
  channel: 'aggTrade' | 'trade',
): MarketStream {
  let lastId = tape.prints(rules.symbol).at(-1)?.id ?? 0;
  return {
    present: () => [],
    next: () => {
      const fresh = tape.prints(rules.symbol).filter(({ id }) => id > lastId);
      lastId = fresh.at(-1)?.id ?? lastId;
      return fresh.map(({ id, priceE8, quantityE8, timeMs, buyerIsMaker }) => {
        const [p, q] = [formatE8(priceE8), formatE8(quantityE8)];
        const common = { e: channel, E: venue.timeMs, T: timeMs, s: rules.symbol, p, q, m: buyerIsMaker };
        return channel === 'trade'
          ? { ...common, t: id, X: 'MARKET' }
          : { ...common, a: id, nq: q, f: id, l: id, st: 1 };
      });
    },
  };
}

/** Forced closes of every account. */
function forceOrderStream({ accounts }: Exchange, { rules }: Contract): MarketStream {
  const seen = accounts.map(({ venue }) => venue.book.orders.length);
  return {
    present: () => [],
    next: () =>
      accounts.flatMap(({ venue }, i) => {
        const fresh = venue.book.orders.slice(seen[i] ?? 0);
        seen[i] = venue.book.orders.length;
        return fresh
          .filter(
            ({ symbol, clientOrderId }) => symbol === rules.symbol && clientOrderId.startsWith('autoclose-'),
          )
          .map((order) => ({
            e: 'forceOrder',
            E: venue.timeMs,
            ps: order.symbol,
            st: 1,
            o: {
              s: order.symbol,
              S: order.side,
              o: 'LIMIT',
              f: 'IOC',
              q: formatE8(order.quantityE8),
              p: formatE8(order.averagePriceE8),
              ap: formatE8(order.averagePriceE8),
              X: order.status,
              l: formatE8(order.executedE8),
              z: formatE8(order.executedE8),
              T: order.updatedMs,
            },
          }));
      }),
  };
}
