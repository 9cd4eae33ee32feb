import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { RecordingError } from './RecordingError.ts';

/** One data row of a CSV file: its 1-based line number and the wanted columns in the wanted order. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file's text; a name ending in `.gz` is unpacked. @throws RecordingError when it cannot be read. */
export function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw new RecordingError({
      source: path,
      expected: 'a readable file',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'check the path and, for .gz, that the file is complete',
    });
  }
}

/**
 * Rows of comma-separated text without quoting, picked by column name; empty lines are passed over.
 * @throws RecordingError for a missing column, a short row or no row at all.
 */
export function parseRows(text: string, source: string, columns: readonly string[]): Row[] {
  const lines = text.split(/\r?\n/);
  const header = (lines[0] ?? '')
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((name) => name.trim());
  const indices = columns.map((column) => header.indexOf(column));
  const missing = columns.filter((_, i) => indices[i] === -1);
  if (missing.length > 0) {
    throw new RecordingError({
      source,
      line: 1,
      expected: `columns ${columns.join(',')}`,
      got: `"${(lines[0] ?? '').slice(0, 80)}" without ${missing.join(', ')}`,
      remedy: 'name the columns in the first line',
    });
  }
  const rows: Row[] = [];
  for (let i = 1; i < lines.length; i++) {
    const text = lines[i];
    if (text === undefined || text.trim() === '') continue;
    const values = text.split(',');
    if (values.length < header.length) {
      throw new RecordingError({
        source,
        line: i + 1,
        expected: `${header.length} values`,
        got: `${values.length}`,
        remedy: 'complete or remove the line',
      });
    }
    rows.push({ line: i + 1, cells: indices.map((index) => (values[index] ?? '').trim()) });
  }
  if (rows.length === 0) {
    throw new RecordingError({
      source,
      expected: 'at least one row',
      got: 'none',
      remedy: 'give a file that holds data',
    });
  }
  return rows;
}

/** Milliseconds since 1970 as a safe integer. @throws RecordingError for anything else. */
export function parseTimeMs(cell: string, source: string, line: number): number {
  const timeMs = /^\d{1,15}$/.test(cell) ? Number(cell) : Number.NaN;
  if (Number.isSafeInteger(timeMs)) return timeMs;
  throw new RecordingError({
    source,
    line,
    expected: 'timestamp_ms as whole milliseconds since 1970',
    got: `"${cell}"`,
    remedy: 'write the time in ms',
  });
}

/** Refuses a time that does not lie after the one before it. */
export function requireLater(timeMs: number, previousMs: number, source: string, line: number): void {
  if (timeMs > previousMs) return;
  throw new RecordingError({
    source,
    line,
    expected: `a time after ${previousMs}`,
    got: timeMs === previousMs ? `${timeMs} again` : `${timeMs}`,
    remedy: 'sort the rows by time and keep one row per time',
  });
}
