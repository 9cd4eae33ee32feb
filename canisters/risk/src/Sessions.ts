import { decodeRecord, idOfEntry, takeIntoBooks, type Books } from '@plimsoll/engine';
import { openShelf, type StoredShelf } from './Desks.ts';
import { readLog } from './Log.ts';
import { readAccount } from './Owners.ts';
import { openRecent, rememberRecord, type Recent } from './Recent.ts';
import { readSnapshot, type Snapshot } from './Snapshots.ts';
import { readStanding, type Standing } from './Standing.ts';

/** Owners held in the heap; the one used longest ago makes room. What is lost with it are ticks. */
export const MAX_SESSIONS = 64;

/** An owner's state as the heap has it. */
export interface Session {
  readonly slot: number;
  /** The founding principal, under which the log runs. */
  readonly owner: Uint8Array;
  readonly log: Standing;
  readonly books: Books & { readonly desks: StoredShelf };
  readonly recent: Recent;
  /** Records that the newest snapshot has taken in. */
  snapshotRecords: number;
}

const sessions = new Map<number, Session>();

/**
 * Filled lazily, so that an upgrade costs nothing until an owner's next message: the newest snapshot, and the frames on
 * record since.
 */
export function sessionOf(slot: number): Session {
  const held = sessions.get(slot);
  if (held !== undefined) {
    if (sessions.size >= MAX_SESSIONS) {
      // Used last, so that it stays longest.
      sessions.delete(slot);
      sessions.set(slot, held);
    }
    return held;
  }
  const snapshot = readSnapshot(slot);
  const session = openSession(slot, readAccount(slot).owner, readStanding(slot), snapshot);
  const { books, log, recent } = session;
  for (let sequence = snapshot.records; sequence < log.records; sequence++) {
    const { record, frame } = readLog(slot, sequence);
    const { type, icTimeMs } = decodeRecord(record);
    if (type !== 'register') takeIntoBooks(books, type, frame, { icTimeMs, sequence });
    rememberRecord(recent, sequence, idOfEntry(type, frame));
  }
  return session;
}

export function openSession(slot: number, owner: Uint8Array, log: Standing, snapshot: Snapshot): Session {
  const { keeper, ring, records } = snapshot;
  if (sessions.size >= MAX_SESSIONS) {
    for (const oldest of sessions.keys()) {
      sessions.delete(oldest);
      break;
    }
  }
  const session: Session = {
    slot,
    owner,
    log,
    books: { keeper, desks: openShelf(slot) },
    recent: openRecent(ring, records),
    snapshotRecords: records,
  };
  sessions.set(slot, session);
  return session;
}

/** The session in the heap, without loading it; for reads that need not the desk. */
export function heldSession(slot: number): Session | undefined {
  return sessions.get(slot);
}

export function heldSessions(): number {
  return sessions.size;
}
