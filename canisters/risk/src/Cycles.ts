import { canisterCycleBalance } from './Platform.js';

/*
 * How long the cycles last: not until none are left, but until the balance falls to the freezing reserve, below which the
 * network refuses every message, stops among them. Short of cycles above it the canister sheds new owners first, then
 * looks without news (`Budget.ts`); what stops, reports or closes a bar is never shed.
 */

/** With fewer cycles than this above the reserve no new owner is taken. */
export const LOW_CYCLES = 1_000_000_000_000;
/** With fewer than this, looks without news are turned away. The network holds 40 G of them back for each update. */
export const SCARCE_CYCLES = 300_000_000_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Balances an hour apart, of a day. */
const SAMPLES = 25;
/** From here on there is time: no ten minutes burn what lies between this and what is low. */
const AMPLE_CYCLES = 20_000_000_000_000;
/** So often the balance is looked at, and where it is ample. */
const LOOK_MS = 60_000;
const AMPLE_LOOK_MS = 600_000;

interface Sample {
  readonly timeMs: number;
  readonly balance: number;
}

let samples: Sample[] = [];
let newest: Sample | null = null;
let reserve = 0;

/** The balance that freezes the canister, as the network tells it with each sweep; 0 until it has told. */
export function noteReserve(cycles: number): void {
  reserve = cycles;
}

/** Cycles above the reserve, looked at now and then; cheap in between. Below zero the canister is frozen. */
export function watchCycles(timeMs: number): number {
  if (newest !== null) {
    const spare = newest.balance - reserve;
    if (timeMs - newest.timeMs < (spare >= AMPLE_CYCLES ? AMPLE_LOOK_MS : LOOK_MS)) return spare;
  }
  newest = { timeMs, balance: Number(canisterCycleBalance()) };
  const last = samples[samples.length - 1];
  if (last === undefined || timeMs - last.timeMs >= HOUR_MS) {
    samples.push(newest);
    if (samples.length > SAMPLES) samples = samples.slice(1);
  }
  return newest.balance - reserve;
}

export interface Runway {
  readonly balance: number;
  /** The balance that freezes the canister; 0 while that is not known. */
  readonly reserve: number;
  /**
   * Cycles a day, from the hours since the last start or the last day. Hours with a top-up are left out: what they burned
   * cannot be told. Null without any other.
   */
  readonly burnPerDay: number | null;
  /** Until the canister freezes. */
  readonly days: number | null;
  readonly isLow: boolean;
}

export function runway(timeMs: number): Runway {
  const spare = watchCycles(timeMs);
  let burned = 0;
  let spanMs = 0;
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1]!;
    const after = samples[i]!;
    if (after.balance > before.balance) continue;
    burned += before.balance - after.balance;
    spanMs += after.timeMs - before.timeMs;
  }
  const burnPerDay = spanMs === 0 ? null : (burned * DAY_MS) / spanMs;
  const days = burnPerDay === null || burnPerDay === 0 ? null : Math.max(0, spare) / burnPerDay;
  return { balance: spare + reserve, reserve, burnPerDay, days, isLow: spare < LOW_CYCLES };
}
