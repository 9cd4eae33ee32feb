import { decodeRecord, idOfEntry, takeIntoBooks, type Books } from '@plimsoll/engine';
import { heldDesks, openShelf, type StoredShelf } from './Desks.ts';
import { readLog } from './Log.ts';
import { readAccount } from './Owners.ts';
import { openRecent, rememberRecord, type Recent } from './Recent.ts';
import { readSnapshot, type Snapshot } from './Snapshots.ts';
import { readStanding, type Standing } from './Standing.ts';

/**
 * Owners and desks held in the heap, together: some 45 KB for an owner with one desk, so less than 400 MB. Whoever is not
 * among them pays for each look what reading a desk again and taking in up to eleven records takes, 14 to 25 M instructions.
 */
export const MAX_HELD = 16_000;

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
/** Their slots, in no order. */
const slots: number[] = [];
let draws = 0;

/**
 * Filled lazily, so that an upgrade costs nothing until an owner's next message: the newest snapshot, and the frames on
 * record since.
 */
export function sessionOf(slot: number): Session {
  const held = sessions.get(slot);
  if (held !== undefined) {
    // An owner may have opened more desks since.
    makeRoom(slot);
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
  makeRoom(slot);
  const session: Session = {
    slot,
    owner,
    log,
    books: { keeper, desks: openShelf(slot) },
    recent: openRecent(ring, records),
    snapshotRecords: records,
  };
  sessions.set(slot, session);
  slots.push(slot);
  return session;
}

/**
 * Drops anyone but this owner, by a multiplicative sequence that is the same on every node: bars close for all owners in
 * turn, and to drop the one used longest ago would be to drop the one that comes next. What is lost with a session are
 * ticks.
 */
function makeRoom(slot: number): void {
  while (sessions.size + heldDesks() >= MAX_HELD && slots.length > 1) {
    const drawn = (Math.imul(++draws, 0x9e3779b1) >>> 0) % slots.length;
    const at = slots[drawn] === slot ? (drawn + 1) % slots.length : drawn;
    const dropped = slots[at]!;
    sessions.get(dropped)?.books.desks.close();
    sessions.delete(dropped);
    slots[at] = slots[slots.length - 1]!;
    slots.pop();
  }
}

/** The session in the heap, without loading it; for reads that need not the desk. */
export function heldSession(slot: number): Session | undefined {
  return sessions.get(slot);
}

/** Where an owner's log stands, without loading the rest. */
export function currentStanding(slot: number): Readonly<Standing> {
  return sessions.get(slot)?.log ?? readStanding(slot);
}

export function heldSessions(): number {
  return sessions.size;
}
