import { BAR_MS, type Bar, type BookSummary, type Instrument } from '@plimsoll/engine';
import type { Market, Venue } from '../venue/Venue.ts';
import type { LiveMarket } from './LiveMarket.ts';

/** Older than this, what the stream said is not used, milliseconds. Marks come every second. */
const MARK_AGE_MS = 5_000;
const BOOK_AGE_MS = 10_000;
/** Grid, fee and tiers change seldom; a change is seen within this long. */
const INSTRUMENT_AGE_MS = 60_000;
/** The stream does not tell the funding interval: the venue is asked for the whole of it this often. */
const MARKET_AGE_MS = 300_000;

/** What the venue said, and when, by the steady clock. */
interface Kept<T> {
  readonly value: T;
  readonly readMs: number;
}

export interface StreamedVenue extends Venue {
  /** Whether the next look is to ask the venue itself for everything. */
  reconcile: () => void;
  /** Bars in which stream and venue differed, since the start. */
  readonly differences: () => number;
}

/**
 * A venue whose market is taken from its streams while they are fresh, and asked for otherwise. Account, position and
 * orders are always asked for: they are the truth that money depends on, and the streams only say when to ask.
 */
export function streamedVenue(venue: Venue, live: LiveMarket): StreamedVenue {
  let instrument: Kept<Instrument> | null = null;
  let market: Kept<Market> | null = null;
  let differences = 0;
  const isYoung = <T>(kept: Kept<T> | null, ageMs: number): kept is Kept<T> =>
    kept !== null && performance.now() - kept.readMs <= ageMs;

  const askMarket = async (): Promise<Market> => {
    const value = await venue.market();
    market = { value, readMs: performance.now() };
    return value;
  };

  const closedBars = async (symbol: string, sinceMs: number, limit: number): Promise<readonly Bar[]> => {
    const fromMs = Math.ceil(sinceMs / BAR_MS) * BAR_MS;
    const nowMs = live.freshMark(symbol, MARK_AGE_MS)?.timeMs;
    if (nowMs !== undefined && isYoung(market, MARKET_AGE_MS)) {
      const heard = live.bars(symbol, fromMs, Math.floor(nowMs / BAR_MS) * BAR_MS - BAR_MS);
      if (heard !== null) return heard.slice(0, limit);
    }
    const bars = await venue.closedBars(symbol, sinceMs, limit);
    for (const bar of bars) {
      const [heard] = live.bars(symbol, bar.timeMs, bar.timeMs) ?? [];
      if (heard === undefined || isSameBar(heard, bar)) continue;
      differences++;
      live.distrust(symbol);
    }
    return bars;
  };

  return {
    symbol: venue.symbol,
    reconcile: () => {
      instrument = null;
      market = null;
    },
    differences: () => differences,
    instrument: async () => {
      if (isYoung(instrument, INSTRUMENT_AGE_MS)) return instrument.value;
      const value = await venue.instrument();
      instrument = { value, readMs: performance.now() };
      return value;
    },
    market: async () => {
      const mark = live.freshMark(venue.symbol, MARK_AGE_MS);
      if (mark === null || !isYoung(market, MARKET_AGE_MS)) return askMarket();
      const { funding, ...rest } = market.value;
      const { fundingMs, fundingRate } = mark;
      return {
        ...rest,
        timeMs: mark.timeMs,
        markPrice: mark.markPrice,
        funding:
          fundingMs === null || fundingRate === null
            ? funding
            : { ...funding, timeMs: fundingMs, rate: fundingRate },
      };
    },
    closedBars,
    synchronise: () => venue.synchronise(),
    listing: () => venue.listing(),
    openInterest: () => venue.openInterest(),
    openInterestHistory: (sinceMs, untilMs) => venue.openInterestHistory(sinceMs, untilMs),
    book: async (): Promise<BookSummary> => live.freshBook(BOOK_AGE_MS) ?? venue.book(),
    settlements: (symbol, sinceMs) => venue.settlements(symbol, sinceMs),
    account: () => venue.account(),
    position: () => venue.position(),
    restingOrders: () => venue.restingOrders(),
    fills: (sinceMs) => venue.fills(sinceMs),
    forcedCloses: (sinceMs) => venue.forcedCloses(sinceMs),
    fundingPayments: (sinceMs) => venue.fundingPayments(sinceMs),
    acceptedOrders: (sinceMs) => venue.acceptedOrders(sinceMs),
    permissions: () => venue.permissions(),
    settings: () => venue.settings(),
    prepare: (leverage) => venue.prepare(leverage),
    send: (order) => venue.send(order),
    cancel: (order) => venue.cancel(order),
    lookUp: (id, kind) => venue.lookUp(id, kind),
  };
}

function isSameBar(a: Bar, b: Bar): boolean {
  return (
    a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume
  );
}
