import { assertBar, BAR_MS, type Bar, type LeaderBar } from './Bar.ts';
import { assertBook, bookOf, createBookSlot, fillBook, readBook, type BookSlot } from './BookSummary.ts';
import {
  MAX_PRICE,
  MIN_PRICE,
  requireCount,
  requireMoney,
  requireMoneyOr0,
  requirePrice,
  requireTime,
} from './Domain.ts';
import { EngineError, outOfDomain } from './EngineError.ts';
import { assertFundingNext, type Settlement } from './Funding.ts';
import { assertInstrument, getInstrument, instrumentHash, type Instrument } from './Instrument.ts';
import type { Observation } from './Observation.ts';
import { FIRST_PLACE, placeAt, type Place } from './Place.ts';
import { assertPosition, FLAT, type Position } from './Position.ts';
import { E8, end, reader } from './codec/Bytes.ts';
import { scaleOf, WIDE } from './codec/Decimals.ts';
import { expectFrame, FRAME_OBSERVATION, ID_BYTES } from './codec/Frame.ts';
import {
  amountAt,
  amountAtWord,
  letIn,
  roomBytes,
  roomFloats,
  roomSigned,
  roomWords,
  trailing,
  truncated,
  wholeAt,
  wholeAtWord,
} from './codec/Room.ts';

/**
 * One look at venue and account as the desk takes it in: an observation laid flat, so that nothing is allocated for what
 * most looks do not have. There is one, filled anew for every frame; it is valid until the next.
 */
export type Look = {
  readonly id: Uint8Array;
  place: Place;
  timeMs: number;
  markPrice: number;
  equityUsdt: number;
  isFundingKnown: boolean;
  fundingTimeMs: number;
  fundingRate: number;
  fundingIntervalHours: number;
  /** 0 when flat; the five numbers after it mean nothing then. */
  side: number;
  quantity: number;
  entryPrice: number;
  walletUsdt: number;
  venueLiquidationPrice: number;
  openedMs: number;
  restingStopPrice: number;
  restingStopQuantity: number;
  onRecord: boolean;
  /** Whether it tells of the market, or asks to be on record. */
  isNews: boolean;
  instrumentHash: number;
  instrument: Instrument | null;
  bars: readonly Bar[];
  leaderBars: readonly LeaderBar[];
  settlements: readonly Settlement[];
  openInterest: number;
  book: BookSlot;
  longPrintsUsdt: number;
  shortPrintsUsdt: number;
};

const look: Look = {
  id: new Uint8Array(ID_BYTES),
  place: FIRST_PLACE,
  timeMs: 0,
  markPrice: 0,
  equityUsdt: 0,
  isFundingKnown: false,
  fundingTimeMs: 0,
  fundingRate: 0,
  fundingIntervalHours: 0,
  side: 0,
  quantity: 0,
  entryPrice: 0,
  walletUsdt: 0,
  venueLiquidationPrice: 0,
  openedMs: 0,
  restingStopPrice: 0,
  restingStopQuantity: 0,
  onRecord: false,
  isNews: false,
  instrumentHash: 0,
  instrument: null,
  bars: [],
  leaderBars: [],
  settlements: [],
  openInterest: 0,
  book: createBookSlot(),
  longPrintsUsdt: 0,
  shortPrintsUsdt: 0,
};

/** An observation carries at most an hour of bars; whoever missed more loads history. */
export const MAX_OBSERVED_BARS = 12;
const NO_BARS: readonly Bar[] = [];
const NO_LEADER_BARS: readonly LeaderBar[] = [];
const NO_SETTLEMENTS: readonly Settlement[] = [];
const HEAD_BYTES = 80;
const HEAD_DOUBLES = HEAD_BYTES / 8;
const SETTLEMENT_WORDS = 3;
/** Bits of the head's flags. */
export const ON_RECORD = 1;
export const HAS_STOP = 2;
export const HAS_PRINTS = 4;
export const HAS_INSTRUMENT = 8;
const headId = roomBytes.subarray(8, 24);

