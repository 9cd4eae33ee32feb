import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { redact } from '../credentials/Redaction.ts';
import type { Row, Table } from './Tables.ts';

export interface Written {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/**
 * Writes a file whole or not at all: beside its place, flushed, then moved there.
 * @param pieces text or bytes in order; whatever they throw leaves nothing behind
 */
export async function writeWhole(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<Written> {
  const temporary = join(dirname(path), `.${basename(path)}.${String(process.pid)}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const piece of pieces) {
        const chunk = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
        hash.update(chunk);
        bytes += chunk.length;
        await file.write(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

export interface Counter {
  rows: number;
}

/** RFC 4180, one header line; a cell that a spreadsheet would take for a formula is quoted by an apostrophe. */
export async function* csvOf(table: Table, stateDirectory: string, counter: Counter): AsyncGenerator<string> {
  yield stringify([[...table.columns]], CSV);
  for await (const row of table.rows(stateDirectory)) {
    counter.rows += 1;
    yield redact(stringify([table.columns.map((column) => row[column] ?? null)], CSV));
  }
}

const CSV = { record_delimiter: '\r\n', escape_formulas: true } as const;

/** One JSON object a line, under the same names as the columns of CSV; null where there is nothing. */
export async function* jsonLinesOf(
  table: Table,
  stateDirectory: string,
  counter: Counter,
): AsyncGenerator<string> {
  for await (const row of table.rows(stateDirectory) as AsyncIterable<Row>) {
    counter.rows += 1;
    yield redact(`${JSON.stringify(row)}\n`);
  }
}
