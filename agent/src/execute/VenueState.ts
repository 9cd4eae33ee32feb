import type { Plan, Position } from '@plimsoll/engine';
import { createHash } from 'node:crypto';
import { ROLES, type OrderRow, type Role } from '../journal/Rows.ts';
import type { VenueOrder } from '../venue/Venue.ts';
import { parseClientOrderId } from './ClientOrderId.ts';

/** Rules of the venue that quantities and prices have to fit. */
export interface Rules {
  readonly tickNumerator: number;
  readonly tickDenominator: number;
  readonly quantityStep: number;
  readonly minNotionalUsdt: number;
}

/** What is on record of the trade that is spoken of. */
export interface TradeProgress {
  /** Plan id, or id of the adopted trade; 16 bytes. */
  readonly id: Uint8Array;
  /** Whether an entry was ever accepted, refused, or may have been: then there is no other. */
  readonly isEntryTried: boolean;
  /** Base units that the entry filled, 0 when none is on record. */
  readonly enteredQuantity: number;
  readonly isTakeProfitDone: readonly [boolean, boolean];
  /** First version of each role that no order of this trade has used. */
  readonly nextVersion: Readonly<Record<Role, number>>;
}

/** All that the planner looks at besides the decision. */
export interface VenueState {
  /** The venue's market time. */
  readonly timeMs: number;
  readonly markPrice: number;
  readonly position: Position;
  readonly resting: readonly VenueOrder[];
  readonly rules: Rules;
  readonly trade: TradeProgress;
  /** Since when (market time) the mark has been beyond a stop that still rests; null when it is not. */
  readonly stopPassedSinceMs: number | null;
}

/** Id of the trade that is held or about to be: the plan's, or for an adopted position one made of its opening. */
export function tradeIdOf(plan: Plan | null, symbol: string, position: Position): Uint8Array {
  if (plan !== null) return plan.id;
  const opening = `plimsoll/adopted/1:${symbol}:${String(position.side)}:${String(position.openedMs)}`;
  return Uint8Array.from(createHash('sha256').update(opening).digest().subarray(0, 16));
}

/**
 * What the journal and the venue's resting orders tell of a trade. The venue is asked too, so that a journal that was
 * lost does not lead to an id being used twice.
 */
export function progressOf(
  id: Uint8Array,
  rows: readonly OrderRow[],
  resting: readonly VenueOrder[],
): TradeProgress {
  const nextVersion = Object.fromEntries(ROLES.map((role) => [role, 0])) as Record<Role, number>;
  const named = [...rows, ...resting.flatMap((order) => parseClientOrderId(order.clientOrderId) ?? [])];
  for (const { role, version } of named) nextVersion[role] = Math.max(nextVersion[role], version + 1);
  // An entry that certainly never arrived may be sent again, under the same id.
  const entries = rows.filter(({ role, state }) => role === 'entry' && state !== 'denied');
  nextVersion.entry = 0;
  const isDone = (role: Role): boolean => rows.some((row) => row.role === role && row.filledQuantity > 0);
  return {
    id,
    isEntryTried: entries.length > 0,
    enteredQuantity: entries.reduce((sum, { filledQuantity }) => sum + filledQuantity, 0),
    isTakeProfitDone: [isDone('take-profit-1'), isDone('take-profit-2')],
    nextVersion,
  };
}
