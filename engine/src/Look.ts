import type { Bar, LeaderBar } from './Bar.ts';
import { createBookSlot, type BookSlot } from './BookSummary.ts';
import type { Settlement } from './Funding.ts';
import type { Instrument } from './Instrument.ts';
import { FIRST_PLACE, type Place } from './Place.ts';
import { EngineError } from './EngineError.ts';
import { ID_BYTES } from './codec/Frame.ts';

/** Room for one bar of each series, as nearly every look with news brings: filled again, where new ones would be made. */
class BarSlot {
  timeMs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;
}
class LeaderBarSlot {
  timeMs = 0;
  close = 0;
}

/**
 * One look at venue and account as the desk takes it in: an observation laid flat, so that nothing is allocated for what
 * most looks do not have. One is shared and filled anew for every frame.
 */
export class Look {
  readonly id: Uint8Array = new Uint8Array(ID_BYTES);
  place: Place = FIRST_PLACE;
  timeMs = 0;
  markPrice = 0;
  equityUsdt = 0;
  isFundingKnown = false;
  fundingTimeMs = 0;
  fundingRate = 0;
  fundingIntervalHours = 0;
  /** 0 when flat; the five numbers after it mean nothing then. */
  side = 0;
  quantity = 0;
  entryPrice = 0;
  walletUsdt = 0;
  venueLiquidationPrice = 0;
  openedMs = 0;
  restingStopPrice = 0;
  restingStopQuantity = 0;
  onRecord = false;
  /** Whether it tells of the market, or asks to be on record. */
  isNews = false;
  instrumentHash = 0;
  instrument: Instrument | null = null;
  readonly oneBar: readonly [BarSlot] = [new BarSlot()];
  readonly oneLeaderBar: readonly [LeaderBarSlot] = [new LeaderBarSlot()];
  bars: readonly Bar[] = [];
  leaderBars: readonly LeaderBar[] = [];
  settlements: readonly Settlement[] = [];
  openInterest = 0;
  book: BookSlot = createBookSlot();
  longPrintsUsdt = 0;
  shortPrintsUsdt = 0;
}

/** An empty look: whoever takes in a frame while another one is at hand needs a look of its own. */
export function createLook(): Look {
  return new Look();
}

/** The one that whoever takes in one look at a time fills. */
export const sharedLook = createLook();

/** An observation carries at most an hour of bars; whoever missed more loads history. */
export const MAX_OBSERVED_BARS = 12;

/** Refuses more bars or settlements than an observation carries. */
export function assertFew(field: string, count: number): void {
  if (count > MAX_OBSERVED_BARS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_OBSERVED_BARS)}`, count);
  }
}

/** Has the look put on record whatever it shows. */
export function askForRecord(seen: Look): void {
  seen.onRecord = true;
  seen.isNews = true;
}
