import { priceDecimalsOf, putBar, putLeaderBar, type Bar, type LeaderBar } from './Bar.ts';
import { putBook, sizeDecimalsOf, type BookSummary } from './BookSummary.ts';
import { outOfDomain } from './EngineError.ts';
import { putSettlement, type FundingNext, type Settlement } from './Funding.ts';
import { putInstrument, type Instrument } from './Instrument.ts';
import { HAS_INSTRUMENT, HAS_PRINTS, HAS_STOP, ON_RECORD, readLook } from './LookFrame.ts';
import { observationOf } from './LookObjects.ts';
import { FIRST_PLACE, putPlace, type Place } from './Place.ts';
import type { Account, Position } from './Position.ts';
import { finish, putBytes, putE8, putI8, putRate, putU32, putU64, putU8, writer } from './codec/Bytes.ts';
import { decimalsFor } from './codec/Decimals.ts';
import { FRAME_OBSERVATION, FRAME_VERSION } from './codec/Frame.ts';

/** One look at venue and account, all of it as of `timeMs`. */
export interface Observation {
  readonly id: Uint8Array;
  /** Which of the owner's desks; the first market of the first account where it is left out. */
  readonly place?: Place;
  /** The venue's clock, milliseconds. */
  readonly timeMs: number;
  readonly markPrice: number;
  /** null where the venue's prediction cannot be read: the adverse rate is assumed then. */
  readonly funding: FundingNext | null;
  readonly account: Pick<Account, 'equityUsdt'>;
  readonly position: Position;
  /** Trigger price of the protective stop that rests on the venue, 0 when none does. */
  readonly restingStopPrice: number;
  readonly restingStopQuantity: number;
  readonly instrumentHash: number;
  /** Sent when it differs from the one sent last, else null. */
  readonly instrument: Instrument | null;
  /** Bars closed since the last observation, oldest first. */
  readonly bars: readonly Bar[];
  readonly leaderBars: readonly LeaderBar[];
  readonly settlements: readonly Settlement[];
  /** Asks for a record even where nothing changed: an intent can only follow an observation on record. */
  readonly onRecord?: boolean;
  /** Whole base units, as of the last of `bars`; 0 where it is unknown. */
  readonly openInterest: number;
  readonly book: BookSummary;
  /** Forced orders printed since the last bar before these, whole USDT: of longs and of shorts. 0 without bars. */
  readonly longPrintsUsdt: number;
  readonly shortPrintsUsdt: number;
}

/** Count bytes hold what an observation may carry; more is told by the reader, not cut off here. */
function count(field: string, items: readonly unknown[]): number {
  if (items.length > 255) throw outOfDomain(field, 'at most 255', items.length);
  return items.length;
}

export function encodeObservation(observation: Observation): Uint8Array {
  const { position, funding, bars, leaderBars, settlements, book, instrument } = observation;
  const { restingStopPrice, restingStopQuantity, longPrintsUsdt, shortPrintsUsdt } = observation;
  const hasStop = restingStopPrice !== 0 || restingStopQuantity !== 0;
  const hasPrints = longPrintsUsdt !== 0 || shortPrintsUsdt !== 0;
  const levels = [...book.bids, ...book.asks].map(({ price }) => price);
  const priceDecimals = priceDecimalsOf(bars, levels);
  const leaderDecimals = decimalsFor(leaderBars.map(({ close }) => close));
  const sizeDecimals = sizeDecimalsOf(book);
  const w = writer(512);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_OBSERVATION);
  putI8(w, position.side);
  putU8(w, funding?.intervalHours ?? 0);
  putU32(w, observation.instrumentHash);
  putBytes(w, observation.id);
  putU64(w, observation.timeMs, 'timeMs');
  putE8(w, observation.markPrice, 'markPrice');
  putE8(w, observation.account.equityUsdt, 'equityUsdt');
  putU64(w, funding?.timeMs ?? 0, 'funding.timeMs');
  putU64(w, observation.openInterest, 'openInterest');
  putRate(w, funding?.rate ?? 0, 'funding.rate');
  putU8(w, count('bars', bars));
  putU8(w, count('leaderBars', leaderBars));
  putU8(w, count('settlements', settlements));
  putU8(w, count('book.bids', book.bids));
  putU8(w, count('book.asks', book.asks));
  putU8(w, priceDecimals);
  putU8(w, leaderDecimals);
  putU8(w, sizeDecimals);
  putU8(
    w,
    (observation.onRecord === true ? ON_RECORD : 0) |
      (hasStop ? HAS_STOP : 0) |
      (hasPrints ? HAS_PRINTS : 0) |
      (instrument === null ? 0 : HAS_INSTRUMENT),
  );
  putPlace(w, observation.place ?? FIRST_PLACE);
  putU8(w, 0);
  if (position.side !== 0) {
    putE8(w, position.quantity, 'position.quantity');
    putE8(w, position.entryPrice, 'position.entryPrice');
    putE8(w, position.walletUsdt, 'position.walletUsdt');
    putE8(w, position.venueLiquidationPrice, 'position.venueLiquidationPrice');
    putU64(w, position.openedMs, 'position.openedMs');
  }
  if (hasStop) {
    putE8(w, restingStopPrice, 'restingStopPrice');
    putE8(w, restingStopQuantity, 'restingStopQuantity');
  }
  if (hasPrints) {
    putU64(w, longPrintsUsdt, 'longPrintsUsdt');
    putU64(w, shortPrintsUsdt, 'shortPrintsUsdt');
  }
  for (let i = 0; i < bars.length; i++) putBar(w, bars[i]!, priceDecimals, 'bar');
  for (let i = 0; i < leaderBars.length; i++) putLeaderBar(w, leaderBars[i]!, leaderDecimals, 'leaderBar');
  for (let i = 0; i < settlements.length; i++) putSettlement(w, settlements[i]!, 'settlement');
  putBook(w, book, priceDecimals, sizeDecimals);
  if (instrument !== null) putInstrument(w, instrument);
  return finish(w);
}

/** Reads a frame. What its numbers mean is looked at by `observe`, before anything is changed. */
export function decodeObservation(frame: Uint8Array): Observation {
  return observationOf(readLook(frame));
}
