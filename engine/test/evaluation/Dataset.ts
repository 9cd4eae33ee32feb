import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Bar, Settlement } from '../../src/index.ts';

/** The recordings that trade lists are made on: candles and funding of each name. */
const FILES: Readonly<Record<string, { readonly candles: string; readonly funding: string }>> = {
  bybit5m: { candles: 'ICPUSDT_bybit-perp_5m_2024-05_08', funding: 'ICPUSDT_bybit-perp_8h' },
  spot5m: { candles: 'ICPUSDT_binance-spot_5m', funding: 'ICPUSDT_binance-perp_8h' },
};

export interface Dataset {
  readonly bars: readonly Bar[];
  readonly settlements: readonly Settlement[];
}

/** Rows of numbers below the header line of a gzipped CSV file. */
export function readCsvGz(path: string): number[][] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split(/\r?\n/);
  return lines.slice(1).map((line) => line.split(',').map(Number));
}

/** Candles as bars; volumes as recorded. */
export function readBars(path: string): Bar[] {
  return readCsvGz(path).map(([timeMs, open, high, low, close, volume]) => ({
    timeMs: timeMs!,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume!,
  }));
}

function pathsOf(
  dataDirectory: string,
  name: string,
): { readonly candles: string; readonly funding: string } {
  const files = FILES[name];
  if (files === undefined) throw new Error(`expected one of ${Object.keys(FILES).join(', ')}, got ${name}`);
  return {
    candles: join(dataDirectory, 'candles', `${files.candles}.csv.gz`),
    funding: join(dataDirectory, 'funding', `${files.funding}.csv.gz`),
  };
}

export function hasDataset(dataDirectory: string, name: string): boolean {
  const { candles, funding } = pathsOf(dataDirectory, name);
  return existsSync(candles) && existsSync(funding);
}

export function readDataset(dataDirectory: string, name: string): Dataset {
  const paths = pathsOf(dataDirectory, name);
  const bars = readBars(paths.candles);
  const funding = readCsvGz(paths.funding);
  return { bars, settlements: funding.map(([timeMs, rate]) => ({ timeMs: timeMs!, rate: rate! })) };
}
