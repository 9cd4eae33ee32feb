import { EngineError } from './EngineError.ts';
import { getBar, putBar, type Bar } from './Bar.ts';
import { getSettlement, putSettlement, type Settlement } from './Funding.ts';
import { getInstrument, putInstrument, type Instrument } from './Instrument.ts';
import {
  end,
  finish,
  getBytes,
  getText,
  getU16,
  getU8,
  putBytes,
  putText,
  putU16,
  putU8,
  reader,
  writer,
} from './codec/Bytes.ts';
import { FRAME_HISTORY, FRAME_VERSION, expectFrame, ID_BYTES } from './codec/Frame.ts';

/** A feed is live, paper or replay for ever; only live ones count towards live trading. */
export const FEED_KINDS = ['replay', 'paper', 'live'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/** At most this many bars of each series warm a feed in one message. */
export const MAX_HISTORY_BARS = 3_000;
/** A first entry needs this many contiguous bars: ten days. */
export const WARM_UP_BARS = 2_880;

/** Closed bars that warm an empty or stale feed. History is logged as such and never decides. */
export interface History {
  readonly id: Uint8Array;
  readonly kind: FeedKind;
  readonly venue: string;
  /** Salted hash of the venue's account id, 32 bytes: pins the feed to one account without naming it. */
  readonly accountHash: Uint8Array;
  readonly instrument: Instrument;
  readonly leaderSymbol: string;
  /** Oldest first. */
  readonly bars: readonly Bar[];
  readonly leaderBars: readonly Bar[];
  readonly settlements: readonly Settlement[];
}

function assertCounts(bars: number, leaderBars: number, settlements: number): void {
  const limit = (field: string, count: number): void => {
    if (count > MAX_HISTORY_BARS) {
      throw new EngineError('request', 'oversized', field, `at most ${String(MAX_HISTORY_BARS)}`, count);
    }
  };
  limit('history.bars', bars);
  limit('history.leaderBars', leaderBars);
  limit('history.settlements', settlements);
}

export function encodeHistory(history: History): Uint8Array {
  assertCounts(history.bars.length, history.leaderBars.length, history.settlements.length);
  const w = writer(1024 + 48 * (history.bars.length + history.leaderBars.length));
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_HISTORY);
  putBytes(w, history.id);
  putU8(w, FEED_KINDS.indexOf(history.kind));
  putText(w, history.venue, 'history.venue');
  putBytes(w, history.accountHash);
  putInstrument(w, history.instrument);
  putText(w, history.leaderSymbol, 'history.leaderSymbol');
  putU16(w, history.bars.length);
  putU16(w, history.leaderBars.length);
  putU16(w, history.settlements.length);
  for (let i = 0; i < history.bars.length; i++) putBar(w, history.bars[i]!, 'history.bar');
  for (let i = 0; i < history.leaderBars.length; i++) putBar(w, history.leaderBars[i]!, 'history.leaderBar');
  for (let i = 0; i < history.settlements.length; i++) {
    putSettlement(w, history.settlements[i]!, 'history.settlement');
  }
  return finish(w);
}

export function decodeHistory(frame: Uint8Array): History {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_HISTORY);
  const id = getBytes(r, ID_BYTES, 'history.id');
  const kindIndex = getU8(r, 'history.kind');
  const kind = FEED_KINDS[kindIndex];
  if (kind === undefined) {
    throw new EngineError('request', 'out-of-domain', 'history.kind', '0, 1 or 2', kindIndex);
  }
  const venue = getText(r, 'history.venue');
  const accountHash = getBytes(r, 32, 'history.accountHash');
  const instrument = getInstrument(r);
  const leaderSymbol = getText(r, 'history.leaderSymbol');
  const barCount = getU16(r, 'history.bars');
  const leaderCount = getU16(r, 'history.leaderBars');
  const settlementCount = getU16(r, 'history.settlements');
  assertCounts(barCount, leaderCount, settlementCount);
  const bars: Bar[] = [];
  for (let i = 0; i < barCount; i++) bars.push(getBar(r, 'history.bar'));
  const leaderBars: Bar[] = [];
  for (let i = 0; i < leaderCount; i++) leaderBars.push(getBar(r, 'history.leaderBar'));
  const settlements: Settlement[] = [];
  for (let i = 0; i < settlementCount; i++) settlements.push(getSettlement(r, 'history.settlement'));
  end(r);
  return { id, kind, venue, accountHash, instrument, leaderSymbol, bars, leaderBars, settlements };
}
