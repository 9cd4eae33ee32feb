import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exchange } from '../../../localnet/src/exchange/Exchange.ts';
import type { ExchangeServer } from '../../../localnet/src/exchange/ExchangeServer.ts';
import { Journal } from '../journal/Journal.ts';
import { openBinanceUsdm, type BinanceUsdm } from '../venue/BinanceUsdm.ts';
import { clientOrderIdOf } from './ClientOrderId.ts';
import type { Timing } from './Context.ts';
import { Executor } from './Executor.ts';
import { countDuplicates, longestUnprotectedMs } from './Protection.ts';
import { certified, decisionOf, PLAN_ID, planOf } from './testing/Decisions.ts';
import { FaultyProxy } from './testing/FaultyProxy.ts';
import { exchangeOf, flat, KEYS, serve, START_MS, type Prices } from './testing/Market.ts';

/** The venue in these tests is on this machine: what takes seconds elsewhere takes milliseconds. */
const TIMING: Partial<Timing> = {
  graceMs: 120,
  reducingGraceMs: 60,
  pollMs: 10,
  stopConfirmMs: 150,
  positionLagMs: 100,
  closeAttempts: 4,
};
const ENTER = decisionOf({ action: 'ENTER', reason: 'plan' });
const HOLD = decisionOf({ action: 'HOLD' });
const CLOSE = decisionOf({ action: 'CLOSE', reason: 'time', targetQuantity: 0 });
const ORDER = '/fapi/v1/order';
const ALGO = '/fapi/v1/algoOrder';

let folder: string;
let exchange: Exchange;
let server: ExchangeServer;
let proxy: FaultyProxy;
let venue: BinanceUsdm;
let journal: Journal;
let executor: Executor;

async function open(bars: readonly Prices[] = Array.from({ length: 8 }, () => flat(10))): Promise<void> {
  exchange = exchangeOf(bars);
  const served = await serve(exchange);
  server = served.server;
  proxy = new FaultyProxy(served.baseUrl);
  const baseUrl = await proxy.start();
  venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl, timeoutMs: 400 });
  journal = new Journal(join(folder, 'journal.db'));
  executor = new Executor({ venue, journal, timing: TIMING });
  await executor.recover();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-execute-'));
});

