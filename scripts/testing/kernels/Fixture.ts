/*
 * What kernels may say, each thing once: the compiler is held to it by `Language.test.ts`.
 */
import { highWordOf, withHighWord } from '../../../engine/src/math/DoubleBits.ts';
import { clamp } from '../../../engine/src/math/Clamp.ts';
import { GAIN_12 } from '../../../engine/src/math/Ewma.ts';

const STRIDE = 3;
const ROOT = Math.sqrt(2) - 1 / 3;

export function arithmetic(a: number, b: number): number {
  return (a + b) * (a - b) + a / b - -a * ROOT + GAIN_12;
}

/** Names that mean something else outside. */
export function hiding(STRIDE: number, GAIN_12: number): number {
  const ROOT = STRIDE + 1;
  return STRIDE * 2 + GAIN_12 - ROOT;
}

export function rounding(a: number, b: number): number {
  return Math.floor(a) + Math.ceil(b) + Math.abs(a) * Math.trunc(b) - Math.sqrt(Math.abs(a * b));
}

export function extremes(a: number, b: number): number {
  return Math.min(a, b) - Math.max(b, a);
}

export function words(a: number, b: number): number {
  return (((a | 0) & (b | 0)) ^ (a << 3)) | ((b >> 2) + (a >>> 5));
}

export function wrapping(a: number, b: number): number {
  const left = a | 0;
  const right = b | 0;
  return (left + right - 7) | 0;
}

export function unsigned(a: number): number {
  const word = a | 0;
  return (word >>> 1) + (word >>> 31);
}

export function parts(a: number, b: number): number {
  return withHighWord(a, (highWordOf(b) & 0x000fffff) | ((1023 + 4) << 20));
}

export function comparing(a: number, b: number): number {
  let bits = 0;
  if (a < b) bits = bits | 1;
  if (a <= b) bits = bits | 2;
  if (a > b) bits = bits | 4;
  if (a >= b) bits = bits | 8;
  if (a === b) bits = bits | 16;
  if (a !== b) bits = bits | 32;
  if (!(a < b) && (a > 0 || b > 0)) bits = bits | 64;
  else if (a < 0) bits = bits | 128;
  return bits;
}

export function isBetween(a: number, b: number): boolean {
  const isAbove = a > 0;
  return isAbove && a < b;
}

export function choosing(a: number, b: number): number {
  const side = a > b ? 1 : -1;
  let x = b;
  x *= side;
  x -= a;
  x /= 3;
  return clamp(x, a < b ? a : b, 5);
}

export function counting(a: number): number {
  let sum = 0;
  let whole = 5;
  for (let i = 0; i < 20; i++) {
    if (i === 3) continue;
    if (i > 15) break;
    whole += i;
    sum += a * i;
  }
  while (whole > 10) whole -= STRIDE;
  for (let down = 9; down >= 0; down -= 2) sum = sum / 2 + down;
  return sum + whole;
}

export function elements(
  doubles: Float64Array,
  signed: Int32Array,
  plain: Uint32Array,
  bytes: Uint8Array,
): number {
  let sum = 0;
  for (let i = 0; i < doubles.length; i++) {
    const at = (STRIDE * i) | 0;
    doubles[i]! += plain[at]! - bytes[i]!;
    signed[i]! -= doubles[i]!;
    plain[at + 1] = doubles[i]! * 3;
    plain[at + 2]! += 7;
    bytes[i]! += signed[i]!;
    sum += signed[i]! + plain[at + 1]!;
  }
  return sum;
}

export function assigning(doubles: Float64Array, a: number): void {
  let b: number;
  let word: number;
  const t = (b = a + 1) * 2;
  const u = ((word = (a | 0) ^ 21) << 4) | (word >>> 28);
  doubles[0] = t + b;
  doubles[1] = u;
  doubles[2] = word;
}

/** Reads where it is told to. */
export function reading(doubles: Float64Array, at: number): number {
  return doubles[at]!;
}

export function writing(doubles: Float64Array, at: number): void {
  doubles[at] = 1;
}

/** Leaves 32 bits. */
export function growing(a: number): number {
  let whole = 2_147_483_000;
  for (let i = 0; i < a; i++) whole += 100;
  return whole;
}

export function throwing(a: number): number {
  if (a > 0) throw new Error('above 0');
  return a;
}

export function nothing(a: number): void {
  if (a > 0) return;
}
