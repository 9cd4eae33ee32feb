import { parseE8 } from './E8.ts';
import { parseRows, parseTimeMs, readText, requireLater } from './MarketFile.ts';
import { RecordingError } from './RecordingError.ts';

/** Open interest of one moment, in base units. */
export interface OpenInterest {
  readonly timeMs: number;
  readonly amountE8: bigint;
}

/**
 * Open interest of a CSV file (`.csv` or `.csv.gz`) with columns timestamp_ms,open_interest_contracts.
 * @throws RecordingError
 */
export function loadOpenInterest(path: string): OpenInterest[] {
  return parseOpenInterest(readText(path), path);
}

/** Open interest of CSV text, ordered by time. @throws RecordingError naming `source` and the line. */
export function parseOpenInterest(text: string, source: string): OpenInterest[] {
  let previousMs = -1;
  return parseRows(text, source, ['timestamp_ms', 'open_interest_contracts']).map(({ line, cells }) => {
    const [time = '', amount = ''] = cells;
    const timeMs = parseTimeMs(time, source, line);
    requireLater(timeMs, previousMs, source, line);
    previousMs = timeMs;
    const amountE8 = parseE8(amount, 'truncate');
    if (amountE8 === undefined || amountE8 < 0n) {
      throw new RecordingError({
        source,
        line,
        expected: 'open_interest_contracts as a decimal of at least 0',
        got: `"${amount}"`,
        remedy: 'correct or remove the line',
      });
    }
    return { timeMs, amountE8 };
  });
}
