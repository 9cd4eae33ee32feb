import { join } from 'node:path';
import { BAR_MS, type Bar, type MarginTier, type Settlement } from '@plimsoll/engine';
import { readBars, readCsvGz } from '../../engine/test/evaluation/Dataset.ts';
import { loadTiers, tiersAt, type MarginTier as RecordedTier } from '../../localnet/src/market/MarginTier.ts';

/** ICP as it was recorded on one venue, led by ETH; the leader's bars are those at the times that both have. */
export interface Recorded {
  readonly bars: readonly Bar[];
  readonly leaderBars: ReadonlyMap<number, Bar>;
  readonly settlements: readonly Settlement[];
  /** The margin table in force at a time. */
  readonly tiers: (timeMs: number) => readonly MarginTier[];
}

interface Source {
  /** What stands between the symbol and the end of a candle file's name. */
  readonly candles: string;
  readonly funding: string;
  readonly tiers: string;
}

const SOURCES = {
  'binance-spot': {
    candles: 'binance-spot_5m',
    funding: 'binance-perp_8h',
    tiers: 'binance-usdm_ICP_ETH_BTC.json',
  },
  'bybit-perp': {
    candles: 'bybit-perp_5m_2024-05_08',
    funding: 'bybit-perp_8h',
    tiers: 'bybit-linear_ICP_ETH_2024-08.json',
  },
} as const satisfies Record<string, Source>;

const E8 = 1e8;

/** Tiers as the engine wants them. */
export function plainTiers(tiers: readonly RecordedTier[]): MarginTier[] {
  return tiers.map((tier) => ({
    minNotional: Number(tier.minNotionalE8) / E8,
    maxNotional: Number(tier.maxNotionalE8) / E8,
    mmr: Number(tier.mmrE8) / E8,
    maxLeverage: Number(tier.maxLeverageE8) / E8,
    cum: Number(tier.cumE8) / E8,
  }));
}

/** The recording of that name under the data folder. */
export function loadRecorded(dataDirectory: string, name: keyof typeof SOURCES): Recorded {
  const source: Source = SOURCES[name];
  const candles = (symbol: string): Bar[] =>
    readBars(join(dataDirectory, 'candles', `${symbol}USDT_${source.candles}.csv.gz`));
  const funding = readCsvGz(join(dataDirectory, 'funding', `ICPUSDT_${source.funding}.csv.gz`));
  const tables = loadTiers(join(dataDirectory, 'margin-tiers', source.tiers), 'ICPUSDT');
  const plain = new Map(tables.map(({ tiers }) => [tiers, plainTiers(tiers)]));
  return {
    bars: candles('ICP'),
    leaderBars: new Map(candles('ETH').map((bar) => [bar.timeMs, bar])),
    settlements: funding.map(([timeMs = NaN, rate = NaN]) => ({ timeMs, rate })),
    tiers: (timeMs) => plain.get(tiersAt(tables, timeMs)) ?? [],
  };
}

/** Index of the first bar that opens at `timeMs` or later. */
export function barAt(recorded: Recorded, timeMs: number): number {
  return recorded.bars.findIndex((bar) => bar.timeMs >= timeMs);
}

/** Some bars seen as one. */
export interface Stretch {
  readonly endMs: number;
  readonly low: number;
  readonly high: number;
  readonly close: number;
}

/** The bars of index `from` up to `to`, `size` of them in each stretch. */
export function stretches({ bars }: Recorded, from: number, to: number, size: number): Stretch[] {
  const list: Stretch[] = [];
  for (let i = from; i < to; i += size) {
    const part = bars.slice(i, Math.min(to, i + size));
    const last = part.at(-1);
    if (last === undefined) throw new RangeError('expected bars up to the end, the recording has none');
    list.push({
      endMs: last.timeMs + BAR_MS,
      low: Math.min(...part.map(({ low }) => low)),
      high: Math.max(...part.map(({ high }) => high)),
      close: last.close,
    });
  }
  return list;
}
