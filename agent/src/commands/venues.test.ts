import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { runProgram } from '../cli/Program.ts';
import { exchangeOf, flat, serve } from '../execute/testing/Market.ts';
import type { Figure, VenueLine, VenueReading } from '../venues/Reading.ts';
import type { Score } from '../venues/Score.ts';
import * as venues from './venues.ts';

let exchange: ExchangeServer;
let baseUrl: string;
let out = '';
let err = '';

beforeEach(async () => {
  ({ server: exchange, baseUrl } = await serve(
    exchangeOf([flat(10), flat(10)], { book: 'modelled' } as object),
  ));
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(
    (text) => ((out += stripVTControlCharacters(String(text))), true),
  );
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await exchange.close();
});

const run = (...args: string[]) => runProgram([venues], ['venues', ...args]);
const json = async (...args: string[]) => {
  const code = await run('--json', ...args);
  return { code, ...(JSON.parse(out) as { venues: VenueLine[]; scores: Score[] }) };
};
const figuresOf = (value: unknown): Figure[] =>
  typeof value !== 'object' || value === null
    ? []
    : 'source' in value
      ? [value as Figure]
      : Object.values(value).flatMap(figuresOf);

/** A server that answers OKX's public paths in the shape of its documentation. */
async function okxServer(): Promise<{ readonly server: Server; readonly url: string }> {
  const data: Readonly<Record<string, unknown>> = {
    '/api/v5/public/instruments': [
      {
        instType: 'SWAP',
        instId: 'ICP-USDT-SWAP',
        uly: 'ICP-USDT',
        instFamily: 'ICP-USDT',
        settleCcy: 'USDT',
        ctVal: '0.1',
        ctMult: '1',
        ctValCcy: 'ICP',
        ctType: 'linear',
        lever: '50',
        tickSz: '0.001',
        lotSz: '1',
        minSz: '1',
        state: 'live',
        listTime: '1620900000000',
      },
    ],
    '/api/v5/market/books': [
      {
        bids: [
          ['9.999', '1000', '0', '3'],
          ['9.93', '1000', '0', '3'],
        ],
        asks: [
          ['10.001', '1000', '0', '3'],
          ['10.07', '1000', '0', '3'],
        ],
        ts: '1767225600000',
      },
    ],
    '/api/v5/public/funding-rate': [
      {
        instId: 'ICP-USDT-SWAP',
        instType: 'SWAP',
        fundingRate: '0.0001',
        fundingTime: '1767225600000',
        nextFundingTime: '1767254400000',
        nextFundingRate: '',
      },
    ],
    '/api/v5/public/open-interest': [
      {
        instId: 'ICP-USDT-SWAP',
        instType: 'SWAP',
        oi: '500000',
        oiCcy: '50000',
        oiUsd: '500000',
        ts: '1767225600000',
      },
    ],
    '/api/v5/public/time': [{ ts: '1767225600000' }],
  };
  const server = createServer((incoming, outgoing) => {
    const found = data[(incoming.url ?? '').split('?')[0]!];
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(
      JSON.stringify(
        found === undefined ? { code: '1', msg: 'no', data: [] } : { code: '0', msg: '', data: found },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

test('every figure of a venue on the local network says from which call and when', async () => {
  const before = Date.now();
  const {
    code,
    venues: lines,
    scores,
  } = await json('--venues', 'binanceusdm', '--at', `binanceusdm=${baseUrl}`);
  expect(code).toBe(0);
  const [line] = lines as [VenueReading];
  expect(line).toMatchObject({
    outcome: 'read',
    symbol: 'ICP/USDT:USDT',
    adapter: 'accepted on a local network',
    takerFee: { value: 0.0005, source: 'loadMarkets' },
    fundingHours: { value: 8 },
    protection: { stopMarket: true, byMark: true, reduceOnly: true, takeProfit: true },
  });
  expect(line.midPrice.value).toBeCloseTo(10, 1);
  expect(line.depth.map(({ within }) => within)).toEqual([0.001, 0.005, 0.01, 0.02]);
  const figures = figuresOf(line);
  expect(figures).toHaveLength(18);
  for (const { value, source, readMs } of figures) {
    // This market was made without open interest.
    expect(value === null).toBe(source === 'fetchOpenInterest');
    expect(source).toMatch(/^(fetch|load)[A-Z]/);
    expect(readMs).toBeGreaterThanOrEqual(before);
    expect(readMs).toBeLessThanOrEqual(Date.now());
  }
  expect(scores[0]).toMatchObject({ rank: 1, missing: [], objections: [] });
});

test('a venue that cannot be reached is a line that says so, and stops no other', async () => {
  // Nobody listens on port 1; one that was free a moment ago may be somebody else's by now.
  const at = ['--at', `binanceusdm=${baseUrl}`, '--at', 'bybit=http://127.0.0.1:1'];
  const { code, venues: lines } = await json('--venues', 'bybit,binanceusdm', ...at);
  expect(code).toBe(0);
  expect(lines.map(({ venue, outcome }) => [venue, outcome])).toEqual([
    ['bybit', 'unreachable'],
    ['binanceusdm', 'read'],
  ]);
  out = '';
  expect(await run('--venues', 'bybit', ...at)).toBe(3);
  expect(out).toContain('unreachable: ');
  expect(err).toContain('got none');
});

test('sizes in contracts become base units, and levels that end early are called a least', async () => {
  const { server, url } = await okxServer();
  const { venues: lines } = await json('--venues', 'okx', '--at', `okx=${url}`, '--notional', '500');
  server.closeAllConnections();
  server.close();
  const [line] = lines as [VenueReading];
  expect(line).toMatchObject({
    outcome: 'read',
    symbol: 'ICP/USDT:USDT',
    openInterestUsdt: { value: 500_000 },
  });
  // 1,000 contracts of 0.1 ICP.
  expect(line.depth[0]!.asks.value).toBeCloseTo(100 * 10.001, 9);
  expect(line.depth.map(({ isAtLeast }) => isAtLeast)).toEqual([false, false, true, true]);
  expect(line.entrySlip.value).toBeCloseTo(0.0001, 9);
  expect(line.fundingRate.value).toBe(0.0001);
  expect(line.fundingHours.value).toBe(8);
});

test('a market that is not listed is not a failure of the network', async () => {
  const at = `binanceusdm=${baseUrl}`;
  const { code, venues: lines } = await json('--venues', 'binanceusdm', '--at', at, '--base', 'nosuch');
  expect(code).toBe(3);
  expect(lines[0]).toMatchObject({ outcome: 'not-listed', problem: 'no linear perpetual of NOSUCH' });
});

test.each([60, 80, 120, 200])('no line is wider than a terminal of %i columns', async (columns) => {
  Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true });
  const at = ['--at', `binanceusdm=${baseUrl}`, '--at', 'okx=http://127.0.0.1:9'];
  expect(await run('--venues', 'binanceusdm,okx', ...at)).toBe(0);
  // eslint-disable-next-line no-control-regex -- colour codes take no room
  const widths = out.split('\n').map((line) => line.replace(/\u001b\[\d+m/g, '').length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  expect(out).toMatch(/entry slippage .* fees/s);
});

test.each([
  [['--notional', '0'], 'above 0'],
  [['--venues', 'mtgox'], 'expected some of'],
  [['--at', 'binanceusdm=nowhere'], 'expected such as'],
  [['--side', 'up'], 'long, short'],
  [['--base', '../x'], 'an asset such as ICP'],
])('%j is refused in a line', async (args, message) => {
  expect(await run(...args)).toBe(2);
  expect(err).toContain(message);
});
