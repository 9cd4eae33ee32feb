import { request } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { effort, runSeed, usedBytes } from '../../test/Effort.ts';
import { ExchangeServer } from './ExchangeServer.ts';
import { answer, ENDPOINTS, type WireRequest } from './Router.ts';
import { LOCAL_CREDENTIALS, sign } from './Signature.ts';
import { Desk } from './test/Scenario.ts';
import type { Venue } from './Venue.ts';

/** Requests of the campaign; `BAD_INPUT_REQUESTS=1000000` makes it long. */
const REQUESTS = effort('BAD_INPUT_REQUESTS', 4_000);
const BATCH = 1_000;
/** What the server may keep after a batch: code that was compiled and the odd cache. */
const HEAP_SLACK_BYTES = 24 * 1024 * 1024;

const BARS = [
  ['10', '11', '9', '10'],
  ['10', '10', '10', '10'],
] as const;

const NAMES = [
  ...['symbol', 'pair', 'side', 'type', 'quantity', 'price', 'timeInForce', 'reduceOnly', 'closePosition'],
  ...[
    'leverage',
    'marginType',
    'amount',
    'orderId',
    'origClientOrderId',
    'newClientOrderId',
    'algoId',
    'algoType',
  ],
  ...[
    'clientAlgoId',
    'triggerPrice',
    'workingType',
    'callbackRate',
    'goodTillDate',
    'batchOrders',
    'orderIdList',
  ],
  ...['countdownTime', 'startTime', 'endTime', 'limit', 'fromId', 'interval', 'period', 'contractType'],
  ...['dualSidePosition', 'listenKey', 'incomeType', 'timestamp', 'recvWindow', 'signature', 'to', 'kind'],
  ...['__proto__', 'constructor', 'colour'],
];
const WORDS = [
  ...[
    'ICPUSDT',
    'ETHUSDT',
    'BTCUSDT',
    'BUY',
    'SELL',
    'MARKET',
    'LIMIT',
    'STOP_MARKET',
    'TAKE_PROFIT',
    'CONDITIONAL',
  ],
  ...[
    'GTC',
    'IOC',
    'FOK',
    'GTX',
    'GTD',
    'true',
    'false',
    'ISOLATED',
    'CROSSED',
    '5m',
    '1M',
    'PERPETUAL',
    'OPEN',
  ],
  ...[
    '0',
    '-1',
    '1',
    '10',
    '9.5',
    '1e9',
    '1e-9',
    'NaN',
    'Infinity',
    '99999999999999999999',
    '0x10',
    ' 1',
    '٣',
    '',
  ],
  ...[
    '[]',
    '{}',
    '[{}]',
    '[null]',
    '[{"symbol":"ICPUSDT"}]',
    'null',
    '%00',
    '%',
    '\u0000',
    '🧭',
    '𝟙',
    '__proto__',
  ],
];

const value = fc.oneof(
  { arbitrary: fc.constantFrom(...WORDS), weight: 6 },
  fc.string(),
  fc.double().map(String),
);
const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string()), value), { maxLength: 9 });
const text = fc.oneof(
  { arbitrary: pairs.map((list) => new URLSearchParams(list).toString()), weight: 6 },
  pairs.map((list) => JSON.stringify(Object.fromEntries(list))),
  fc.string({ maxLength: 200 }),
  fc.json(),
);
const endpoint = fc.oneof(
  { arbitrary: fc.constantFrom(...ENDPOINTS), weight: 12 },
  fc
    .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'X'), fc.webPath())
    .map((parts) => parts.join(' ')),
);
const apiKey = fc.constantFrom(LOCAL_CREDENTIALS.apiKey, LOCAL_CREDENTIALS.apiKey, 'nobody', undefined);
const bad = fc.record({
  endpoint,
  query: text,
  body: text,
  signs: fc.boolean(),
  inBody: fc.boolean(),
  apiKey,
});
type Bad = typeof bad extends fc.Arbitrary<infer T> ? T : never;

function wireOf({ endpoint, query, body, signs, inBody, apiKey }: Bad): WireRequest {
  const [method = '', path = ''] = endpoint.split(/ (.*)/s);
  const { apiSecret } = LOCAL_CREDENTIALS;
  if (!signs) return { method, path, query, body, apiKey };
  const form = `${inBody ? body : query}&timestamp=${Date.now()}`;
  const signed = `${form}&signature=${sign(form, apiSecret)}`;
  return inBody
    ? { method, path, query: '', body: signed, apiKey }
    : { method, path, query: signed, body: '', apiKey };
}

/** Everything of an account that a request might change. */
function picture({ walletE8, lastId, income, trades, book, contracts }: Venue): string {
  const open = [...book.openOrders.values()].map(({ orderId, status, quantityE8, priceE8 }) =>
    [orderId, status, quantityE8, priceE8].join(' '),
  );
  const algos = [...book.openAlgos.values()].map(({ algoId, status }) => `${algoId} ${status}`);
  const held = [...contracts.values()].map(({ position, leverage, isolated, cancelAllAtMs }) =>
    [
      position.quantityE8,
      position.entryCostE8,
      position.isolatedWalletE8,
      leverage,
      isolated,
      cancelAllAtMs,
    ].join(' '),
  );
  const counts = [walletE8, lastId, income.length, trades.length, book.orders.length, book.algos.length];
  return [...counts, ...open, ...algos, ...held].join('|');
}

function prepared(): Desk {
  const desk = new Desk({ bars: BARS });
  desk.isolate(5);
  desk.market('BUY', '100');
  desk.limit('BUY', '10', '9');
  desk.algo('STOP_MARKET', 'SELL', '50', '9.2');
  return desk;
}

