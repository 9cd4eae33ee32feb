import { outOfDomain } from './EngineError.ts';
import { MAX_AMOUNT } from './codec/Bytes.ts';

/** Prices stay so far below what a frame can carry that stops, targets and liquidation prices fit too. */
export const MAX_PRICE = 16_777_216;
/** The smallest step of a frame's amounts: nothing below it can come, and ratios of prices stay finite. */
export const MIN_PRICE = 1e-8;
export const MAX_TIME_MS = 8_640_000_000_000_000;

/** Refuses anything but a price from 1e-8 to 2^24. */
export function requirePrice(field: string, value: number): void {
  if (!(value >= MIN_PRICE && value <= MAX_PRICE)) {
    throw outOfDomain(field, `a price from 1e-8 to ${String(MAX_PRICE)}`, value);
  }
}

/** Whether a frame can carry it and it is above 0. */
export function isAmount(value: number): boolean {
  return value >= MIN_PRICE && value <= MAX_AMOUNT;
}

/** Refuses anything but an amount above 0 that a frame can carry. */
export function requireAmount(field: string, value: number): void {
  if (!isAmount(value)) {
    throw outOfDomain(field, `at least 1e-8 and at most ${String(MAX_AMOUNT)}`, value);
  }
}

/** Refuses anything but a magnitude that a frame can carry. */
export function requireMoney(field: string, value: number): void {
  if (!(value >= -MAX_AMOUNT && value <= MAX_AMOUNT)) {
    throw outOfDomain(field, `a magnitude of at most ${String(MAX_AMOUNT)}`, value);
  }
}

/** Refuses anything but a non-negative amount that a frame can carry. */
export function requireMoneyOr0(field: string, value: number): void {
  if (!(value >= 0 && value <= MAX_AMOUNT)) {
    throw outOfDomain(field, `from 0 to ${String(MAX_AMOUNT)}`, value);
  }
}

/** Refuses anything but whole milliseconds since 1970. */
export function requireTime(field: string, value: number): void {
  if (!(value >= 0 && value <= MAX_TIME_MS && Math.floor(value) === value)) {
    throw outOfDomain(field, 'whole milliseconds since 1970', value);
  }
}

/** Refuses anything but a whole number of zero or more that a double holds exactly. */
export function requireCount(field: string, value: number): void {
  if (!(value >= 0 && value <= 9_007_199_254_740_991 && Math.floor(value) === value)) {
    throw outOfDomain(field, 'a whole number of at least 0, below 2^53', value);
  }
}
