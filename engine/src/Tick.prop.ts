import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  encodeDecision,
  encodeObservation,
  EngineError,
  FLAT,
  intend,
  loadHistory,
  observe,
  observeLook,
  readLook,
  stateHash,
  WARM_UP_BARS,
  type Bar,
  type Desk,
  type Observation,
  type Position,
} from './index.ts';
import { createLook } from './Look.ts';
import { historyOf, idOf, longPosition, observationOf, randomBars, START_MS } from '../test/market.ts';

const BARS = 24;
const LOOKS_PER_BAR = 3;
const bars = randomBars(21, WARM_UP_BARS + BARS, START_MS, 0.004);
const warmed = createDesk(DEFAULT_LIMITS);
loadHistory(warmed, historyOf(bars.slice(0, WARM_UP_BARS)));

/** A deep copy, cheaper than warming a desk anew. */
function fresh(): Desk {
  return structuredClone(warmed) as Desk;
}

/** What the account does at one look: nothing, a fill, an exit, part of one. */
interface Move {
  readonly quantity: number;
  readonly mark: number;
  readonly equity: number;
  readonly onRecord: boolean;
  readonly wish: boolean;
}

const moves = fc.array(
  fc.record({
    quantity: fc.constantFrom(0, 0, 0, 20, 20, 20, 20, 35, 60),
    mark: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
    equity: fc.integer({ min: 100, max: 20_000 }),
    onRecord: fc.boolean(),
    wish: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { minLength: BARS * (1 + LOOKS_PER_BAR), maxLength: BARS * (1 + LOOKS_PER_BAR) },
);

/** A close, and looks between it and the next one. */
function observationsOf(made: readonly Move[]): { readonly look: Observation; readonly wish: boolean }[] {
  let held: Position = FLAT;
  return made.map(({ quantity, mark, equity, onRecord, wish }, n) => {
    const bar = bars[WARM_UP_BARS + Math.floor(n / (1 + LOOKS_PER_BAR))]!;
    const part = n % (1 + LOOKS_PER_BAR);
    const timeMs = bar.timeMs + BAR_MS + part * 60_000;
    if (quantity === 0) held = FLAT;
    else if (held.quantity !== quantity) {
      held = longPosition(quantity, held.side === 0 ? bar.close : held.entryPrice, 3, timeMs);
    }
    const look = observationOf(n, part === 0 ? [bar] : [], timeMs, bar.close * mark, {
      position: held,
      account: { equityUsdt: equity },
      openInterest: 4_000_000 + 100 * n,
      ...(onRecord && part === 2 && { onRecord }),
    });
    return { look, wish };
  });
}

/** The decision on a wish, or why it was refused. */
function wished(desk: Desk, n: number, timeMs: number): Uint8Array | string {
  try {
    return encodeDecision(intend(desk, { id: idOf(1_000 + n), timeMs, side: 1, notionalUsdt: 500 }).decision);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.leaf;
  }
}

describe('the desk is a fold over the frames on record', () => {
  test('whatever ticks are left out, every later record, wish and the state are the same', () => {
    fc.assert(
      fc.property(moves, fc.infiniteStream(fc.boolean()), (made, dropped) => {
        const whole = fresh();
        const thinned = fresh();
        let ticks = 0;
        observationsOf(made).forEach(({ look, wish }, n) => {
          const before = stateHash(whole);
          const outcome = observe(whole, look);
          if (outcome.record) {
            const again = observe(thinned, look);
            expect(again.record).toBe(true);
            expect(encodeDecision(again.decision)).toEqual(encodeDecision(outcome.decision));
          } else {
            ticks++;
            expect(stateHash(whole)).toBe(before);
            const [isDropped] = dropped.take(1);
            if (isDropped !== true) expect(observe(thinned, look).record).toBe(false);
          }
          if (wish) expect(wished(thinned, n, look.timeMs)).toEqual(wished(whole, n, look.timeMs));
        });
        expect(stateHash(thinned)).toBe(stateHash(whole));
        expect(ticks).toBeGreaterThan(0);
      }),
      { numRuns: 15 },
    );
  });

  test('the book of a tick’s frame leaves nothing behind when the next frame on record has none', () => {
    const whole = fresh();
    const thinned = fresh();
    const [first, second] = bars.slice(WARM_UP_BARS) as [Bar, Bar];
    const timeMs = first.timeMs + BAR_MS;
    const price = first.close;
    const book = { bids: [{ price: price - 0.01, size: 5 }], asks: [{ price: price + 0.01, size: 7 }] };
    const frames = [
      observationOf(1, [first], timeMs, price, {
        book: { ...book, bids: [{ price: price - 0.02, size: 9 }] },
      }),
      observationOf(2, [], timeMs + 60_000, price, { book }),
      observationOf(3, [second], timeMs + BAR_MS, second.close),
    ].map((look) => encodeObservation(look));
    const records = frames.map((frame) => observeLook(whole, readLook(frame)).record);
    expect(records).toEqual([true, false, true]);
    for (const frame of [frames[0]!, frames[2]!]) observeLook(thinned, readLook(frame, createLook()));
    expect(stateHash(whole)).toBe(stateHash(thinned));
  });

  test('an observation that asks for it is on record, and an intent may follow it', () => {
    const desk = fresh();
    const close = bars[WARM_UP_BARS]!;
    const timeMs = close.timeMs + BAR_MS;
    observe(desk, observationOf(1, [close], timeMs, close.close));
    const tick = observationOf(2, [], timeMs + 60_000, close.close);
    expect(observe(desk, tick).record).toBe(false);
    expect(wished(desk, 0, tick.timeMs)).toBe('stale');
    expect(observe(desk, { ...tick, onRecord: true }).record).toBe(true);
    expect(wished(desk, 1, tick.timeMs)).toBeInstanceOf(Uint8Array);
  });
});
