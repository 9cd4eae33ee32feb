import { outOfDomain } from './EngineError.ts';
import { requireTime } from './Domain.ts';
import { getE8, getU64, getU8, putE8, putU64, type Reader, type Writer } from './codec/Bytes.ts';

/** One funding settlement: a positive rate was paid by longs to shorts. */
export interface Settlement {
  readonly timeMs: number;
  /** Fraction of the notional at mark, per settlement. */
  readonly rate: number;
}

/** What the venue says of the settlement to come. */
export interface FundingNext {
  readonly timeMs: number;
  readonly rate: number;
  readonly intervalHours: number;
}

export function assertRate(rate: number, field: string): void {
  if (!(rate > -0.1 && rate < 0.1)) throw outOfDomain(field, 'a magnitude below 10 % of the notional', rate);
}

/** @throws EngineError when a field is outside its domain. */
export function assertFundingNext(funding: FundingNext): void {
  const { timeMs, rate, intervalHours } = funding;
  requireTime('funding.timeMs', timeMs);
  assertRate(rate, 'funding.rate');
  if (intervalHours !== 1 && intervalHours !== 2 && intervalHours !== 4 && intervalHours !== 8) {
    throw outOfDomain('funding.intervalHours', '1, 2, 4, 8, or 0 where it is unknown', intervalHours);
  }
}

/** An interval of 0 hours says that nothing is known; every other field is 0 then. */
export function getFundingNext(r: Reader): FundingNext | null {
  const funding: FundingNext = {
    timeMs: getU64(r, 'funding.timeMs'),
    rate: getE8(r, 'funding.rate'),
    intervalHours: getU8(r, 'funding.intervalHours'),
  };
  const { timeMs, rate, intervalHours } = funding;
  if (intervalHours === 0) {
    if (timeMs !== 0) throw outOfDomain('funding.timeMs', '0 without an interval', timeMs);
    if (rate !== 0) throw outOfDomain('funding.rate', '0 without an interval', rate);
    return null;
  }
  return funding;
}

export function getSettlement(r: Reader, field: string): Settlement {
  const settlement: Settlement = { timeMs: getU64(r, field), rate: getE8(r, field) };
  assertRate(settlement.rate, `${field}.rate`);
  return settlement;
}

export function putSettlement(w: Writer, settlement: Settlement, field: string): void {
  putU64(w, settlement.timeMs, field);
  putE8(w, settlement.rate, field);
}
