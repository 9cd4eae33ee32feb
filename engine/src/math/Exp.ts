/*
 * Our own exponential: Math.exp differs between engines in about one input in ten, so replays would not agree.
 * x = k ln2 + r with |r| <= ln2/2; Taylor series of degree 14 for e^r; the factor 2^k is exact.
 */
import { withHighWord } from './DoubleBits.ts';

const LOG2_E = 1.4426950408889634;
/** ln 2 split so that k * LN2_HIGH is exact for every k that occurs. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const OVERFLOW_ABOVE = 709.782712893384;
const UNDERFLOW_BELOW = -745.1332191019411;

const C3 = 1 / 6;
const C4 = 1 / 24;
const C5 = 1 / 120;
const C6 = 1 / 720;
const C7 = 1 / 5040;
const C8 = 1 / 40320;
const C9 = 1 / 362880;
const C10 = 1 / 3628800;
const C11 = 1 / 39916800;
const C12 = 1 / 479001600;
const C13 = 1 / 6227020800;
const C14 = 1 / 87178291200;

/** 2^k, exact, for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  return withHighWord(0, (k + 1023) << 20);
}

/** e^x within 1 ulp. Above 709.78 it is Infinity, below -745.13 it is 0. Section 10 of the risk model. */
export function exp(x: number): number {
  if (!(x <= OVERFLOW_ABOVE)) return x > 0 ? Infinity : x;
  if (x < UNDERFLOW_BELOW) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const r = k === 0 ? x : x - k * LN2_HIGH - k * LN2_LOW;
  const high = C9 + r * (C10 + r * (C11 + r * (C12 + r * (C13 + r * C14))));
  const low = 0.5 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * (C7 + r * (C8 + r * high))))));
  const y = 1 + (r + r * r * low);
  if (k === 0) return y;
  if (k > 0) {
    if (k < 31) return y * (1 << k);
    return k === 1024 ? y * 2 * powerOfTwo(1023) : y * powerOfTwo(k);
  }
  if (k > -31) return y / (1 << -k);
  // A subnormal result must be rounded once only: the first product is exact.
  return k < -1021 ? y * powerOfTwo(k + 200) * powerOfTwo(-200) : y * powerOfTwo(k);
}
