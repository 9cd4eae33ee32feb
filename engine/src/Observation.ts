import { EngineError, outOfDomain } from './EngineError.ts';
import { assertRate, getSettlement, putSettlement, type FundingNext, type Settlement } from './Funding.ts';
import { getBar, putBar, type Bar } from './Bar.ts';
import { getInstrument, putInstrument, type Instrument } from './Instrument.ts';
import { getAccount, getPosition, putAccount, putPosition, type Account, type Position } from './Position.ts';
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
  /** The venue's clock, milliseconds. */
  readonly timeMs: number;
  readonly markPrice: number;
  readonly funding: FundingNext;
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
}

/** Fingerprint by which an observation refers to the venue rules it assumes. */
export function instrumentHash(instrument: Instrument): number {
  const w = writer(512);
  putInstrument(w, instrument);
  return fnv1a(finish(w));
}

export function encodeObservation(observation: Observation): Uint8Array {
  const w = writer(512);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_OBSERVATION);
  putBytes(w, observation.id);
  putU64(w, observation.timeMs, 'timeMs');
  putE8(w, observation.markPrice, 'markPrice');
  putU64(w, observation.funding.timeMs, 'funding.timeMs');
  putE8(w, observation.funding.rate, 'funding.rate');
  putU8(w, observation.funding.intervalHours);
  putAccount(w, observation.account);
  putPosition(w, observation.position);
  putE8(w, observation.restingStopPrice, 'restingStopPrice');
  putE8(w, observation.restingStopQuantity, 'restingStopQuantity');
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
  return finish(w);
}

function bounded(field: string, count: number): number {
  if (count > MAX_OBSERVED_BARS) {
    throw new EngineError('request', 'oversized', field, `at most ${String(MAX_OBSERVED_BARS)}`, count);
  }
  return count;
}

export function decodeObservation(frame: Uint8Array): Observation {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_OBSERVATION);
  const id = getBytes(r, ID_BYTES, 'id');
  const timeMs = getU64(r, 'timeMs');
  const markPrice = getE8(r, 'markPrice');
  if (!(markPrice > 0)) throw outOfDomain('markPrice', 'a price above 0', markPrice);
  const funding: FundingNext = {
    timeMs: getU64(r, 'funding.timeMs'),
    rate: getE8(r, 'funding.rate'),
    intervalHours: getU8(r, 'funding.intervalHours'),
  };
  assertRate(funding.rate, 'funding.rate');
  const hours = funding.intervalHours;
  if (hours !== 1 && hours !== 2 && hours !== 4 && hours !== 8) {
    throw outOfDomain('funding.intervalHours', '1, 2, 4 or 8', hours);
  }
  const account = getAccount(r);
  const position = getPosition(r);
  const restingStopPrice = getE8(r, 'restingStopPrice');
  const restingStopQuantity = getE8(r, 'restingStopQuantity');
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
  end(r);
  return {
    id,
    timeMs,
    markPrice,
    funding,
    account,
    position,
    restingStopPrice,
    restingStopQuantity,
    instrumentHash: hash,
    instrument,
    bars,
    leaderBars,
    settlements,
  };
}