afterEach(async () => {
  journal.close();
  await proxy.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** What rests, as `type quantity@price`, in order. */
async function resting(): Promise<readonly string[]> {
  const orders = await venue.restingOrders();
  return orders
    .map((order) => `${order.type} ${String(order.quantity)}@${String(order.triggerPrice)}`)
    .sort();
}

const LADDER = ['stop 90@9.5', 'take-profit 30@10.75', 'take-profit 30@11.5'];
const entryId = clientOrderIdOf({ planId: PLAN_ID, role: 'entry', version: 0 });

async function audit(): Promise<{ duplicates: number; unprotectedMs: number }> {
  const { timeMs } = exchange.status();
  const rows = journal.allOrders();
  return {
    duplicates: countDuplicates(rows, await venue.acceptedOrders(0)),
    unprotectedMs: longestUnprotectedMs(await venue.fills(0), rows, timeMs),
  };
}

test('an entry is opened with the plan’s leverage, its stop and its ladder, and the same decision then does nothing', async () => {
  await open();
  const first = await executor.carryOut(await certified(ENTER));
  expect(first).toMatchObject({ outcome: 'done', isProtected: true, problems: [] });
  expect(first.position).toMatchObject({ side: 1, quantity: 90, entryPrice: 10, openedMs: START_MS });
  expect(await resting()).toEqual(LADDER);
  expect(exchange.market).toMatchObject({ leverage: 5, isolated: true });
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({ outcome: 'done', stepsTaken: 0 });
  expect(journal.order(entryId)).toMatchObject({ state: 'filled', filledQuantity: 90, attempts: 1 });
  expect(journal.fills(0)).toHaveLength(1);
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('a short is protected from above', async () => {
  await open();
  const takeProfits = [{ price: 9.25, quantity: 30 }];
  const plan = planOf({ side: -1, stopPrice: 10.5, takeProfits, liquidationPrice: 11.9 });
  await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  // One rung and the runner share evenly, and a rung is never more than planned.
  expect(await resting()).toEqual(['stop 90@10.5', 'take-profit 30@9.25']);
});

test('before journal and venue have agreed there is no entry', async () => {
  await open();
  const unready = new Executor({ venue, journal, timing: TIMING });
  const execution = await unready.carryOut(await certified(ENTER));
  expect(execution).toMatchObject({ outcome: 'incomplete', stepsTaken: 0 });
  expect(execution.problems[0]).toMatch(/No entry/);
  expect((await venue.position()).side).toBe(0);
});

test('a decision older than 15 seconds enters nothing, older than 5 minutes does nothing', async () => {
  await open();
  expect(await executor.carryOut(await certified(ENTER, Date.now() - 20_000))).toMatchObject({
    stepsTaken: 0,
  });
  await executor.carryOut(await certified(ENTER));
  const stale = await certified(CLOSE, Date.now() - 310_000);
  expect(await executor.carryOut(stale)).toMatchObject({ outcome: 'refused', stepsTaken: 0 });
  expect(await executor.carryOut(await certified(CLOSE, Date.now() - 20_000))).toMatchObject({
    outcome: 'done',
  });
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
});

for (const [name, fault] of [
  ['the reply is lost', 'lose-reply'],
  ['the answer never comes', 'hang'],
  [
    'the venue answers 503 unknown',
    {
      status: 503,
      body: '{"code":-1000,"msg":"Unknown error, please check your request or try again later."}',
      isCarriedOut: true,
    },
  ],
  [
    'the venue answers -1007',
    {
      status: 408,
      body: '{"code":-1007,"msg":"Timeout waiting for response from backend server."}',
      isCarriedOut: true,
    },
  ],
] as const) {
  test(`an entry that was accepted while ${name} is found and not sent again`, async () => {
    await open();
    proxy.failOnce('POST', ORDER, fault);
    expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
      outcome: 'done',
      isProtected: true,
    });
    expect(proxy.count('POST', ORDER)).toBe(1);
    expect((await venue.position()).quantity).toBe(90);
    expect(await resting()).toEqual(LADDER);
    expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
  });

  test(`a stop that was accepted while ${name} is found and not sent again`, async () => {
    await open();
    proxy.failOnce('POST', ALGO, fault);
    expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
      outcome: 'done',
      isProtected: true,
    });
    expect(await resting()).toEqual(LADDER);
    expect(proxy.count('POST', ALGO)).toBe(3);
    expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
  });
}

test('an entry that never arrived is not believed in, and may be sent again under the same id', async () => {
  await open();
  proxy.failOnce('POST', ORDER, 'lose-request');
  const first = await executor.carryOut(await certified(ENTER));
  expect(first).toMatchObject({ outcome: 'incomplete', isProtected: true });
  expect(journal.order(entryId)).toMatchObject({ state: 'denied', failure: 'not-found' });
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({ outcome: 'done' });
  expect(journal.order(entryId)).toMatchObject({ state: 'filled', attempts: 2 });
  expect((await venue.position()).quantity).toBe(90);
});

test('an entry whose fate cannot be asked stays in doubt, and nothing new is risked until it is known', async () => {
  await open();
  let isDown = false;
  proxy.faultOf = ({ method, path }) => {
    if (isDown) return method === 'GET' && /order/i.test(path) ? 'lose-request' : null;
    isDown = method === 'POST' && path === ORDER;
    return isDown ? 'lose-reply' : null;
  };
  await expect(executor.carryOut(await certified(ENTER))).rejects.toMatchObject({ leaf: 'no-answer' });
  expect(executor.isReconciled).toBe(false);
  expect(journal.order(entryId)?.state).toBe('ambiguous');
  proxy.faultOf = () => null;
  const report = await executor.recover();
  expect(report).toMatchObject({ isAgreed: true, unknown: [] });
  expect(report.resolutions).toEqual([{ clientOrderId: entryId, was: 'ambiguous', is: 'filled' }]);
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect((await venue.position()).quantity).toBe(90);
});

