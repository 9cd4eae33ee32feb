import { outOfDomain } from './EngineError.ts';
import { end, finish, getF64, getU8, putF64, putU8, reader, writer } from './codec/Bytes.ts';
import { FRAME_LIMITS, FRAME_VERSION, expectFrame } from './codec/Frame.ts';

/** What an owner allows, fixed in calm. Every field has a direction that tightens; see `isTightening`. */
export interface Limits {
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
}

export const DEFAULT_LIMITS: Limits = {
  maxLeverage: 20,
  riskPerTrade: 0.01,
  capitalUsdt: 1_000_000,
  maxNotionalUsdt: 1_000_000,
  unattendedHours: 8,
  longestHoldHours: 24,
};

interface Rule {
  readonly field: keyof Limits;
  readonly min: number;
  readonly max: number;
  readonly tighter: 'lower' | 'higher';
  readonly whole: boolean;
}

const RULES: readonly Rule[] = [
  { field: 'maxLeverage', min: 1, max: 20, tighter: 'lower', whole: true },
  { field: 'riskPerTrade', min: 0, max: 0.01, tighter: 'lower', whole: false },
  { field: 'capitalUsdt', min: 0, max: 90_000_000, tighter: 'lower', whole: false },
  { field: 'maxNotionalUsdt', min: 0, max: 90_000_000, tighter: 'lower', whole: false },
  { field: 'unattendedHours', min: 4, max: 24, tighter: 'higher', whole: true },
  { field: 'longestHoldHours', min: 1, max: 336, tighter: 'lower', whole: true },
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
}

/** The first field that `next` loosens, or null when every field stays or tightens. */
export function loosenedField(now: Limits, next: Limits): keyof Limits | null {
  for (let i = 0; i < RULES.length; i++) {
    const rule = RULES[i]!;
    const before = now[rule.field];
    const after = next[rule.field];
    if (rule.tighter === 'lower' ? after > before : after < before) return rule.field;
  }
  return null;
}

export function encodeLimits(limits: Limits): Uint8Array {
  assertLimits(limits);
  const w = writer(64);
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
  };
  end(r);
  assertLimits(limits);
  return limits;
}
