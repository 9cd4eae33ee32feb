import { afterEach, expect, test, vi } from 'vitest';
import { JournalError } from '../journal/JournalError.ts';
import { Executor } from './Executor.ts';
import { certified, decisionOf } from './testing/Decisions.ts';
import { ENTER, HOLD, LADDER, openScene, TIMING, type Scene } from './testing/Scene.ts';

let scene: Scene;
afterEach(async () => {
  vi.useRealTimers();
  await scene.close();
});

async function fault(fields: Readonly<Record<string, string>>): Promise<void> {
  const body = new URLSearchParams({ symbol: 'ICPUSDT', ...fields });
  const response = await fetch(`${scene.exchangeUrl}/localnet/v1/faults`, { method: 'POST', body });
  if (!response.ok) throw new Error(await response.text());
}

/** An executor whose clock is this far ahead of the machine's. */
function later(aheadMs: () => number): Executor {
  const clock = {
    now: () => Date.now() + aheadMs(),
    sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
  };
  const { venue, journal } = scene;
  return new Executor({ venue, journal, clock, networkNow: () => Date.now(), timing: TIMING });
}

test('M3 another tick: within a minute what is new fits it, and what rests stays covered', async () => {
  scene = await openScene();
  let aheadMs = 0;
  const executor = later(() => aheadMs);
  await executor.recover();
  await executor.carryOut(await certified(ENTER));
  expect(await scene.resting()).toEqual(LADDER);
  await fault({ kind: 'symbol-rules', tickSize: '0.05', stepSize: '1', minNotional: '5' });
  aheadMs = 61_000;
  const moved = await executor.carryOut(await certified({ ...HOLD, stopPrice: 9.713 }));
  expect(moved).toMatchObject({ outcome: 'done', isProtected: true });
  const stops = (await scene.venue.restingOrders()).filter(({ type }) => type === 'stop');
  expect(stops).toHaveLength(1);
  const [{ triggerPrice = NaN } = {}] = stops;
  expect(Math.abs(triggerPrice / 0.05 - Math.round(triggerPrice / 0.05))).toBeLessThan(1e-6);
  expect(Math.abs(triggerPrice - 9.713)).toBeLessThanOrEqual(0.05);
});

test('M3 another step: an entry is a whole number of the new one', async () => {
  scene = await openScene();
  let aheadMs = 0;
  const executor = later(() => aheadMs);
  await executor.recover();
  await fault({ kind: 'symbol-rules', tickSize: '0.001', stepSize: '7', minNotional: '5' });
  aheadMs = 61_000;
  await executor.carryOut(await certified(ENTER));
  const { quantity } = await scene.venue.position();
  expect(quantity).toBeGreaterThan(0);
  expect(quantity % 7).toBe(0);
});

test('M5 another funding interval is read within ten minutes', async () => {
  scene = await openScene();
  const hours = async (): Promise<number> => (await scene.venue.market()).funding.intervalHours;
  expect(await hours()).toBe(8);
  await fault({ kind: 'funding-interval', hours: '4' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
  expect(await hours()).toBe(4);
});

test('A4 what cannot be written down is not sent', async () => {
  scene = await openScene();
  const { executor, journal, proxy } = scene;
  journal.intend = () => {
    throw new JournalError('not-writable', 'expected to write, got a full disk.');
  };
  await expect(executor.carryOut(await certified(ENTER))).rejects.toBeInstanceOf(JournalError);
  expect(proxy.count('POST', '/fapi/v1/order')).toBe(0);
});

test.each([
  ['protect', ['stop 20@9.5']],
  ['warn', []],
] as const)('A5 a position opened by hand under %s', async (adopted, expected) => {
  scene = await openScene();
  const { venue, journal } = scene;
  await venue.prepare(5);
  await venue.send({
    type: 'market',
    clientOrderId: 'by-hand',
    side: 'buy',
    quantity: 20,
    reduceOnly: false,
  });
  const executor = new Executor({ venue, journal, adopted, timing: TIMING });
  await executor.recover();
  const decision = decisionOf({ action: 'HOLD', plan: null, stopPrice: 9.5 });
  const { isProtected } = await executor.carryOut(await certified(decision));
  expect(isProtected).toBe(adopted === 'protect');
  expect(await scene.resting()).toEqual(expected);
  expect((await venue.position()).quantity).toBe(20);
});
