import { outOfDomain } from './EngineError.ts';
import { requireTime } from './Domain.ts';
import { getRate, getU64, putRate, putU64, type Reader, type Writer } from './codec/Bytes.ts';

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

export function getSettlement(r: Reader, field: string): Settlement {
  const settlement: Settlement = { timeMs: getU64(r, field), rate: getRate(r, field) };
  assertRate(settlement.rate, `${field}.rate`);
  return settlement;
}

export function putSettlement(w: Writer, settlement: Settlement, field: string): void {
  putU64(w, settlement.timeMs, field);
  putRate(w, settlement.rate, field);
}
