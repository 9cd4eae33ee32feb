import { EngineError } from '@plimsoll/engine';
import { LOW_CYCLES, SCARCE_CYCLES, watchCycles } from './Cycles.ts';
import { policy } from './Policy.ts';

/*
 * What a UTC day may cost, per owner and for all, so that nobody's messages burn the others' cycles. Counted in the heap:
 * an upgrade begins the day anew, which controllers do rarely and see. Short of cycles the canister sheds in this order:
 * new owners, then looks without news; never a stop, a report or a look that closes a bar.
 */

const DAY_MS = 86_400_000;
/** Owners counted at a time; beyond, the one counted longest ago is forgotten for the day. */
const MAX_COUNTED = 10_000;
/** What an owner may still send when the day's budget is used up: enough to stop everything, report and follow bars. */
export const RESERVE_UPDATES = 10_000;
/** Those who are no owner's party yet share one budget. */
export const NEWCOMERS = -1;

/**
 * How much a message can be done without: first a registration, then a look without news (`tick`). A look that closes a
 * bar, and a `stop` (halt, flatten, revoke, report), are taken from a reserve when the day's budget is used up.
 */
export type Urgency = 'register' | 'tick' | 'act' | 'bar' | 'stop';

export interface Spent {
  updates: number;
  reserve: number;
  instructions: number;
  /** Whether the message at hand found the day used up. */
  isShort: boolean;
}

let day = -1;
let all = 0;
const owners = new Map<number, Spent>();

/** What an owner's day has cost so far. */
export function spentBy(slot: number, timeMs: number): Spent {
  const today = Math.floor(timeMs / DAY_MS);
  if (today !== day) {
    day = today;
    all = 0;
    owners.clear();
  }
  const known = owners.get(slot);
  if (known !== undefined) return known;
  if (owners.size >= MAX_COUNTED) {
    for (const oldest of owners.keys()) {
      owners.delete(oldest);
      break;
    }
  }
  const fresh = { updates: 0, reserve: 0, instructions: 0, isShort: false };
  owners.set(slot, fresh);
  return fresh;
}

/** @throws EngineError `temporary/short-of-cycles` for what is shed at the present balance */
export function assertAffordable(urgency: Urgency, timeMs: number): void {
  if (urgency !== 'register' && urgency !== 'tick') return;
  const least = urgency === 'register' ? LOW_CYCLES : SCARCE_CYCLES;
  const spare = watchCycles(timeMs);
  if (spare >= least) return;
  const expected = `at least ${String(least)} for a ${urgency}; stops, reports and closed bars go on`;
  throw new EngineError('temporary', 'short-of-cycles', 'cycles above the reserve', expected, String(spare));
}

/** What of the day is used up for an owner, or null. */
function shortage(spent: Spent): { readonly what: string; readonly most: number } | null {
  const { ownerUpdatesPerDay, ownerInstructionsPerDay, instructionsPerDay } = policy();
  if (spent.updates >= ownerUpdatesPerDay) return { what: 'updates', most: ownerUpdatesPerDay };
  if (spent.instructions >= ownerInstructionsPerDay) {
    return { what: 'instructions', most: ownerInstructionsPerDay };
  }
  return all >= instructionsPerDay ? { what: 'instructions of all owners', most: instructionsPerDay } : null;
}

/** Whether the day still has room for such a message. */
export function isWithinBudget(slot: number, timeMs: number, urgency: Urgency): boolean {
  const spent = spentBy(slot, timeMs);
  return mayDrawOnReserve(spent, urgency) || shortage(spent) === null;
}

function mayDrawOnReserve({ reserve }: Spent, urgency: Urgency): boolean {
  return (urgency === 'stop' || urgency === 'bar') && reserve < RESERVE_UPDATES;
}

/** @throws EngineError `temporary/budget` when the owner's day, or everybody's, is used up */
export function assertBudget(spent: Spent, timeMs: number, urgency: Urgency): void {
  const short = shortage(spent);
  spent.isShort = short !== null;
  if (short === null || mayDrawOnReserve(spent, urgency)) return;
  throw exhausted(short.what, short.most, timeMs);
}

/** Counts a message that was executed for an owner after `assertBudget`, refusals included. */
export function spend(spent: Spent, instructions: number): void {
  if (spent.isShort) spent.reserve++;
  else spent.updates++;
  spent.instructions += instructions;
  all += instructions;
}

function exhausted(what: string, most: number, timeMs: number): EngineError {
  const fromMs = (Math.floor(timeMs / DAY_MS) + 1) * DAY_MS;
  const expected = `at most ${String(most)} a day; again from ${String(fromMs)}`;
  return new EngineError('temporary', 'budget', what, expected, 'one more');
}
