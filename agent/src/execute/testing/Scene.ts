import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exchange } from '../../../../localnet/src/exchange/Exchange.ts';
import { Journal } from '../../journal/Journal.ts';
import { openBinanceUsdm, type BinanceUsdm } from '../../venue/BinanceUsdm.ts';
import type { Timing } from '../Context.ts';
import { clientOrderIdOf } from '../ClientOrderId.ts';
import { Executor } from '../Executor.ts';
import { countDuplicates, longestUnprotectedMs } from '../Protection.ts';
import { decisionOf, PLAN_ID } from './Decisions.ts';
import { FaultyProxy } from './FaultyProxy.ts';
import { exchangeOf, flat, KEYS, serve, type Prices } from './Market.ts';

/** The venue is on this machine: what takes seconds elsewhere takes milliseconds. */
export const TIMING: Partial<Timing> = {
  graceMs: 120,
  reducingGraceMs: 60,
  pollMs: 10,
  stopConfirmMs: 150,
  positionLagMs: 100,
  closeAttempts: 4,
};

export const ENTER = decisionOf({ action: 'ENTER', reason: 'plan' });
export const HOLD = decisionOf({ action: 'HOLD' });
export const CLOSE = decisionOf({ action: 'CLOSE', reason: 'time', targetQuantity: 0 });
export const ORDER = '/fapi/v1/order';
export const ALGO = '/fapi/v1/algoOrder';
/** What rests around the position that ENTER opens. */
export const LADDER = ['stop 90@9.5', 'take-profit 30@10.75', 'take-profit 30@11.5'];
export const TRADE_ID = Buffer.from(PLAN_ID).toString('hex');
export const ENTRY_ID = clientOrderIdOf({ planId: PLAN_ID, role: 'entry', version: 0 });

/** An exchange, a proxy that can break things, the unmodified client, a journal and an executor that has recovered. */
export interface Scene {
  readonly exchange: Exchange;
  readonly exchangeUrl: string;
  readonly proxy: FaultyProxy;
  readonly venue: BinanceUsdm;
  readonly journal: Journal;
  readonly executor: Executor;
  /** What rests, as `type quantity@price`, sorted. */
  readonly resting: () => Promise<readonly string[]>;
  readonly audit: () => Promise<{ readonly duplicates: number; readonly unprotectedMs: number }>;
  readonly close: () => Promise<void>;
}

export async function openScene(
  bars: readonly Prices[] = Array.from({ length: 8 }, () => flat(10)),
): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-execute-'));
  const exchange = exchangeOf(bars);
  const served = await serve(exchange);
  const proxy = new FaultyProxy(served.baseUrl);
  const venue = await openBinanceUsdm({
    symbol: 'ICPUSDT',
    ...KEYS,
    baseUrl: await proxy.start(),
    // Long enough for a machine that others use too; what hangs is waited out.
    timeoutMs: 1_200,
  });
  const journal = new Journal(join(folder, 'journal.db'));
  const executor = new Executor({ venue, journal, timing: TIMING });
  await executor.recover();
  return {
    exchange,
    exchangeUrl: served.baseUrl,
    proxy,
    venue,
    journal,
    executor,
    resting: async () => {
      const orders = await venue.restingOrders();
      return orders
        .map((order) => `${order.type} ${String(order.quantity)}@${String(order.triggerPrice)}`)
        .sort();
    },
    audit: async () => {
      const rows = journal.allOrders();
      return {
        duplicates: countDuplicates(rows, await venue.acceptedOrders(0)),
        unprotectedMs: longestUnprotectedMs(await venue.fills(0), rows, exchange.status().timeMs),
      };
    },
    close: async () => {
      journal.close();
      await proxy.close();
      await served.server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