/** Reads an observation's frame. What its numbers mean is looked at by `assertLook`. */
export function readLook(frame: Uint8Array): Look {
  expectFrame(frame[0] ?? -1, frame[1] ?? -1, FRAME_OBSERVATION);
  letIn(frame, HEAD_BYTES);
  look.id.set(headId);
  look.side = (roomBytes[2]! << 24) >> 24;
  readFunding(roomBytes[3]!);
  look.instrumentHash = roomWords[1]!;
  look.timeMs = wholeAt(3, 'timeMs');
  look.markPrice = amountAt(4, 'markPrice');
  look.equityUsdt = amountAt(5, 'account.equityUsdt');
  look.openInterest = wholeAt(7, 'openInterest');
  const flags = roomBytes[76]!;
  if (flags > 15 || roomBytes[79]! > 0) {
    throw outOfDomain('flags', 'bits 0 to 3, and 0 in the last byte of the head', flags);
  }
  const place = roomBytes[77]! + roomBytes[78]!;
  look.place = place === 0 ? FIRST_PLACE : placeAt(roomBytes[77]!, roomBytes[78]!);
  look.onRecord = (flags & ON_RECORD) !== 0;
  let at = HEAD_DOUBLES;
  if (look.side !== 0) {
    if (frame.length < HEAD_BYTES + 40) throw truncated(HEAD_BYTES + 40, frame.length);
    readPosition(at);
    at += 5;
  }
  look.restingStopPrice = 0;
  look.restingStopQuantity = 0;
  if ((flags & HAS_STOP) !== 0) {
    look.restingStopPrice = amountAt(at, 'restingStopPrice');
    look.restingStopQuantity = amountAt(at + 1, 'restingStopQuantity');
    at += 2;
  }
  look.longPrintsUsdt = 0;
  look.shortPrintsUsdt = 0;
  if ((flags & HAS_PRINTS) !== 0) {
    look.longPrintsUsdt = wholeAt(at, 'longPrintsUsdt');
    look.shortPrintsUsdt = wholeAt(at + 1, 'shortPrintsUsdt');
    at += 2;
  }
  readRest(frame, 2 * at);
  return look;
}

/** An interval of 0 hours says that nothing is known; time and rate are 0 then. */
function readFunding(intervalHours: number): void {
  look.isFundingKnown = intervalHours !== 0;
  look.fundingIntervalHours = intervalHours;
  look.fundingTimeMs = wholeAt(6, 'funding.timeMs');
  look.fundingRate = roomSigned[16]! / E8;
  if (intervalHours !== 0) return;
  if (look.fundingTimeMs !== 0)
    throw outOfDomain('funding.timeMs', '0 without an interval', look.fundingTimeMs);
  if (look.fundingRate !== 0) throw outOfDomain('funding.rate', '0 without an interval', look.fundingRate);
}

function readPosition(at: number): void {
  look.quantity = amountAt(at, 'position.quantity');
  look.entryPrice = amountAt(at + 1, 'position.entryPrice');
  look.walletUsdt = amountAt(at + 2, 'position.walletUsdt');
  look.venueLiquidationPrice = amountAt(at + 3, 'position.venueLiquidationPrice');
  look.openedMs = wholeAt(at + 4, 'position.openedMs');
}

