import { outOfDomain } from '../EngineError.ts';
import { getU16, getU8, putU16, putU8, type Reader, type Writer } from '../codec/Bytes.ts';
import type { Switches } from './Keeper.ts';

/* What a keeper's bytes are made of at every level. */

const HALTED = 1;
const MANUAL = 2;

export function putList<T>(w: Writer, items: readonly T[], put: (w: Writer, item: T) => void): void {
  putU16(w, items.length);
  for (let i = 0; i < items.length; i++) put(w, items[i]!);
}

export function getList<T>(r: Reader, get: (r: Reader) => T): T[] {
  const count = getU16(r, 'count');
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(get(r));
  return items;
}

/** @param more bits that the level has besides: 4 and up */
export function putSwitches(w: Writer, { halted, manual }: Switches, more: number): void {
  putU8(w, (halted ? HALTED : 0) + (manual ? MANUAL : 0) + more);
}

/** @param known the bits that the level has besides, and that are `more` */
export function getSwitches(r: Reader, known: number): Switches & { readonly more: number } {
  const bits = getU8(r, 'switches');
  const more = bits & ~(HALTED + MANUAL);
  if ((more & ~known) !== 0) throw outOfDomain('switches', `bits of ${String(known + 3)}`, bits);
  return { halted: (bits & HALTED) !== 0, manual: (bits & MANUAL) !== 0, more };
}

export function named<T extends string>(names: readonly T[], index: number, field: string): T {
  const name = names[index];
  if (name === undefined) throw outOfDomain(field, `below ${String(names.length)}`, index);
  return name;
}
