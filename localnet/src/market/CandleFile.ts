import { type Bar, barLengthMs } from './Bar.ts';
import { parseE8 } from './E8.ts';
import { parseRows, parseTimeMs, readText, requireLater, type Row } from './MarketFile.ts';
import { RecordingError } from './RecordingError.ts';

const PRICE_COLUMNS = ['timestamp_ms', 'open', 'high', 'low', 'close'] as const;
const COLUMNS = [...PRICE_COLUMNS, 'volume'] as const;

/** Bars of a CSV file (`.csv` or `.csv.gz`) with columns timestamp_ms,open,high,low,close,volume. @throws RecordingError */
export function loadCandles(path: string): Bar[] {
  return parseCandles(readText(path), path);
}

/** As `loadCandles`, for mark or index prices: they have no volume. @throws RecordingError */
export function loadPrices(path: string): Bar[] {
  return parseCandles(readText(path), path, PRICE_COLUMNS);
}

/**
 * Bars of CSV text, of the length found in it (1 minute to 1 hour). Gaps are allowed; rows out of order, twice the same
 * time, times off the grid, prices that are not positive decimals of at most 8 places, and bars whose high or low
 * contradict the rest are refused.
 * @throws RecordingError naming `source` and the line.
 */
export function parseCandles(text: string, source: string, columns: readonly string[] = COLUMNS): Bar[] {
  let previousMs = -1;
  const rows = parseRows(text, source, columns);
  const bars = rows.map((row) => {
    const bar = parseBar(row, source);
    requireLater(bar.timeMs, previousMs, source, row.line);
    previousMs = bar.timeMs;
    return bar;
  });
  requireGrid(bars, rows, source);
  return bars;
}

function requireGrid(bars: readonly Bar[], rows: readonly Row[], source: string): void {
  const lengthMs = barLengthMs(bars);
  const offGrid = bars.findIndex(({ timeMs }) => timeMs % lengthMs !== 0);
  const bar = bars[offGrid];
  if (bar === undefined) return;
  throw new RecordingError({
    source,
    line: rows[offGrid]?.line ?? 0,
    expected: `a timestamp_ms divisible by ${lengthMs}`,
    got: String(bar.timeMs),
    remedy: `give ${lengthMs / 60_000}-minute bars stamped with their open`,
  });
}

function parseBar(row: Row, source: string): Bar {
  const { line, cells } = row;
  const [time = '', open = '', high = '', low = '', close = '', volume = '0'] = cells;
  const bar: Bar = {
    timeMs: parseTimeMs(time, source, line),
    openE8: parsePrice(open, 'open', source, line),
    highE8: parsePrice(high, 'high', source, line),
    lowE8: parsePrice(low, 'low', source, line),
    closeE8: parsePrice(close, 'close', source, line),
    volumeE8: parseVolume(volume, source, line),
  };
  const refuse = (expected: string, got: string, remedy: string): never => {
    throw new RecordingError({ source, line, expected, got, remedy });
  };
  if (bar.highE8 < bar.lowE8) refuse('high >= low', `high ${high}, low ${low}`, 'correct or remove the bar');
  if (bar.highE8 < bar.openE8 || bar.highE8 < bar.closeE8) {
    refuse(
      'high >= open and close',
      `high ${high}, open ${open}, close ${close}`,
      'correct or remove the bar',
    );
  }
  if (bar.lowE8 > bar.openE8 || bar.lowE8 > bar.closeE8) {
    refuse('low <= open and close', `low ${low}, open ${open}, close ${close}`, 'correct or remove the bar');
  }
  return bar;
}

function parsePrice(cell: string, column: string, source: string, line: number): bigint {
  const priceE8 = parseE8(cell);
  if (priceE8 !== undefined && priceE8 > 0n) return priceE8;
  throw new RecordingError({
    source,
    line,
    expected: `${column} as a positive decimal of at most 8 places`,
    got: `"${cell}"`,
    remedy: 'correct or remove the bar',
  });
}

function parseVolume(cell: string, source: string, line: number): bigint {
  // Volumes are sums of floats in many sources: digits beyond the eighth are noise, no money depends on them.
  const volumeE8 = parseE8(cell, 'truncate');
  if (volumeE8 !== undefined && volumeE8 >= 0n) return volumeE8;
  throw new RecordingError({
    source,
    line,
    expected: 'volume as a decimal of at least 0',
    got: `"${cell}"`,
    remedy: 'correct or remove the bar',
  });
}
