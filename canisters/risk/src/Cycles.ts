import { canisterCycleBalance } from './Platform.js';

/*
 * How long the cycles last. Short of them the canister sheds new owners first, then looks without news
 * (`Budget.ts`); what stops, reports or closes a bar is never shed.
 */

/** Below this many cycles no new owner is taken. */
export const LOW_CYCLES = 1_000_000_000_000;
/** Below this many, looks without news are turned away. */
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

/** Looks at the balance now and then; cheap in between. */
export function watchCycles(timeMs: number): number {
  if (newest !== null) {
    const { balance, timeMs: lookedMs } = newest;
    if (timeMs - lookedMs < (balance >= AMPLE_CYCLES ? AMPLE_LOOK_MS : LOOK_MS)) return balance;
  }
  newest = { timeMs, balance: Number(canisterCycleBalance()) };
  const last = samples[samples.length - 1];
  if (last === undefined || timeMs - last.timeMs >= HOUR_MS) {
    samples.push(newest);
    if (samples.length > SAMPLES) samples = samples.slice(1);
  }
  return newest.balance;
}

export interface Runway {
  readonly balance: number;
  /** Cycles a day, from the hours since the last start or the last day; top-ups left out. Null before the first hour. */
  readonly burnPerDay: number | null;
  readonly days: number | null;
  readonly isLow: boolean;
}

export function runway(timeMs: number): Runway {
  const balance = watchCycles(timeMs);
  let burned = 0;
  for (let i = 1; i < samples.length; i++)
    burned += Math.max(0, samples[i - 1]!.balance - samples[i]!.balance);
  const spanMs = samples.length < 2 ? 0 : samples[samples.length - 1]!.timeMs - samples[0]!.timeMs;
  const burnPerDay = spanMs === 0 ? null : (burned * DAY_MS) / spanMs;
  const days = burnPerDay === null || burnPerDay === 0 ? null : balance / burnPerDay;
  return { balance, burnPerDay, days, isLow: balance < LOW_CYCLES };
}
