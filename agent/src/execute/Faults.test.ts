import { afterEach, expect, test } from 'vitest';
import { certified, decisionOf, planOf } from './testing/Decisions.ts';
import type { Prices } from './testing/Market.ts';
import {
  ALGO,
  CLOSE,
  ENTER,
  ENTRY_ID,
  HOLD,
  LADDER,
  openScene,
  ORDER,
  TRADE_ID,
  type Scene,
} from './testing/Scene.ts';

let scene: Scene;
/** Opens the scene that the test plays in. */
async function open(bars?: readonly Prices[]): Promise<Scene> {
  scene = await openScene(bars);
  return scene;
}

afterEach(() => scene.close());

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
    const { proxy, venue, executor, resting, audit } = await open();
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
    const { proxy, executor, resting, audit } = await open();
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
  const { proxy, venue, journal, executor } = await open();
  proxy.failOnce('POST', ORDER, 'lose-request');
  const first = await executor.carryOut(await certified(ENTER));
  expect(first).toMatchObject({ outcome: 'incomplete', isProtected: true });
  expect(journal.order(ENTRY_ID)).toMatchObject({ state: 'denied', failure: 'not-found' });
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({ outcome: 'done' });
  expect(journal.order(ENTRY_ID)).toMatchObject({ state: 'filled', attempts: 2 });
  expect((await venue.position()).quantity).toBe(90);
});

test('an entry whose fate cannot be asked stays in doubt, and nothing new is risked until it is known', async () => {
  const { proxy, venue, journal, executor } = await open();
  let isDown = false;
  proxy.faultOf = ({ method, path }) => {
    if (isDown) return method === 'GET' && /order/i.test(path) ? 'lose-request' : null;
    isDown = method === 'POST' && path === ORDER;
    return isDown ? 'lose-reply' : null;
  };
  await expect(executor.carryOut(await certified(ENTER))).rejects.toMatchObject({ leaf: 'no-answer' });
  expect(executor.isReconciled).toBe(false);
  expect(journal.order(ENTRY_ID)?.state).toBe('ambiguous');
  proxy.faultOf = () => null;
  const report = await executor.recover();
  expect(report).toMatchObject({ isAgreed: true, unknown: [] });
  expect(report.resolutions).toEqual([{ clientOrderId: ENTRY_ID, was: 'ambiguous', is: 'filled' }]);
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect((await venue.position()).quantity).toBe(90);
});

test('an entry the account cannot pay for is refused once and not tried again', async () => {
  const { proxy, journal, executor } = await open();
  const plan = planOf({ quantity: 9_000 });
  const execution = await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  expect(execution).toMatchObject({ outcome: 'incomplete', isProtected: true });
  expect(execution.problems[0]).toMatch(/insufficient|Margin is insufficient/);
  expect(journal.order(ENTRY_ID)).toMatchObject({ state: 'rejected', failure: 'insufficient-margin' });
  await executor.carryOut(await certified(decisionOf({ action: 'ENTER', plan })));
  expect(proxy.count('POST', ORDER)).toBe(1);
});

test('a leverage that does not read back as set stops the entry', async () => {
  const { proxy, executor } = await open();
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
  const { proxy, venue, journal, executor, resting } = await open();
  proxy.failOnce('POST', ALGO, {
    status: 400,
    body: '{"code":-2021,"msg":"Order would immediately trigger."}',
    isCarriedOut: false,
  });
  await executor.carryOut(await certified(ENTER));
  expect((await venue.position()).side).toBe(0);
  expect(await resting()).toEqual([]);
  expect(journal.ordersOf(TRADE_ID).at(-1)).toMatchObject({
    role: 'close',
    state: 'filled',
    because: 'stop would trigger at once',
  });
});

test('a position that cannot be protected in time is closed', async () => {
  const { proxy, journal, executor } = await open();
  proxy.faultOf = ({ method, path }) => (method === 'POST' && path === ALGO ? 'lose-request' : null);
  const execution = await executor.carryOut(await certified(ENTER));
  expect(execution.position.side).toBe(0);
  expect(journal.events().some(({ severity }) => severity !== 'info')).toBe(true);
  expect(journal.ordersOf(TRADE_ID).at(-1)).toMatchObject({
    role: 'close',
    because: 'cannot be protected',
  });
});

test('a stop that the venue accepts but does not list is no protection', async () => {
  const { proxy, executor } = await open();
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
  const { proxy, venue, executor } = await open();
  await executor.carryOut(await certified(ENTER));
  proxy.failOnce('POST', ORDER, {
    status: 400,
    body: '{"code":-2022,"msg":"ReduceOnly Order is rejected."}',
    isCarriedOut: false,
  });
  expect(await executor.carryOut(await certified(CLOSE))).toMatchObject({ outcome: 'done' });
  expect((await venue.position()).side).toBe(0);
});

test('a cancellation whose reply is lost leaves one stop in the end', async () => {
  const { proxy, executor, resting } = await open();
  await executor.carryOut(await certified(ENTER));
  proxy.failOnce('DELETE', ALGO, 'lose-reply');
  await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.7 }));
  expect(await resting()).toEqual(['stop 90@9.7', ...LADDER.slice(1)]);
});

test('an entry that no look-up finds but the position shows is taken as filled', async () => {
  const { proxy, venue, executor, journal, resting } = await open();
  const unknown = { status: 400, body: '{"code":-2013,"msg":"Order does not exist."}', isCarriedOut: false };
  proxy.faultOf = ({ method, path }) => {
    if (method === 'POST' && path === ORDER) return 'lose-reply';
    return method === 'GET' && (path === ORDER || path === ALGO) ? unknown : null;
  };
  await executor.carryOut(await certified(ENTER));
  expect(proxy.count('POST', ORDER)).toBe(1);
  expect(journal.order(ENTRY_ID)).toMatchObject({ state: 'filled', filledQuantity: 90 });
  expect((await venue.position()).quantity).toBe(90);
  expect(await resting()).toEqual(LADDER);
});

test('a stop is tried again while the venue is only busy, under the same id', async () => {
  const { proxy, executor, journal, resting } = await open();
  const busy = { status: 503, body: '{"code":-1008,"msg":"Request throttled."}', isCarriedOut: false };
  proxy.failOnce('POST', ALGO, busy);
  expect(await executor.carryOut(await certified(ENTER))).toMatchObject({
    outcome: 'done',
    isProtected: true,
  });
  expect(await resting()).toEqual(LADDER);
  expect(journal.allOrders().find(({ role }) => role === 'stop')).toMatchObject({
    state: 'confirmed',
    attempts: 2,
  });
});

test('a better stop that is refused leaves the resident one, and is told', async () => {
  const { proxy, executor, journal, resting } = await open();
  await executor.carryOut(await certified(ENTER));
  const refusal = { status: 400, body: '{"code":-1111,"msg":"Precision."}', isCarriedOut: false };
  proxy.failOnce('POST', ALGO, refusal);
  const execution = await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.7 }));
  expect(execution).toMatchObject({ outcome: 'incomplete', isProtected: true });
  expect(await resting()).toEqual(LADDER);
  expect(journal.events().map(({ code }) => code)).toContain('stop-rejected');
});
