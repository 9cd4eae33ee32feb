import { ID_BYTES, textOf, type Answer } from '@plimsoll/engine';

/**
 * Which ids were answered with one of the newest 64 records: a ring of (used, id), the record of sequence `n` at
 * place `n` mod 64. The answer itself needs no second copy: it is the record in the log, which carries the hash of
 * its frame.
 */
export const RECENT_RECORDS = 64;

const ENTRY_BYTES = 1 + ID_BYTES;
export const RECENT_BYTES = RECENT_RECORDS * ENTRY_BYTES;

/** Ticks whose answers are kept in the heap, and there only. */
export const RECENT_TICKS = 8;

export interface Tick {
  readonly frame: Uint8Array;
  readonly answer: Answer;
}

/** What was answered lately, by id: the sequence of a record, or a tick. */
export interface Recent {
  readonly ring: Uint8Array;
  readonly sequences: Map<string, number>;
  readonly ticks: Map<string, Tick>;
  /** Their ids, the oldest at the place of the next. */
  readonly tickKeys: string[];
  ticksSeen: number;
}

/** A ring without any id. */
export function createRing(): Uint8Array {
  return new Uint8Array(RECENT_BYTES);
}

/** @param records number of records in the log: the newest 64 of them are in the ring. */
export function openRecent(ring: Uint8Array, records: number): Recent {
  const sequences = new Map<string, number>();
  for (let sequence = Math.max(0, records - RECENT_RECORDS); sequence < records; sequence++) {
    const id = idAt(ring, sequence);
    if (id !== null) sequences.set(textOf(id), sequence);
  }
  return { ring, sequences, ticks: new Map(), tickKeys: [], ticksSeen: 0 };
}

/** Enters a new record, with its id or without one; the record 64 places back is forgotten. */
export function rememberRecord(recent: Recent, sequence: number, id: Uint8Array | null): void {
  const forgotten = idAt(recent.ring, sequence);
  if (forgotten !== null) recent.sequences.delete(textOf(forgotten));
  const at = (sequence % RECENT_RECORDS) * ENTRY_BYTES;
  recent.ring[at] = id === null ? 0 : 1;
  if (id !== null) {
    recent.ring.set(id, at + 1);
    recent.sequences.set(textOf(id), sequence);
  }
}

/** Enters a tick under its id as a text; the oldest of more than eight is forgotten. */
export function rememberTick(recent: Recent, idKey: string, tick: Tick): void {
  const { ticks, tickKeys } = recent;
  const place = recent.ticksSeen++ % RECENT_TICKS;
  if (ticks.size === RECENT_TICKS) ticks.delete(tickKeys[place]!);
  ticks.set(idKey, tick);
  tickKeys[place] = idKey;
}

function idAt(ring: Uint8Array, sequence: number): Uint8Array | null {
  const at = (sequence % RECENT_RECORDS) * ENTRY_BYTES;
  return ring[at] === 1 ? ring.subarray(at + 1, at + ENTRY_BYTES) : null;
}
