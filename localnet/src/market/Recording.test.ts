import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Exchange } from '../exchange/Exchange.ts';
import { loadRecording, type RecordingFiles } from './Recording.ts';

const DATA = '../shared/data';
const AUGUST: RecordingFiles = {
  symbol: 'ICPUSDT',
  candles: `${DATA}/candles/ICPUSDT_bybit-perp_5m_2024-05_08.csv.gz`,
  leader: 'ETHUSDT',
  leaderCandles: `${DATA}/candles/ETHUSDT_bybit-perp_5m_2024-05_08.csv.gz`,
  funding: `${DATA}/funding/ICPUSDT_bybit-perp_8h.csv.gz`,
};

const folder = mkdtempSync(join(tmpdir(), 'recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...rows: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${rows.join('\n')}\n`);
  return path;
}

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const row = (bar: number): string => `${bar * 300_000},2,3,1,2,1`;

describe('a recording', () => {
  test('joins market and leader, each with its own gaps, and knows the built-in tiers', () => {
    const recording = loadRecording({
      symbol: 'ICPUSDT',
      candles: file('icp.csv', HEADER, row(1), row(2), row(4)),
      leader: 'ETHUSDT',
      leaderCandles: file('eth.csv', HEADER, row(1), row(2), row(3), row(4)),
    });
    expect(recording.market.gaps).toEqual([{ fromMs: 900_000, missingBars: 1 }]);
    expect(recording.leader.gaps).toEqual([]);
    expect(recording.market.funding).toEqual([]);
    expect(recording.leader.tiers.length).toBeGreaterThan(0);
  });

  test('takes a bare array of tiers for the traded symbol only', () => {
    const tier = { minNotional: 0, maxNotional: 1000, mmr: 0.02, maxLeverage: 5 };
    const files = {
      symbol: 'ICPUSDT',
      candles: file('a.csv', HEADER, row(1), row(2)),
      leader: 'ETHUSDT',
      leaderCandles: file('b.csv', HEADER, row(1), row(2)),
      tiers: file('tiers.json', JSON.stringify([tier])),
    };
    const { market, leader } = loadRecording(files);
    expect(market.tiers[0]?.tiers).toHaveLength(1);
    expect(leader.tiers[0]?.tiers).toHaveLength(12);
  });

  test('of other days, of one symbol twice, or of a symbol without tiers is refused', () => {
    const early = file('early.csv', HEADER, row(1), row(2));
    const late = file('late.csv', HEADER, row(10), row(11));
    const files = { symbol: 'ICPUSDT', candles: early, leader: 'ETHUSDT', leaderCandles: early };
    expect(() => loadRecording({ ...files, leaderCandles: late })).toThrow(/recordings of the same days/);
    expect(() => loadRecording({ ...files, leader: 'ICPUSDT' })).toThrow(/another leader/);
    expect(() => loadRecording({ ...files, leader: 'DOGEUSDT' })).toThrow(/margin tiers of DOGEUSDT/);
  });
});

describe.skipIf(!existsSync(DATA))('the recording of May to August 2024 (needs ../shared)', () => {
  test('loads and plays to its end in seconds', () => {
    const recording = loadRecording(AUGUST);
    expect(recording.market.bars).toHaveLength(28_968);
    expect(recording.leader.bars).toHaveLength(28_964);
    const exchange = new Exchange({ recording });
    const begin = performance.now();
    while (!exchange.done) exchange.advance('open');
    expect(performance.now() - begin).toBeLessThan(10_000);
    const { barsDone, barsTotal, lastPrice } = exchange.status();
    expect([barsDone, lastPrice]).toEqual([barsTotal, '7.427']);
  });

  test('serves the warm-up that lies before its start', () => {
    const exchange = new Exchange({ recording: loadRecording(AUGUST), startMs: Date.UTC(2024, 7, 4) });
    const { market, startBarMs, firstBarMs } = { ...exchange.status(), market: exchange.market };
    expect((startBarMs - firstBarMs) / 300_000).toBeGreaterThan(2_880);
    expect(market.recording.bars.some((bar) => bar.timeMs === startBarMs)).toBe(true);
  });
});
