import { outOfDomain } from './EngineError.ts';
import { MAX_AMOUNT } from './codec/Bytes.ts';
import { kelly } from './model/Size.ts';
import { LADDER_R } from './model/Stops.ts';
import { K_CHOP, K_TREND } from './model/TrendScore.ts';

/** Exchange accounts that one owner may have. */
export const MAX_ACCOUNTS = 16;
/** Venues and symbols that an owner can name as allowed. */
export const MAX_VENUES = 8;
export const MAX_SYMBOLS = 16;

/** What a desk reads of what the owner allows. Which direction tightens a field is said at each. */
export interface DeskLimits {
  /** Highest leverage, a whole number from 1 to 20. Lower is tighter. */
  readonly maxLeverage: number;
  /** Fraction of equity that a trade may lose at its stop, at most 0.01. Lower is tighter. */
  readonly riskPerTrade: number;
  /** Equity counted at most, USDT; what lies above it is not risked. Lower is tighter. Of an owner: in all accounts. */
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
  /** What a trade may lose at its stop at most, USDT, whatever the equity. Lower is tighter. */
  readonly maxLossUsdt: number;
  /** Daily deviation of all open positions together, as a fraction of equity, at most 0.08. Lower is tighter. */
  readonly portfolioBudget: number;
  /** Take-profits in multiples of the risk at entry, 0.5–5 and above it to 10. Neither way is tighter. */
  readonly firstTargetR: number;
  readonly secondTargetR: number;
  /** How much harder than the model funding, the crowd's levels and the leader count, 1–10. Higher is tighter. */
  readonly fundingSensitivity: number;
  readonly clusterSensitivity: number;
  readonly leaderSensitivity: number;
  /** What happens to a position without a plan: 1 it is protected like one of ours, 0 it is only warned of. */
  readonly adoptedProtected: number;
}

/** Everything that an owner allows, fixed in calm. */
export interface Limits extends DeskLimits {
  /** Fall of an account's equity from its peak that stops new entries, a fraction of the peak, open profit counted. */
  readonly drawdownBreaker: number;
  /** Fall since the start of the UTC day, a fraction of the equity then. Lower is tighter. */
  readonly dailyLossBreaker: number;
  /** Losing trades in a row that stop new entries, 2–100. Lower is tighter. */
  readonly lossStreakBreaker: number;
  /** Whether a drawdown or a daily loss also closes what is held: 1 yes, 0 no. Higher is tighter. */
  readonly breakerCloses: number;
  /** Hours of feed time that a breaker holds before the owner may resume, 1–168. Higher is tighter. */
  readonly coolDownHours: number;
  /** Hours of IC time that a loosening waits, 1–720; less of it waits the old delay. Higher is tighter. */
  readonly looseningDelayHours: number;
  /** Equity counted at most on each of the sixteen accounts, USDT. Lower is tighter. */
  readonly accountCapitalUsdt: readonly number[];
  /** Where and in what new positions are allowed; null: anywhere and anything. Fewer is tighter. */
  readonly venues: readonly string[] | null;
  readonly symbols: readonly string[] | null;
}

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
  maxLossUsdt: 1_000_000,
  portfolioBudget: 0.08,
  firstTargetR: LADDER_R[0],
  secondTargetR: LADDER_R[1],
  fundingSensitivity: 1,
  clusterSensitivity: 1,
  leaderSensitivity: 1,
  adoptedProtected: 1,
  drawdownBreaker: 0.2,
  dailyLossBreaker: 0.06,
  lossStreakBreaker: 6,
  breakerCloses: 1,
  coolDownHours: 24,
  looseningDelayHours: 24,
  accountCapitalUsdt: Array.from({ length: MAX_ACCOUNTS }, () => MAX_AMOUNT),
  venues: null,
  symbols: null,
};

/** The fields that are one number. */
export type NumericField = {
  [K in keyof Limits]: Limits[K] extends number ? K : never;
}[keyof Limits];

export interface Rule {
  readonly field: NumericField;
  readonly min: number;
  readonly max: number;
  /** `neither`: any change waits like a loosening. `record`: judged together, by quarter-Kelly. */
  readonly tighter: 'lower' | 'higher' | 'neither' | 'record';
  readonly whole: boolean;
}

