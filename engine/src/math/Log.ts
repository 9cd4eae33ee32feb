/*
 * Our own natural logarithm, for the same reason as exp. With m in [sqrt(1/2), sqrt 2], f = m - 1, s = f/(2+f):
 * ln(1+f) = 2 atanh(s) = f - h + s(h + R), h = f²/2, R = 2(s²/3 + s⁴/5 + ...), so that f itself, which is exact,
 * carries the leading digits.
 */
import { EngineError } from '../EngineError.ts';
import { highWordOf, withHighWord } from './DoubleBits.ts';

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_54 = 18014398509481984;
/** High word of sqrt 2: mantissas from here on are halved. */
const SQRT2_HIGH_WORD = 0x6a09e;

const A1 = 2 / 3;
const A2 = 2 / 5;
const A3 = 2 / 7;
const A4 = 2 / 9;
const A5 = 2 / 11;
const A6 = 2 / 13;
const A7 = 2 / 15;
const A8 = 2 / 17;
const A9 = 2 / 19;
const A10 = 2 / 21;
const A11 = 2 / 23;
const A12 = 2 / 25;

/**
 * ln x within 1 ulp for finite x > 0; anything else is an internal error, since prices and volatilities are
 * checked at the edge. Section 10 of the risk model.
 */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new EngineError('internal', 'log-domain', 'x', 'finite and above 0', x);
  return logOf(x);
}

/** As `log`, of what is known to be in its domain. */
function logOf(x: number): number {
  let k = -1023;
  if (x < SMALLEST_NORMAL) {
    x *= TWO_54;
    k = -1077;
  }
  const word = highWordOf(x);
  const mantissa = word & 0xfffff;
  const halve = mantissa >= SQRT2_HIGH_WORD ? 1 : 0;
  k += (word >> 20) + halve;
  const f = withHighWord(x, mantissa | ((1023 - halve) << 20)) - 1;
  if (f === 0 && k === 0) return 0;
  const s = f / (2 + f);
  const z = s * s;
  const tail = A7 + z * (A8 + z * (A9 + z * (A10 + z * (A11 + z * A12))));
  const r = z * (A1 + z * (A2 + z * (A3 + z * (A4 + z * (A5 + z * (A6 + z * tail))))));
  const h = 0.5 * f * f;
  return k * LN2_HIGH - (h - (s * (h + r) + k * LN2_LOW) - f);
}

/** Square of (a - b)/(a + b) below which four terms of the series are exact but for rounding: ratios within 2.2 %. */
const NEAR = 1 / 8_192;
/** A double where QuickJS would keep 2 as an integer: a sum of the two kinds costs it twice as much. */
const TWO = 0.5 * 4;

/**
 * ln(a/b) within 3 ulp for finite a, b > 0: exactly 0 when a = b, never of the wrong sign, exactly odd under exchange.
 * Bar ratios lie near 1, where four terms of 2 atanh((a-b)/(a+b)) suffice and cost a fifth of a log.
 */
export function logRatio(a: number, b: number): number {
  const s = (a - b) / (a + b);
  const z = s * s;
  if (z < NEAR) return s * (TWO + z * (A1 + z * (A2 + z * A3)));
  return a > b ? log(a / b) : -log(b / a);
}
