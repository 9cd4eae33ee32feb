import { outOfDomain } from '../EngineError.ts';
import { MAX_ACCOUNTS, quarterKelly, RULES, type Limits, type NumericField, type Rule } from '../Limits.ts';
import { getNames, putNames } from '../LimitsFrame.ts';
import { getF64, getU64, getU8, putF64, putU64, putU8, type Reader, type Writer } from '../codec/Bytes.ts';

/*
 * A wish is a whole set of limits. It is granted unit by unit: what tightens holds at once, what loosens waits. A unit
 * is a field, or fields that only mean something together (the record of trades, the two take-profits).
 */

/** What a unit holds: its numbers, or names (null: anything). */
export type Value = readonly number[] | readonly string[] | null;

type Draft = { -readonly [K in keyof Limits]: Limits[K] };

interface Unit {
  readonly name: string;
  read(limits: Limits): Value;
  write(limits: Draft, value: Value): void;
  /** The loosest value between both that is nowhere looser than `now`. */
  meet(now: Limits, wish: Limits): Value;
}

function together(name: string, fields: readonly NumericField[], meet: Unit['meet']): Unit {
  return {
    name,
    read: (limits) => fields.map((field) => limits[field]),
    write: (limits, value) => {
      fields.forEach((field, i) => (limits[field] = value![i] as number));
    },
    meet,
  };
}

function single({ field, tighter }: Rule): Unit {
  return together(field, [field], (now, wish) => {
    if (tighter === 'neither') return [now[field]];
    const isTighter = tighter === 'lower' ? wish[field] < now[field] : wish[field] > now[field];
    return [isTighter ? wish[field] : now[field]];
  });
}

const RECORD_FIELDS = ['kellyWins', 'kellyTrades', 'kellyPayoff'] as const;
const TARGET_FIELDS = ['firstTargetR', 'secondTargetR'] as const;
const GROUPED: readonly NumericField[] = [...RECORD_FIELDS, ...TARGET_FIELDS];

const record = together('tradeRecord', RECORD_FIELDS, (now, wish) => {
  const { kellyWins, kellyTrades, kellyPayoff } = quarterKelly(wish) < quarterKelly(now) ? wish : now;
  return [kellyWins, kellyTrades, kellyPayoff];
});

const targets = together('targets', TARGET_FIELDS, ({ firstTargetR, secondTargetR }) => [
  firstTargetR,
  secondTargetR,
]);

function capitalOf(account: number): Unit {
  return {
    name: `accountCapitalUsdt.${String(account)}`,
    read: ({ accountCapitalUsdt }) => [accountCapitalUsdt[account]!],
    write: (limits, value) => {
      limits.accountCapitalUsdt = limits.accountCapitalUsdt.map((kept, i) =>
        i === account ? (value![0] as number) : kept,
      );
    },
    meet: (now, wish) => [Math.min(now.accountCapitalUsdt[account]!, wish.accountCapitalUsdt[account]!)],
  };
}

function names(field: 'venues' | 'symbols'): Unit {
  return {
    name: field,
    read: (limits) => limits[field],
    write: (limits, value) => (limits[field] = value as readonly string[] | null),
    meet: ({ [field]: now }, { [field]: wish }) => {
      if (now === null || wish === null) return now ?? wish;
      return wish.filter((name) => now.includes(name));
    },
  };
}

const venues = names('venues');
const symbols = names('symbols');

/** Their numbers are in frames: later versions append. */
const UNITS: readonly Unit[] = [
  record,
  targets,
  ...Array.from({ length: MAX_ACCOUNTS }, (_, account) => capitalOf(account)),
  venues,
  symbols,
  ...RULES.filter(({ field }) => !GROUPED.includes(field)).map(single),
];

/** Names of the units, in the order of their numbers. */
export const LIMIT_UNITS: readonly string[] = UNITS.map(({ name }) => name);

/** A loosening that waits. */
export interface Pending {
  /** Number of the unit, see `LIMIT_UNITS`. */
  readonly unit: number;
  readonly value: Value;
  /** IC time at which it holds from, milliseconds. */
  readonly effectiveMs: number;
}

