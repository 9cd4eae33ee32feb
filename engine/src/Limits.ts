import { outOfDomain } from './EngineError.ts';
import { end, finish, getF64, getU8, putF64, putU8, reader, writer } from './codec/Bytes.ts';
import { FRAME_LIMITS, FRAME_VERSION, expectFrame } from './codec/Frame.ts';
import { kelly } from './model/Size.ts';
import { K_CHOP, K_TREND } from './model/TrendScore.ts';

/** What a desk reads of what the owner allows. Which direction tightens a field is said at each; see `loosenedField`. */
export interface DeskLimits {
  /** Highest leverage, a whole number from 1 to 20. Lower is tighter. */
  readonly maxLeverage: number;
  /** Fraction of equity that a trade may lose at its stop, at most 0.01. Lower is tighter. */
  readonly riskPerTrade: number;
  /** Equity counted at most, USDT; what lies above it on the account is not risked. Lower is tighter. */
  readonly capitalUsdt: number;
  /** Largest notional of one position, USDT. Lower is tighter. */
  readonly maxNotionalUsdt: number;
  /** Hours a position must survive with nobody awake and no stop filled, 4–24. Higher is tighter. */
  readonly unattendedHours: number;
  /** Longest hold in hours, 1–336; a trade that went nowhere leaves at half of it. Lower is tighter. */
  readonly longestHoldHours: number;
  /** Share of a position that a shock against it takes away: 0 none, 1 all. Higher is tighter. */
  readonly shockReduceFraction: number;
  /** The owner's record: of so many trades so many won. 0 trades: none is supplied. Less quarter-Kelly is tighter. */
  readonly kellyWins: number;
  readonly kellyTrades: number;
  /** Mean win over mean loss of that record; 0 without one. */
  readonly kellyPayoff: number;
  /** Multiples of ATR from price to stop in a clean trend and in chop, 1.5–5. Neither way is tighter. */
  readonly kTrend: number;
  readonly kChop: number;
}

export type Limits = DeskLimits;

export const DEFAULT_LIMITS: Limits = {
  maxLeverage: 20,
  riskPerTrade: 0.01,
  capitalUsdt: 1_000_000,
  maxNotionalUsdt: 1_000_000,
  unattendedHours: 8,
  longestHoldHours: 24,
  shockReduceFraction: 0.5,
  kellyWins: 0,
  kellyTrades: 0,
  kellyPayoff: 0,
  kTrend: K_TREND,
  kChop: K_CHOP,
};

interface Rule {
  readonly field: keyof Limits;
  readonly min: number;
  readonly max: number;
  /** `neither`: any change waits like a loosening. `record`: judged together, by quarter-Kelly. */
  readonly tighter: 'lower' | 'higher' | 'neither' | 'record';
  readonly whole: boolean;
}

/** In the order of the frame. */
const RULES: readonly Rule[] = [
  { field: 'maxLeverage', min: 1, max: 20, tighter: 'lower', whole: true },
  { field: 'riskPerTrade', min: 0, max: 0.01, tighter: 'lower', whole: false },
  { field: 'capitalUsdt', min: 0, max: 67_108_864, tighter: 'lower', whole: false },
  { field: 'maxNotionalUsdt', min: 0, max: 67_108_864, tighter: 'lower', whole: false },
  { field: 'unattendedHours', min: 4, max: 24, tighter: 'higher', whole: true },
  { field: 'longestHoldHours', min: 1, max: 336, tighter: 'lower', whole: true },
  { field: 'shockReduceFraction', min: 0, max: 1, tighter: 'higher', whole: false },
  { field: 'kellyWins', min: 0, max: 1_000_000, tighter: 'record', whole: true },
  { field: 'kellyTrades', min: 0, max: 1_000_000, tighter: 'record', whole: true },
  { field: 'kellyPayoff', min: 0, max: 1_000, tighter: 'record', whole: false },
  { field: 'kTrend', min: 1.5, max: 5, tighter: 'neither', whole: false },
  { field: 'kChop', min: 1.5, max: 5, tighter: 'neither', whole: false },
];

/** @throws EngineError naming the first field outside its domain. */
export function assertLimits(limits: Limits): void {
  for (let i = 0; i < RULES.length; i++) {
    const rule = RULES[i]!;
    const value = limits[rule.field];
    const inRange = value >= rule.min && value <= rule.max;
    if (!inRange || (rule.whole && Math.floor(value) !== value)) {
      const kind = rule.whole ? 'a whole number' : 'a number';
      throw outOfDomain(
        `limits.${rule.field}`,
        `${kind} from ${String(rule.min)} to ${String(rule.max)}`,
        value,
      );
    }
  }
  const { kellyWins, kellyTrades, kellyPayoff } = limits;
  if (kellyWins > kellyTrades) {
    throw outOfDomain('limits.kellyWins', `at most the ${String(kellyTrades)} trades`, kellyWins);
  }
  if (kellyPayoff > 0 !== kellyTrades > 0) {
    throw outOfDomain('limits.kellyPayoff', 'above 0 with a record of trades, 0 without', kellyPayoff);
  }
}

/** A quarter of the Kelly fraction of the owner's record; Infinity where none is supplied. */
export function quarterKelly(limits: Limits): number {
  const { kellyWins, kellyTrades, kellyPayoff } = limits;
  return kellyTrades > 0 ? kelly(kellyWins, kellyTrades, kellyPayoff) / 4 : Infinity;
}

/** The first field that `next` loosens, or null when every field stays or tightens. */
export function loosenedField(now: Limits, next: Limits): keyof Limits | null {
  let recordChanged = false;
  for (let i = 0; i < RULES.length; i++) {
    const { field, tighter } = RULES[i]!;
    const before = now[field];
    const after = next[field];
    if (before === after) continue;
    if (tighter === 'record') recordChanged = true;
    else if (tighter === 'neither' || (tighter === 'lower' ? after > before : after < before)) return field;
  }
  return recordChanged && !(quarterKelly(next) < quarterKelly(now)) ? 'kellyTrades' : null;
}

export function encodeLimits(limits: Limits): Uint8Array {
  assertLimits(limits);
  const w = writer(2 + 8 * RULES.length);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_LIMITS);
  for (let i = 0; i < RULES.length; i++) {
    const field = RULES[i]!.field;
    putF64(w, limits[field], `limits.${field}`);
  }
  return finish(w);
}

export function decodeLimits(frame: Uint8Array): Limits {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_LIMITS);
  const limits: Limits = {
    maxLeverage: getF64(r, 'limits.maxLeverage'),
    riskPerTrade: getF64(r, 'limits.riskPerTrade'),
    capitalUsdt: getF64(r, 'limits.capitalUsdt'),
    maxNotionalUsdt: getF64(r, 'limits.maxNotionalUsdt'),
    unattendedHours: getF64(r, 'limits.unattendedHours'),
    longestHoldHours: getF64(r, 'limits.longestHoldHours'),
    shockReduceFraction: getF64(r, 'limits.shockReduceFraction'),
    kellyWins: getF64(r, 'limits.kellyWins'),
    kellyTrades: getF64(r, 'limits.kellyTrades'),
    kellyPayoff: getF64(r, 'limits.kellyPayoff'),
    kTrend: getF64(r, 'limits.kTrend'),
    kChop: getF64(r, 'limits.kChop'),
  };
  end(r);
  assertLimits(limits);
  return limits;
}
