import { confirmJump, type Outcome } from '../Desk.ts';
import type { Desk } from '../DeskState.ts';
import { EngineError } from '../EngineError.ts';
import { decodeHistory } from '../History.ts';
import { decodeIntent } from '../Intent.ts';
import { decodeLimits } from '../LimitsFrame.ts';
import { createLook } from '../Look.ts';
import { readLook } from '../LookFrame.ts';
import { deskKey, FIRST_PLACE, type Place } from '../Place.ts';
import type { RecordType } from '../Record.ts';
import { FRAME_INVITATION } from '../codec/Frame.ts';
import { actOn } from './Acts.ts';
import type { Moment } from './Agents.ts';
import { decodeConfirmation } from './Confirmation.ts';
import { keptHistory, keptIntend, keptLook } from './Kept.ts';
import { createKeeper, type Keeper } from './Keeper.ts';
import { decodeInvitation } from './Recovery.ts';
import type { Limits } from '../Limits.ts';

/** Where the desks of one owner lie, by `deskKey`; a Map is one. */
export interface Shelf {
  get(key: number): Desk | undefined;
  set(key: number, desk: Desk): unknown;
}

/** All that the frames on record make of one owner. */
export interface Books {
  keeper: Keeper;
  readonly desks: Shelf;
}

/** The limits in a frame that registers, by invitation or without. */
export function decodeRegistration(frame: Uint8Array): {
  readonly limits: Limits;
  readonly code: Uint8Array | null;
} {
  if (frame[1] === FRAME_INVITATION) return decodeInvitation(frame);
  return { limits: decodeLimits(frame), code: null };
}

/** The books of an owner as they are after the registration. */
export function openBooks(
  owner: Uint8Array,
  frame: Uint8Array,
  desks: Shelf = new Map<number, Desk>(),
): Books {
  return { keeper: createKeeper(owner, decodeRegistration(frame).limits), desks };
}

function deskOf({ desks }: Books, place: Place | undefined): Desk {
  const { account, market } = place ?? FIRST_PLACE;
  const desk = desks.get(deskKey({ account, market }));
  if (desk === undefined) {
    const came = `account ${String(account)}, market ${String(market)}, where there is none`;
    throw new EngineError('request', 'no-history', 'place', 'a feed with history loaded first', came);
  }
  return desk;
}

/** What a confirmation of the owner's means for the desk that it is about. @throws EngineError `no-history` */
export function confirmInBooks(books: Books, frame: Uint8Array): void {
  const { place, barMs } = decodeConfirmation(frame);
  confirmJump(deskOf(books, place), barMs);
}

/** Books may be rebuilt from frames on record while another frame is at hand: that one keeps its look. */
const taken = createLook();

/**
 * Takes a frame into the books, as the act did that is on record; a tick too, at the moment of the record before it.
 *
 * @returns the decision and whether it belongs on record; null for an act that decides nothing
 * @throws EngineError for a frame that the act would have refused; the books are as before then
 */
export function takeIntoBooks(
  books: Books,
  type: Exclude<RecordType, 'register'>,
  frame: Uint8Array,
  moment: Moment,
): Outcome | null {
  const { icTimeMs } = moment;
  switch (type) {
    case 'history': {
      const history = decodeHistory(frame);
      const key = deskKey(history.place ?? FIRST_PLACE);
      const { keeper, desk } = keptHistory(books.keeper, books.desks.get(key) ?? null, history, icTimeMs);
      books.keeper = keeper;
      books.desks.set(key, desk);
      return null;
    }
    case 'observation': {
      const seen = readLook(frame, taken);
      const kept = keptLook(books.keeper, deskOf(books, seen.place), seen, icTimeMs);
      books.keeper = kept.keeper;
      return kept.outcome;
    }
    case 'intent': {
      const intent = decodeIntent(frame);
      const kept = keptIntend(books.keeper, deskOf(books, intent.place), intent, icTimeMs);
      books.keeper = kept.keeper;
      return kept.outcome;
    }
    case 'confirmation':
      books.keeper = actOn(books.keeper, type, frame, moment);
      confirmInBooks(books, frame);
      return null;
    case 'checkpoint':
      return null;
    default:
      books.keeper = actOn(books.keeper, type, frame, moment);
      return null;
  }
}
