import { afterEach, describe, expect, test } from 'vitest';
import { createPrng } from '../../../localnet/src/market/Prng.ts';
import { VenueError } from '../venue/VenueError.ts';
import { certified } from './testing/Decisions.ts';
import type { Prices } from './testing/Market.ts';
import { CLOSE, ENTER, HOLD, LADDER, openScene, type Scene } from './testing/Scene.ts';

const BARS: readonly Prices[] = Array.from({ length: 8 }, () => [10, 10.1, 9.9, 10] as const);
const RUNS = Number(process.env['FAULT_RUNS'] ?? 12);
const SEED = Number(process.env['CAMPAIGN_SEED'] ?? 20_250_304);
/** Seeds that once failed. */
const KEPT: readonly number[] = [];

type Fields = Readonly<Record<string, string>>;

const ORDERS = 'POST /fapi/v1/order';
const STOPS = 'POST /fapi/v1/algoOrder';

/** Faults of requests, of localnet's list, at the two requests that money hangs on and at every request. */
const OF_REQUESTS: readonly Fields[] = [
  { kind: 'latency', delayMs: '120' },
  { kind: 'rate-limit', retryAfterSeconds: '1' },
  { kind: 'ban', retryAfterSeconds: '1' },
  { kind: 'server-error', status: '500' },
  { kind: 'server-error', status: '502' },
  { kind: 'server-error', status: '503' },
  { kind: 'server-error', status: '504' },
  { kind: 'overloaded' },
  { kind: 'unknown-executed' },
  { kind: 'unknown-executed', status: '503' },
  { kind: 'unknown-not-executed' },
  { kind: 'unknown-not-executed', status: '503' },
  { kind: 'lost-response' },
];

/**
 * Faults of the venue itself that pass by or change what holds. Those of its streams are met by a whole agent, in
 * `run/Storm.test.ts`.
 */
const OF_THE_VENUE: readonly Fields[] = [
  { kind: 'frozen-mark', symbol: 'ICPUSDT' },
  { kind: 'symbol-rules', symbol: 'ICPUSDT', tickSize: '0.01', stepSize: '1', minNotional: '5' },
  { kind: 'funding-interval', symbol: 'ICPUSDT', hours: '4' },
  {
    kind: 'tiers',
    symbol: 'ICPUSDT',
    tiers: JSON.stringify([{ minNotional: 0, maxNotional: 100_000, mmr: 0.02, maxLeverage: 20 }]),
  },
  { kind: 'deleveraging', symbol: 'ICPUSDT', quantity: '30' },
];

let scene: Scene;

afterEach(() => scene.close());

async function fault(fields: Fields): Promise<void> {
  const response = await fetch(`${scene.exchangeUrl}/localnet/v1/faults`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  });
  if (!response.ok) throw new Error(`${JSON.stringify(fields)}: ${await response.text()}`);
}

/** One attempt; a venue that cannot be read is a venue that is asked again. */
async function attempt(decision: typeof ENTER): Promise<void> {
  try {
    await scene.executor.carryOut(await certified(decision));
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
  }
}

/** As a running agent does: on until the venue answers, agreed again before anything new. */
async function endFaults(): Promise<void> {
  await fetch(`${scene.exchangeUrl}/localnet/v1/faults`, { method: 'DELETE' });
  expect((await scene.executor.recover()).isAgreed).toBe(true);
}

async function requireSound(): Promise<void> {
  const [position, resting] = [await scene.venue.position(), await scene.venue.restingOrders()];
  const covered = resting
    .filter(({ type }) => type === 'stop')
    .reduce((sum, { quantity }) => sum + quantity, 0);
  expect(covered).toBeGreaterThanOrEqual(position.quantity);
  if (position.side === 0) expect(resting).toEqual([]);
  expect(scene.journal.unresolved()).toEqual([]);
  const { duplicates, unprotectedMs } = await scene.audit();
  expect(duplicates).toBe(0);
  expect(unprotectedMs).toBeLessThanOrEqual(10_000);
}

async function closeAll(): Promise<void> {
  await attempt(CLOSE);
  expect((await scene.venue.position()).side).toBe(0);
  await attempt(CLOSE);
  await requireSound();
}

describe('each fault alone', () => {
  for (const fields of OF_REQUESTS) {
    for (const endpoint of [ORDERS, STOPS]) {
      test(`${JSON.stringify(fields)} at ${endpoint}: sound at once, and closed in the end`, async () => {
        scene = await openScene(BARS);
        await fault({ ...fields, endpoint, times: '2' });
        await attempt(ENTER);
        await endFaults();
        await attempt(HOLD);
        await requireSound();
        await closeAll();
      });
    }
  }

  for (const fields of OF_THE_VENUE) {
    test(`${JSON.stringify(fields)} with a position: sound, and closed in the end`, async () => {
      scene = await openScene(BARS);
      await attempt(ENTER);
      expect(await scene.resting()).toEqual(LADDER);
      await fault(fields);
      await attempt(HOLD);
      await requireSound();
      await closeAll();
    });
  }

  test('maintenance: nothing is believed flat, and the position is as it was when the venue is back', async () => {
    scene = await openScene(BARS);
    await attempt(ENTER);
    await fault({ kind: 'maintenance' });
    await expect(scene.executor.carryOut(await certified(HOLD))).rejects.toBeInstanceOf(VenueError);
    await endFaults();
    await attempt(HOLD);
    expect(await scene.resting()).toEqual(LADDER);
    await closeAll();
  });

  test('a clock that differs: measured anew as soon as the venue refuses, then sound', async () => {
    scene = await openScene(BARS);
    await fault({ kind: 'clock-skew', skewMs: '-60000' });
    await expect(scene.executor.carryOut(await certified(ENTER))).rejects.toMatchObject({
      leaf: 'clock-skew',
    });
    expect(Math.abs(await scene.venue.synchronise())).toBeGreaterThan(50_000);
    expect((await scene.executor.recover()).isAgreed).toBe(true);
    await attempt(ENTER);
    expect(await scene.resting()).toEqual(LADDER);
    await closeAll();
  });

  test('delisting: an exit still goes through, an entry does not', async () => {
    scene = await openScene(BARS);
    await attempt(ENTER);
    await fault({ kind: 'delisting', symbol: 'ICPUSDT' });
    expect((await scene.venue.listing()).isTrading).toBe(false);
    await closeAll();
  });
});

test(`seeded mixtures of faults, ${String(RUNS)} times: the same holds`, async () => {
  for (const seed of [...KEPT, ...Array.from({ length: RUNS }, (_, i) => SEED + i)]) {
    const prng = createPrng(seed);
    scene = await openScene(BARS);
    for (const decision of [ENTER, HOLD, { ...HOLD, stopPrice: 9.7 }]) {
      for (const fields of OF_REQUESTS) {
        if (prng.uniform() < 0.35) await fault({ ...fields, chance: '0.4', seed: String(seed), times: '3' });
      }
      const extra = OF_THE_VENUE[Math.floor(prng.uniform() * OF_THE_VENUE.length * 3)];
      if (extra !== undefined && (await scene.venue.position().catch(() => null))?.side === 1) {
        await fault(extra).catch(() => undefined);
      }
      await attempt(decision);
      await endFaults();
      await attempt(decision);
      await requireSound().catch((error: unknown) => {
        throw new Error(`seed ${String(seed)}`, { cause: error });
      });
      scene.exchange.advance('point');
    }
    await closeAll();
    await scene.close();
  }
  scene = await openScene(BARS);
}, 1_200_000);
