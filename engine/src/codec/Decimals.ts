import { outOfDomain } from '../EngineError.ts';
import { E8, putE8, putU32, TWO_32, type Writer } from './Bytes.ts';

/*
 * Prices of a series share their number of decimals: each is then 32 bits wide instead of 64. Amounts that do not all
 * fit go as e8. Either way an amount of at most eight decimals comes back as the double that its text parses to.
 */
const MAX_DECIMALS = 8;
/** Says that the amounts are e8, eight bytes each. */
export const WIDE = 255;
const SCALES: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** Units per 1 of the amounts of a series. @throws EngineError for a number of decimals that does not exist. */
export function scaleOf(decimals: number, field: string): number {
  const scale = decimals === WIDE ? E8 : SCALES[decimals];
  if (scale === undefined) throw outOfDomain(field, '0 to 8, or 255', decimals);
  return scale;
}

/** The fewest decimals with which all amounts fit into 32 bits exactly (to eight decimals), or `WIDE`. */
export function decimalsFor(amounts: readonly number[]): number {
  for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
    const scale = SCALES[decimals]!;
    if (amounts.every((amount) => isExact(amount, scale))) return decimals;
  }
  return WIDE;
}

function isExact(amount: number, scale: number): boolean {
  const units = Math.floor(amount * scale + 0.5);
  // An amount is what it is rounded to eight decimals, as everywhere in frames.
  return (
    units >= 0 && units < TWO_32 && Math.floor(amount * E8 + 0.5) === Math.floor((units * E8) / scale + 0.5)
  );
}

export function putScaled(w: Writer, amount: number, decimals: number, field: string): void {
  if (decimals === WIDE) putE8(w, amount, field);
  else putU32(w, Math.floor(amount * SCALES[decimals]! + 0.5));
}
