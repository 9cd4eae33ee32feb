/**
 * Exact decimals: an amount is a `bigint` counting units of 1e-8 (price, quantity, money and rate alike).
 * Every operation that cannot be exact names its rounding direction.
 */
export const ONE_E8 = 100_000_000n;

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** What to do with digits beyond the eighth decimal: refuse the text, or drop them (towards zero). */
export type Excess = 'refuse' | 'truncate';

/**
 * Reads decimal text (also in exponent notation) without passing through a float.
 * @returns the value in e8, or undefined when the text is no decimal, or has more than 8 decimals and `excess` is 'refuse'.
 */
export function parseE8(text: string, excess: Excess = 'refuse'): bigint | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = 8 - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return applySign(sign, digits * 10n ** BigInt(shift));
  const divisor = 10n ** BigInt(-shift);
  if (excess === 'refuse' && digits % divisor !== 0n) return undefined;
  return applySign(sign, digits / divisor);
}

function applySign(sign: string | undefined, magnitude: bigint): bigint {
  return sign === '-' ? -magnitude : magnitude;
}

/** Writes an e8 value as plain decimal text: no exponent, no trailing zeros, `0` for zero. */
export function formatE8(valueE8: bigint): string {
  const digits = absolute(valueE8).toString().padStart(9, '0');
  const fraction = digits.slice(-8).replace(/0+$/, '');
  return `${valueE8 < 0n ? '-' : ''}${digits.slice(0, -8)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Nearest double of an e8 value: one correctly rounded division. For display and statistics only, never for the ledger. */
export function toNumber(valueE8: bigint): number {
  return Number(valueE8) / 1e8;
}

/** Quotient rounded towards minus infinity. `divisor` must be positive. */
export function divideDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && dividend % divisor !== 0n ? quotient - 1n : quotient;
}

/** Quotient rounded towards plus infinity. `divisor` must be positive. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return -divideDown(-dividend, divisor);
}

/** Product of two e8 values, rounded towards minus infinity. */
export function multiplyDown(a: bigint, b: bigint): bigint {
  return divideDown(a * b, ONE_E8);
}

/** Product of two e8 values, rounded towards plus infinity. */
export function multiplyUp(a: bigint, b: bigint): bigint {
  return divideUp(a * b, ONE_E8);
}

/** Largest multiple of `stepE8` that is not above the value. */
export function floorTo(valueE8: bigint, stepE8: bigint): bigint {
  return divideDown(valueE8, stepE8) * stepE8;
}

/** Smallest multiple of `stepE8` that is not below the value. */
export function ceilTo(valueE8: bigint, stepE8: bigint): bigint {
  return divideUp(valueE8, stepE8) * stepE8;
}

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
