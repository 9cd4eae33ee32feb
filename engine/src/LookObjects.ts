import { fillBook, bookOf } from './BookSummary.ts';
import { outOfDomain } from './EngineError.ts';
import { assertFundingNext } from './Funding.ts';
import { carriedInstrument } from './Instrument.ts';
import { assertFew, sharedLook, type Look } from './Look.ts';
import type { Observation } from './Observation.ts';
import { FIRST_PLACE } from './Place.ts';
import { FLAT, type Position } from './Position.ts';
import { ID_BYTES } from './codec/Frame.ts';

/** Lays an observation flat. */
export function lookOf(observation: Observation): Look {
  const look = sharedLook;
  const { id, funding, position } = observation;
  if (id.length !== ID_BYTES) throw outOfDomain('id', `${String(ID_BYTES)} bytes`, id.length);
  assertFew('bars', observation.bars.length);
  assertFew('leaderBars', observation.leaderBars.length);
  assertFew('settlements', observation.settlements.length);
  look.id.set(id);
  look.place = observation.place ?? FIRST_PLACE;
  look.timeMs = observation.timeMs;
  look.markPrice = observation.markPrice;
  // + 0 turns −0 into 0, as reading a frame does.
  look.equityUsdt = observation.account.equityUsdt + 0;
  if (funding !== null) assertFundingNext(funding);
  look.isFundingKnown = funding !== null;
  look.fundingTimeMs = (funding?.timeMs ?? 0) + 0;
  look.fundingRate = (funding?.rate ?? 0) + 0;
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
  look.instrument = observation.instrument === null ? null : carriedInstrument(observation.instrument);
  look.bars = observation.bars;
  look.leaderBars = observation.leaderBars;
  look.settlements = observation.settlements;
  look.isNews =
    look.bars.length + look.leaderBars.length + look.settlements.length > 0 ||
    look.instrument !== null ||
    look.onRecord;
  look.openInterest = observation.openInterest + 0;
  fillBook(look.book, observation.book);
  look.longPrintsUsdt = observation.longPrintsUsdt;
  look.shortPrintsUsdt = observation.shortPrintsUsdt;
  return look;
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
    bars: seen.bars.map((bar) => ({ ...bar })),
    leaderBars: seen.leaderBars.map((bar) => ({ ...bar })),
    settlements: seen.settlements,
    openInterest: seen.openInterest,
    book: bookOf(seen.book),
    longPrintsUsdt: seen.longPrintsUsdt,
    shortPrintsUsdt: seen.shortPrintsUsdt,
  };
}
