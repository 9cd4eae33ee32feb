import type { Desk } from '@plimsoll/engine';
import type { Account } from './Account.ts';
import { readDesk } from './Desks.ts';
import { readAccount } from './Owners.ts';
import { openRecent, type Recent } from './Recent.ts';

/** Owners held in the heap; the one loaded longest ago makes room. What is lost with it are ticks. */
export const MAX_SESSIONS = 64;

/** An owner's state as the heap has it: the account and the desk, ahead of stable memory by ticks only. */
export interface Session {
  readonly slot: number;
  readonly account: Account;
  readonly desk: Desk;
  readonly recent: Recent;
}

const sessions = new Map<number, Session>();

/** Filled lazily, so that an upgrade costs nothing until an owner's next message. */
export function sessionOf(slot: number): Session {
  const held = sessions.get(slot);
  if (held !== undefined) return held;
  const account = readAccount(slot);
  return hold({ slot, account, desk: readDesk(slot), recent: openRecent(account.recent, account.records) });
}

export function openSession(slot: number, account: Account, desk: Desk): Session {
  return hold({ slot, account, desk, recent: openRecent(account.recent, account.records) });
}

function hold(session: Session): Session {
  if (sessions.size >= MAX_SESSIONS) {
    for (const oldest of sessions.keys()) {
      sessions.delete(oldest);
      break;
    }
  }
  sessions.set(session.slot, session);
  return session;
}
