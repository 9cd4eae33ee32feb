import { connect as connectTcp } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ExchangeServer } from '../ExchangeServer.ts';
import { eventually } from '../test/Eventually.ts';
import { Desk, type Json } from '../test/Scenario.ts';
import { MAX_MESSAGES_PER_SECOND, MAX_STREAMS } from './Connection.ts';
import type { StreamTimes } from './Heartbeat.ts';

const BARS = [
  ['10', '11', '9', '10'],
  ['10', '10', '10', '10'],
] as const;

let desk: Desk;
let server: ExchangeServer;
let base: string;

async function start(times: Partial<StreamTimes> = {}): Promise<void> {
  desk = new Desk({ bars: BARS });
  server = new ExchangeServer(desk.exchange, {}, times);
  base = (await server.start(0)).replace('http', 'ws');
}

/** A raw connection with what it was told so far. */
class Line {
  readonly heard: Json[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;

  constructor(path: string, autoPong = true) {
    this.socket = new WebSocket(base + path, { autoPong });
    this.socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as Json));
    this.socket.on('close', (code) => (this.closed = code));
    this.socket.on('error', () => undefined);
  }

  async opened(): Promise<this> {
    await new Promise((resolve) => this.socket.once('open', resolve));
    return this;
  }

  async ask(message: unknown): Promise<Json> {
    const seen = this.heard.length;
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    await eventually(() => this.heard.length).toBeGreaterThan(seen);
    return this.heard[seen] ?? {};
  }
}

