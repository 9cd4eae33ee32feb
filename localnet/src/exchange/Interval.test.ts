import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSynthetic } from '../market/Synthetic.ts';
import { Exchange } from './Exchange.ts';
import { ExchangeServer } from './ExchangeServer.ts';
import { intervalOf } from './Interval.ts';
import { connect } from './test/Client.ts';

const ICP = 'ICP/USDT:USDT';
const START_MS = Date.UTC(2025, 0, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('an interval', () => {
  test('is served when bars make it up', () => {
    expect(intervalOf('3m', MINUTE_MS)?.leastMs).toBe(3 * MINUTE_MS);
    expect(intervalOf('1m', 5 * MINUTE_MS)).toBeUndefined();
    expect(intervalOf('15m', 60 * MINUTE_MS)).toBeUndefined();
    expect(intervalOf('7m', MINUTE_MS)).toBeUndefined();
  });

  test('of a week opens on Monday, of a month on its first day', () => {
    const week = intervalOf('1w', MINUTE_MS);
    expect(week?.openMs(Date.UTC(2025, 0, 1, 5))).toBe(Date.UTC(2024, 11, 30));
    const month = intervalOf('1M', MINUTE_MS);
    expect(month?.openMs(Date.UTC(2024, 1, 29))).toBe(Date.UTC(2024, 1, 1));
    expect(month?.nextMs(Date.UTC(2024, 1, 1))).toBe(Date.UTC(2024, 2, 1));
    expect(month?.nextMs(Date.UTC(2024, 11, 1))).toBe(Date.UTC(2025, 0, 1));
  });
});

describe('a recording of minutes', () => {
  const recording = createSynthetic({ seed: 4, startMs: START_MS, barMs: MINUTE_MS, bars: 12 * 1440 });
  const exchange = new Exchange({ recording, startMs: START_MS + 11 * DAY_MS + 12 * 3_600_000 });
  const server = new ExchangeServer(exchange);
  let client: ReturnType<typeof connect>;
  beforeAll(async () => {
    client = connect(await server.start(0));
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  test.each(['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M'])(
    'serves klines of %s to an unmodified ccxt, merged of exactly the bars they span',
    async (name) => {
      const interval = intervalOf(name, MINUTE_MS);
      expect(interval).toBeDefined();
      if (interval === undefined) return;
      for (const since of [undefined, START_MS]) {
        const klines = await client.fetchOHLCV(ICP, name, since, 7);
        expect(klines.length).toBeGreaterThan(0);
        for (const [open, first, high, low] of klines) {
          const openMs = Number(open);
          expect(interval.openMs(openMs)).toBe(openMs);
          const endMs = Math.min(interval.nextMs(openMs), exchange.venue.timeMs);
          const bars = recording.market.bars.filter(({ timeMs }) => timeMs >= openMs && timeMs < endMs);
          const [bar] = bars;
          if (bar === undefined || interval.nextMs(openMs) > exchange.venue.timeMs) continue;
          expect(first).toBe(Number(bar.openE8) / 1e8);
          expect(high).toBe(Math.max(...bars.map(({ highE8 }) => Number(highE8))) / 1e8);
          expect(low).toBe(Math.min(...bars.map(({ lowE8 }) => Number(lowE8))) / 1e8);
        }
      }
    },
  );

  test('refuses an interval that is none', async () => {
    const asked = client.fetchOHLCV(ICP, '1m', undefined, 1, { interval: '7m' });
    await expect(asked).rejects.toBeInstanceOf(ccxt.BadRequest);
  });

  test('passes its points at thirds of a minute', () => {
    const { timeMs } = exchange.status();
    exchange.advance('point');
    expect(exchange.status().timeMs - timeMs).toBe(20_000);
  });
});
