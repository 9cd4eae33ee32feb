import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { httpServer, type Received } from '../alert/testing/Servers.ts';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { openBinanceUsdm } from '../venue/BinanceUsdm.ts';
import { LiveScene } from './testing/LiveScene.ts';

const DAY_MS = 86_400_000;
/** Where the market of these tests begins. */
const START_MS = Date.UTC(2025, 0, 11);
const METRICS = 'metrics: { enabled: true, port: 0 }';

let scene: LiveScene;
let webhook: Awaited<ReturnType<typeof httpServer>>;
let folder: string;

afterEach(async () => {
  await scene.close();
  await webhook.close();
  await rm(folder, { recursive: true });
});

const keyed = (apiKey: string) => ({ PLIMSOLL_API_KEY: apiKey, PLIMSOLL_API_SECRET: `${apiKey}-secret` });

async function open(keys: readonly Readonly<Record<string, unknown>>[] = []): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'plm-alerts-'));
  webhook = await httpServer();
  const accounts = join(folder, 'accounts.json');
  const named = keys.map((key) => ({ ...key, apiSecret: `${String(key['apiKey'])}-secret` }));
  await writeFile(accounts, JSON.stringify([{ equity: '1000', keys: named }]));
  scene = await LiveScene.open(keys.length === 0 ? {} : { accounts });
  await scene.configure((text) => `${text}\nalerts: { webhook: { least: warning } }\n`);
}

const alerting = () => ({ PLIMSOLL_WEBHOOK_URL: webhook.url });

const keysOf = (received: readonly Received[]): readonly string[] =>
  received.map(({ body }) => (JSON.parse(body) as { readonly key: string }).key);

