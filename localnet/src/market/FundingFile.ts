import { parseE8 } from './E8.ts';
import { parseRows, parseTimeMs, readText, requireLater } from './MarketFile.ts';
import { RecordingError } from './RecordingError.ts';

/** One funding settlement. Positive rate: longs pay shorts. */
export interface Settlement {
  readonly timeMs: number;
  readonly rateE8: bigint;
}

/** Settlements of a CSV file (`.csv` or `.csv.gz`) with columns timestamp_ms,funding_rate. @throws RecordingError */
export function loadFunding(path: string): Settlement[] {
  return parseFunding(readText(path), path);
}

/** Settlements of CSV text, ordered by time. @throws RecordingError naming `source` and the line. */
export function parseFunding(text: string, source: string): Settlement[] {
  let previousMs = -1;
  return parseRows(text, source, ['timestamp_ms', 'funding_rate']).map(({ line, cells }) => {
    const [time = '', rate = ''] = cells;
    const timeMs = parseTimeMs(time, source, line);
    requireLater(timeMs, previousMs, source, line);
    previousMs = timeMs;
    const rateE8 = parseE8(rate);
    if (rateE8 === undefined || rateE8 <= -100_000_000n || rateE8 >= 100_000_000n) {
      throw new RecordingError({
        source,
        line,
        expected: 'funding_rate as a decimal between -1 and 1 of at most 8 places',
        got: `"${rate}"`,
        remedy: 'correct or remove the line',
      });
    }
    return { timeMs, rateE8 };
  });
}
