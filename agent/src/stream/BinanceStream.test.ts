import { BAR_MS } from '@plimsoll/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exchange } from '../../../localnet/src/exchange/Exchange.ts';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { exchangeOf, flat, KEYS, serve, START_MS, type Prices } from '../execute/testing/Market.ts';
import { openBinanceUsdm, type BinanceUsdm } from '../venue/BinanceUsdm.ts';
import { BinanceStream } from './BinanceStream.ts';
import { LiveMarket } from './LiveMarket.ts';
import { streamedVenue } from './StreamedVenue.ts';
import type { StreamEvent } from './VenueStream.ts';

const BARS: readonly Prices[] = [[10, 10.4, 9.9, 10.2], [10.2, 10.3, 10.1, 10.2], flat(10.2), flat(10.2)];

let exchange: Exchange;
let server: ExchangeServer;
let baseUrl: string;
let venue: BinanceUsdm;
let stream: BinanceStream;
let live: LiveMarket;
let events: StreamEvent[];

beforeEach(async () => {
  exchange = exchangeOf(BARS);
  ({ server, baseUrl } = await serve(exchange));
  venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl });
  live = new LiveMarket();
  events = [];
});

afterEach(async () => {
  await stream.close();
  await server.close();
});

async function follow(options: { silentMs?: number } = {}): Promise<void> {
  stream = new BinanceStream({
    ...KEYS,
    baseUrl,
    symbol: 'ICPUSDT',
    leaderSymbol: 'ETHUSDT',
    hasAccount: true,
    pauseMs: 20,
    ...options,
  });
  stream.follow((event) => {
    events.push(event);
    live.take(event);
  });
  await until(() => live.mark('ICPUSDT') !== null && live.mark('ETHUSDT') !== null);
}

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = performance.now() + 8_000;
  while (!isTrue()) {
    if (performance.now() > endMs)
      throw new Error(`did not come about; heard ${JSON.stringify(events.slice(-5))}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const fault = (fields: Record<string, string>): Promise<Response> =>
  fetch(`${baseUrl}/localnet/v1/faults`, { method: 'POST', body: new URLSearchParams(fields) });

test('closed bars of symbol and leader come by the stream, equal to what the venue itself says', async () => {
  await follow();
  exchange.advance('open');
  await until(() =>
    [live.bars('ICPUSDT', START_MS, START_MS), live.bars('ETHUSDT', START_MS, START_MS)].every(Boolean),
  );
  expect(live.bars('ICPUSDT', START_MS, START_MS)).toEqual(await venue.closedBars('ICPUSDT', START_MS, 5));
  expect(live.bars('ETHUSDT', START_MS, START_MS)).toEqual(await venue.closedBars('ETHUSDT', START_MS, 5));
});

test('market and bars are taken from a fresh stream without asking, and from the venue where it has a gap', async () => {
  await follow();
  const streamed = streamedVenue(venue, live);
  await streamed.market();
  exchange.advance('open');
  await until(
    () =>
      live.bars('ICPUSDT', START_MS, START_MS) !== null && live.mark('ICPUSDT')?.timeMs === START_MS + BAR_MS,
  );
  const asked: string[] = [];
  const watched = streamedVenue(
    new Proxy(venue, {
      get: (target, key) => {
        asked.push(String(key));
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    live,
  );
  await watched.market();
  asked.length = 0;
  expect(await watched.market()).toMatchObject({ timeMs: START_MS + BAR_MS, markPrice: 10.2 });
  expect(await watched.closedBars('ICPUSDT', START_MS, 12)).toHaveLength(1);
  expect(asked.filter((name) => name !== 'symbol')).toEqual([]);
  live.take({ kind: 'lost', why: 'test' });
  expect(await watched.closedBars('ICPUSDT', START_MS, 12)).toHaveLength(1);
  expect(asked).toContain('closedBars');
});

test('a fill of ours is told by the account stream', async () => {
  await follow();
  const isTold = (): boolean => events.some((event) => event.kind === 'account' && event.what === 'fill');
  // Nothing says that the account's stream is there: what was filled before it came it does not tell.
  for (let order = 0; order < 20 && !isTold(); order++) {
    await venue.send({
      type: 'market',
      clientOrderId: `by-hand-${String(order)}`,
      side: 'buy',
      quantity: 10,
      reduceOnly: false,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(isTold()).toBe(true);
});

test('a cut connection is told and made again', async () => {
  await follow();
  await fault({ kind: 'socket-drop' });
  await until(() => events.some(({ kind }) => kind === 'lost'));
  events.length = 0;
  await until(() => events.some(({ kind }) => kind === 'mark'));
});

test('a connection that falls silent is noticed by its silence, told, and made again once it speaks', async () => {
  await follow({ silentMs: 1_600 });
  await fault({ kind: 'socket-half-open' });
  await until(() =>
    events.some((event) => event.kind === 'lost' && event.why.startsWith('nothing was heard')),
  );
  await fault({ kind: 'socket-half-open', on: 'false' });
  events.length = 0;
  await until(() => events.some(({ kind }) => kind === 'mark'));
});
