import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClient, request } from './CcxtClient.ts';

const KEYS = { apiKey: 'key-of-mine', secret: 'secret-of-mine' };
let server: Server;
let baseUrl: string;
let answer: { status: number; body: string };
const paths: string[] = [];

beforeEach(async () => {
  paths.length = 0;
  server = createServer((incoming, outgoing) => {
    paths.push(incoming.url ?? '');
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
    outgoing.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('only the host changes: every redirected address keeps its path', async () => {
  const there = await openClient({ ...KEYS, baseUrl }, false);
  const production = await openClient(KEYS, false);
  const pathsOf = (client: typeof there) =>
    Object.entries((client.urls as { api: Record<string, unknown> }).api).flatMap(([name, url]) =>
      typeof url === 'string' ? [[name, new URL(url).pathname, new URL(url).origin] as const] : [],
    );
  expect(pathsOf(there).map(([name, path]) => [name, path])).toEqual(
    pathsOf(production).map(([name, path]) => [name, path]),
  );
  expect(new Set(pathsOf(there).map(([, , origin]) => origin))).toEqual(new Set([baseUrl]));
});

test('every code of the market’s own table gives the class it gives in production', async () => {
  const there = await openClient({ ...KEYS, baseUrl }, false);
  const production = await openClient(KEYS, false);
  const table = (production.exceptions as { linear: { exact: Record<string, unknown> } }).linear.exact;
  const classOf = (client: typeof there, url: string, code: string): string => {
    const body = JSON.stringify({ code: Number(code), msg: 'x' });
    try {
      client.handleErrors(400, 'Bad Request', url, 'POST', {}, body, { code, msg: 'x' }, {}, '');
      return 'none';
    } catch (error) {
      return (error as Error).constructor.name;
    }
  };
  expect(Object.keys(table).length).toBeGreaterThan(50);
  for (const code of Object.keys(table)) {
    const path = '/fapi/v1/order';
    expect([code, classOf(there, baseUrl + path, code)]).toEqual([
      code,
      classOf(production, `https://fapi.binance.com${path}`, code),
    ]);
  }
});

test('a host that is not allowed is refused before anything is sent', async () => {
  await expect(openClient({ ...KEYS, allowHosts: ['127.0.0.1:1'] }, false)).rejects.toMatchObject({
    leaf: 'forbidden-host',
    outcome: 'denied',
  });
  await expect(openClient({ ...KEYS, baseUrl, allowHosts: ['127.0.0.1:1'] }, false)).rejects.toMatchObject({
    leaf: 'forbidden-host',
  });
  const client = await openClient({ ...KEYS, baseUrl }, false);
  (client.urls as { api: Record<string, unknown> }).api['fapiPublic'] = 'https://fapi.binance.com/fapi/v1';
  await expect(request('the time', false, () => client.fapiPublicGetTime())).rejects.toMatchObject({
    leaf: 'forbidden-host',
  });
  expect(paths).toEqual([]);
});

test('no key, secret, signature or address is in an error, whatever went wrong', async () => {
  const client = await openClient({ ...KEYS, baseUrl, timeoutMs: 200 }, false);
  const failures: unknown[] = [];
  const ask = () =>
    request('the account', false, () => client.fapiPrivateV3GetAccount()).catch((error: unknown) =>
      failures.push(error),
    );
  for (const [status, body] of [
    [400, '{"code":-2015,"msg":"no"}'],
    [503, ''],
    [429, 'slow down'],
  ] as const) {
    answer = { status, body };
    await ask();
  }
  server.closeAllConnections();
  server.close();
  // The first finds its kept connection broken, the next none to be had.
  await ask();
  await ask();
  expect(failures).toHaveLength(5);
  for (const error of failures) {
    const { stack = '', message, ...rest } = error as Error;
    expect(`${stack} ${message} ${JSON.stringify(rest)} ${String((error as Error).cause)}`).not.toMatch(
      /key-of-mine|secret-of-mine|signature|http:/,
    );
  }
  expect(failures.at(-1)).toMatchObject({ leaf: 'unreachable', outcome: 'denied' });
});
