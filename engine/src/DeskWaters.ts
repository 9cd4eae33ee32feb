import type { Desk, DeskState } from './DeskState.ts';
import type { Instrument } from './Instrument.ts';
import type { Look } from './Look.ts';
import { createWaters, type Waters } from './Waters.ts';
import type { OtherPosition } from './model/Portfolio.ts';

/** The waters of the decision at hand: one for all desks. */
export const waters = createWaters();

/** The waters that an intent plans on: as of the last observation on record. */
export function recordedWaters(desk: Desk, instrument: Instrument, others: readonly OtherPosition[]): Waters {
  const { state } = desk;
  waters.feed = state.feed;
  waters.limits = state.limits;
  waters.instrument = instrument;
  waters.timeMs = state.timeMs;
  waters.markPrice = state.markPrice;
  waters.funding = state.funding;
  waters.others = others;
  waters.isFundingKnown = state.isFundingKnown;
  waters.fundingTimeMs = state.fundingNextMs;
  waters.fundingRate = state.fundingNextRate;
  waters.fundingIntervalHours = state.fundingIntervalHours;
  waters.book = state.book;
  waters.openInterest = state.openInterest;
  waters.equityUsdt = state.equityUsdt;
  return waters;
}

/**
 * The waters as one look shows them; what the feed remembers of earlier ones is the desk's.
 *
 * @param isDeep whether more is wanted than time and mark: a flat tick needs no market.
 */
export function seenWaters(
  state: DeskState,
  seen: Look,
  instrument: Instrument,
  others: readonly OtherPosition[],
  isDeep: boolean,
): void {
  waters.feed = state.feed;
  waters.limits = state.limits;
  waters.instrument = instrument;
  waters.timeMs = seen.timeMs;
  waters.markPrice = seen.markPrice;
  if (!isDeep) return;
  const { isFundingKnown } = seen;
  waters.funding = state.funding;
  waters.others = others;
  waters.isFundingKnown = isFundingKnown;
  waters.fundingTimeMs = seen.fundingTimeMs;
  waters.fundingRate = seen.fundingRate;
  waters.fundingIntervalHours = isFundingKnown ? seen.fundingIntervalHours : state.fundingIntervalHours;
  waters.book = seen.book;
  waters.openInterest = seen.openInterest;
  waters.equityUsdt = seen.equityUsdt;
}
