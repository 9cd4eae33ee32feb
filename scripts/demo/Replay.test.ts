import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseRootKey } from '@plimsoll/proof';
import { decodeBundle } from '../../agent/src/receipts/Bundle.ts';
import type { Summary } from '../../agent/src/replay/Summary.ts';
import { verifyBundle } from '../../agent/src/verify/verifyBundle.ts';
import { generator } from '../../engine/test/market.ts';
import { spawnAgent, startDemo, type Demo, type Flags } from './Demo.ts';

const SHARED = resolve(fileURLToPath(new URL('../../../shared/data', import.meta.url)));
const isRecorded = existsSync(SHARED);
const candles = (symbol: string): string =>
  join(SHARED, 'candles', `${symbol}_bybit-perp_5m_2024-05_08.csv.gz`);
const CRASH: Flags = {
  market: candles('ICPUSDT'),
  leader: candles('ETHUSDT'),
  funding: join(SHARED, 'funding', 'ICPUSDT_bybit-perp_8h.csv.gz'),
  equity: 1_000,
  port: 0,
  'exchange-port': 0,
};
/** The night of the crash; the days around it are a campaign's. */
const DAYS =
  process.env['REPLAY_WHOLE'] === undefined
    ? { from: '2024-08-04T18:00', to: '2024-08-05T18:00' }
    : { from: '2024-08-02T00:00', to: '2024-08-07T00:00' };
const HOURS = (Date.parse(`${DAYS.to}Z`) - Date.parse(`${DAYS.from}Z`)) / 3_600_000;
const WISH_EVERY_HOURS = 12;
const WISHES: Flags = { 'enter-every': `${String(WISH_EVERY_HOURS)}h` };
const demos: Demo[] = [];

afterAll(async () => {
  for (const { localnet, stateDir } of demos) {
    await localnet.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
});

async function demo(localnet: Flags): Promise<Demo> {
  const started = await startDemo(localnet);
  demos.push(started);
  return started;
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly summary: Summary | null;
  /** Most resident memory seen, MB. */
  readonly agentMb: number;
  readonly localnetMb: number;
}

/** Peak resident memory so far, MB; 0 where the system does not tell. */
function peakMb(pid: number | undefined): number {
  try {
    const kb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return Number(kb ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Runs the agent to its end, or kills it when its output first holds a word or after some milliseconds. */
async function run(of: Demo, replay: Flags, killAt?: string | number): Promise<Ran> {
  const json = join(of.stateDir, 'out.json');
  const child = spawnAgent(of, { ...replay, json }, true, 'pipe');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (typeof killAt === 'string' && output.includes(killAt)) child.kill('SIGKILL');
    });
  }
  const fuse = typeof killAt === 'number' ? setTimeout(() => child.kill('SIGKILL'), killAt) : undefined;
  let agentMb = 0;
  const sampling = setInterval(() => (agentMb = Math.max(agentMb, peakMb(child.pid))), 250);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(sampling);
  clearTimeout(fuse);
  const localnetMb = peakMb(of.localnet.pid);
  const summary = code === 0 ? (JSON.parse(await readFile(json, 'utf8')) as Summary) : null;
  return { code, output, summary, agentMb, localnetMb };
}

/** A summary without what may differ between two runs of the same replay. */
function comparable(summary: Summary | null): unknown {
  if (summary === null) return null;
  const { receipts, bundle: _bundle, wallSeconds: _wallSeconds, ...rest } = summary;
  return { ...rest, receipts: receipts.count };
}

describe.skipIf(!isRecorded)('the crash of August 2024 (recorded data: ../shared/data)', () => {
  test(
    'kept every rule, and the canister decided at every bar what the engine decides',
    { timeout: 600_000 },
    async () => {
      const crash = await demo({ ...CRASH, ...DAYS });
      const { code, output, summary, agentMb, localnetMb } = await run(crash, WISHES);
      expect(agentMb).toBeLessThan(250);
      expect(localnetMb).toBeLessThan(500);
      expect([code, output.match(/problem/g)]).toEqual([0, null]);
      expect(summary).toMatchObject({
        bars: 12 * HOURS,
        liquidations: 0,
        duplicateOrders: 0,
        decisionsRefused: [],
        entries: { requested: HOURS / WISH_EVERY_HOURS },
      });
      expect(summary!.entries.entered).toBeGreaterThan(0);
      expect(summary!.longestUnprotectedMs).toBeLessThanOrEqual(300_000);
      for (const trade of summary!.trades) {
        const direction = trade.side === 'long' ? 1 : -1;
        expect(direction * (trade.entryPrice - trade.liquidationPriceAtEntry)).toBeGreaterThan(0);
        expect(trade.stops.length).toBeGreaterThan(0);
        trade.stops.forEach(({ price }, i) => {
          if (i > 0) expect(direction * (price - trade.stops[i - 1]!.price)).toBeGreaterThanOrEqual(0);
        });
      }
      const bundle = decodeBundle(new Uint8Array(await readFile(summary!.bundle)));
      const proven = await verifyBundle(bundle, { rootKey: parseRootKey(summary!.rootKey) });
      expect(proven).toMatchObject({ isProven: true, decisions: summary!.decisions });
    },
  );

  test('gives the same account twice', { timeout: 400_000 }, async () => {
    const day: Flags = { ...CRASH, from: '2024-08-05', to: '2024-08-05T04:00' };
    const [first, second] = [await run(await demo(day), WISHES), await run(await demo(day), WISHES)];
    expect(first.summary).not.toBeNull();
    expect(comparable(second.summary)).toEqual(comparable(first.summary));
  });

  test(
    'killed again and again, the agent goes on where it was: same trades, no order twice',
    { timeout: 500_000 },
    async () => {
      const day: Flags = { ...CRASH, from: '2024-08-05', to: '2024-08-05T06:00' };
      const wishes: Flags = { 'enter-every': '1h' };
      const straight = await run(await demo(day), wishes);
      const broken = await demo(day);
      let kills = 0;
      const random = generator(20240805);
      const delays = Array.from({ length: 4 }, () => 400 + Math.floor(random() * 2_600));
      for (const killAt of ['Warming', 'plan', 'entered', 'rests on the venue', '→', 'stopped', ...delays]) {
        const { code } = await run(broken, wishes, killAt);
        if (code === 0) break;
        kills += 1;
      }
      const resumed = await run(broken, wishes);
      expect(kills).toBeGreaterThanOrEqual(5);
      expect(resumed.output).toContain('Resumed');
      expect(resumed.summary).toMatchObject({ duplicateOrders: 0, longestUnprotectedMs: 0 });
      expect(resumed.summary!.trades).toEqual(straight.summary!.trades);
      expect(resumed.summary!.entries).toEqual(straight.summary!.entries);
      const bundle = decodeBundle(new Uint8Array(await readFile(resumed.summary!.bundle)));
      const proven = await verifyBundle(bundle, { rootKey: parseRootKey(resumed.summary!.rootKey) });
      expect(proven.isProven).toBe(true);
    },
  );
});
