import { outOfDomain } from './EngineError.ts';
import { assertLimits, MAX_ACCOUNTS, RULES, type Limits, type NumericField } from './Limits.ts';
import {
  end,
  finish,
  getF64,
  getText,
  getU8,
  putF64,
  putText,
  putU8,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { FRAME_LIMITS, frameReader, frameWriter } from './codec/Frame.ts';

export function encodeLimits(limits: Limits): Uint8Array {
  const w = frameWriter(FRAME_LIMITS, 512);
  putLimits(w, limits);
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one set of limits in their domain. */
export function decodeLimits(frame: Uint8Array): Limits {
  const r = frameReader(frame, FRAME_LIMITS);
  const limits = getLimits(r);
  end(r);
  return limits;
}

export function putLimits(w: Writer, limits: Limits): void {
  assertLimits(limits);
  putU8(w, RULES.length);
  for (let i = 0; i < RULES.length; i++) {
    const { field } = RULES[i]!;
    putF64(w, limits[field], `limits.${field}`);
  }
  for (let i = 0; i < MAX_ACCOUNTS; i++) {
    putF64(w, limits.accountCapitalUsdt[i]!, 'limits.accountCapitalUsdt');
  }
  putNames(w, limits.venues, 'limits.venues');
  putNames(w, limits.symbols, 'limits.symbols');
}

export function getLimits(r: Reader): Limits {
  const count = getU8(r, 'limits.count');
  if (count !== RULES.length) throw outOfDomain('limits.count', String(RULES.length), count);
  const numbers = {} as Record<NumericField, number>;
  for (let i = 0; i < count; i++) {
    const { field } = RULES[i]!;
    numbers[field] = getF64(r, `limits.${field}`);
  }
  const accountCapitalUsdt: number[] = [];
  for (let i = 0; i < MAX_ACCOUNTS; i++) accountCapitalUsdt.push(getF64(r, 'limits.accountCapitalUsdt'));
  const venues = getNames(r, 'limits.venues');
  const symbols = getNames(r, 'limits.symbols');
  const limits: Limits = { ...numbers, accountCapitalUsdt, venues, symbols };
  assertLimits(limits);
  return limits;
}

/** Whether names are given (else anything is allowed), how many, and which. */
export function putNames(w: Writer, names: readonly string[] | null, field: string): void {
  putU8(w, names === null ? 0 : 1);
  putU8(w, names === null ? 0 : names.length);
  if (names !== null) for (let i = 0; i < names.length; i++) putText(w, names[i]!, field);
}

export function getNames(r: Reader, field: string): readonly string[] | null {
  const given = getU8(r, field);
  const count = getU8(r, field);
  if (given > 1 || (given === 0 && count > 0)) throw outOfDomain(field, 'names, or none given', given);
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push(getText(r, field));
  return given === 0 ? null : names;
}
