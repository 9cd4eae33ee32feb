import { EngineError, outOfDomain } from './EngineError.ts';
import {
  assertFundingNext,
  getFundingNext,
  getSettlement,
  putSettlement,
  type FundingNext,
  type Settlement,
} from './Funding.ts';
import { getBar, putBar, type Bar } from './Bar.ts';
import { assertInstrument, getInstrument, putInstrument, type Instrument } from './Instrument.ts';
import { assertBook, getBook, putBook, type BookSummary } from './BookSummary.ts';
import { requireCount, requireMoney, requireMoneyOr0, requirePrice, requireTime } from './Domain.ts';
import { FIRST_PLACE, getPlace, putPlace, type Place } from './Place.ts';
import {
  assertPosition,
  getAccount,
  getPosition,
  putAccount,
  putPosition,
  type Account,
  type Position,
} from './Position.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getU32,
  getU64,
  getU8,
  putBytes,
  putE8,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
} from './codec/Bytes.ts';
import { fnv1a } from './codec/Fnv.ts';
import { FRAME_OBSERVATION, FRAME_VERSION, expectFrame, ID_BYTES } from './codec/Frame.ts';

/** An observation carries at most an hour of bars; whoever missed more loads history. */
export const MAX_OBSERVED_BARS = 12;

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
  readonly account: Account;
  readonly position: Position;
  /** Trigger price of the protective stop that rests on the venue, 0 when none does. */
  readonly restingStopPrice: number;
  readonly restingStopQuantity: number;
  readonly instrumentHash: number;
  /** Sent when it differs from the one sent last, else null. */
  readonly instrument: Instrument | null;
  /** Bars closed since the last observation, oldest first. */
  readonly bars: readonly Bar[];
  readonly leaderBars: readonly Bar[];
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

/** @throws EngineError when a field is outside its domain; what depends on the desk is not looked at. */
export function assertObservation(observation: Observation): void {
  const { id, timeMs, markPrice, funding, account, position, book } = observation;
  if (id.length !== ID_BYTES) throw outOfDomain('id', `${String(ID_BYTES)} bytes`, id.length);
  requireTime('timeMs', timeMs);
  requirePrice('markPrice', markPrice);
  if (funding !== null) assertFundingNext(funding);
  requireMoney('account.equityUsdt', account.equityUsdt);
  requireMoney('account.availableUsdt', account.availableUsdt);
  assertPosition(position, markPrice);
  requireMoneyOr0('restingStopPrice', observation.restingStopPrice);
  requireMoneyOr0('restingStopQuantity', observation.restingStopQuantity);
  if (observation.instrument !== null) assertInstrument(observation.instrument);
  bounded('bars', observation.bars.length);
  bounded('leaderBars', observation.leaderBars.length);
  bounded('settlements', observation.settlements.length);
  requireCount('openInterest', observation.openInterest);
  assertBook(book);
  requireCount('longPrintsUsdt', observation.longPrintsUsdt);
  requireCount('shortPrintsUsdt', observation.shortPrintsUsdt);
  const prints = observation.longPrintsUsdt + observation.shortPrintsUsdt;
  if (prints > 0 && observation.bars.length === 0) throw outOfDomain('printsUsdt', '0 without bars', prints);
}

/** Fingerprint by which an observation refers to the venue rules it assumes. */
export function instrumentHash(instrument: Instrument): number {
  const w = writer(512);
  putInstrument(w, instrument);
  return fnv1a(finish(w));
}