describe('a stream connection', () => {
  beforeEach(() => start());
  afterEach(() => server.close());

  test('follows the streams its address names, raw or combined, under any of the paths', async () => {
    const paths = [
      '/ws/icpusdt@markPrice',
      '/market/ws/icpusdt@markPrice',
      '/public/ws/icpusdt@bookTicker/ethusdt@bookTicker',
    ];
    for (const path of paths) {
      const line = await new Line(path).opened();
      await eventually(() => line.heard.length).toBe(path.split('@').length - 1);
      expect(line.heard[0]).toMatchObject({ s: 'ICPUSDT' });
      line.socket.close();
    }
    for (const path of ['/stream?streams=!markPrice@arr@1s', '/market/stream?streams=!markPrice@arr@1s']) {
      const line = await new Line(path).opened();
      await eventually(() => line.heard).toMatchObject([{ stream: '!markPrice@arr@1s', data: [{}, {}] }]);
      line.socket.close();
    }
  });

  test('subscribes, lists, unsubscribes and sets its property as asked', async () => {
    const line = await new Line('/ws').opened();
    const params = ['icpusdt@kline_5m', 'icpusdt@depth@100ms'];
    expect(await line.ask({ method: 'SUBSCRIBE', params, id: 1 })).toEqual({ result: null, id: 1 });
    await eventually(() => line.heard.at(-1)).toMatchObject({ e: 'kline', k: { i: '5m', x: false } });
    expect(await line.ask({ method: 'LIST_SUBSCRIPTIONS', id: 2 })).toEqual({ result: params, id: 2 });
    expect(await line.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 3 })).toEqual({
      result: false,
      id: 3,
    });
    expect(await line.ask({ method: 'SET_PROPERTY', params: ['combined', true], id: 4 })).toEqual({
      result: null,
      id: 4,
    });
    const seen = line.heard.length;
    desk.exchange.advance('point');
    await eventually(() => line.heard.slice(seen).map(({ stream }) => stream)).toEqual(params);
    expect(await line.ask({ method: 'UNSUBSCRIBE', params, id: 'five' })).toEqual({
      result: null,
      id: 'five',
    });
    desk.exchange.advance('point');
    expect(await line.ask({ method: 'LIST_SUBSCRIPTIONS', id: 6 })).toEqual({ result: [], id: 6 });
    line.socket.close();
  });

  test.each([
    ['{', 3, null],
    ['[]', 2, null],
    ['{"id":1}', 2, 1],
    ['{"method":"SHOUT","id":1}', 2, 1],
    ['{"method":"SUBSCRIBE","id":1}', 2, 1],
    ['{"method":"SUBSCRIBE","params":[7],"id":1}', 2, 1],
    ['{"method":"SUBSCRIBE","params":["a"],"id":-1}', 2, null],
    ['{"method":"SET_PROPERTY","params":["loud",true],"id":1}', 0, 1],
    ['{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1, 1],
  ])('answers %s with error %i and stays open', async (text, code, id) => {
    const line = await new Line('/ws').opened();
    expect(await line.ask(text)).toMatchObject({ error: { code }, id });
    expect(await line.ask({ method: 'LIST_SUBSCRIPTIONS', id: 9 })).toEqual({ result: [], id: 9 });
    line.socket.close();
  });

  test('takes a subscription to what does not exist, and stays silent', async () => {
    const line = await new Line('/ws/btcusdt@markPrice/icpusdt@kline_7m/icpusdt@nothing').opened();
    desk.exchange.advance('point');
    expect(await line.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toHaveProperty('id', 1);
    line.socket.close();
  });

  test('follows at most so many streams, and may say only so much in a second', async () => {
    const line = await new Line('/ws').opened();
    const many = Array.from({ length: MAX_STREAMS + 1 }, (_, i) => `s${i}@markPrice`);
    expect(await line.ask({ method: 'SUBSCRIBE', params: many, id: 1 })).toMatchObject({
      error: { code: 2 },
    });
    for (let i = 0; i <= 2 * MAX_MESSAGES_PER_SECOND; i++)
      line.socket.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await eventually(() => line.closed).toBe(1008);
  });

  test('is refused at an address that is none, and does not harm the server by broken frames', async () => {
    const refused = new Line('/nothing');
    await eventually(() => refused.closed).toBe(1006);
    const { port } = new URL(base);
    const raw = connectTcp(Number(port), '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await new Promise((resolve) => raw.once('data', resolve));
    raw.write(Buffer.from([0xff, 0xff, 0x01, 0x02]));
    await new Promise((resolve) => raw.once('close', resolve));
    const line = await new Line('/ws').opened();
    expect(await line.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })).toEqual({ result: [], id: 1 });
    line.socket.close();
  });

  test('says that a bar is closed exactly at its last moment', async () => {
    const line = await new Line('/ws/icpusdt@kline_5m/icpusdt@kline_15m').opened();
    for (let i = 0; i < 4; i++) desk.exchange.advance('point');
    await eventually(() => line.heard.length).toBe(10);
    const closed = (interval: string) =>
      line.heard
        .map(({ k }) => k as Json)
        .filter(({ i }) => i === interval)
        .map(({ x }) => x);
    expect(closed('5m')).toEqual([false, false, false, true, false]);
    expect(closed('15m')).toEqual([false, false, false, false, false]);
    line.socket.close();
  });

  test('shows the same differences to followers that came at different times', async () => {
    const lines = [await new Line('/ws/icpusdt@depth').opened()];
    await eventually(() => server.streams.names).toEqual(['icpusdt@depth']);
    desk.exchange.advance('point');
    lines.push(await new Line('/public/ws/icpusdt@depth').opened());
    await eventually(() => server.streams.size).toBe(2);
    desk.exchange.advance('point');
    await eventually(() => lines.map(({ heard }) => heard.length)).toEqual([2, 1]);
    expect(lines[1]?.heard[0]).toEqual(lines[0]?.heard[1]);
    expect(lines[0]?.heard[1]?.['pu']).toBe(lines[0]?.heard[0]?.['u']);
    for (const { socket } of lines) socket.close();
  });
});

describe('in time', () => {
  afterEach(() => server.close());

  test('a connection is pinged, and cut when it does not answer', async () => {
    await start({ tickMs: 20, pingEveryMs: 400, pongWithinMs: 2_000 });
    const [good, bad] = [await new Line('/ws').opened(), await new Line('/ws', false).opened()];
    let pings = 0;
    good.socket.on('ping', () => (pings += 1));
    await eventually(() => bad.closed).toBe(1006);
    expect(pings).toBeGreaterThan(2);
    expect(good.closed).toBeUndefined();
    good.socket.close();
  });

  test('a connection is closed when its day is over', async () => {
    await start({ tickMs: 20, connectionMs: 100 });
    const line = await new Line('/ws').opened();
    await eventually(() => line.closed).toBe(1000);
  });

  test('a ping of the client is answered, unless the connection is half-open', async () => {
    await start();
    const line = await new Line('/ws').opened();
    const pong = new Promise((resolve) => line.socket.once('pong', (data) => resolve(data.toString())));
    line.socket.ping('are you there');
    expect(await pong).toBe('are you there');
    desk.exchange.socketFaults.halfOpen = true;
    let answered = false;
    line.socket.once('pong', () => (answered = true));
    line.socket.ping('and now');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    line.socket.close();
  });
});
