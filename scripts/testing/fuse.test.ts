import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { openBinanceUsdm } from '../../agent/src/venue/BinanceUsdm.ts';
import { takeBlown } from './fuse.mjs';

// Of the addresses kept for documentation, so that nobody is reached should the fuse fail.
const FOREIGN = '192.0.2.1';

afterEach(() => takeBlown());

const failure = (emitter: { once: (name: 'error', told: (error: Error) => void) => unknown }) =>
  new Promise<Error>((resolve) => emitter.once('error', resolve));

test('no socket reaches another machine, however it is opened', async () => {
  expect(await failure(connect(443, FOREIGN))).toMatchObject({ code: 'EFUSE' });
  expect(await failure(connect({ host: 'example.com', port: 80 }))).toMatchObject({ code: 'EFUSE' });
  expect(await failure(connectTls({ host: FOREIGN, port: 443 }))).toMatchObject({ code: 'EFUSE' });
  expect(await failure(get(`https://${FOREIGN}/`))).toMatchObject({ code: 'EFUSE' });
  await expect(fetch('https://example.com/')).rejects.toMatchObject({ cause: { code: 'EFUSE' } });
  expect(await failure(new WebSocketAttempt())).toMatchObject({ code: 'EFUSE' });
  await expect(lookup('example.com')).rejects.toMatchObject({ code: 'EFUSE' });
  const udp = createSocket('udp4');
  expect(() => udp.send('x', 53, FOREIGN)).toThrow('fuse');
  udp.close();
  expect(new Set(takeBlown())).toEqual(new Set([FOREIGN, 'example.com']));
});

/** ccxt's sockets are of the package `ws`, which opens them by `http.get`. */
class WebSocketAttempt {
  once(_: 'error', told: (error: Error) => void): void {
    get(`https://${FOREIGN}/ws`, { headers: { Upgrade: 'websocket', Connection: 'Upgrade' } }).once(
      'error',
      told,
    );
  }
}

test('the real venue’s client, as configured for real trading, reaches nobody', async () => {
  const opened = openBinanceUsdm({ apiKey: 'key', secret: 'secret', symbol: 'ICPUSDT' });
  await expect(opened).rejects.toMatchObject({ name: 'VenueError' });
  expect(takeBlown()).toContain('fapi.binance.com');
});

test('a process that a test starts has the fuse too', () => {
  const script = `fetch('https://example.com').catch((error) => console.log(error.cause.code))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stdout.trim()).toBe('EFUSE');
  expect(stderr).toContain('fuse: a test tried to reach example.com');
});

test('this machine is reached as ever', async () => {
  const server = createServer((_, answer) => answer.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost'])
    expect(await (await fetch(`http://${host}:${String(port)}/`)).text()).toBe('here');
  server.closeAllConnections();
  server.close();
  expect(takeBlown()).toEqual([]);
});