export function encodeObservation(observation: Observation): Uint8Array {
  const w = writer(1024);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_OBSERVATION);
  putBytes(w, observation.id);
  putPlace(w, observation.place ?? FIRST_PLACE);
  putU64(w, observation.timeMs, 'timeMs');
  putE8(w, observation.markPrice, 'markPrice');
  putU64(w, observation.funding?.timeMs ?? 0, 'funding.timeMs');
  putE8(w, observation.funding?.rate ?? 0, 'funding.rate');
  putU8(w, observation.funding?.intervalHours ?? 0);
  putAccount(w, observation.account);
  putPosition(w, observation.position);
  putE8(w, observation.restingStopPrice, 'restingStopPrice');
  putE8(w, observation.restingStopQuantity, 'restingStopQuantity');
  putU8(w, observation.onRecord === true ? 1 : 0);
  putU32(w, observation.instrumentHash);
  putU8(w, observation.instrument === null ? 0 : 1);
  if (observation.instrument !== null) putInstrument(w, observation.instrument);
  putU8(w, observation.bars.length);
  putU8(w, observation.leaderBars.length);
  putU8(w, observation.settlements.length);
  for (let i = 0; i < observation.bars.length; i++) putBar(w, observation.bars[i]!, 'bar');
  for (let i = 0; i < observation.leaderBars.length; i++) putBar(w, observation.leaderBars[i]!, 'leaderBar');
  for (let i = 0; i < observation.settlements.length; i++) {
    putSettlement(w, observation.settlements[i]!, 'settlement');
  }
  putU64(w, observation.openInterest, 'openInterest');
  putBook(w, observation.book);
  putU64(w, observation.longPrintsUsdt, 'longPrintsUsdt');
  putU64(w, observation.shortPrintsUsdt, 'shortPrintsUsdt');
  return finish(w);
}

function bounded(field: string, count: number): number {
  if (count > MAX_OBSERVED_BARS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_OBSERVED_BARS)}`, count);
  }
  return count;
}

/** Reads a frame. What its numbers mean is looked at by `observe`, before anything is changed. */
export function decodeObservation(frame: Uint8Array): Observation {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_OBSERVATION);
  const id = getBytes(r, ID_BYTES, 'id');
  const place = getPlace(r);
  const timeMs = getU64(r, 'timeMs');
  const markPrice = getE8(r, 'markPrice');
  const funding = getFundingNext(r);
  const account = getAccount(r);
  const position = getPosition(r);
  const restingStopPrice = getE8(r, 'restingStopPrice');
  const restingStopQuantity = getE8(r, 'restingStopQuantity');
  const onRecord = getU8(r, 'onRecord');
  if (onRecord > 1) throw outOfDomain('onRecord', '0 or 1', onRecord);
  const hash = getU32(r, 'instrumentHash');
  const instrument = getU8(r, 'hasInstrument') === 0 ? null : getInstrument(r);
  if (instrument !== null && instrumentHash(instrument) !== hash) {
    throw outOfDomain('instrumentHash', 'the hash of the instrument beside it', hash);
  }
  const barCount = bounded('bars', getU8(r, 'bars'));
  const leaderCount = bounded('leaderBars', getU8(r, 'leaderBars'));
  const settlementCount = bounded('settlements', getU8(r, 'settlements'));
  const bars: Bar[] = [];
  for (let i = 0; i < barCount; i++) bars.push(getBar(r, 'bar'));
  const leaderBars: Bar[] = [];
  for (let i = 0; i < leaderCount; i++) leaderBars.push(getBar(r, 'leaderBar'));
  const settlements: Settlement[] = [];
  for (let i = 0; i < settlementCount; i++) settlements.push(getSettlement(r, 'settlement'));
  const openInterest = getU64(r, 'openInterest');
  const book = getBook(r);
  const longPrintsUsdt = getU64(r, 'longPrintsUsdt');
  const shortPrintsUsdt = getU64(r, 'shortPrintsUsdt');
  end(r);
  return {
    id,
    place,
    timeMs,
    markPrice,
    funding,
    account,
    position,
    restingStopPrice,
    restingStopQuantity,
    ...(onRecord === 1 && { onRecord: true }),
    instrumentHash: hash,
    instrument,
    bars,
    leaderBars,
    settlements,
    openInterest,
    book,
    longPrintsUsdt,
    shortPrintsUsdt,
  };
}
