import { assertBook } from './BookSummary.ts';
import {
  MAX_PRICE,
  MAX_TIME_MS,
  MIN_PRICE,
  requireCount,
  requireMoney,
  requireMoneyOr0,
  requirePrice,
  requireTime,
} from './Domain.ts';
import { outOfDomain } from './EngineError.ts';
import { assertFundingNext } from './Funding.ts';
import { assertInstrument } from './Instrument.ts';
import type { Look } from './Look.ts';
import { assertPosition, type Position } from './Position.ts';
import { MAX_AMOUNT } from './codec/Bytes.ts';

/**
 * Domains are tested here and named only for a refusal: a call for every field would cost the canister more than the
 * tests themselves.
 *
 * @throws EngineError when a field is outside its domain; what depends on the desk is not looked at.
 */
export function assertLook(seen: Look): void {
  const { timeMs, markPrice, equityUsdt, openInterest, restingStopPrice, restingStopQuantity } = seen;
  if (!(timeMs >= 0 && timeMs <= MAX_TIME_MS && Math.floor(timeMs) === timeMs)) requireTime('timeMs', timeMs);
  if (!(markPrice >= MIN_PRICE && markPrice <= MAX_PRICE)) requirePrice('markPrice', markPrice);
  if (seen.isFundingKnown) assertFunding(seen);
  if (!(equityUsdt >= -MAX_AMOUNT && equityUsdt <= MAX_AMOUNT)) {
    requireMoney('account.equityUsdt', equityUsdt);
  }
  if (seen.side !== 0) assertPosition(seen as Position & Look, markPrice);
  if (!(restingStopPrice >= 0 && restingStopPrice <= MAX_AMOUNT)) {
    requireMoneyOr0('restingStopPrice', restingStopPrice);
  }
  if (!(restingStopQuantity >= 0 && restingStopQuantity <= MAX_AMOUNT)) {
    requireMoneyOr0('restingStopQuantity', restingStopQuantity);
  }
  if (seen.instrument !== null) assertInstrument(seen.instrument);
  if (!(
    openInterest >= 0 &&
    openInterest < 9_007_199_254_740_992 &&
    Math.floor(openInterest) === openInterest
  )) {
    requireCount('openInterest', openInterest);
  }
  const { book } = seen;
  if (book.bidCount !== 0 || book.askCount !== 0) assertBook(book);
  const { longPrintsUsdt, shortPrintsUsdt } = seen;
  if (longPrintsUsdt !== 0 || shortPrintsUsdt !== 0) assertPrints(seen);
}

function assertFunding({ fundingTimeMs, fundingRate, fundingIntervalHours: hours }: Look): void {
  const isGood =
    fundingRate > -0.1 && fundingRate < 0.1 && (hours === 8 || hours === 4 || hours === 2 || hours === 1);
  if (!isGood || fundingTimeMs > MAX_TIME_MS) {
    assertFundingNext({ timeMs: fundingTimeMs, rate: fundingRate, intervalHours: hours });
  }
}

function assertPrints({ bars, longPrintsUsdt, shortPrintsUsdt }: Look): void {
  requireCount('longPrintsUsdt', longPrintsUsdt);
  requireCount('shortPrintsUsdt', shortPrintsUsdt);
  if (bars.length === 0) throw outOfDomain('printsUsdt', '0 without bars', longPrintsUsdt + shortPrintsUsdt);
}
