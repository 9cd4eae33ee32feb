import type { Exchange, MarketInterface } from 'ccxt';
import { redact } from '../credentials/Redaction.ts';
import { bandsOf, ladderOf, middleOf, slipsOf, spreadOf, type Book } from './Book.ts';
import type { Listed } from './Directory.ts';
import { openPublicClient, type PublicClientOptions } from './PublicClient.ts';
import type { Figure, Protection, VenueAbsence, VenueLine } from './Reading.ts';

export interface Wanted {
  /** Such as `ICP`. */
  readonly base: string;
  readonly side: 1 | -1;
  readonly notionalUsdt: number;
}

/** In this order, where a venue lists several. */
const QUOTES = ['USDT', 'USDC', 'USD'];
const LATENCY_CALLS = 3;

/**
 * Reads one venue through ccxt's public calls. A venue that does not answer, or does not list the perpetual, is a line
 * that says so; a figure it does not tell is null.
 */
export async function readVenue(
  venue: Listed,
  wanted: Wanted,
  options: PublicClientOptions,
  now: () => number = Date.now,
): Promise<VenueLine> {
  const absent = (outcome: VenueAbsence['outcome'], problem: string): VenueAbsence => {
    return { venue: venue.id, outcome, adapter: venue.adapter, problem, readMs: now() };
  };
  try {
    const client = await openPublicClient(venue, options);
    await client.loadMarkets();
    const market = perpetualOf(client, wanted.base);
    if (market === null) return absent('not-listed', `no linear perpetual of ${wanted.base}`);
    return await readListed(client, market, venue, wanted, now);
  } catch (error) {
    return absent('unreachable', reasonOf(error));
  }
}

async function readListed(
  client: Exchange,
  market: MarketInterface,
  venue: Listed,
  { side, notionalUsdt }: Wanted,
  now: () => number,
): Promise<VenueLine> {
  const { symbol } = market;
  const contractSize = market.contractSize ?? 1;
  const reply = await client.fetchOrderBook(symbol, venue.bookLevels);
  const book: Book = {
    bids: ladderOf(reply.bids, contractSize),
    asks: ladderOf(reply.asks, contractSize),
  };
  const fromBook = figureOf('fetchOrderBook', now());
  const mid = middleOf(book);
  if (mid === null) {
    const problem = 'its order book is one-sided, so nothing can be compared';
    return { venue: venue.id, outcome: 'unreachable', adapter: venue.adapter, problem, readMs: now() };
  }
  const slips = slipsOf(book, mid, side, notionalUsdt);
  const fromMarket = figureOf('loadMarkets', now());
  const [funding, openInterestUsdt, latencyMs] = [
    await readFunding(client, symbol, now),
    await readOpenInterest(client, symbol, contractSize * mid, now),
    await readLatency(client, symbol, now),
  ];
  return {
    venue: venue.id,
    outcome: 'read',
    symbol,
    adapter: venue.adapter,
    midPrice: fromBook(mid),
    spread: fromBook(spreadOf(book, mid)),
    depth: bandsOf(book, mid, fromBook),
    entrySlip: fromBook(slips.entry),
    exitSlip: fromBook(slips.exit),
    takerFee: fromMarket(market.taker ?? null),
    makerFee: fromMarket(market.maker ?? null),
    fundingRate: funding.rate,
    fundingHours: funding.hours,
    openInterestUsdt,
    latencyMs,
    protection: protectionOf(client, symbol),
  };
}

function perpetualOf(client: Exchange, base: string): MarketInterface | null {
  const perpetuals = Object.values(client.markets as Record<string, MarketInterface>).filter(
    (market) => market.base === base && market.swap && market.linear === true && market.active !== false,
  );
  for (const quote of QUOTES) {
    const found = perpetuals.find((market) => market.quote === quote);
    if (found !== undefined) return found;
  }
  return null;
}

function figureOf(source: string, readMs: number): (value: number | null | undefined) => Figure {
  return (value) => ({ value: Number.isFinite(value) ? (value as number) : null, source, readMs });
}

