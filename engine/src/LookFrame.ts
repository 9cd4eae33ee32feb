import { BAR_MS, type Bar, type LeaderBar } from './Bar.ts';
import { readBook } from './BookSummary.ts';
import { outOfDomain } from './EngineError.ts';
import type { Settlement } from './Funding.ts';
import { getInstrument, instrumentHash, type Instrument } from './Instrument.ts';
import { assertFew, MAX_OBSERVED_BARS, sharedLook, type Look } from './Look.ts';
import { FIRST_PLACE, placeAt } from './Place.ts';
import { E8, end, MAX_E8, MAX_INTEGER, reader, TWO_537 } from './codec/Bytes.ts';
import { scaleOf, WIDE } from './codec/Decimals.ts';
import { expectFrame, FRAME_OBSERVATION, FRAME_VERSION } from './codec/Frame.ts';
import {
  amountAt,
  amountAtWord,
  letIn,
  roomBytes,
  roomDoubles,
  roomFloats,
  roomSigned,
  roomWords,
  trailing,
  truncated,
  wholeAt,
  wholeAtWord,
} from './codec/Room.ts';

/*
 * Reads an observation's frame (docs/frame.md) into a look. A look comes with every message, and most bring little: what
 * stands in each is read where it is, a call for each number would cost the canister as much as the reading.
 */

const NO_BARS: readonly Bar[] = [];
const NO_LEADER_BARS: readonly LeaderBar[] = [];
const NO_SETTLEMENTS: readonly Settlement[] = [];
const HEAD_BYTES = 80;
const HEAD_DOUBLES = HEAD_BYTES / 8;
const POSITION_DOUBLES = 5;
const SETTLEMENT_WORDS = 3;
/** Bits of the head's flags. */
export const ON_RECORD = 1;
export const HAS_STOP = 2;
export const HAS_PRINTS = 4;
export const HAS_INSTRUMENT = 8;
const headId = roomBytes.subarray(8, 24);

/**
 * Reads an observation's frame. What its numbers mean is looked at by `assertLook`.
 *
 * @param into filled and returned; the one that all share, valid until the next frame, where it is left out.
 */
export function readLook(frame: Uint8Array, into: Look = sharedLook): Look {
  if (frame[0] !== FRAME_VERSION || frame[1] !== FRAME_OBSERVATION) {
    expectFrame(frame[0] ?? -1, frame[1] ?? -1, FRAME_OBSERVATION);
  }
  const length = letIn(frame, HEAD_BYTES);
  const look = into;
  const bytes = roomBytes;
  const doubles = roomDoubles;
  look.id.set(headId);
  readFunding(look, bytes[3]!);
  // The bits of a positive integer below 2^53, read as a double, are that integer times 2^-1074.
  const timeMs = doubles[3]! * TWO_537 * TWO_537;
  const mark = doubles[4]! * TWO_537 * TWO_537;
  const equity = doubles[5]! * TWO_537 * TWO_537;
  const interest = doubles[7]! * TWO_537 * TWO_537;
  look.instrumentHash = roomWords[1]!;
  look.timeMs = timeMs > 0 && timeMs <= MAX_INTEGER ? timeMs : wholeAtWord(6, 'timeMs');
  look.markPrice = mark > 0 && mark <= MAX_E8 ? mark / E8 : amountAtWord(8, 'markPrice');
  look.equityUsdt = equity > 0 && equity <= MAX_E8 ? equity / E8 : amountAtWord(10, 'account.equityUsdt');
  look.openInterest = interest > 0 && interest <= MAX_INTEGER ? interest : wholeAtWord(14, 'openInterest');
  const flags = bytes[76]!;
  if (flags > 15 || bytes[79]! > 0) {
    throw outOfDomain('flags', 'bits 0 to 3, and 0 in the last byte of the head', flags);
  }
  const account = bytes[77]!;
  const market = bytes[78]!;
  look.place = account === 0 && market === 0 ? FIRST_PLACE : placeAt(account, market);
  look.onRecord = (flags & ON_RECORD) !== 0;
  const side = bytes[2]!;
  look.side = side < 128 ? side : side - 256;
  let at = HEAD_DOUBLES;
  if (side !== 0) {
    if (length < HEAD_BYTES + 8 * POSITION_DOUBLES) {
      throw truncated(HEAD_BYTES + 8 * POSITION_DOUBLES, length);
    }
    readPosition(look, at);
    at += POSITION_DOUBLES;
  }
  if ((flags & HAS_STOP) !== 0) {
    look.restingStopPrice = amountAt(at, 'restingStopPrice');
    look.restingStopQuantity = amountAt(at + 1, 'restingStopQuantity');
    at += 2;
  } else {
    look.restingStopPrice = 0;
    look.restingStopQuantity = 0;
  }
  if ((flags & HAS_PRINTS) !== 0) {
    look.longPrintsUsdt = wholeAt(at, 'longPrintsUsdt');
    look.shortPrintsUsdt = wholeAt(at + 1, 'shortPrintsUsdt');
    at += 2;
  } else {
    look.longPrintsUsdt = 0;
    look.shortPrintsUsdt = 0;
  }
  readRest(look, frame, length, 2 * at, flags);
  return look;
}

