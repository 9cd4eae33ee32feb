import { EngineError } from '@plimsoll/engine';
import { LOW_CYCLES, SCARCE_CYCLES, watchCycles } from './Cycles.ts';
import { MAX_OWNERS } from './Owners.ts';
import { policy } from './Policy.ts';

/*
 * What a UTC day may cost, per owner and for all, so that nobody's messages burn the others' cycles, and no agent's keep
 * its owner from acting. Counted in the heap: an upgrade begins the day anew, which controllers do rarely and see. Short
 * of cycles the canister sheds in this order: new owners, then looks without news; never a stop, a report or a look that
 * closes a bar.
 */

const DAY_MS = 86_400_000;
/** What may still be sent of each kind of message that has a reserve, when the day's budget is used up. */
export const RESERVE_UPDATES = 10_000;
/** What is rarely sent with good reason has this much a day. */
export const FEW_UPDATES = 1_000;

/**
 * How much a message can be done without: first a registration, then a look without news (`tick`). A look that closes a
 * bar, a `stop` (what halts, withdraws or tightens) and a `report` have a reserve each when the day's budget is used up.
 */
export type Urgency = 'register' | 'tick' | 'act' | 'bar' | 'stop' | 'report';

/** Who pays, of those around one owner: none of them can use up another's. Its numbers are places in the owner's row. */
export interface Purse {
  /** Where its messages are counted; their instructions in the next place. */
  readonly at: number;
  /** Messages a day, null for as many as the policy says. */
  readonly most: number | null;
  readonly reserves: Readonly<Partial<Record<Urgency, number>>>;
}

/** Of the owner's own acts. */
export const OWN: Purse = { at: 1, most: null, reserves: { stop: 3 } };
/** Of all agents whose grant runs. */
export const AGENTS: Purse = { at: 4, most: null, reserves: { bar: 6, stop: 7, report: 8 } };
/** Of agents whose grant is over, for the reports they may still make. */
export const FORMER: Purse = { at: 9, most: FEW_UPDATES, reserves: {} };
/** Of the recovery principal. */
export const RECOVERY: Purse = { at: 11, most: FEW_UPDATES, reserves: { stop: 13 } };
const ROW = 14;

/** The row of those who are no owner's party yet: they share one `OWN`. */
export const NEWCOMERS = -1;

let day = -1;
let all = 0;
/**
 * A row for every slot there is, so that nobody's day is forgotten for another's: first the day that it is of. 11 MB for
 * as many owners as there may be.
 */
let rows = new Float64Array(64 * ROW);

/** Where an owner's row begins, which is of today. */
function rowOf(slot: number, timeMs: number): number {
  const today = Math.floor(timeMs / DAY_MS);
  if (today !== day) {
    day = today;
    all = 0;
  }
  const row = (slot + 1) * ROW;
  if (row >= rows.length) widen(row);
  if (rows[row] !== today) {
    rows.fill(0, row, row + ROW);
    rows[row] = today;
  }
  return row;
}

function widen(row: number): void {
  const wider = new Float64Array(Math.min(2 * row, (MAX_OWNERS + 1) * ROW));
  wider.set(rows);
  rows = wider;
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

/** What of the day is used up, or null. */
function shortage(row: number, purse: Purse): { readonly what: string; readonly most: number } | null {
  const { ownerUpdatesPerDay, ownerInstructionsPerDay, instructionsPerDay } = policy();
  const most = purse.most ?? ownerUpdatesPerDay;
  if (rows[row + purse.at]! >= most) return { what: 'updates', most };
  if (rows[row + purse.at + 1]! >= ownerInstructionsPerDay) {
    return { what: 'instructions', most: ownerInstructionsPerDay };
  }
  return all >= instructionsPerDay ? { what: 'instructions of all owners', most: instructionsPerDay } : null;
}

/** Where a message and its instructions are counted; 0 as long as nobody pays for it. */
export interface Paid {
  updates: number;
  instructions: number;
}

/**
 * Has a purse pay for a message. A refusal is paid for, too, but draws on no reserve.
 *
 * @throws EngineError `temporary/budget` when its day, or everybody's, is used up
 */
export function draw(paid: Paid, slot: number, purse: Purse, urgency: Urgency, timeMs: number): void {
  const row = rowOf(slot, timeMs);
  paid.updates = row + purse.at;
  paid.instructions = row + purse.at + 1;
  const short = shortage(row, purse);
  if (short === null) return;
  const reserve = purse.reserves[urgency];
  if (reserve === undefined || rows[row + reserve]! >= RESERVE_UPDATES) {
    throw exhausted(short.what, short.most, timeMs);
  }
  paid.updates = row + reserve;
}

/** Counts a message that was executed, if anyone pays for it. */
export function spend({ updates, instructions }: Paid, taken: number): void {
  if (updates === 0) return;
  rows[updates] = rows[updates]! + 1;
  rows[instructions] = rows[instructions]! + taken;
  all += taken;
}

function exhausted(what: string, most: number, timeMs: number): EngineError {
  const fromMs = (Math.floor(timeMs / DAY_MS) + 1) * DAY_MS;
  const expected = `at most ${String(most)} a day; again from ${String(fromMs)}`;
  return new EngineError('temporary', 'budget', what, expected, 'one more');
}
