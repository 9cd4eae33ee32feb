import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Exchange } from '../../../localnet/src/exchange/Exchange.ts';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { Journal } from '../journal/Journal.ts';
import type { Role } from '../journal/Rows.ts';
import { openBinanceUsdm } from '../venue/BinanceUsdm.ts';
import { parseClientOrderId } from './ClientOrderId.ts';
import { Executor } from './Executor.ts';
import { countDuplicates, longestUnprotectedMs } from './Protection.ts';
import { bundled, type Bundled } from './testing/bundled.ts';
import { certified, decisionOf } from './testing/Decisions.ts';
import { exchangeOf, flat, KEYS, serve } from './testing/Market.ts';

const CHILD = fileURLToPath(new URL('./testing/CrashingAgent.ts', import.meta.url));
const ENTER = decisionOf({ action: 'ENTER', reason: 'plan' });

let child: Bundled;
let folder: string;
let exchange: Exchange;
let server: ExchangeServer;
let baseUrl: string;

beforeAll(async () => {
  child = await bundled(CHILD);
});

afterAll(() => child.remove());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'));
  exchange = exchangeOf(Array.from({ length: 4 }, () => flat(10)));
  ({ server, baseUrl } = await serve(exchange));
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function runUntilKilled(path: string, role: Role, point: string): Promise<NodeJS.Signals | null> {
  const flags = ['--url', baseUrl, '--journal', path, '--role', role, '--point', point];
  const agent = spawn(process.execPath, [child.path, ...flags], { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    agent.once('error', reject);
    agent.once('exit', (_code, signal) => resolve(signal));
  });
}

for (const role of ['entry', 'stop', 'take-profit-1', 'take-profit-2'] as const) {
  for (const point of ['intended', 'before-wire', 'after-wire'] as const) {
    test(`killed at ${role}, ${point}: the restarted agent goes on where it was, with nothing twice`, async () => {
      const path = join(folder, 'journal.db');
      expect(await runUntilKilled(path, role, point)).toBe('SIGKILL');

      const journal = new Journal(path);
      const left = journal.unresolved();
      expect(left.map((row) => row.role)).toEqual([role]);
      expect(left[0]?.state).toBe(point === 'intended' ? 'intended' : 'sent');
      const venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl });
      const executor = new Executor({
        venue,
        journal,
        timing: { graceMs: 200, reducingGraceMs: 100, pollMs: 10 },
      });
      const report = await executor.recover();
      expect(report.isAgreed).toBe(true);
      const found = point === 'after-wire' ? (role === 'entry' ? 'filled' : 'confirmed') : 'denied';
      expect(report.resolutions).toEqual([
        { clientOrderId: left[0]?.clientOrderId, was: point === 'intended' ? 'intended' : 'sent', is: found },
      ]);

      expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
        outcome: 'done',
        isProtected: true,
      });
      expect((await venue.position()).quantity).toBe(90);
      const roles = (await venue.restingOrders()).map(
        (order) => parseClientOrderId(order.clientOrderId)?.role,
      );
      expect(roles.sort()).toEqual(['stop', 'take-profit-1', 'take-profit-2']);
      const rows = journal.allOrders();
      expect(countDuplicates(rows, await venue.acceptedOrders(0))).toBe(0);
      expect(longestUnprotectedMs(await venue.fills(0), rows, exchange.status().timeMs)).toBe(0);
      journal.close();
    });
  }
}