test('an entry the account cannot pay for is refused once and not tried again', async () => {
  await open();
  const plan = planOf({ quantity: 9_000 });
  const execution = await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  expect(execution).toMatchObject({ outcome: 'incomplete', isProtected: true });
  expect(execution.problems[0]).toMatch(/insufficient|Margin is insufficient/);
  expect(journal.order(entryId)).toMatchObject({ state: 'rejected', failure: 'insufficient-margin' });
  await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  expect(proxy.count('POST', ORDER)).toBe(1);
});

test('a leverage that does not read back as set stops the entry', async () => {
  await open();
  proxy.faultOf = ({ method, path }) =>
    method === 'POST' && path === '/fapi/v1/leverage'
      ? { status: 200, body: '{"leverage":5,"symbol":"ICPUSDT"}', isCarriedOut: false }
      : null;
  const execution = await executor.carryOut(await certified(ENTER));
  expect(execution.outcome).toBe('incomplete');
  expect(execution.problems[0]).toMatch(
    /settings-differ: expected one-way mode, isolated margin, 5x, got .* 20x/,
  );
  expect(proxy.count('POST', ORDER)).toBe(0);
});

test('a stop that would trigger at once closes the position', async () => {
  await open();
  proxy.failOnce('POST', ALGO, {
    status: 400,
    body: '{"code":-2021,"msg":"Order would immediately trigger."}',
    isCarriedOut: false,
  });
  await executor.carryOut(await certified(ENTER));
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
  expect(journal.ordersOf(Buffer.from(PLAN_ID).toString('hex')).at(-1)).toMatchObject({
    role: 'close',
    state: 'filled',
    because: 'stop would trigger at once',
  });
});

test('a position that cannot be protected in time is closed', async () => {
  await open();
  proxy.faultOf = ({ method, path }) => (method === 'POST' && path === ALGO ? 'lose-request' : null);
  const execution = await executor.carryOut(await certified(ENTER));
  expect(execution.position.side).toBe(0);
  expect(journal.events().some(({ severity }) => severity !== 'info')).toBe(true);
  expect(journal.ordersOf(Buffer.from(PLAN_ID).toString('hex')).at(-1)).toMatchObject({
    role: 'close',
    because: 'cannot be protected',
  });
});

test('a stop that the venue accepts but does not list is no protection', async () => {
  await open();
  proxy.faultOf = ({ method, path, parameters }) => {
    if (method === 'POST' && path === ALGO && parameters.get('type') === 'STOP_MARKET') return null;
    if (path === '/fapi/v1/openAlgoOrders') return { status: 200, body: '[]', isCarriedOut: false };
    return method === 'GET' && path === ALGO
      ? { status: 400, body: '{"code":-2013,"msg":"Order does not exist."}', isCarriedOut: false }
      : null;
  };
  const execution = await executor.carryOut(await certified(ENTER));
  expect(execution.position.side).toBe(0);
});

test('a reduce-only order with nothing left to reduce leads to a new look, not to an error', async () => {
  await open();
  await executor.carryOut(await certified(ENTER));
  proxy.failOnce('POST', ORDER, {
    status: 400,
    body: '{"code":-2022,"msg":"ReduceOnly Order is rejected."}',
    isCarriedOut: false,
  });
  expect(await executor.carryOut(await certified(CLOSE))).toMatchObject({ outcome: 'done' });
  expect((await venue.position()).side).toBe(0);
});

test('a tighter stop replaces the old one with no moment without, a looser one is ignored', async () => {
  await open();
  await executor.carryOut(await certified(ENTER));
  const before = proxy.seen.length;
  await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.7, stopVersion: 2 }));
  expect(await resting()).toEqual(['stop 90@9.7', ...LADDER.slice(1)]);
  const acts = proxy.seen.slice(before).filter(({ path, method }) => path === ALGO && method !== 'GET');
  expect(acts.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  expect(await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.6 }))).toMatchObject({
    stepsTaken: 0,
  });
  expect(await resting()).toContain('stop 90@9.7');
  expect((await audit()).unprotectedMs).toBe(0);
});

