import { FLAT } from '@plimsoll/engine';
import { expect, test, vi } from 'vitest';
import { healthOf } from '../metrics/Health.ts';
import type { VenueStream } from '../stream/VenueStream.ts';
import { LiveMarket } from '../stream/LiveMarket.ts';
import { Budget } from './Budget.ts';
import { EntryBars } from './EntryBars.ts';
import { Live } from './Live.ts';
import type { LiveParts } from './LiveParts.ts';
import { metricsStatus } from './metricsStatus.ts';
import { statusFor } from './testing/statusFor.ts';

/** A loop whose canister answers when `answer` is called, and not before. */
function waiting() {
  let answer: () => void = () => undefined;
  let tended = 0;
  const pass = () => new Promise<never[]>((resolve) => (answer = () => resolve([])));
  const bars = new EntryBars();
  const stream: VenueStream = { follow: () => undefined, close: () => Promise.resolve() };
  const parts = {
    mode: 'live',
    bars,
    stream,
    market: new LiveMarket(),
    symbol: 'ICPUSDT',
    leaderSymbol: 'ETHUSDT',
    cadence: { heartbeatSeconds: 60, jitterSeconds: 0, nearPercent: 1, leaderPercent: 1, leastSeconds: 10 },
    budget: new Budget({ updatesPerDay: 1_000, cyclesPerUpdate: 0 }, Date.now()),
    jitterMs: 0,
    haltFile: { isHalted: false },
    rounds: { look: () => Promise.resolve() },
    voice: { say: () => undefined },
    follower: { passed: () => undefined, wished: () => undefined, tended: () => undefined },
    observer: { relayed: { barMs: -1 }, instrument: null },
    owed: { pay: () => Promise.resolve(0) },
    now: () => Date.now(),
    session: {
      latest: null,
      execution: null,
      begin: () =>
        Promise.resolve({ isAgreed: true, resolutions: [], newFills: 0, strays: [], position: FLAT }),
      pass,
      tend: () => {
        tended += 1;
        return Promise.resolve(null);
      },
    },
  } as unknown as LiveParts;
  return { live: new Live(parts), answer: () => answer(), tended: () => tended };
}

test('while the canister is waited for, what the plan allows by itself is done all the same', async () => {
  vi.useFakeTimers();
  try {
    const { live, answer, tended } = waiting();
    const running = live.run();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tended()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(tended()).toBeGreaterThanOrEqual(4);
    answer();
    live.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await running).toEqual({ how: 'stopped' });
  } finally {
    vi.useRealTimers();
  }
});

test('a loop that hangs grows old, and health says so', async () => {
  vi.useFakeTimers();
  try {
    const { live, answer } = waiting();
    const running = live.run();
    const health = () => {
      const status = statusFor({ nowMs: Date.now() });
      return healthOf(metricsStatus(status), status.nowMs - live.loopAgoMs, status.nowMs);
    };
    await vi.advanceTimersByTimeAsync(200_000);
    expect(health().ok).toBe(true);
    await vi.advanceTimersByTimeAsync(101_000);
    expect(
      health()
        .checks.filter(({ ok }) => !ok)
        .map(({ name }) => name),
    ).toEqual(['loop']);
    answer();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(live.loopAgoMs).toBeLessThan(10_000);
    answer();
    live.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    await running;
  } finally {
    vi.useRealTimers();
  }
});