/** In the order of the frame; later versions append. */
export const RULES: readonly Rule[] = [
  { field: 'maxLeverage', min: 1, max: 20, tighter: 'lower', whole: true },
  { field: 'riskPerTrade', min: 0, max: 0.01, tighter: 'lower', whole: false },
  { field: 'capitalUsdt', min: 0, max: MAX_AMOUNT, tighter: 'lower', whole: false },
  { field: 'maxNotionalUsdt', min: 0, max: MAX_AMOUNT, tighter: 'lower', whole: false },
  { field: 'unattendedHours', min: 4, max: 24, tighter: 'higher', whole: true },
  { field: 'longestHoldHours', min: 1, max: 336, tighter: 'lower', whole: true },
  { field: 'shockReduceFraction', min: 0, max: 1, tighter: 'higher', whole: false },
  { field: 'kellyWins', min: 0, max: 1_000_000, tighter: 'record', whole: true },
  { field: 'kellyTrades', min: 0, max: 1_000_000, tighter: 'record', whole: true },
  { field: 'kellyPayoff', min: 0, max: 1_000, tighter: 'record', whole: false },
  { field: 'kTrend', min: 1.5, max: 5, tighter: 'neither', whole: false },
  { field: 'kChop', min: 1.5, max: 5, tighter: 'neither', whole: false },
  { field: 'maxLossUsdt', min: 0, max: MAX_AMOUNT, tighter: 'lower', whole: false },
  { field: 'portfolioBudget', min: 0.001, max: 0.08, tighter: 'lower', whole: false },
  { field: 'firstTargetR', min: 0.5, max: 5, tighter: 'neither', whole: false },
  { field: 'secondTargetR', min: 0.5, max: 10, tighter: 'neither', whole: false },
  { field: 'fundingSensitivity', min: 1, max: 10, tighter: 'higher', whole: false },
  { field: 'clusterSensitivity', min: 1, max: 10, tighter: 'higher', whole: false },
  { field: 'leaderSensitivity', min: 1, max: 10, tighter: 'higher', whole: false },
  { field: 'adoptedProtected', min: 0, max: 1, tighter: 'higher', whole: true },
  { field: 'drawdownBreaker', min: 0.02, max: 1, tighter: 'lower', whole: false },
  { field: 'dailyLossBreaker', min: 0.01, max: 1, tighter: 'lower', whole: false },
  { field: 'lossStreakBreaker', min: 2, max: 100, tighter: 'lower', whole: true },
  { field: 'breakerCloses', min: 0, max: 1, tighter: 'higher', whole: true },
  { field: 'coolDownHours', min: 1, max: 168, tighter: 'higher', whole: true },
  { field: 'looseningDelayHours', min: 1, max: 720, tighter: 'higher', whole: true },
];

/** How many of the rules, from the first on, a desk reads. */
const DESK_RULES = RULES.findIndex(({ field }) => field === 'drawdownBreaker');

/** @throws EngineError naming the first field outside its domain. */
export function assertDeskLimits(limits: DeskLimits): void {
  assertNumbers(limits as Limits, DESK_RULES);
}

/** @throws EngineError naming the first field outside its domain. */
export function assertLimits(limits: Limits): void {
  assertNumbers(limits, RULES.length);
  const { accountCapitalUsdt } = limits;
  if (accountCapitalUsdt.length !== MAX_ACCOUNTS) {
    const expected = `${String(MAX_ACCOUNTS)} amounts`;
    throw outOfDomain('limits.accountCapitalUsdt', expected, accountCapitalUsdt.length);
  }
  for (let i = 0; i < MAX_ACCOUNTS; i++) {
    const capital = accountCapitalUsdt[i]!;
    if (!(capital >= 0 && capital <= MAX_AMOUNT)) {
      throw outOfDomain('limits.accountCapitalUsdt', `a number from 0 to ${String(MAX_AMOUNT)}`, capital);
    }
  }
  assertNames('limits.venues', limits.venues, MAX_VENUES);
  assertNames('limits.symbols', limits.symbols, MAX_SYMBOLS);
}

/** What a desk's limits were found to be the same as last: limits are replaced, never changed, and every look asks. */
const sameAs = new WeakMap<DeskLimits, DeskLimits>();

/** Whether a desk that has the first would decide the same with the second. */
export function isSameForDesk(own: DeskLimits, other: DeskLimits): boolean {
  if (sameAs.get(own) === other) return true;
  for (let i = 0; i < DESK_RULES; i++) {
    const field = RULES[i]!.field as keyof DeskLimits;
    if (own[field] !== other[field]) return false;
  }
  sameAs.set(own, other);
  return true;
}

function assertNumbers(limits: Limits, count: number): void {
  for (let i = 0; i < count; i++) {
    const rule = RULES[i]!;
    const value = limits[rule.field];
    const inRange = value >= rule.min && value <= rule.max;
    if (!inRange || (rule.whole && Math.floor(value) !== value)) {
      const kind = rule.whole ? 'a whole number' : 'a number';
      const expected = `${kind} from ${String(rule.min)} to ${String(rule.max)}`;
      throw outOfDomain(`limits.${rule.field}`, expected, value);
    }
  }
  const { kellyWins, kellyTrades, kellyPayoff, firstTargetR, secondTargetR } = limits;
  if (kellyWins > kellyTrades) {
    throw outOfDomain('limits.kellyWins', `at most the ${String(kellyTrades)} trades`, kellyWins);
  }
  if (kellyPayoff > 0 !== kellyTrades > 0) {
    throw outOfDomain('limits.kellyPayoff', 'above 0 with a record of trades, 0 without', kellyPayoff);
  }
  if (!(secondTargetR > firstTargetR)) {
    throw outOfDomain('limits.secondTargetR', `above the first, ${String(firstTargetR)}`, secondTargetR);
  }
}

/** Names are printable ASCII, sorted and different, so that one set has one frame. */
function assertNames(field: string, names: readonly string[] | null, most: number): void {
  if (names === null) return;
  if (names.length > most) throw outOfDomain(field, `at most ${String(most)} names`, names.length);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (!/^[!-~]{1,32}$/.test(name)) throw outOfDomain(field, '1 to 32 printable characters', name);
    if (i > 0 && !(names[i - 1]! < name)) throw outOfDomain(field, 'sorted names, each once', name);
  }
}

/** A quarter of the Kelly fraction of the owner's record; Infinity where none is supplied. */
export function quarterKelly(limits: DeskLimits): number {
  const { kellyWins, kellyTrades, kellyPayoff } = limits;
  return kellyTrades > 0 ? kelly(kellyWins, kellyTrades, kellyPayoff) / 4 : Infinity;
}