async function readFunding(
  client: Exchange,
  symbol: string,
  now: () => number,
): Promise<{ readonly rate: Figure; readonly hours: Figure }> {
  const source = 'fetchFundingRate';
  const reply = await optional(() => client.fetchFundingRate(symbol));
  const figure = figureOf(source, now());
  const told = hoursOf(reply?.interval);
  if (told !== null || reply === null) return { rate: figure(reply?.fundingRate), hours: figure(told) };
  const interval = await optional(() => client.fetchFundingInterval(symbol));
  return {
    rate: figure(reply.fundingRate),
    hours: figureOf('fetchFundingInterval', now())(hoursOf(interval?.interval)),
  };
}

/** `8h` is 8. */
function hoursOf(interval: string | undefined): number | null {
  const [, hours] = /^(\d+)h$/.exec(interval ?? '') ?? [];
  return hours === undefined ? null : Number(hours);
}

async function readOpenInterest(
  client: Exchange,
  symbol: string,
  contractUsdt: number,
  now: () => number,
): Promise<Figure> {
  const reply = await optional(() => client.fetchOpenInterest(symbol));
  const figure = figureOf('fetchOpenInterest', now());
  const { openInterestValue, openInterestAmount = 0 } = reply ?? {};
  const value = openInterestValue ?? openInterestAmount * contractUsdt;
  // Nobody holding anything is how a venue says that it does not know.
  return figure(value > 0 ? value : null);
}

/**
 * Median time on the wire: the client's own pauses between requests are left out. The first call opens the connection
 * and is not counted.
 */
async function readLatency(client: Exchange, symbol: string, now: () => number): Promise<Figure> {
  const source = client.has['fetchTime'] === true ? 'fetchTime' : 'fetchOrderBook';
  const call = (): Promise<unknown> =>
    source === 'fetchTime' ? client.fetchTime() : client.fetchOrderBook(symbol, 20);
  const times: number[] = [];
  const fetch = client.fetch;
  client.fetch = async (...args: Parameters<typeof fetch>) => {
    const from = performance.now();
    const answer: unknown = await fetch.apply(client, args);
    times.push(performance.now() - from);
    return answer;
  };
  try {
    for (let i = 0; i <= LATENCY_CALLS; i++) {
      if ((await optional(call)) === null) return figureOf(source, now())(null);
    }
  } finally {
    client.fetch = fetch;
  }
  const [, ...counted] = times;
  counted.sort((a, b) => a - b);
  return figureOf(source, now())(counted[Math.floor(counted.length / 2)]);
}

function protectionOf(client: Exchange, symbol: string): Protection {
  const feature = (name: string): unknown => client.featureValue(symbol, 'createOrder', name) as unknown;
  const triggerTypes = feature('triggerPriceType') as Readonly<Record<string, unknown>> | null | undefined;
  const trigger = yesOrNo(feature('triggerPrice')) ?? yesOrNo(feature('stopLossPrice'));
  const stop = feature('stopLossPrice') === true || feature('triggerPrice') === true;
  return {
    stopMarket: stop ? true : trigger,
    byMark: triggerTypes === null || triggerTypes === undefined ? null : triggerTypes['mark'] === true,
    // Venues without a call of that name may still take the parameter.
    reduceOnly: client.has['createReduceOnlyOrder'] === true ? true : null,
    takeProfit: yesOrNo(feature('takeProfitPrice')),
    attached:
      feature('attachedStopLossTakeProfit') === undefined
        ? null
        : feature('attachedStopLossTakeProfit') !== null,
    trailing: yesOrNo(feature('trailing')),
  };
}

function yesOrNo(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** What one call does not give is a missing figure, not a missing venue. */
async function optional<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch {
    return null;
  }
}

/** A class of ccxt says what went wrong; its text may hold a whole page of HTML. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const text = redact(error.message)
    .replace(/<[^>]*>|https?:\S+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `${error.name}: ${text.slice(0, 120)}`;
}
