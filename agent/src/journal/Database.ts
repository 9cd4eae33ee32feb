import Libsql from 'libsql';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { JournalError } from './JournalError.ts';
import type { RawRow } from './Rows.ts';
import { MIGRATIONS } from './Schema.ts';

/** Pages kept in memory, kibibytes: what is asked for is new, and the system has the rest in its own cache. */
const CACHE_KIB = 512;
/** How long a writer waits for a reader that is in its way, milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

export type Value = string | number | Uint8Array | null;

/** A journal's file, opened. Writers hold a lock file as long as they live; the system drops it when they die. */
export interface Database {
  /** @returns rows changed */
  readonly run: (sql: string, values?: readonly Value[]) => number;
  readonly all: (sql: string, values?: readonly Value[]) => readonly RawRow[];
  /** One transaction: all of it or nothing. */
  readonly atomically: <T>(work: () => T) => T;
  readonly close: () => void;
}

/** @throws JournalError `locked`, `not-writable`, `newer-schema` or `damaged` */
export function openDatabase(path: string, access: 'write' | 'read'): Database {
  if (access === 'write') {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw notWritable(path, cause);
    }
  } else if (!existsSync(path)) {
    throw damaged(path);
  }
  const lock = access === 'write' ? takeLock(`${path}.lock`) : null;
  let db: Libsql.Database | null = null;
  try {
    db = connect(path);
    db.exec(`PRAGMA cache_size = -${String(CACHE_KIB)}`);
    if (access === 'write') prepareForWriting(db, path);
    else db.exec('PRAGMA query_only = ON');
    migrate(db, path, access);
    return wrap(db, lock, path);
  } catch (error) {
    db?.close();
    lock?.close();
    throw typed(error, path);
  }
}

function connect(path: string): Libsql.Database {
  try {
    return new Libsql(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** The lock is a database of its own, so that readers of the journal are not shut out. */
function takeLock(path: string): Libsql.Database {
  const lock = connect(path);
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    lock.exec('COMMIT');
    return lock;
  } catch (error) {
    lock.close();
    throw typed(error, path);
  }
}

function prepareForWriting(db: Libsql.Database, path: string): void {
  db.exec('PRAGMA journal_mode = WAL');
  // An intent must be on disk before the order is on the wire, also when the power fails in between.
  db.exec('PRAGMA synchronous = FULL');
  chmodSync(path, 0o600);
}

function migrate(db: Libsql.Database, path: string, access: 'write' | 'read'): void {
  const row = db.prepare('PRAGMA user_version').get() as RawRow;
  const version = row['user_version'] as number;
  if (version > MIGRATIONS.length) {
    throw new JournalError(
      'newer-schema',
      `expected schema ${String(MIGRATIONS.length)} in ${path}, got ${String(version)}. Use the release that wrote it.`,
    );
  }
  if (access === 'read' && version < MIGRATIONS.length) throw damaged(path);
  for (let next = version; next < MIGRATIONS.length; next++) {
    db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next] ?? ''}; PRAGMA user_version = ${String(next + 1)}; COMMIT;`);
  }
}

function wrap(db: Libsql.Database, lock: Libsql.Database | null, path: string): Database {
  const statements = new Map<string, Libsql.Statement>();
  const prepared = (sql: string): Libsql.Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    // The values go in as one list: the driver would read a lone byte array as named parameters.
    run: (sql, values = []) => typing(path, () => prepared(sql).run([...values]).changes),
    all: (sql, values = []) => typing(path, () => prepared(sql).all([...values]) as RawRow[]),
    atomically: (work) => typing(path, () => db.transaction(work).immediate()),
    close: () => {
      statements.clear();
      db.close();
      lock?.close();
    },
  };
}

function notWritable(path: string, cause: unknown): JournalError {
  return new JournalError(
    'not-writable',
    `expected to open ${path} for writing, and could not. Check that its folder exists and is yours.`,
    cause,
  );
}

function damaged(path: string, cause?: unknown): JournalError {
  return new JournalError(
    'damaged',
    `expected a journal of this release in ${path}, and found none that can be read. Put the file aside and start the agent: what rests on the venue is read from the venue.`,
    cause,
  );
}

function typing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw typed(error, path);
  }
}

function typed(error: unknown, path: string): unknown {
  if (error instanceof JournalError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new JournalError(
      'locked',
      `expected to be the only one to write ${path}, but another process does. Stop the other agent first.`,
      error,
    );
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return damaged(path, error);
  }
  return /READONLY|CANTOPEN|PERM|IOERR|FULL/.test(code) ? notWritable(path, error) : error;
}
