import type { binanceusdm } from 'ccxt';
import { expect, test } from 'vitest';
import { findOpening, readFillsSince } from './BinanceFills.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2025, 5, 1);

/** A venue as strict as the real one: a window of a week at most, a thousand rows at most, the latest week by default. */
function clientWith(times: readonly number[], amounts: readonly number[] = []): binanceusdm {
  const rows = times.map((time, i) => ({
    id: String(i + 1),
    orderId: '1',
    side: (amounts[i] ?? 1) > 0 ? 'BUY' : 'SELL',
    qty: String(Math.abs(amounts[i] ?? 1)),
    price: '10',
    commission: '0.01',
    commissionAsset: i % 2 === 0 ? 'USDT' : 'BNB',
    realizedPnl: '0',
    time,
  }));
  const client = {
    fapiPublicGetPremiumIndex: () => Promise.resolve({ time: NOW_MS }),
    fapiPrivateGetUserTrades: (query: { startTime?: number; endTime?: number; limit: number }) => {
      const { startTime, endTime = NOW_MS, limit } = query;
      const from = startTime ?? NOW_MS - 7 * DAY_MS;
      if (endTime - from > 7 * DAY_MS) throw new Error('the window is longer than a week');
      const within = rows.filter(({ time }) => time >= from && time <= endTime);
      return Promise.resolve(startTime === undefined ? within.slice(-limit) : within.slice(0, limit));
    },
  };
  return client as unknown as binanceusdm;
}

test('fills come once each and in order, over weeks and pages, several in one millisecond included', async () => {
  const times = Array.from({ length: 2_500 }, (_, i) => NOW_MS - 20 * DAY_MS + Math.floor(i / 3) * 1_000);
  const fills = await readFillsSince(clientWith(times), 'ICPUSDT', times[0]! - 1);
  expect(fills.map(({ id }) => Number(id))).toEqual(times.map((_, i) => i + 1));
  expect(fills.slice(0, 2).map(({ feeUsdt }) => feeUsdt)).toEqual([0.01, null]);
});

test('only fills after the time asked for come', async () => {
  const times = [1, 2, 3, 4].map((days) => NOW_MS - days * DAY_MS).reverse();
  expect(await readFillsSince(clientWith(times), 'ICPUSDT', times[1]!)).toHaveLength(2);
  expect(await readFillsSince(clientWith([]), 'ICPUSDT', 0)).toEqual([]);
});

test('an opening older than a week is found, one older than is shown is taken as the oldest shown', async () => {
  const times = [20, 15, 9, 3].map((days) => NOW_MS - days * DAY_MS);
  expect(await findOpening(clientWith(times, [5, -5, 4, 4]), 'ICPUSDT', 8)).toBe(times[2]);
  expect(await findOpening(clientWith(times, [5, 1, 1, 1]), 'ICPUSDT', 9)).toBe(times[0]);
});