/** What an owner allows now, and what waits. */
export interface Allowed {
  readonly limits: Limits;
  /** In the order of the units, at most one each. */
  readonly pending: readonly Pending[];
}

/**
 * Grants a wish: every unit that it tightens holds at once; every unit that it loosens waits the delay that is in force
 * then, and replaces what waited for that unit. The same wish again leaves the waiting time as it was.
 */
export function grantWish({ limits, pending }: Allowed, wish: Limits, icTimeMs: number): Allowed {
  const next: Draft = { ...limits };
  const waiting: { unit: number; value: Value }[] = [];
  UNITS.forEach((unit, number) => {
    const wished = unit.read(wish);
    const met = unit.meet(limits, wish);
    unit.write(next, met);
    if (!sameValue(met, wished)) waiting.push({ unit: number, value: wished });
  });
  const effectiveMs = icTimeMs + next.looseningDelayHours * 3_600_000;
  return {
    limits: next,
    pending: waiting.map((change) => {
      const before = pending.find(({ unit }) => unit === change.unit);
      return before !== undefined && sameValue(before.value, change.value)
        ? before
        : { ...change, effectiveMs };
    }),
  };
}

/** The same with every loosening applied whose time has come. The very argument when none has. */
export function settlePending(allowed: Allowed, icTimeMs: number): Allowed {
  if (!isDue(allowed.pending, icTimeMs)) return allowed;
  const limits: Draft = { ...allowed.limits };
  const pending: Pending[] = [];
  for (const change of allowed.pending) {
    if (icTimeMs >= change.effectiveMs) UNITS[change.unit]!.write(limits, change.value);
    else pending.push(change);
  }
  return { limits, pending };
}

export function isDue(pending: readonly Pending[], icTimeMs: number): boolean {
  for (let i = 0; i < pending.length; i++) if (icTimeMs >= pending[i]!.effectiveMs) return true;
  return false;
}

/** The wish that stands: the limits in force with everything on them that waits. */
export function wished({ limits, pending }: Allowed): Limits {
  const wish: Draft = { ...limits };
  for (const { unit, value } of pending) UNITS[unit]!.write(wish, value);
  return wish;
}

/** Whether `next` is nowhere looser than `now`. */
export function isNowhereLooser(now: Limits, next: Limits): boolean {
  return UNITS.every((unit) => sameValue(unit.meet(now, next), unit.read(next)));
}

/** Whether both allow the same now and have the same waiting. */
export function isSameAllowed(a: Allowed, b: Allowed): boolean {
  const sameLimits = UNITS.every((unit) => sameValue(unit.read(a.limits), unit.read(b.limits)));
  const sameLength = a.pending.length === b.pending.length;
  return sameLimits && sameLength && a.pending.every((change, i) => change === b.pending[i]);
}

function sameValue(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function isNamed(unit: Unit): boolean {
  return unit === venues || unit === symbols;
}

export function putPending(w: Writer, { unit, value, effectiveMs }: Pending): void {
  putU8(w, unit);
  putU64(w, effectiveMs, 'pending.effectiveMs');
  if (isNamed(UNITS[unit]!)) putNames(w, value as readonly string[] | null, 'pending.names');
  else for (const number of value as readonly number[]) putF64(w, number, 'pending.value');
}

export function getPending(r: Reader): Pending {
  const number = getU8(r, 'pending.unit');
  const unit = UNITS[number];
  if (unit === undefined) throw outOfDomain('pending.unit', `below ${String(UNITS.length)}`, number);
  const effectiveMs = getU64(r, 'pending.effectiveMs');
  if (isNamed(unit)) return { unit: number, value: getNames(r, 'pending.names'), effectiveMs };
  const value: number[] = [];
  const count = unit === record ? RECORD_FIELDS.length : unit === targets ? TARGET_FIELDS.length : 1;
  for (let i = 0; i < count; i++) value.push(getF64(r, 'pending.value'));
  return { unit: number, value, effectiveMs };
}
