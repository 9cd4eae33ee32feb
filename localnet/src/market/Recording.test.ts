import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Exchange } from '../exchange/Exchange.ts';
import { answer } from '../exchange/Router.ts';
import { barLengthMs } from './Bar.ts';
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

describe('a recording of other bars', () => {
  const bars = (minutes: number, ...count: number[]): string[] =>
    count.map((i) => `${i * minutes * 60_000},2,3,1,2,1`);
  const files = (minutes: number, leaderMinutes: number) => ({
    symbol: 'ICPUSDT',
    candles: file(`m${minutes}.csv`, HEADER, ...bars(minutes, 60, 61, 62, 64)),
    leader: 'ETHUSDT',
    leaderCandles: file(`l${leaderMinutes}.csv`, HEADER, ...bars(leaderMinutes, 60, 61, 62, 64)),
  });

  test.each([1, 3, 5, 15, 30, 60])('of %i minutes is known by its own step, with its gaps', (minutes) => {
    const { market } = loadRecording(files(minutes, minutes));
    expect(barLengthMs(market.bars)).toBe(minutes * 60_000);
    expect(market.gaps).toEqual([{ fromMs: 63 * minutes * 60_000, missingBars: 1 }]);
  });

  test('of two lengths is refused, naming the file', () => {
    expect(() => loadRecording(files(5, 1))).toThrow(
      /l1\.csv: expected bars of 5 minutes like those of the traded symbol, got bars of 1 minutes/,
    );
  });

  test('carries mark, index and open interest of the traded symbol, prices without a volume', () => {
    const prices = 'timestamp_ms,open,high,low,close';
    const recording = loadRecording({
      ...files(5, 5),
      mark: file('mark.csv', prices, '18000000,2,3,1,2', '18300000,2,3,1,2'),
      index: file('index.csv', prices, '18000000,2,2.5,1,2', '18300000,2,3,1,2'),
      openInterest: file('oi.csv', 'timestamp_ms,open_interest_contracts', '18000000,1000.5'),
    });
    expect(recording.market.mark).toMatchObject([{ highE8: 300_000_000n, volumeE8: 0n }, {}]);
    expect(recording.market.index?.[0]?.highE8).toBe(250_000_000n);
    const exchange = new Exchange({ recording, startMs: 18_000_000 });
    const query = 'symbol=ICPUSDT';
    const reply = answer(exchange, {
      method: 'GET',
      path: '/fapi/v1/openInterest',
      query,
      body: '',
      apiKey: undefined,
    });
    expect(reply.body).toMatchObject({ openInterest: '1000.5', time: 18_000_000 });
    const step = file('hours.csv', prices, '18000000,2,3,1,2', '21600000,2,3,1,2');
    expect(() => loadRecording({ ...files(5, 5), mark: step })).toThrow(
      /hours\.csv: expected bars of 5 minutes/,
    );
    const odd = file('odd.csv', 'timestamp_ms,open_interest_contracts', '18000000,-1');
    expect(() => loadRecording({ ...files(5, 5), openInterest: odd })).toThrow(/odd\.csv line 2/);
  });
});

describe.skipIf(!existsSync(DATA))('recorded minutes and hours (need ../shared)', () => {
  test.each(['1m_2025-06', '15m', '1h'])('of %s load and play', (name) => {
    const recording = loadRecording({
      symbol: 'ICPUSDT',
      candles: `${DATA}/candles/ICPUSDT_binance-perp_${name}.csv.gz`,
      leader: 'ETHUSDT',
      leaderCandles: `${DATA}/candles/ETHUSDT_binance-perp_${name}.csv.gz`,
    });
    const exchange = new Exchange({ recording });
    const before = exchange.status();
    for (let i = 0; i < 100; i++) exchange.advance('open');
    expect(exchange.status().timeMs - before.timeMs).toBeGreaterThanOrEqual(100 * exchange.venue.barMs);
    expect(exchange.venue.barMs).toBe(barLengthMs(recording.market.bars));
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