describe('bad input', () => {
  test(`of ${REQUESTS} random requests is refused as the venue does, changes nothing and leaves nothing behind`, () => {
    let desk = prepared();
    let refused = 0;
    const heapAfter: number[] = [];
    const statuses = new Set<number>();
    for (let done = 0; done < REQUESTS; done += BATCH) {
      desk = prepared();
      fc.assert(
        fc.property(bad, (one) => {
          const before = picture(desk.exchange.venue);
          const { status, body } = answer(desk.exchange, wireOf(one));
          statuses.add(status);
          if (status === 200) return;
          refused += 1;
          expect(picture(desk.exchange.venue)).toBe(before);
          if (typeof body !== 'string')
            expect(body).toEqual({ code: expect.any(Number), msg: expect.any(String) });
        }),
        // Each batch has a seed of its own: the same thousand again would prove nothing more.
        { numRuns: Math.min(BATCH, REQUESTS - done), seed: runSeed() + done },
      );
      heapAfter.push(usedBytes());
    }
    expect(refused).toBeGreaterThan(REQUESTS / 4);
    expect([...statuses].sort()).toEqual([200, 400, 401, 404]);
    const kept = heapAfter.slice(1).map((bytes) => bytes - (heapAfter[0] ?? 0));
    expect(Math.max(...kept), `bytes more than after the first batch: ${kept.join(' ')}`).toBeLessThan(
      HEAP_SLACK_BYTES,
    );
  }, 3_600_000);

  test.each([
    ['GET /fapi/v1/ping', '{"":{"toString":""}}'],
    ['POST /localnet/v1/market/advance', '{"to":{"toString":1}}'],
    ['POST /fapi/v1/batchOrders', '{"batchOrders":"[{\\"symbol\\":{\\"toString\\":1}}]"}'],
  ])('%s with an object in place of text is refused', (name, body) => {
    const [method = '', path = ''] = name.split(' ');
    expect(answer(prepared().exchange, { method, path, query: '', body, apiKey: 'localnet' }).status).toBe(
      400,
    );
    const batch = prepared().call('POST', '/fapi/v1/batchOrders', {
      batchOrders: '[{"symbol":{"toString":1}}]',
    });
    expect(batch).toMatchObject([{ code: -1121 }]);
    const list = { symbol: 'ICPUSDT', origClientOrderIdList: '[{"toString":1}]' };
    expect(prepared().call('DELETE', '/fapi/v1/batchOrders', list)).toMatchObject([{ code: -2011 }]);
  });

  test('over the wire leaves the server alive', async () => {
    const desk = prepared();
    const server = new ExchangeServer(desk.exchange);
    const base = await server.start(0);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(bad, fc.oneof(fc.constant(0), fc.constant(70_000)), async (one, padding) => {
        const { method, path, query, body } = wireOf(one);
        const url = `${path}?${query}`.replace(/[^\x21-\x7e]/g, '');
        statuses.add(await send(base, method === 'X' ? 'GET' : method, url, body + ' '.repeat(padding)));
      }),
      { numRuns: REQUESTS / 20 },
    );
    expect(statuses.has(500)).toBe(false);
    expect(statuses.has(413)).toBe(true);
    expect(await (await fetch(`${base}/fapi/v1/ping`)).json()).toEqual({});
    await server.close();
  }, 600_000);

  test('over a socket is answered with an error or ends that connection alone', async () => {
    const desk = prepared();
    const server = new ExchangeServer(desk.exchange);
    const base = (await server.start(0)).replace('http', 'ws');
    const message = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          method: fc.oneof(fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE', 'SET_PROPERTY'), fc.string()),
          params: fc.anything(),
          id: fc.anything(),
        })
        .map((one) => safeJson(one)),
      fc
        .array(fc.string(), { maxLength: 4 })
        .map((params) => JSON.stringify({ method: 'SUBSCRIBE', params, id: 1 })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        fc.webPath(),
        async (messages, path) => {
          for (const address of ['/ws', '/ws-fapi/v1', path]) {
            const socket = new WebSocket(base + address);
            socket.on('error', () => undefined);
            const opened = await new Promise((resolve) => {
              socket.once('open', () => resolve(true));
              socket.once('close', () => resolve(false));
            });
            if (opened === true) for (const one of messages) socket.send(one);
            desk.exchange.notify();
            socket.terminate();
          }
        },
      ),
      { numRuns: 60 },
    );
    const line = new WebSocket(`${base}/ws`);
    await new Promise((resolve) => line.once('open', resolve));
    const reply = new Promise((resolve) => line.once('message', (data: Buffer) => resolve(data.toString())));
    line.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    expect(await reply).toBe('{"result":[],"id":1}');
    line.close();
    await server.close();
  }, 120_000);

  test.each(ENDPOINTS)('%s refuses a parameter it does not read, and changes nothing', (name) => {
    const desk = prepared();
    const [method = '', path = ''] = name.split(' ');
    const before = picture(desk.exchange.venue);
    const signed = desk.call(method, path, { colour: 'blue' });
    const bare = answer(desk.exchange, {
      method,
      path,
      query: 'colour=blue',
      body: '',
      apiKey: 'localnet',
    }).body;
    expect([signed['code'], (bare as Record<string, unknown>)['code']]).toContain(-1104);
    expect(picture(desk.exchange.venue)).toBe(before);
  });
});

function safeJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? ''
  );
}

function send(base: string, method: string, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const headers = { 'content-length': Buffer.byteLength(body), 'X-MBX-APIKEY': LOCAL_CREDENTIALS.apiKey };
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      // A refused body may be cut off before all of it was sent.
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(413) : reject(error),
    );
    sent.end(body);
  });
}
