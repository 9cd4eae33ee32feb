import { ENGINE_VERSION } from '@plimsoll/engine';
import { readableAccount } from './Access.ts';
import { ACCOUNT_VERSION } from './Account.ts';
import { readLog } from './Log.ts';

/** One page of the log: at most this many records and bytes. */
export const MAX_PAGE_RECORDS = 100;
export const MAX_PAGE_BYTES = 1_000_000;

export interface Head {
  /** Sequence of the newest record. */
  readonly sequence: number;
  readonly head: Uint8Array;
  readonly limitsVersion: number;
}

/** Where an owner's log stands, or null for anyone who may not read it. */
export function headOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): Head | null {
  const readable = readableAccount(caller, owner, timeMs);
  if (readable === null) return null;
  const { records, head, limitsVersion } = readable.account;
  return { sequence: records - 1, head, limitsVersion };
}

/**
 * Records from sequence `from` on, as they were answered: at most `count`, 100 and 1 MB, whichever comes first, but
 * at least one where there is one. Empty for anyone who may not read them.
 */
export function recordsOf(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
  from: number,
  count: number,
): Uint8Array[] {
  const readable = readableAccount(caller, owner, timeMs);
  if (readable === null) return [];
  const end = Math.min(readable.account.records, from + Math.min(count, MAX_PAGE_RECORDS));
  const page: Uint8Array[] = [];
  let bytes = 0;
  for (let sequence = from; sequence < end; sequence++) {
    const record = readLog(readable.slot, sequence);
    bytes += record.length;
    if (page.length > 0 && bytes > MAX_PAGE_BYTES) break;
    page.push(record);
  }
  return page;
}

/** The grants that stand, expired ones included until they are revoked. Empty for anyone who may not read them. */
export function grantsOf(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
): readonly { readonly agent: Uint8Array; readonly expiresMs: number }[] {
  return readableAccount(caller, owner, timeMs)?.account.grants ?? [];
}

/** What this module computes with, and how it lays out its memory. */
export function buildInfo(): { engine_version: number; schema_version: number } {
  return { engine_version: ENGINE_VERSION, schema_version: ACCOUNT_VERSION };
}