function bounded(field: string, count: number): number {
  if (count > MAX_OBSERVED_BARS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_OBSERVED_BARS)}`, count);
  }
  return count;
}

/** Bars, settlements, book and instrument: what comes with few looks or none. */
function readRest(frame: Uint8Array, word: number): void {
  const barCount = bounded('bars', roomBytes[68]!);
  const leaderCount = bounded('leaderBars', roomBytes[69]!);
  const settlementCount = bounded('settlements', roomBytes[70]!);
  const bidCount = roomBytes[71]!;
  const askCount = roomBytes[72]!;
  const hasInstrument = (roomBytes[76]! & HAS_INSTRUMENT) !== 0;
  const decimals = roomBytes[73]!;
  const leaderDecimals = roomBytes[74]!;
  const sizeDecimals = roomBytes[75]!;
  const price = decimals === WIDE ? 2 : 1;
  const words =
    word +
    barCount * (2 + 4 * price) +
    leaderCount * (leaderDecimals === WIDE ? 3 : 2) +
    settlementCount * SETTLEMENT_WORDS +
    (bidCount + askCount) * (price + (sizeDecimals === WIDE ? 2 : 1));
  if (frame.length < 4 * words) throw truncated(4 * words, frame.length);
  if (!hasInstrument && frame.length > 4 * words) throw trailing(4 * words, frame.length);
  let at = word;
  look.bars = barCount === 0 ? NO_BARS : readBars(at, barCount, decimals);
  at += barCount * (2 + 4 * price);
  look.leaderBars = leaderCount === 0 ? NO_LEADER_BARS : readLeaderBars(at, leaderCount, leaderDecimals);
  at += leaderCount * (leaderDecimals === WIDE ? 3 : 2);
  look.settlements = settlementCount === 0 ? NO_SETTLEMENTS : readSettlements(at, settlementCount);
  at += settlementCount * SETTLEMENT_WORDS;
  at = readBook(look.book, at, bidCount, askCount, decimals, sizeDecimals);
  look.instrument = hasInstrument ? readInstrument(frame.subarray(4 * at)) : null;
  look.isNews = barCount + leaderCount + settlementCount > 0 || hasInstrument || look.onRecord;
}

function readBars(word: number, count: number, decimals: number): Bar[] {
  const scale = scaleOf(decimals, 'priceDecimals');
  const isWide = decimals === WIDE;
  const bars: Bar[] = [];
  for (let i = 0, at = word; i < count; i++, at += isWide ? 10 : 6) {
    bars.push({
      timeMs: roomWords[at]! * BAR_MS,
      open: isWide ? amountAtWord(at + 2, 'bar.open') : roomWords[at + 2]! / scale,
      high: isWide ? amountAtWord(at + 4, 'bar.high') : roomWords[at + 3]! / scale,
      low: isWide ? amountAtWord(at + 6, 'bar.low') : roomWords[at + 4]! / scale,
      close: isWide ? amountAtWord(at + 8, 'bar.close') : roomWords[at + 5]! / scale,
      // + 0 turns −0 into 0.
      volume: roomFloats[at + 1]! + 0,
    });
  }
  return bars;
}

function readLeaderBars(word: number, count: number, decimals: number): LeaderBar[] {
  const scale = scaleOf(decimals, 'leaderDecimals');
  const isWide = decimals === WIDE;
  const bars: LeaderBar[] = [];
  for (let i = 0, at = word; i < count; i++, at += isWide ? 3 : 2) {
    bars.push({
      timeMs: roomWords[at]! * BAR_MS,
      close: isWide ? amountAtWord(at + 1, 'leaderBar.close') : roomWords[at + 1]! / scale,
    });
  }
  return bars;
}

function readSettlements(word: number, count: number): Settlement[] {
  const settlements: Settlement[] = [];
  for (let i = 0, at = word; i < count; i++, at += SETTLEMENT_WORDS) {
    settlements.push({ timeMs: wholeAtWord(at, 'settlement.timeMs'), rate: roomSigned[at + 2]! / E8 });
  }
  return settlements;
}

function readInstrument(bytes: Uint8Array): Instrument {
  const r = reader(bytes);
  const instrument = getInstrument(r);
  end(r);
  if (instrumentHash(instrument) !== look.instrumentHash) {
    throw outOfDomain('instrumentHash', 'the hash of the instrument beside it', look.instrumentHash);
  }
  return instrument;
}

/** Lays an observation flat. */
export function lookOf(observation: Observation): Look {
  const { id, funding, position } = observation;
  if (id.length !== ID_BYTES) throw outOfDomain('id', `${String(ID_BYTES)} bytes`, id.length);
  bounded('bars', observation.bars.length);
  bounded('leaderBars', observation.leaderBars.length);
  bounded('settlements', observation.settlements.length);
  look.id.set(id);
  look.place = observation.place ?? FIRST_PLACE;
  look.timeMs = observation.timeMs;
  look.markPrice = observation.markPrice;
  look.equityUsdt = observation.account.equityUsdt;
  if (funding !== null) assertFundingNext(funding);
  look.isFundingKnown = funding !== null;
  look.fundingTimeMs = funding?.timeMs ?? 0;
  look.fundingRate = funding?.rate ?? 0;
  look.fundingIntervalHours = funding?.intervalHours ?? 0;
  look.side = position.side;
  look.quantity = position.quantity;
  look.entryPrice = position.entryPrice;
  look.walletUsdt = position.walletUsdt;
  look.venueLiquidationPrice = position.venueLiquidationPrice;
  look.openedMs = position.openedMs;
  look.restingStopPrice = observation.restingStopPrice;
  look.restingStopQuantity = observation.restingStopQuantity;
  look.onRecord = observation.onRecord === true;
  look.instrumentHash = observation.instrumentHash;
  look.instrument = observation.instrument;
  look.bars = observation.bars;
  look.leaderBars = observation.leaderBars;
  look.settlements = observation.settlements;
  look.isNews =
    look.bars.length + look.leaderBars.length + look.settlements.length > 0 ||
    look.instrument !== null ||
    look.onRecord;
  look.openInterest = observation.openInterest;
  fillBook(look.book, observation.book);
  look.longPrintsUsdt = observation.longPrintsUsdt;
  look.shortPrintsUsdt = observation.shortPrintsUsdt;
  return look;
}

/** Has the look put on record whatever it shows. */
export function askForRecord(seen: Look): void {
  seen.onRecord = true;
  seen.isNews = true;
}

/** What a look shows, as objects of its own. */
export function observationOf(seen: Look): Observation {
  const { side } = seen;
  const position: Position =
    side === 0
      ? FLAT
      : {
          side: side as 1 | -1,
          quantity: seen.quantity,
          entryPrice: seen.entryPrice,
          walletUsdt: seen.walletUsdt,
          venueLiquidationPrice: seen.venueLiquidationPrice,
          openedMs: seen.openedMs,
        };
  return {
    id: seen.id.slice(),
    place: seen.place,
    timeMs: seen.timeMs,
    markPrice: seen.markPrice,
    funding: seen.isFundingKnown
      ? { timeMs: seen.fundingTimeMs, rate: seen.fundingRate, intervalHours: seen.fundingIntervalHours }
      : null,
    account: { equityUsdt: seen.equityUsdt },
    position,
    restingStopPrice: seen.restingStopPrice,
    restingStopQuantity: seen.restingStopQuantity,
    ...(seen.onRecord && { onRecord: true }),
    instrumentHash: seen.instrumentHash,
    instrument: seen.instrument,
    bars: seen.bars,
    leaderBars: seen.leaderBars,
    settlements: seen.settlements,
    openInterest: seen.openInterest,
    book: bookOf(seen.book),
    longPrintsUsdt: seen.longPrintsUsdt,
    shortPrintsUsdt: seen.shortPrintsUsdt,
  };
}

/**
 * Domains are tested here and named only for a refusal: a call for every field would cost the canister more than the
 * tests themselves.
 *
 * @throws EngineError when a field is outside its domain; what depends on the desk is not looked at.
 */
export function assertLook(seen: Look): void {
  const { timeMs, markPrice, equityUsdt, openInterest, longPrintsUsdt, shortPrintsUsdt } = seen;
  if (!(timeMs >= 0 && timeMs <= 8_640_000_000_000_000 && Math.floor(timeMs) === timeMs)) {
    requireTime('timeMs', timeMs);
  }
  if (!(markPrice >= MIN_PRICE && markPrice <= MAX_PRICE)) requirePrice('markPrice', markPrice);
  if (seen.isFundingKnown) assertFunding(seen);
  requireMoney('account.equityUsdt', equityUsdt);
  if (seen.side !== 0) assertPosition(seen as Position & Look, markPrice);
  requireMoneyOr0('restingStopPrice', seen.restingStopPrice);
  requireMoneyOr0('restingStopQuantity', seen.restingStopQuantity);
  if (seen.instrument !== null) assertInstrument(seen.instrument);
  if (!(
    openInterest >= 0 &&
    openInterest <= 9_007_199_254_740_991 &&
    Math.floor(openInterest) === openInterest
  )) {
    requireCount('openInterest', openInterest);
  }
  assertBook(seen.book);
  if (longPrintsUsdt === 0 && shortPrintsUsdt === 0) return;
  requireCount('longPrintsUsdt', longPrintsUsdt);
  requireCount('shortPrintsUsdt', shortPrintsUsdt);
  if (seen.bars.length === 0)
    throw outOfDomain('printsUsdt', '0 without bars', longPrintsUsdt + shortPrintsUsdt);
}

function assertFunding({ fundingTimeMs, fundingRate, fundingIntervalHours }: Look): void {
  const hours = fundingIntervalHours;
  const isGood =
    fundingRate > -0.1 && fundingRate < 0.1 && (hours === 8 || hours === 4 || hours === 2 || hours === 1);
  if (!isGood || fundingTimeMs > 8_640_000_000_000_000) {
    assertFundingNext({ timeMs: fundingTimeMs, rate: fundingRate, intervalHours: hours });
  }
}

/** Every bar of a look. */
export function assertBars(seen: Look): void {
  for (let i = 0; i < seen.bars.length; i++) assertBar(seen.bars[i]!, 'bar');
}
