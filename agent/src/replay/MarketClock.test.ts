import { afterEach, expect, test } from 'vitest';
import type { MarketStatus } from './Control.ts';
import { MarketClock } from './MarketClock.ts';

const START_MS = Date.UTC(2024, 7, 5);
const trueDate = Date;
let clock: MarketClock | null = null;

afterEach(() => {
  clock?.release();
  clock = null;
});

const at = (timeMs: number): MarketStatus => ({ timeMs }) as MarketStatus;

test('the present is the market’s for whoever asks, in either way of asking', () => {
  clock = new MarketClock(START_MS);
  expect([Date.now(), new Date().getTime()]).toEqual([START_MS, START_MS]);
  clock.follow(at(START_MS + 300_000));
  expect([Date.now(), new Date().getTime()]).toEqual([START_MS + 300_000, START_MS + 300_000]);
});

test('it stands still between two times of the market and never goes back', () => {
  clock = new MarketClock(START_MS);
  clock.follow(at(START_MS - 1));
  expect(Date.now()).toBe(START_MS);
});

test('given dates, and what a date is, stay what they are', () => {
  clock = new MarketClock(START_MS);
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(Date.UTC(2024, 0)).toBe(1_704_067_200_000);
  expect(new Date()).toBeInstanceOf(trueDate);
});

test('released, the machine’s clock is back', () => {
  clock = new MarketClock(START_MS);
  clock.release();
  expect(globalThis.Date).toBe(trueDate);
  expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
});
