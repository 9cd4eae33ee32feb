import { barLengthMs, gapsOf, type Bar, type Gap } from './Bar.ts';
import { loadCandles, loadPrices } from './CandleFile.ts';
import { defaultTiers } from './DefaultTiers.ts';
import { loadFunding, type Settlement } from './FundingFile.ts';
import { loadTiers, type DatedTiers } from './MarginTier.ts';
import { loadOpenInterest, type OpenInterest } from './OpenInterestFile.ts';
import { RecordingError } from './RecordingError.ts';

/** What is known of one symbol, oldest first. */
export interface SymbolRecording {
  readonly symbol: string;
  readonly bars: readonly Bar[];
  /** Empty when no funding was recorded: then every settlement is 0. */
  readonly funding: readonly Settlement[];
  readonly tiers: readonly DatedTiers[];
  readonly gaps: readonly Gap[];
  /** Mark prices as bars; without them mark follows from index, and without both it is last. */
  readonly mark?: readonly Bar[];
  readonly index?: readonly Bar[];
  readonly openInterest?: readonly OpenInterest[];
}

/** A market to replay: the traded symbol and the leader it follows. Each may lack bars that the other has. */
export interface Recording {
  readonly market: SymbolRecording;
  readonly leader: SymbolRecording;
  readonly synthetic: boolean;
}

/** Where a recording's files are. Symbols are Binance ids such as ICPUSDT. */
export interface RecordingFiles {
  readonly symbol: string;
  readonly candles: string;
  readonly leader: string;
  readonly leaderCandles: string;
  readonly funding?: string;
  readonly leaderFunding?: string;
  readonly tiers?: string;
  /** Mark and index prices and open interest of the traded symbol. */
  readonly mark?: string;
  readonly index?: string;
  readonly openInterest?: string;
}

/**
 * Loads and checks a recording. Margin tiers come from the file where it knows the symbol, else from the tables built in.
 * @throws RecordingError: one line with the file, the line, what was expected, what came and what to do.
 */
export function loadRecording(files: RecordingFiles): Recording {
  const market = {
    ...assemble(files.symbol, files.candles, files.funding, files.tiers),
    ...(files.mark === undefined ? {} : { mark: loadPrices(files.mark) }),
    ...(files.index === undefined ? {} : { index: loadPrices(files.index) }),
    ...(files.openInterest === undefined ? {} : { openInterest: loadOpenInterest(files.openInterest) }),
  };
  // A bare array of tiers does not name its symbol: it is the traded one's.
  const leader = assemble(files.leader, files.leaderCandles, files.leaderFunding, undefined, files.tiers);
  if (files.symbol === files.leader) {
    throw new RecordingError({
      source: files.leaderCandles,
      expected: 'a leader other than the traded symbol',
      got: files.leader,
      remedy: 'name another leader',
    });
  }
  const lengthMs = barLengthMs(market.bars);
  requireLength(files.leaderCandles, leader.bars, lengthMs);
  requireLength(files.mark, market.mark, lengthMs);
  requireLength(files.index, market.index, lengthMs);
  requireOverlap(market, leader, files);
  return { market, leader, synthetic: false };
}

function assemble(
  symbol: string,
  candles: string,
  funding: string | undefined,
  ownTiers: string | undefined,
  sharedTiers?: string,
): SymbolRecording {
  const bars = loadCandles(candles);
  return {
    symbol,
    bars,
    funding: funding === undefined ? [] : loadFunding(funding),
    tiers: tiersOf(symbol, ownTiers, sharedTiers),
    gaps: gapsOf(bars),
  };
}

function tiersOf(symbol: string, own: string | undefined, shared: string | undefined): DatedTiers[] {
  const known = defaultTiers(symbol);
  if (own !== undefined) {
    const given = loadTiers(own, symbol);
    if (given.length > 0) return given;
  }
  if (shared !== undefined) {
    const given = loadTiers(shared, symbol).filter(({ sinceMs }) => sinceMs > 0);
    if (given.length > 0) return given;
  }
  if (known.length > 0) return known;
  throw new RecordingError({
    source: own ?? shared ?? symbol,
    expected: `margin tiers of ${symbol}`,
    got: 'none',
    remedy: 'give a tiers file that holds them',
  });
}

/** Every series of a recording has bars of the length that the traded symbol's have. */
function requireLength(source: string | undefined, bars: readonly Bar[] | undefined, lengthMs: number): void {
  if (source === undefined || bars === undefined || bars.length < 2) return;
  const gotMs = barLengthMs(bars);
  if (gotMs === lengthMs) return;
  throw new RecordingError({
    source,
    expected: `bars of ${lengthMs / 60_000} minutes like those of the traded symbol`,
    got: `bars of ${gotMs / 60_000} minutes`,
    remedy: 'give recordings of one bar length',
  });
}

function requireOverlap(market: SymbolRecording, leader: SymbolRecording, files: RecordingFiles): void {
  const first = Math.max(market.bars[0]?.timeMs ?? 0, leader.bars[0]?.timeMs ?? 0);
  const last = Math.min(market.bars.at(-1)?.timeMs ?? 0, leader.bars.at(-1)?.timeMs ?? 0);
  if (last > first) return;
  throw new RecordingError({
    source: files.leaderCandles,
    expected: `bars at the times of ${files.candles}`,
    got: 'no common span of two bars',
    remedy: 'give recordings of the same days',
  });
}