async function untilTold(key: string): Promise<{ readonly level: string; readonly text: string }> {
  const endMs = performance.now() + 60_000;
  while (performance.now() < endMs) {
    const index = keysOf(webhook.received).indexOf(key);
    if (index >= 0) return JSON.parse(webhook.received[index]!.body) as { level: string; text: string };
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(
    `${key} was not told; ${keysOf(webhook.received).join(', ')}\n${scene.output.slice(-3_000)}`,
  );
}

test('advisory decides, tells what ends soon, once, and sends nothing; a key that may withdraw is refused in every mode', async () => {
  await open([
    { apiKey: 'ending-key', expiresMs: START_MS + 5 * DAY_MS },
    { apiKey: 'withdrawing', mayWithdraw: true },
  ]);
  for (const mode of ['advisory', 'paper', 'live'] as const) {
    scene.output = '';
    expect(await scene.ended(scene.start(mode, keyed('withdrawing')))).toBe(2);
    expect(scene.output).toContain('may move money out of the account');
    expect(scene.output).not.toContain('"started"');
  }

  // The owner shortens the grant: less than a day is left of it.
  const agentKey = await readIdentityFile(scene.demo.deployed.identityFile);
  const agent = agentKey.getPrincipal().toUint8Array();
  await scene.asOwner((port) => port.grant({ agent, expiresMs: Date.now() + DAY_MS / 2 }));

  const environment = { ...keyed('ending-key'), ...alerting() };
  const first = scene.start('advisory', environment);
  expect(await untilTold('key-expiry:7d')).toMatchObject({ level: 'warning' });
  expect(await untilTold('grant-expiry:1d')).toMatchObject({ level: 'alarm' });
  const status = await scene.until('decided', ({ decision }) => decision !== null);
  expect(status.tenure).toMatchObject({ keyExpiresMs: START_MS + 5 * DAY_MS });
  expect(status.journalBytes).toBeGreaterThan(1_000);
  expect(status.entryBars.map(({ code }) => code)).toEqual(['advisory']);
  expect((await scene.commandWith(environment, 'enter', 'long', '300')).code).toBe(2);
  expect(await scene.end(first)).toBe(0);

  // Over a restart what was told stays told.
  const second = scene.start('advisory', environment);
  await scene.until(
    'decided again',
    ({ phase, tenure }) => phase === 'running' && tenure.grantExpiresMs !== null,
  );
  await new Promise((done) => setTimeout(done, 4_500));
  expect(await scene.end(second)).toBe(0);
  for (const key of ['key-expiry:7d', 'grant-expiry:1d'])
    expect(keysOf(webhook.received).filter((each) => each === key)).toHaveLength(1);

  const key = { apiKey: 'ending-key', secret: 'ending-key-secret' };
  const venue = await openBinanceUsdm({
    ...key,
    symbol: 'ICPUSDT',
    baseUrl: scene.exchangeUrl,
  });
  expect(await venue.acceptedOrders(0)).toEqual([]);
  expect(await venue.settings()).toMatchObject({ isIsolated: false });
}, 240_000);

test('live has to be meant, and not for a venue whose adapter is unproven; rights that cannot be read: live is refused, paper runs', async () => {
  await open();
  const unmeant = await scene.command('run', '--mode', 'live');
  expect(unmeant).toMatchObject({ code: 2, stderr: expect.stringContaining('--real-orders') as string });
  const { config } = scene;
  const text = await readFile(config, 'utf8');
  const bybit = join(folder, 'bybit.yaml');
  await writeFile(bybit, text.replace(/kind: localnet\n {2}url: .*\n/, 'kind: bybit\n'));
  expect(await scene.ended(scene.start('live', {}, bybit))).toBe(2);
  expect(scene.output).toContain('whose adapter never was');
  await scene.fault({
    kind: 'server-error',
    status: '500',
    endpoint: 'GET /sapi/v1/account/apiRestrictions',
  });
  // Refused, with the code by which a supervisor tries again: they may be readable then.
  expect(await scene.ended(scene.start('live'))).toBe(3);
  expect(scene.output).toContain('could not be read');
  const paper = scene.start('paper', alerting());
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  expect(await scene.end(paper)).toBe(0);
}, 240_000);

test('a position that nothing covers turns health bad, is told, and is counted', async () => {
  await open();
  await scene.configure((text) => `${text.replace('adopted: protect', 'adopted: warn')}${METRICS}\n`);
  const agent = scene.start('live', alerting());
  await scene.until('running', ({ decision, entryBars, freshness }) => {
    return decision !== null && entryBars.length === 0 && freshness.streamAgoMs !== null;
  });
  const [, page = ''] = /"metrics":"(http:[^"]+)"/.exec(scene.output) ?? [];
  // On a machine that others use too a moment's silence is no illness.
  const isWell = async (): Promise<boolean> => (await fetch(`${page}/health`)).status === 200;
  const endMs = performance.now() + 30_000;
  while (!(await isWell()) && performance.now() < endMs) await new Promise((done) => setTimeout(done, 100));
  expect(await isWell()).toBe(true);
  const KEYS = { apiKey: 'localnet', secret: 'localnet-secret' };
  const venue = await openBinanceUsdm({
    ...KEYS,
    symbol: 'ICPUSDT',
    baseUrl: scene.exchangeUrl,
  });
  await venue.prepare(2);
  await venue.send({
    type: 'market',
    clientOrderId: 'by-hand',
    side: 'buy',
    quantity: 20,
    reduceOnly: false,
  });
  const bare = await scene.until('bare', ({ position, isProtected }) => position !== null && !isProtected);
  expect(bare.uncoveredMs).toBeLessThan(10_000);
  expect(await untilTold('unprotected')).toMatchObject({ level: 'alarm' });
  await scene.until('bare for long', ({ uncoveredMs }) => (uncoveredMs ?? 0) > 10_000);
  const health = await fetch(`${page}/health`);
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({ name: 'protected', ok: false }) as unknown,
    ]) as unknown,
  });
  const metrics = await (await fetch(`${page}/metrics`)).text();
  expect(Number(/^plimsoll_uncovered_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(10);
  expect(metrics).toMatch(/^plimsoll_stage_seconds_count\{stage="canister"\} [1-9]/m);
  expect(metrics).toMatch(/^plimsoll_grant_expires_seconds [1-9]\d{5,}/m);
  expect(await scene.end(agent)).toBe(0);
}, 240_000);
