import { indexAtOrAfter } from '../market/Bar.ts';
import type { Settlement } from '../market/FundingFile.ts';
import type { Contract } from './Venue.ts';

const HOUR_MS = 3_600_000;
/** Hours between settlements that the venue knows. */
export const FUNDING_HOURS: readonly number[] = [1, 4, 8];
const DEFAULT_HOURS = 8;

/** Time between the settlements of a recording: the known interval most often found, 8 hours when there is none. */
export function fundingIntervalMs(settlements: readonly Settlement[]): number {
  const countOf = (hours: number): number =>
    settlements.filter(({ timeMs }, i) => timeMs - (settlements[i - 1]?.timeMs ?? 0) === hours * HOUR_MS)
      .length;
  let best = DEFAULT_HOURS;
  for (const hours of FUNDING_HOURS) {
    if (countOf(hours) > countOf(best)) best = hours;
  }
  return best * HOUR_MS;
}

/**
 * The next settlement after the last one made. As recorded; once the interval was changed, on the whole multiples of
 * it, at the recorded rate where one is recorded for that time, else at the last one in proportion to the interval.
 */
export function nextSettlement(contract: Contract): Settlement | undefined {
  const { recording, intervalSinceMs, fundingIntervalMs: intervalMs } = contract;
  const { funding } = recording;
  if (intervalSinceMs === undefined) return funding[contract.nextSettlement];
  const timeMs = (Math.floor(intervalSinceMs / intervalMs) + 1) * intervalMs;
  const recorded = funding[indexAtOrAfter(funding, timeMs)];
  if (recorded?.timeMs === timeMs) return recorded;
  const lastE8 = funding[indexAtOrAfter(funding, timeMs) - 1]?.rateE8 ?? 0n;
  return { timeMs, rateE8: (lastE8 * BigInt(intervalMs)) / BigInt(fundingIntervalMs(funding)) };
}

/** Notes that a settlement was made. */
export function passSettlement(contract: Contract, settlement: Settlement): void {
  contract.fundingRateE8 = settlement.rateE8;
  if (contract.intervalSinceMs === undefined) {
    contract.nextSettlement += 1;
    return;
  }
  contract.intervalSinceMs = settlement.timeMs;
  contract.settledSince.push(settlement);
}

/** Settlements made by now, oldest first: those before the start of the replay too. */
export function settlementsMade(contract: Contract): Settlement[] {
  return [...contract.recording.funding.slice(0, contract.nextSettlement), ...contract.settledSince];
}

/** When the next settlement is shown to be due: a recorded one within the interval, else the next multiple of it, ms. */
export function nextFundingTimeMs(contract: Contract, timeMs: number): number {
  const { fundingIntervalMs } = contract;
  const boundaryMs = (Math.floor(timeMs / fundingIntervalMs) + 1) * fundingIntervalMs;
  const next = nextSettlement(contract);
  return next !== undefined && next.timeMs <= boundaryMs ? next.timeMs : boundaryMs;
}