/** An interval of 0 hours says that nothing is known; time and rate are 0 then. */
function readFunding(look: Look, intervalHours: number): void {
  const timeMs = roomDoubles[6]! * TWO_537 * TWO_537;
  look.isFundingKnown = intervalHours !== 0;
  look.fundingIntervalHours = intervalHours;
  look.fundingTimeMs = timeMs > 0 && timeMs <= MAX_INTEGER ? timeMs : wholeAtWord(12, 'funding.timeMs');
  look.fundingRate = roomSigned[16]! / E8;
  if (intervalHours !== 0) return;
  if (look.fundingTimeMs !== 0)
    throw outOfDomain('funding.timeMs', '0 without an interval', look.fundingTimeMs);
  if (look.fundingRate !== 0) throw outOfDomain('funding.rate', '0 without an interval', look.fundingRate);
}

function readPosition(look: Look, at: number): void {
  const doubles = roomDoubles;
  const quantity = doubles[at]! * TWO_537 * TWO_537;
  const entry = doubles[at + 1]! * TWO_537 * TWO_537;
  const wallet = doubles[at + 2]! * TWO_537 * TWO_537;
  look.quantity = quantity > 0 && quantity <= MAX_E8 ? quantity / E8 : amountAt(at, 'position.quantity');
  look.entryPrice = entry > 0 && entry <= MAX_E8 ? entry / E8 : amountAt(at + 1, 'position.entryPrice');
  look.walletUsdt = wallet > 0 && wallet <= MAX_E8 ? wallet / E8 : amountAt(at + 2, 'position.walletUsdt');
  look.venueLiquidationPrice = amountAt(at + 3, 'position.venueLiquidationPrice');
  look.openedMs = wholeAt(at + 4, 'position.openedMs');
}

