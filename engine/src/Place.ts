import { outOfDomain } from './EngineError.ts';
import { MAX_ACCOUNTS } from './Limits.ts';
import { getU8, putU8, type Reader, type Writer } from './codec/Bytes.ts';

/** Markets (symbols) that one account may have. */
export const MAX_MARKETS = 16;

/** Desks that one owner may have. */
export const MAX_DESKS = 32;

/** Which of an owner's desks is meant. What stands at a place is pinned by the first history loaded there. */
export interface Place {
  /** Exchange account, 0–15. */
  readonly account: number;
  /** The account's market, 0–15. */
  readonly market: number;
}

export const FIRST_PLACE: Place = { account: 0, market: 0 };

/** A place as one number from 0 to 255. */
export function deskKey({ account, market }: Place): number {
  return account * MAX_MARKETS + market;
}

export function putPlace(w: Writer, place: Place): void {
  assertPlace(place);
  putU8(w, place.account);
  putU8(w, place.market);
}

/** @throws EngineError when there is no such place. */
export function getPlace(r: Reader): Place {
  return placeAt(getU8(r, 'account'), getU8(r, 'market'));
}

/** @throws EngineError when there is no such place. */
export function placeAt(account: number, market: number): Place {
  const place = { account, market };
  assertPlace(place);
  return place;
}

function assertPlace({ account, market }: Place): void {
  assertIndex('account', account, MAX_ACCOUNTS);
  assertIndex('market', market, MAX_MARKETS);
}

/** Refuses anything but a whole number from 0 to below `count`. */
export function assertIndex(field: string, value: number, count: number): void {
  if (!(value >= 0 && value < count && Math.floor(value) === value)) {
    throw outOfDomain(field, `a whole number from 0 to ${String(count - 1)}`, value);
  }
}
