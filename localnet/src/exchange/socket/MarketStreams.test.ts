import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BAR_MS } from '../../market/Bar.ts';
import { ExchangeServer } from '../ExchangeServer.ts';
import { type Client, connectToWatch } from '../test/Client.ts';
import { eventually } from '../test/Eventually.ts';
import { Desk, type Ohlc, START_MS } from '../test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const BARS: readonly Ohlc[] = [
  ['10', '10.6', '9.9', '10.5'],
  ['10.2', '10.3', '10', '10.1'],
  ['10', '12', '10', '12'],
  ['12', '12', '12', '12'],
];

let desk: Desk;
let server: ExchangeServer;
let client: Client;

beforeEach(async () => {
  desk = new Desk({ bars: BARS, options: { stopSlippage: 'none' } });
  server = new ExchangeServer(desk.exchange);
  client = await connectToWatch(await server.start(0));
});

afterEach(async () => {
  await client.close();
  await server.close();
});

/** Waits for an update that the market's next step brings. */
async function afterStep<T>(watch: () => Promise<T>, to: 'point' | 'open' = 'point'): Promise<T> {
  await watch();
  const coming = watch();
  desk.exchange.advance(to);
  return coming;
}

describe('an unmodified ccxt.pro', () => {
  test('watches klines: the one in progress at once, then every step of it', async () => {
    expect(await client.watchOHLCV(ICP, '5m')).toEqual([[START_MS, 10, 10, 10, 10, 0]]);
    const coming = client.watchOHLCV(ICP, '5m');
    desk.exchange.advance('point');
    expect((await coming).at(-1)).toEqual([START_MS, 10, 10, 9.9, 9.9, expect.closeTo(1000 / 3)]);
    const next = client.watchOHLCV(ICP, '5m');
    desk.exchange.advance('open');
    await next;
    // The client hands on the first of several updates; the last of them is there when asked again.
    expect(client.ohlcvs[ICP]?.['5m']?.at(-1)?.slice(0, 2)).toEqual([START_MS + BAR_MS, 10.2]);
    expect(client.ohlcvs[ICP]?.['5m']?.at(-2)).toEqual([START_MS, 10, 10.6, 9.9, 10.5, 1000]);
  });

  test('keeps a book that equals the snapshot after every step', async () => {
    const first = await client.watchOrderBook(ICP);
    expect([first.bids[0]?.[0], first.asks[0]?.[0]]).toEqual([10, 10.001]);
    for (let i = 0; i < 12; i++) {
      const coming = client.watchOrderBook(ICP);
      desk.exchange.advance('point');
      const watched = await coming;
      const snapshot = await client.fetchOrderBook(ICP, 1000);
      expect(watched.bids.slice(0, 1000)).toEqual(snapshot.bids);
      expect(watched.asks.slice(0, 1000)).toEqual(snapshot.asks);
    }
  });

  test('sees in its book what was taken out of a book with depth, and how it fills again', async () => {
    const deep = new Desk({ bars: BARS, options: { book: 'depth' } });
    const other = new ExchangeServer(deep.exchange);
    const follower = await connectToWatch(await other.start(0));
    const first = await follower.watchOrderBook(ICP);
    const [price, amount] = first.asks[0] ?? [];
    const coming = follower.watchOrderBook(ICP);
    deep.market('BUY', String((amount ?? 0) + 1));
    const after = await coming;
    expect(after.asks[0]?.[0]).toBeGreaterThan(price ?? Number.POSITIVE_INFINITY);
    const snapshot = await follower.fetchOrderBook(ICP, 1000);
    expect([after.bids.length, after.asks.length]).toEqual([snapshot.bids.length, snapshot.asks.length]);
    expect([...after.asks]).toEqual(snapshot.asks);
    const next = follower.watchOrderBook(ICP);
    deep.exchange.advance('point');
    expect([...(await next).asks]).toEqual((await follower.fetchOrderBook(ICP, 1000)).asks);
    await follower.close();
    await other.close();
  });

  test('notices a gap in the book, and resyncs with its next call', async () => {
    await afterStep(() => client.watchOrderBook(ICP));
    desk.exchange.socketFaults.depthGaps = 1;
    const coming = client.watchOrderBook(ICP);
    desk.exchange.advance('point');
    desk.exchange.advance('point');
    await expect(coming).rejects.toBeInstanceOf(ccxt.ChecksumError);
    const again = await client.watchOrderBook(ICP);
    expect(again.bids[0]?.[0]).toBe(10.5);
  });

  test('watches the mark price', async () => {
    expect(await afterStep(() => client.watchMarkPrice(ICP))).toMatchObject({
      symbol: ICP,
      markPrice: 9.9,
      indexPrice: 9.9,
    });
  });

  test('is sent the mark price every second even when the market stands', async () => {
    const first = await client.watchMarkPrice(ICP);
    const second = await client.watchMarkPrice(ICP);
    expect(second.markPrice).toBe(first.markPrice);
  });

  test('watches best prices, trades and tickers', async () => {
    expect(await afterStep(() => client.watchBidsAsks([ICP]))).toMatchObject({
      [ICP]: { bid: 9.9, ask: 9.901 },
    });
    expect(await afterStep(() => client.watchTicker(ICP))).toMatchObject({ last: 10.6 });
    const trades = client.watchTrades(ICP);
    await eventually(() => server.streams.names).toContain('icpusdt@trade');
    desk.exchange.advance('point');
    expect(await trades).toMatchObject([{ symbol: ICP, price: 10.5, takerOrMaker: undefined }]);
    expect(await client.fetchTrades(ICP)).toMatchObject([{ price: 9.9 }, { price: 10.6 }, { price: 10.5 }]);
  });

  test('watches liquidations', async () => {
    desk.isolate(20);
    desk.market('SELL', '100');
    const coming = client.watchLiquidations(ICP);
    await eventually(() => server.streams.names).toContain('icpusdt@forceOrder');
    while (!desk.exchange.done) desk.exchange.advance('open');
    expect(await coming).toMatchObject([{ symbol: ICP, contracts: 100 }]);
  });

  test('gets a NetworkError when the server drops it, and goes on with its next call', async () => {
    await client.watchOHLCV(ICP, '5m');
    const lost = client.watchOHLCV(ICP, '5m');
    desk.exchange.socketFaults.drop();
    await expect(lost).rejects.toBeInstanceOf(ccxt.NetworkError);
    desk.exchange.advance('open');
    expect((await client.watchOHLCV(ICP, '5m')).at(-1)?.[1]).toBe(10.2);
  });

  test('hears nothing over a half-open connection', async () => {
    await client.watchMarkPrice(ICP);
    desk.exchange.socketFaults.halfOpen = true;
    const coming = client.watchMarkPrice(ICP);
    desk.exchange.advance('point');
    expect(await Promise.race([coming, later(200)])).toBe('nothing');
    desk.exchange.socketFaults.halfOpen = false;
    desk.exchange.advance('point');
    expect(await coming).toMatchObject({ markPrice: 10.6 });
  });
});

function later(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('nothing'), ms));
}