/** Bars, settlements, book and instrument: what comes with few looks or none. */
function readRest(look: Look, frame: Uint8Array, length: number, word: number, flags: number): void {
  const bytes = roomBytes;
  const barCount = bytes[68]!;
  const leaderCount = bytes[69]!;
  const settlementCount = bytes[70]!;
  const bidCount = bytes[71]!;
  const askCount = bytes[72]!;
  const hasInstrument = (flags & HAS_INSTRUMENT) !== 0;
  const isNews = barCount + leaderCount + settlementCount > 0;
  let at = word;
  look.isNews = isNews || hasInstrument || look.onRecord;
  if (isNews) {
    if (barCount > MAX_OBSERVED_BARS) assertFew('bars', barCount);
    if (leaderCount > MAX_OBSERVED_BARS) assertFew('leaderBars', leaderCount);
    if (settlementCount > MAX_OBSERVED_BARS) assertFew('settlements', settlementCount);
  }
  const decimals = bytes[73]!;
  const leaderDecimals = bytes[74]!;
  const sizeDecimals = bytes[75]!;
  const price = decimals === WIDE ? 2 : 1;
  const barWords = 2 + 4 * price;
  const leaderWords = leaderDecimals === WIDE ? 3 : 2;
  let words = word + (bidCount + askCount) * (price + (sizeDecimals === WIDE ? 2 : 1));
  if (isNews) words += barCount * barWords + leaderCount * leaderWords + settlementCount * SETTLEMENT_WORDS;
  if (length < 4 * words) throw truncated(4 * words, length);
  if (!hasInstrument && length > 4 * words) throw trailing(4 * words, length);
  if (barCount === 1 && decimals !== WIDE) look.bars = readBar(look.oneBar, at, decimals);
  else look.bars = barCount === 0 ? NO_BARS : readBars(at, barCount, decimals);
  at += barCount * barWords;
  if (leaderCount === 1 && leaderDecimals !== WIDE) {
    look.leaderBars = readLeaderBar(look.oneLeaderBar, at, leaderDecimals);
  } else
    look.leaderBars = leaderCount === 0 ? NO_LEADER_BARS : readLeaderBars(at, leaderCount, leaderDecimals);
  at += leaderCount * leaderWords;
  look.settlements = settlementCount === 0 ? NO_SETTLEMENTS : readSettlements(at, settlementCount);
  at += settlementCount * SETTLEMENT_WORDS;
  const { book } = look;
  if (bidCount + askCount + book.bidCount + book.askCount > 0) {
    at = readBook(book, at, bidCount, askCount, decimals, sizeDecimals);
  }
  look.instrument = hasInstrument ? readInstrument(frame.subarray(4 * at), look.instrumentHash) : null;
}

/** The one bar of a look, in its own room: making it anew would cost the canister three times as much. */
function readBar(room: Look['oneBar'], word: number, decimals: number): readonly Bar[] {
  const words = roomWords;
  const scale = scaleOf(decimals, 'priceDecimals');
  const bar = room[0];
  bar.timeMs = words[word]! * BAR_MS;
  // + 0 turns −0 into 0.
  bar.volume = roomFloats[word + 1]! + 0;
  bar.open = words[word + 2]! / scale;
  bar.high = words[word + 3]! / scale;
  bar.low = words[word + 4]! / scale;
  bar.close = words[word + 5]! / scale;
  return room;
}

/** As `readBar`, of the leader. */
function readLeaderBar(room: Look['oneLeaderBar'], word: number, decimals: number): readonly LeaderBar[] {
  const words = roomWords;
  const bar = room[0];
  bar.timeMs = words[word]! * BAR_MS;
  bar.close = words[word + 1]! / scaleOf(decimals, 'leaderDecimals');
  return room;
}

function readBars(word: number, count: number, decimals: number): Bar[] {
  const words = roomWords;
  const scale = scaleOf(decimals, 'priceDecimals');
  const isWide = decimals === WIDE;
  const bars: Bar[] = [];
  for (let i = 0, at = word; i < count; i++, at += isWide ? 10 : 6) {
    bars.push({
      timeMs: words[at]! * BAR_MS,
      open: isWide ? amountAtWord(at + 2, 'bar.open') : words[at + 2]! / scale,
      high: isWide ? amountAtWord(at + 4, 'bar.high') : words[at + 3]! / scale,
      low: isWide ? amountAtWord(at + 6, 'bar.low') : words[at + 4]! / scale,
      close: isWide ? amountAtWord(at + 8, 'bar.close') : words[at + 5]! / scale,
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

function readInstrument(bytes: Uint8Array, hash: number): Instrument {
  const r = reader(bytes);
  const instrument = getInstrument(r);
  end(r);
  if (instrumentHash(instrument) !== hash) {
    throw outOfDomain('instrumentHash', 'the hash of the instrument beside it', hash);
  }
  return instrument;
}