test('a cancellation whose reply is lost leaves one stop in the end', async () => {
  await open();
  await executor.carryOut(await certified(ENTER));
  proxy.failOnce('DELETE', ALGO, 'lose-reply');
  await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.7 }));
  expect(await resting()).toEqual(['stop 90@9.7', ...LADDER.slice(1)]);
});

test('after a partial take-profit the stop is resized to what is left, and the rung is not placed again', async () => {
  await open([flat(10), [10, 10.9, 10, 10.8], flat(10.8), flat(10.8)]);
  await executor.carryOut(await certified(ENTER));
  exchange.advance('open');
  exchange.advance('open');
  expect((await venue.position()).quantity).toBe(60);
  expect(await executor.carryOut(await certified(HOLD))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual(['stop 60@9.5', 'take-profit 30@11.5']);
  expect(journal.fills(0)).toHaveLength(2);
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('a reduction goes to the target by market, and stop and ladder follow', async () => {
  await open();
  await executor.carryOut(await certified(ENTER));
  const reduce = decisionOf({ action: 'REDUCE', reason: 'touch', targetQuantity: 45 });
  expect(await executor.carryOut(await certified(reduce))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect((await venue.position()).quantity).toBe(45);
  expect(await resting()).toEqual(['stop 45@9.5', 'take-profit 15@11.5', 'take-profit 30@10.75']);
  expect(await executor.carryOut(await certified(reduce))).toMatchObject({ stepsTaken: 0 });
});

test('once the venue’s stop has filled, what is left of the ladder is cleared up', async () => {
  await open([flat(10), [10, 10, 9.4, 9.4], flat(9.4), flat(9.4)]);
  await executor.carryOut(await certified(ENTER));
  exchange.advance('open');
  exchange.advance('open');
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual(LADDER.slice(1));
  expect(await executor.carryOut(await certified(HOLD))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual([]);
  const stop = journal.allOrders().find(({ role }) => role === 'stop');
  expect(stop).toMatchObject({ state: 'filled', filledQuantity: 90 });
  expect(await audit()).toEqual({ duplicates: 0, unprotectedMs: 0 });
});

test('an order of somebody else is left alone and told of once', async () => {
  await open();
  await venue.prepare(5);
  await executor.carryOut(await certified(ENTER));
  await venue.send({ type: 'stop', clientOrderId: 'by-hand', side: 'sell', quantity: 10, triggerPrice: 9 });
  await executor.carryOut(await certified(HOLD));
  await executor.carryOut(await certified(CLOSE));
  expect(await resting()).toEqual(['stop 10@9']);
  expect(journal.events().filter(({ code }) => code === 'foreign-order')).toHaveLength(1);
});

test('without decisions the plan’s own exits go on: protection, and the time exit', async () => {
  await open();
  await executor.carryOut(await certified(ENTER));
  const [stop] = (await venue.restingOrders()).filter(({ type }) => type === 'stop');
  await venue.cancel({ kind: 'conditional', clientOrderId: stop?.clientOrderId ?? '' });
  const plan = planOf();
  expect(await executor.carryOutPlan(plan, 9.6)).toMatchObject({ isProtected: true });
  expect(await resting()).toEqual(['stop 90@9.6', ...LADDER.slice(1)]);
  await executor.carryOutPlan({ ...plan, exitByMs: exchange.status().timeMs }, 9.6);
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
});

test('a position whose stop is gone and whose price is beyond it is closed at market', async () => {
  await open([flat(10), [10, 10, 9.4, 9.4], flat(9.4), flat(9.4)]);
  await executor.carryOut(await certified(ENTER));
  for (const order of await venue.restingOrders()) await venue.cancel(order);
  exchange.advance('open');
  exchange.advance('open');
  await executor.carryOutPlan(planOf(), 9.5);
  expect((await venue.position()).side).toBe(0);
  expect((await audit()).unprotectedMs).toBeGreaterThan(0);
});
