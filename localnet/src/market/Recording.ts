import { BAR_MS, gapsOf, type Bar, type Gap } from './Bar.ts';
import { loadCandles } from './CandleFile.ts';
import { defaultTiers } from './DefaultTiers.ts';
import { loadFunding, type Settlement } from './FundingFile.ts';
import { loadTiers, type DatedTiers } from './MarginTier.ts';
import { RecordingError } from './RecordingError.ts';

/** What is known of one symbol, oldest first. */
export interface SymbolRecording {
  readonly symbol: string;
  readonly bars: readonly Bar[];
  /** Empty when no funding was recorded: then every settlement is 0. */
  readonly funding: readonly Settlement[];
  readonly tiers: readonly DatedTiers[];
  readonly gaps: readonly Gap[];
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
}

/**
 * Loads and checks a recording. Margin tiers come from the file where it knows the symbol, else from the tables built in.
 * @throws RecordingError: one line with the file, the line, what was expected, what came and what to do.
 */
export function loadRecording(files: RecordingFiles): Recording {
  const market = assemble(files.symbol, files.candles, files.funding, files.tiers);
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

function requireOverlap(market: SymbolRecording, leader: SymbolRecording, files: RecordingFiles): void {
  const first = Math.max(market.bars[0]?.timeMs ?? 0, leader.bars[0]?.timeMs ?? 0);
  const last = Math.min(market.bars.at(-1)?.timeMs ?? 0, leader.bars.at(-1)?.timeMs ?? 0);
  if (last >= first + BAR_MS) return;
  throw new RecordingError({
    source: files.leaderCandles,
    expected: `bars at the times of ${files.candles}`,
    got: 'no common span of two bars',
    remedy: 'give recordings of the same days',
  });
}
