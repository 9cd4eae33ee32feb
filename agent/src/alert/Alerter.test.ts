import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { registerSecret } from '../credentials/Redaction.ts';
import type { Alert, Dispatch } from './Alert.ts';
import { Alerter, type AlerterOptions, type Delivery } from './Alerter.ts';
import { SinkError, type Sink } from './Sink.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const alert = (key: string, level: Alert['level'] = 'warning', text = key): Alert => ({
  key,
  level,
  title: key,
  text,
});

/** A sink that keeps what it was given, and first fails with `failures`. */
function collecting(failures: Error[] = []): Sink & { readonly got: Dispatch[]; tries: number } {
  return {
    name: 'test',
    got: [],
    tries: 0,
    async deliver(dispatch) {
      this.tries += 1;
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      this.got.push(dispatch);
      await Promise.resolve();
    },
  };
}

function alerter(sink: Sink, options: Partial<AlerterOptions> = {}) {
  const deliveries: Delivery[] = [];
  const made = new Alerter({
    routes: [{ sink, least: 'info' }],
    windowMs: 60_000,
    onDelivery: (delivery) => deliveries.push(delivery),
    ...options,
  });
  return { raise: (a: Alert) => made.raise(a), made, deliveries };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('a matter is told at once, then once a window with the count of what came in it', async () => {
  const sink = collecting();
  const { raise } = alerter(sink);
  raise(alert('a'));
  await settle();
  expect(sink.got.map(({ count }) => count)).toEqual([1]);
  for (let i = 0; i < 5; i++) raise(alert('a', 'warning', `text ${String(i)}`));
  raise(alert('b'));
  await settle();
  expect(sink.got.map(({ key }) => key)).toEqual(['a', 'b']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sink.got.map(({ key, count, text }) => [key, count, text])).toEqual([
    ['a', 1, 'a'],
    ['b', 1, 'b'],
    ['a', 5, 'text 4'],
  ]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sink.got).toHaveLength(3);
  raise(alert('a'));
  await settle();
  expect(sink.got).toHaveLength(4);
});

test('a higher level is told at once, a lower one waits', async () => {
  const sink = collecting();
  const { raise } = alerter(sink);
  raise(alert('a', 'warning'));
  raise(alert('a', 'warning'));
  raise(alert('a', 'alarm'));
  raise(alert('a', 'info'));
  await settle();
  expect(sink.got.map(({ level, count }) => [level, count])).toEqual([
    ['warning', 1],
    ['alarm', 2],
  ]);
});

test('beyond the rate alerts are kept back and counted, and alarms still pass', async () => {
  const sink = collecting();
  const { raise, deliveries } = alerter(sink, { perMinute: 3 });
  for (let i = 0; i < 10; i++) raise(alert(`matter ${String(i)}`));
  await settle();
  expect(sink.got).toHaveLength(3);
  raise(alert('naked', 'alarm'));
  await settle();
  expect(sink.got.at(-1)).toMatchObject({ key: 'naked', withheld: 7 });
  expect(deliveries.filter(({ outcome }) => outcome === 'withheld')).toHaveLength(7);
  await vi.advanceTimersByTimeAsync(61_000);
  raise(alert('later'));
  await settle();
  expect(sink.got.at(-1)).toMatchObject({ key: 'later', withheld: 0 });
});

test('a failure that may pass is tried again with longer and longer pauses, then given up and said', async () => {
  const down = () => new SinkError('down', true);
  const passing = collecting([down(), down()]);
  const first = alerter(passing, { retryMs: 1_000 });
  first.raise(alert('a'));
  await vi.advanceTimersByTimeAsync(999);
  expect(passing.tries).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(passing.tries).toBe(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(passing.got).toHaveLength(1);

  const lasting = collecting(Array.from({ length: 9 }, down));
  const second = alerter(lasting, { retries: 2, retryMs: 10 });
  second.raise(alert('a'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(lasting.tries).toBe(3);
  expect(second.deliveries.at(-1)).toMatchObject({ outcome: 'failed', sink: 'test', problem: 'down' });
});

test('a refusal for good is not tried again, and an asked-for wait is kept', async () => {
  const refusing = collecting([new SinkError('no', false)]);
  const first = alerter(refusing);
  first.raise(alert('a'));
  await vi.advanceTimersByTimeAsync(100_000);
  expect([refusing.tries, first.deliveries.at(-1)?.outcome]).toEqual([1, 'failed']);

  const busy = collecting([new SinkError('slow down', true, 20_000)]);
  alerter(busy, { retryMs: 1 }).raise(alert('a'));
  await vi.advanceTimersByTimeAsync(19_000);
  expect(busy.tries).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(busy.tries).toBe(2);
});

test('one slow way out holds up no other, and what waits goes out by urgency', async () => {
  let release = (): void => undefined;
  const slow = collecting();
  const deliver = slow.deliver.bind(slow);
  let isFirst = true;
  slow.deliver = async (dispatch) => {
    if (isFirst) {
      isFirst = false;
      await new Promise<void>((resolve) => (release = resolve));
    }
    await deliver(dispatch);
  };
  const quick = collecting();
  const { raise } = alerter(quick, {
    routes: [
      { sink: slow, least: 'info' },
      { sink: quick, least: 'info' },
    ],
  });
  raise(alert('first'));
  await settle();
  raise(alert('good to know', 'info'));
  raise(alert('fire', 'alarm'));
  await settle();
  expect(quick.got).toHaveLength(3);
  expect(slow.got).toHaveLength(0);
  release();
  await settle();
  expect(slow.got.map(({ key }) => key)).toEqual(['first', 'fire', 'good to know']);
});

test('levels below a sink’s own do not reach it', async () => {
  const sink = collecting();
  const { raise } = alerter(sink, { routes: [{ sink, least: 'alarm' }] });
  raise(alert('a', 'warning'));
  raise(alert('b', 'alarm'));
  await settle();
  expect(sink.got.map(({ key }) => key)).toEqual(['b']);
});

test('no secret leaves in an alert or in the account of its failure', async () => {
  registerSecret('very-secret-token');
  const sink = collecting([new Error('https://host/very-secret-token')]);
  const { raise, deliveries } = alerter(sink, { retries: 0 });
  raise(alert('a', 'alarm', 'said very-secret-token'));
  raise(alert('b', 'alarm', 'said very-secret-token'));
  await settle();
  expect(JSON.stringify([sink.got, deliveries])).not.toContain('very-secret-token');
  expect(sink.got).toHaveLength(1);
});

test('closing tells what was counted, and draining waits for it but not for ever', async () => {
  const sink = collecting();
  const { raise, made } = alerter(sink);
  raise(alert('a'));
  raise(alert('a'));
  made.close();
  const drained = made.drain(5_000);
  await settle();
  await drained;
  expect(sink.got.map(({ count }) => count)).toEqual([1, 1]);
  const stuck = alerter({ name: 'stuck', deliver: () => new Promise(() => undefined) });
  stuck.raise(alert('a'));
  const waiting = stuck.made.drain(5_000);
  await vi.advanceTimersByTimeAsync(5_000);
  await expect(waiting).resolves.toBeUndefined();
});
