import { requireCount } from './Domain.ts';
import { EngineError, outOfDomain } from './EngineError.ts';
import {
  getBars,
  getLeaderBars,
  priceDecimalsOf,
  putBar,
  putLeaderBar,
  type Bar,
  type LeaderBar,
} from './Bar.ts';
import { getSettlement, putSettlement, type Settlement } from './Funding.ts';
import { assertInstrument, getInstrument, putInstrument, type Instrument } from './Instrument.ts';
import { FIRST_PLACE, getPlace, putPlace, type Place } from './Place.ts';
import {
  end,
  finish,
  getBytes,
  getText,
  getU16,
  getU64,
  getU8,
  putBytes,
  putText,
  putU16,
  putU64,
  putU8,
} from './codec/Bytes.ts';
import { decimalsFor, scaleOf } from './codec/Decimals.ts';
import { FRAME_HISTORY, frameReader, frameWriter, ID_BYTES } from './codec/Frame.ts';

/**
 * What a feed is for ever: recorded prices, live prices with made-up fills, live prices with money, or a venue on the
 * trader's own machine. Recorded and home-made ones never count towards live trading.
 */
export const FEED_KINDS = ['replay', 'paper', 'live', 'localnet'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/** At most this many bars of each series warm a feed in one message. */
export const MAX_HISTORY_BARS = 3_000;
/** A first entry needs this many contiguous bars: ten days. */
export const WARM_UP_BARS = 2_880;

/** Closed bars that warm an empty or stale feed. History is logged as such and never decides. */
export interface History {
  readonly id: Uint8Array;
  /** Which of the owner's desks it warms; the first market of the first account where it is left out. */
  readonly place?: Place;
  readonly kind: FeedKind;
  readonly venue: string;
  /** Salted hash of the venue's account id, 32 bytes: pins the feed to one account without naming it. */
  readonly accountHash: Uint8Array;
  readonly instrument: Instrument;
  readonly leaderSymbol: string;
  /** Oldest first. */
  readonly bars: readonly Bar[];
  readonly leaderBars: readonly LeaderBar[];
  readonly settlements: readonly Settlement[];
  /** Readings of open interest, oldest first; each holds until the next. May be empty. */
  readonly openInterest: readonly OpenInterestPoint[];
}

/** A reading of open interest. */
export interface OpenInterestPoint {
  readonly timeMs: number;
  /** Whole base units, above 0. */
  readonly units: number;
}

/** @throws EngineError for readings that are not in order or not above 0. */
export function assertOpenInterest(points: readonly OpenInterestPoint[]): void {
  let previousMs = -1;
  for (let i = 0; i < points.length; i++) {
    const { timeMs, units } = points[i]!;
    if (!(timeMs > previousMs)) {
      throw outOfDomain('history.openInterest.timeMs', `after ${String(previousMs)}`, timeMs);
    }
    requireCount('history.openInterest.units', units);
    if (units === 0) throw outOfDomain('history.openInterest.units', 'above 0', units);
    previousMs = timeMs;
  }
}

/** @throws EngineError for a hash of another length, too many entries, or an instrument out of its domain. */
export function assertHistory(history: History): void {
  const { accountHash, bars, leaderBars, settlements, openInterest } = history;
  if (accountHash.length !== 32) {
    throw outOfDomain('history.accountHash', '32 bytes', accountHash.length);
  }
  assertCounts(bars.length, leaderBars.length, settlements.length, openInterest.length);
  assertInstrument(history.instrument);
}

function assertCounts(bars: number, leaderBars: number, settlements: number, openInterest: number): void {
  const limit = (field: string, count: number): void => {
    if (count > MAX_HISTORY_BARS) {
      throw new EngineError('request', 'oversized', field, `at most ${String(MAX_HISTORY_BARS)}`, count);
    }
  };
  limit('history.bars', bars);
  limit('history.leaderBars', leaderBars);
  limit('history.settlements', settlements);
  limit('history.openInterest', openInterest);
}

export function encodeHistory(history: History): Uint8Array {
  const { bars, leaderBars, settlements, openInterest } = history;
  assertCounts(bars.length, leaderBars.length, settlements.length, openInterest.length);
  const w = frameWriter(
    FRAME_HISTORY,
    2048 + 24 * history.bars.length + 8 * history.leaderBars.length + 12 * settlements.length,
  );
  putBytes(w, history.id);
  putPlace(w, history.place ?? FIRST_PLACE);
  putU8(w, FEED_KINDS.indexOf(history.kind));
  putText(w, history.venue, 'history.venue');
  putBytes(w, history.accountHash);
  putInstrument(w, history.instrument);
  putText(w, history.leaderSymbol, 'history.leaderSymbol');
  putU16(w, bars.length);
  putU16(w, leaderBars.length);
  putU16(w, settlements.length);
  putU16(w, openInterest.length);
  const decimals = priceDecimalsOf(bars);
  const leaderDecimals = decimalsFor(leaderBars.map(({ close }) => close));
  putU8(w, decimals);
  putU8(w, leaderDecimals);
  for (let i = 0; i < bars.length; i++) putBar(w, bars[i]!, decimals, 'history.bar');
  for (let i = 0; i < leaderBars.length; i++) {
    putLeaderBar(w, leaderBars[i]!, leaderDecimals, 'history.leaderBar');
  }
  for (let i = 0; i < settlements.length; i++) putSettlement(w, settlements[i]!, 'history.settlement');
  for (let i = 0; i < openInterest.length; i++) {
    putU64(w, openInterest[i]!.timeMs, 'history.openInterest.timeMs');
    putU64(w, openInterest[i]!.units, 'history.openInterest.units');
  }
  return finish(w);
}

export function decodeHistory(frame: Uint8Array): History {
  const r = frameReader(frame, FRAME_HISTORY);
  const id = getBytes(r, ID_BYTES, 'history.id');
  const place = getPlace(r);
  const kindIndex = getU8(r, 'history.kind');
  const kind = FEED_KINDS[kindIndex];
  if (kind === undefined) {
    throw new EngineError('request', 'out-of-domain', 'history.kind', '0, 1 or 2', kindIndex);
  }
  const venue = getText(r, 'history.venue');
  const accountHash = getBytes(r, 32, 'history.accountHash');
  const instrument = getInstrument(r);
  const leaderSymbol = getText(r, 'history.leaderSymbol');
  const barCount = getU16(r, 'history.bars');
  const leaderCount = getU16(r, 'history.leaderBars');
  const settlementCount = getU16(r, 'history.settlements');
  const pointCount = getU16(r, 'history.openInterest');
  assertCounts(barCount, leaderCount, settlementCount, pointCount);
  const decimals = getU8(r, 'history.priceDecimals');
  const leaderDecimals = getU8(r, 'history.leaderDecimals');
  scaleOf(decimals, 'history.priceDecimals');
  scaleOf(leaderDecimals, 'history.leaderDecimals');
  const bars = getBars(r, barCount, decimals, 'history.bar');
  const leaderBars = getLeaderBars(r, leaderCount, leaderDecimals, 'history.leaderBar');
  const settlements: Settlement[] = [];
  for (let i = 0; i < settlementCount; i++) settlements.push(getSettlement(r, 'history.settlement'));
  const openInterest: OpenInterestPoint[] = [];
  for (let i = 0; i < pointCount; i++) {
    openInterest.push({
      timeMs: getU64(r, 'history.openInterest.timeMs'),
      units: getU64(r, 'history.openInterest.units'),
    });
  }
  assertOpenInterest(openInterest);
  end(r);
  return {
    id,
    place,
    kind,
    venue,
    accountHash,
    instrument,
    leaderSymbol,
    bars,
    leaderBars,
    settlements,
    openInterest,
  };
}
