import { describe, expect, test, vi } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { createSynthetic } from '../market/Synthetic.ts';
import { Exchange } from './Exchange.ts';
import { runMarket } from './Pace.ts';
import { answer } from './Router.ts';
import { Desk, type Ohlc, START_MS } from './test/Scenario.ts';

const QUIET: Ohlc = ['10', '10', '10', '10'];

describe('a market that goes on by itself', () => {
  test('reaches each point when it is due at its pace, and stands still once stopped', () => {
    vi.useFakeTimers();
    try {
      const { exchange } = new Desk({ bars: [QUIET, QUIET, QUIET] });
      const running = runMarket(exchange, 100);
      vi.advanceTimersByTime(999);
      expect(exchange.venue.timeMs).toBe(START_MS);
      vi.advanceTimersByTime(1);
      expect(exchange.status().phase).toBe('adverse');
      vi.advanceTimersByTime(2_000);
      expect(exchange.venue.timeMs).toBe(START_MS + BAR_MS);
      running.stop();
      running.stop();
      vi.advanceTimersByTime(100_000);
      expect(exchange.venue.timeMs).toBe(START_MS + BAR_MS);
    } finally {
      vi.useRealTimers();
    }
  });

  test('in real time takes as long as the market did', () => {
    vi.useFakeTimers();
    try {
      const { exchange } = new Desk({ bars: [QUIET, QUIET] });
      const running = runMarket(exchange, 1);
      vi.advanceTimersByTime(2 * BAR_MS);
      expect(exchange.done).toBe(true);
      running.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  test('slower than a timer can wait does not run away', () => {
    vi.useFakeTimers();
    try {
      const { exchange } = new Desk({ bars: [QUIET, QUIET] });
      const running = runMarket(exchange, 1e-9);
      vi.advanceTimersByTime(1_000);
      expect(exchange.venue.timeMs).toBe(START_MS);
      running.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  test('goes as fast as possible to the end, and lets others have their turn', async () => {
    const exchange = new Exchange({ recording: createSynthetic({ seed: 2, bars: 600 }) });
    const running = runMarket(exchange, 'max');
    let turns = 0;
    while (!exchange.done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(10);
    running.stop();
  });
});

describe('a market played faster than it was', () => {
  test('does not make its clients look like a flood: weight shown is that of a played minute', () => {
    const { exchange } = new Desk({ bars: [QUIET, QUIET], options: { now: () => 1_000_000_000 } });
    const request = { method: 'GET', path: '/fapi/v1/ping', query: '', body: '', apiKey: undefined };
    const weight = () => Number(answer(exchange, request).headers['X-MBX-USED-WEIGHT-1M']);
    expect([weight(), weight(), weight()]).toEqual([1, 2, 3]);
    exchange.advance('point');
    expect(weight()).toBe(1);
  });
});
