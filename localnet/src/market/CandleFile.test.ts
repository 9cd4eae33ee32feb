import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gapsOf } from './Bar.ts';
import { loadCandles, parseCandles } from './CandleFile.ts';
import { parseFunding } from './FundingFile.ts';
import { RecordingError } from './RecordingError.ts';

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const parse = (...rows: string[]) => parseCandles([HEADER, ...rows].join('\n'), 'market.csv');

describe('a candle file', () => {
  test('is read exactly, whatever the order of its columns', () => {
    const text = 'volume,close,low,high,open,timestamp_ms\n1.123456789,2.5,1,3,2,300000\n';
    expect(parseCandles(text, 'market.csv')).toEqual([
      {
        timeMs: 300_000,
        openE8: 200_000_000n,
        highE8: 300_000_000n,
        lowE8: 100_000_000n,
        closeE8: 250_000_000n,
        volumeE8: 112_345_678n,
      },
    ]);
  });

  test('may lack bars, and the gap is reported', () => {
    const bars = parse('300000,2,3,1,2,1', '600000,2,3,1,2,1', '1500000,2,3,1,2,1');
    expect(gapsOf(bars)).toEqual([{ fromMs: 900_000, missingBars: 2 }]);
  });

  test.each([
    ['a time that goes back', ['600000,2,3,1,2,1', '300000,2,3,1,2,1'], 3, /a time after 600000/],
    ['a time twice', ['300000,2,3,1,2,1', '300000,2,3,1,2,1'], 3, /300000 again/],
    ['a time off the grid', ['300001,2,3,1,2,1'], 2, /divisible by 300000/],
    ['a time that is no number', ['soon,2,3,1,2,1'], 2, /whole milliseconds/],
    ['high below low', ['300000,2,1,3,2,1'], 2, /high >= low/],
    ['high below the close', ['300000,2,3,1,4,1'], 2, /high >= open and close/],
    ['low above the open', ['300000,1,3,2,2,1'], 2, /low <= open and close/],
    ['a price of zero', ['300000,0,3,0,2,1'], 2, /open as a positive decimal/],
    ['a negative price', ['300000,2,3,-1,2,1'], 2, /low as a positive decimal/],
    ['a price that is not finite', ['300000,2,Infinity,1,2,1'], 2, /high as a positive decimal/],
    ['a price finer than 1e-8', ['300000,2,3,1,2.000000001,1'], 2, /close as a positive decimal/],
    ['a negative volume', ['300000,2,3,1,2,-1'], 2, /volume/],
    ['a short row', ['300000,2,3,1'], 2, /6 values/],
  ])('with %s is refused in one line that names the line', (_, rows, line, expected) => {
    const attempt = () => parse(...rows);
    expect(attempt).toThrow(RecordingError);
    expect(attempt).toThrow(new RegExp(`^market\\.csv line ${line}: expected .*, got .*; `));
    expect(attempt).toThrow(expected);
  });

  test('without a column, without rows or absent is refused', () => {
    expect(() => parseCandles('timestamp_ms,open,high,low,close\n1,2,3,1,2', 'm.csv')).toThrow(
      /without volume/,
    );
    expect(() => parse()).toThrow(/at least one row/);
    expect(() => loadCandles('/nowhere/market.csv')).toThrow(/a readable file/);
  });

  test('packed with gzip reads as the same bars, and a broken pack is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'candles-'));
    try {
      const text = `${HEADER}\n300000,2,3,1,2,1\n`;
      const path = join(folder, 'market.csv.gz');
      writeFileSync(path, gzipSync(text));
      expect(loadCandles(path)).toEqual(parseCandles(text, path));
      writeFileSync(path, gzipSync(text).subarray(0, 20));
      expect(() => loadCandles(path)).toThrow(RecordingError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a funding file', () => {
  test('is read exactly, also in exponent notation', () => {
    const text = 'timestamp_ms,funding_rate\n0,4.099e-05\n28800000,-0.00750000\n';
    expect(parseFunding(text, 'funding.csv')).toEqual([
      { timeMs: 0, rateE8: 4099n },
      { timeMs: 28_800_000, rateE8: -750_000n },
    ]);
  });

  test('with a rate of 100 % or an unordered time is refused', () => {
    const header = 'timestamp_ms,funding_rate';
    expect(() => parseFunding(`${header}\n0,1`, 'f.csv')).toThrow(/f\.csv line 2: expected funding_rate/);
    expect(() => parseFunding(`${header}\n5,0\n4,0`, 'f.csv')).toThrow(
      /f\.csv line 3: expected a time after 5/,
    );
  });
});
