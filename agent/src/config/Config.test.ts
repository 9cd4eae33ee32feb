import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configText, type ConfigAnswers } from './ConfigText.ts';
import { readConfig } from './readConfig.ts';

const ANSWERS: ConfigAnswers = {
  urls: ['https://icp-api.io', 'https://ic0.app'],
  rootKey: 'mainnet',
  canister: 'uxrrr-q7777-77774-qaaaq-cai',
  owner: '2vxsx-fae',
  venueKind: 'binanceusdm',
};
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'));
  path = join(folder, 'plimsoll.yaml');
});

afterEach(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  writeFileSync(path, text);
  return readConfig(path);
};

test('what init writes is a configuration, with the defaults it names', async () => {
  const config = await read(configText(ANSWERS));
  expect(config).toMatchObject({
    canister: ANSWERS.canister,
    state: join(folder, 'state'),
    adopted: 'protect',
    cadence: { heartbeatSeconds: 60, jitterSeconds: 5, leastSeconds: 10 },
    budget: { updatesPerDay: 2000 },
  });
  const local = configText({
    ...ANSWERS,
    venueKind: 'localnet',
    venueUrl: 'http://127.0.0.1:4944',
    page: 'http://127.0.0.1:5173',
  });
  expect(await read(local)).toMatchObject({ venue: { kind: 'localnet' }, page: 'http://127.0.0.1:5173' });
});

test('each venue has ids of its own by default, and another venue’s are refused', async () => {
  const venueOf = async (kind: string) => (await read(configText({ ...ANSWERS, venueKind: kind }))).venue;
  expect(await venueOf('okx')).toEqual({ kind: 'okx', symbol: 'ICP-USDT-SWAP', leader: 'ETH-USDT-SWAP' });
  expect(await venueOf('bybit')).toEqual({ kind: 'bybit', symbol: 'ICPUSDT', leader: 'ETHUSDT' });
  const mixed = configText({ ...ANSWERS, venueKind: 'okx' }).replace('ICP-USDT-SWAP', 'ICPUSDT');
  await expect(read(mixed)).rejects.toThrow('venue.symbol');
});

test.each([
  ['no file at all', null, /got no file. Make one with: plimsoll init/],
  ['text that is no YAML', 'network: [', /in \S*plimsoll.yaml, got [^.]*line 1/],
  ['a field nobody knows', `${configText(ANSWERS)}\nmaxLeverage: 50\n`, /maxLeverage/],
  ['a principal with a typing error', configText({ ...ANSWERS, owner: 'aaaaa-aa1' }), /owner: a principal/],
  [
    'a real venue led elsewhere',
    configText({ ...ANSWERS, venueUrl: 'http://127.0.0.1:1' }),
    /venue\.url: nothing/,
  ],
  [
    'a local exchange without an address',
    configText({ ...ANSWERS, venueKind: 'localnet' }),
    /venue\.url: the URL/,
  ],
  [
    'a lease that would run out between heartbeats',
    configText(ANSWERS).replace('heartbeatSeconds: 60', 'heartbeatSeconds: 600'),
    /cadence\.heartbeatSeconds/,
  ],
])('%s is refused in one line that names the place', async (_, text, expected) => {
  const refused = text === null ? readConfig(path) : read(text);
  const error = await refused.then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  expect(error?.name).toBe('ConfigError');
  expect(error?.message).toMatch(expected);
  expect(error?.message).not.toContain('\n');
});

test('every section that init writes as a comment is right once it is uncommented', async () => {
  const text = configText(ANSWERS).replace(
    /^# ((alerts|signals|metrics):.*| {2}(webhook|telegram|email):.*)$/gm,
    '$1',
  );
  const { alerts, signals, metrics } = await read(text);
  expect(Object.keys(alerts)).toEqual(expect.arrayContaining(['webhook', 'telegram', 'email']));
  expect([signals.enabled, metrics.enabled]).toEqual([true, true]);
});
