import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Secret } from '../credentials/Secret.ts';
import type { HttpServer } from '../http/HttpServer.ts';
import type { SignalIntent } from './Signal.ts';
import { SIGNATURE_HEADER } from './Authentication.ts';
import { openSignalServer, type SignalServerOptions } from './SignalServer.ts';
import { openSignals, SignalsConfig } from './SignalsConfig.ts';

const SECRET = 'shared-secret-of-signals';
const START = Date.UTC(2026, 0, 1);
let nowMs: number;
let server: HttpServer;
let intents: SignalIntent[];

const open = (options: Partial<SignalServerOptions> = {}) =>
  openSignalServer({
    host: '127.0.0.1',
    port: 0,
    perMinute: 100,
    secret: new Secret('signal', SECRET),
    rules: { symbol: 'ICPUSDT', defaultNotionalUsdt: null, maxNotionalUsdt: 1_000, maxAgeMs: 60_000 },
    accept: (intent) => intents.push(intent) > 0,
    now: () => nowMs,
    ...options,
  });

beforeEach(async () => {
  nowMs = START;
  intents = [];
  server = await open();
  nowMs += 20_000;
});
afterEach(() => server.close());

const payload = (changes: object = {}) => ({
  id: 'signal-0001',
  time: nowMs,
  symbol: 'ICPUSDT',
  side: 'buy',
  notionalUsdt: 500,
  ...changes,
});
const post = async (body: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${server.url}/v1/signal`, { method: 'POST', body, headers });
  const told = (await answer.json()) as Record<string, unknown>;
  return { ...told, status: answer.status, error: told['error'] };
};
const send = (changes: object = {}) => post(JSON.stringify({ secret: SECRET, ...payload(changes) }));
const signed = (body: string, key = SECRET) => ({
  [SIGNATURE_HEADER]: `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
});

test('with the secret in the body, or a signature over it, a signal becomes a wish to enter', async () => {
  expect(await send()).toMatchObject({ status: 202, accepted: true });
  const body = JSON.stringify(payload({ id: 'signal-0002', side: 'short', confidence: 0.99 }));
  expect(await post(body, signed(body))).toMatchObject({ status: 202, ignored: ['confidence'] });
  expect(intents.map(({ side, notionalUsdt }) => [side, notionalUsdt])).toEqual([
    [1, 500],
    [-1, 500],
  ]);
});

test('without the secret nothing is read and nothing is told; guessing is slowed and silences nobody else', async () => {
  const body = JSON.stringify(payload());
  const attempts = [
    post(body),
    post(JSON.stringify({ secret: 'another-secret', ...payload() })),
    post(body, signed(body, 'another-secret')),
    post(`${body} `, signed(body)),
    post('not json'),
  ];
  for (const { status, error } of await Promise.all(attempts)) {
    expect([status, error]).toEqual([401, 'unauthenticated']);
  }
  expect(await post(body)).toMatchObject({ status: 429 });
  expect(intents).toEqual([]);
  expect(await send()).toMatchObject({ status: 202 });
});

test('no answer holds the secret', async () => {
  const texts = [
    await send({ side: SECRET }),
    await send({ [SECRET]: 1 }),
    await send({ id: SECRET, symbol: SECRET }),
  ].map((answer) => JSON.stringify(answer));
  expect(texts.join()).not.toContain(SECRET);
});

test('one id is taken once, as long as it could be young enough, and after a restart', async () => {
  const body = JSON.stringify({ secret: SECRET, ...payload({ time: nowMs + 4_000 }) });
  expect(await post(body)).toMatchObject({ status: 202 });
  nowMs += 63_999;
  expect(await post(body)).toMatchObject({ status: 409, error: 'repeated' });
  nowMs += 2;
  expect(await post(body)).toMatchObject({ status: 422, error: 'stale' });
  nowMs -= 64_001;
  await server.close();
  server = await open();
  expect(await post(body)).toMatchObject({ status: 503, error: 'starting' });
  nowMs += 6_000;
  expect(await post(body)).toMatchObject({ status: 503, error: 'starting' });
  expect(intents).toHaveLength(1);
});

test('a signal that the agent cannot take is not remembered as taken', async () => {
  await server.close();
  let isReady = false;
  nowMs = START;
  server = await open({ accept: () => isReady });
  nowMs += 20_000;
  expect(await send()).toMatchObject({ status: 503, error: 'full' });
  isReady = true;
  expect(await send()).toMatchObject({ status: 202 });
});

test('too much, too often, the wrong path and the wrong method are turned away', async () => {
  expect(await post('x'.repeat(5_000))).toMatchObject({ status: 413 });
  expect((await fetch(`${server.url}/v1/order`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${server.url}/v1/signal`)).status).toBe(405);
  await server.close();
  nowMs = START;
  server = await open({ perMinute: 2 });
  nowMs += 20_000;
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await send({ id: `signal-${String(i)}-more` })).status);
  expect(statuses).toEqual([202, 202, 429]);
});

test('a body that never ends its length is cut off', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /v1/signal HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (let i = 0; i < 3; i++) socket.write(`800\r\n${'x'.repeat(2_048)}\r\n`);
  const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1.1 413/);
});

test('a secret that could be guessed is refused', async () => {
  vi.stubEnv('PLIMSOLL_SIGNAL_SECRET', 'twenty-three-characters');
  const config = SignalsConfig.parse({ enabled: true, port: 0 });
  const opening = openSignals(config, 'ICPUSDT', { accept: () => true });
  await expect(opening).rejects.toMatchObject({ leaf: 'too-short' });
  vi.stubEnv('PLIMSOLL_SIGNAL_SECRET', 'twenty-four-characters-x');
  await (await openSignals(config, 'ICPUSDT', { accept: () => true }))?.close();
  vi.unstubAllEnvs();
});

test('listening where others reach has to be said', () => {
  expect(SignalsConfig.safeParse({}).data).toMatchObject({ enabled: false, host: '127.0.0.1' });
  expect(SignalsConfig.safeParse({ host: '0.0.0.0' }).success).toBe(false);
  expect(SignalsConfig.safeParse({ host: '0.0.0.0', allowRemote: true }).success).toBe(true);
  expect(SignalsConfig.safeParse({ secretFrom: 'the secret' }).success).toBe(false);
});
