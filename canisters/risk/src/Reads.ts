import { readableAccount } from './Access.ts';
import { certifiedSequence } from './Certification.ts';
import { findInLog, readLog, type Entry } from './Log.ts';
import { dataCertificate } from './Platform.js';
import { currentStanding } from './Sessions.ts';
import { witnessOf } from './Witness.ts';

/** One page of the log: at most this many records and bytes. */
export const MAX_PAGE_RECORDS = 100;
export const MAX_PAGE_BYTES = 1_000_000;

/** Shows that `newest` is the newest certified record of its owner. */
export interface Proof {
  /** The network's, over this canister's certified data. */
  readonly certificate: Uint8Array;
  readonly witness: Uint8Array;
  readonly newest: Entry;
}

/** Where an owner's log stands. */
export interface ProvenStanding {
  readonly records: number;
  /** There are newer records than the proven one. */
  readonly pending: boolean;
  /** Null while nothing of this owner is certified. */
  readonly proof: Proof | null;
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly standing: ProvenStanding;
}

/** Null for anyone who may not read it. */
export function headOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): ProvenStanding | null {
  const readable = readableAccount(caller, owner, timeMs);
  return readable === null ? null : standingOf(readable.slot);
}

function standingOf(slot: number): ProvenStanding {
  const { records } = currentStanding(slot);
  const sequence = certifiedSequence(slot, records);
  const certificate = dataCertificate();
  return {
    records,
    pending: sequence < records - 1,
    proof:
      sequence < 0 || certificate === undefined
        ? null
        : { certificate, witness: witnessOf(slot), newest: readLog(slot, sequence) },
  };
}

/**
 * Entries from sequence `from` on: at most `count`, 100 and 1 MB, whichever comes first, but at least one where there is
 * one. They end at the first that is no longer kept. Null for anyone who may not read them.
 */
export function recordsOf(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
  from: number,
  count: number,
): Page | null {
  const readable = readableAccount(caller, owner, timeMs);
  if (readable === null) return null;
  const standing = standingOf(readable.slot);
  const end = Math.min(standing.records, from + Math.min(count, MAX_PAGE_RECORDS));
  const entries: Entry[] = [];
  let bytes = 0;
  for (let sequence = from; sequence < end; sequence++) {
    const entry = findInLog(readable.slot, sequence);
    if (entry === null) break;
    bytes += entry.record.length + entry.frame.length;
    if (entries.length > 0 && bytes > MAX_PAGE_BYTES) break;
    entries.push(entry);
  }
  return { entries, standing };
}
