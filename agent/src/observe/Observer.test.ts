import { afterEach, describe, expect, it } from 'vitest';
import {
  BAR_MS,
  FLAT,
  instrumentHash,
  type Bar,
  type FeedKind,
  type Instrument,
  type OpenInterestPoint,
  type Position,
  type Settlement,
} from '@plimsoll/engine';
import { openHarbour, setSail, type Harbour } from '../canister/testing/Harbour.ts';
import { barOf, INSTRUMENT, START_MS, WARM_UP } from '../canister/testing/Sea.ts';
import type { Market, Venue, VenueOrder } from '../venue/Venue.ts';
import { VenueError } from '../venue/VenueError.ts';
import { replayIds } from './IdSource.ts';
import { Observer, type ObserverOptions } from './Observer.ts';
import { relayedIn } from './relayedIn.ts';

const LEADER = 'ETHUSDT';

/** As much of a venue as an observer reads; anything else is a defect. */
class FakeVenue implements Partial<Venue> {
  readonly symbol = 'ICPUSDT';
  nowMs = START_MS + (WARM_UP + 200) * BAR_MS;
  rules: Instrument = INSTRUMENT;
  held: Position = FLAT;
  orders: VenueOrder[] = [];
  settled: Settlement[] = [];
  /** Numbers of bars that the venue never had. */
  readonly missing = new Set<number>();
  /** From this bar on the leader has none. */
  leaderEnd = Infinity;

  instrument = (): Promise<Instrument> => Promise.resolve(this.rules);
  position = (): Promise<Position> => Promise.resolve(this.held);
  restingOrders = (): Promise<readonly VenueOrder[]> => Promise.resolve(this.orders);
  account = () => Promise.resolve({ equityUsdt: 500, availableUsdt: 400 });
  market = (): Promise<Market> =>
    Promise.resolve({
      timeMs: this.nowMs,
      markPrice: 10,
      lastPrice: 10,
      funding: { timeMs: this.nowMs + 1, rate: 0.0001, intervalHours: 8 },
    });
  settlements = (_symbol: string, sinceMs: number): Promise<readonly Settlement[]> =>
    Promise.resolve(this.settled.filter(({ timeMs }) => timeMs > sinceMs));
  /** Null: it cannot be read. */
  interest: readonly OpenInterestPoint[] | null = [];
  openInterestHistory = (): Promise<readonly OpenInterestPoint[]> =>
    this.interest === null
      ? Promise.reject(
          new VenueError({ kind: 'temporary', leaf: 'unavailable', outcome: 'rejected' }, 'down'),
        )
      : Promise.resolve(this.interest);
  closedBars = (symbol: string, sinceMs: number, limit: number): Promise<readonly Bar[]> => {
    const bars: Bar[] = [];
    for (let n = Math.ceil((sinceMs - START_MS) / BAR_MS); bars.length < limit; n++) {
      if (START_MS + (n + 1) * BAR_MS > this.nowMs) break;
      const isThere = symbol === LEADER ? n < this.leaderEnd : !this.missing.has(n);
      if (isThere) bars.push(barOf(n, symbol === LEADER ? 2_000 : 10));
    }
    return Promise.resolve(bars);
  };
}

function observerOf(venue: FakeVenue, options: Partial<ObserverOptions> = {}): Observer {
  return new Observer({
    venue: venue as unknown as Venue,
    venueName: 'fake',
    leaderSymbol: LEADER,
    kind: 'replay',
    accountHash: new Uint8Array(32),
    ids: replayIds(),
    ...options,
  });
}

async function warm(venue: FakeVenue): Promise<Observer> {
  const observer = observerOf(venue);
  observer.tookIn(await observer.history());
  return observer;
}

const timesOf = (items: readonly { readonly timeMs: number }[]): number[] =>
  items.map(({ timeMs }) => timeMs);
const stopOrder = (change: Partial<VenueOrder>): VenueOrder => ({
  kind: 'conditional',
  clientOrderId: 'stop',
  venueId: '1',
  type: 'stop',
  side: 'sell',
  quantity: 100,
  filledQuantity: 0,
  averagePrice: 0,
  triggerPrice: 9,
  reduceOnly: true,
  trigger: 'mark',
  state: 'resting',
  createdMs: 0,
  updatedMs: 0,
  ...change,
});

describe('history', () => {
  it('carries the open interest of its bars; what cannot be read is unknown, and nothing is made up for a replay', async () => {
    const venue = new FakeVenue();
    const first = START_MS + 100 * BAR_MS;
    venue.interest = [first, first + BAR_MS].map((timeMs) => ({ timeMs, units: 900 }));
    const carried = async (kind: FeedKind) =>
      (await observerOf(venue, { kind }).history()).openInterest.length;
    expect(await carried('live')).toBe(2);
    expect(await carried('replay')).toBe(0);
    venue.interest = null;
    expect(await carried('live')).toBe(0);
  });

  it('is the newest 3,000 closed bars of both series with the settlements among them', async () => {
    const venue = new FakeVenue();
    venue.nowMs += 1_234;
    const last = WARM_UP + 199;
    const at = (n: number): Settlement => ({ timeMs: START_MS + n * BAR_MS, rate: 0.0001 });
    venue.settled = [at(last - 3_000), at(last - 2_999), at(last), at(last + 1)];
    const history = await observerOf(venue).history();
    expect(history.bars).toHaveLength(3_000);
    expect(history.bars.at(-1)).toEqual(barOf(last));
    expect(timesOf(history.leaderBars)).toEqual(timesOf(history.bars));
    expect(history.leaderBars.at(-1)).toEqual(barOf(last, 2_000));
    expect(history.settlements).toEqual(venue.settled.slice(1));
  });

  it('ends before the time asked for, whatever has closed since', async () => {
    const beforeMs = START_MS + (WARM_UP + 100) * BAR_MS + 60_000;
    const history = await observerOf(new FakeVenue()).history(beforeMs, WARM_UP);
    expect(history.bars.at(-1)!.timeMs + BAR_MS).toBe(START_MS + (WARM_UP + 100) * BAR_MS);
  });

  it('is refused when the venue has too few bars to warm a feed', async () => {
    const venue = new FakeVenue();
    for (let n = WARM_UP - 50; n < WARM_UP + 100; n++) venue.missing.add(n);
    await expect(observerOf(venue).history()).rejects.toMatchObject({ leaf: 'history-short' });
  });
});

describe('observations', () => {
  it('need history first', async () => {
    await expect(observerOf(new FakeVenue()).observe()).rejects.toMatchObject({ leaf: 'history-needed' });
  });

  it('carry each closed bar of both series once, and again when the last one was not taken in', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    expect((await observer.observe()).bars).toEqual([]);
    venue.nowMs += 2 * BAR_MS;
    const first = await observer.observe();
    expect(first.bars).toEqual([barOf(WARM_UP + 200), barOf(WARM_UP + 201)]);
    expect(timesOf(first.leaderBars)).toEqual(timesOf(first.bars));
    const again = await observer.observe();
    expect(again.bars).toEqual(first.bars);
    expect(again.id).not.toEqual(first.id);
    observer.tookIn(again);
    expect((await observer.observe()).bars).toEqual([]);
    venue.nowMs += BAR_MS - 1;
    expect((await observer.observe()).bars).toEqual([]);
    venue.nowMs += 1;
    expect((await observer.observe()).bars).toEqual([barOf(WARM_UP + 202)]);
  });

  it('leave the gap in the bars that the venue has', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    venue.missing.add(WARM_UP + 201);
    venue.nowMs += 3 * BAR_MS;
    const { bars, leaderBars } = await observer.observe();
    expect(bars).toEqual([barOf(WARM_UP + 200), barOf(WARM_UP + 202)]);
    expect(leaderBars).toHaveLength(3);
  });

  it('carry twelve bars and ask for history beyond that', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    venue.nowMs += 12 * BAR_MS;
    expect((await observer.observe()).bars).toHaveLength(12);
    venue.nowMs += BAR_MS;
    await expect(observer.observe()).rejects.toMatchObject({ leaf: 'history-needed' });
    observer.tookIn(await observer.history());
    expect((await observer.observe()).bars).toEqual([]);
  });

  it('let a leader that was away catch up an hour at a time', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    venue.leaderEnd = WARM_UP + 200;
    venue.nowMs += 12 * BAR_MS;
    const without = await observer.observe();
    expect(without.leaderBars).toEqual([]);
    observer.tookIn(without);
    venue.leaderEnd = Infinity;
    venue.nowMs += BAR_MS;
    const first = await observer.observe();
    expect(first.leaderBars).toHaveLength(12);
    observer.tookIn(first);
    const second = await observer.observe();
    expect(second.leaderBars).toEqual([barOf(WARM_UP + 212, 2_000)]);
  });

  it('carry a settlement once, and none from after their own time', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    venue.nowMs += BAR_MS;
    const settlement = { timeMs: venue.nowMs, rate: -0.0002 };
    venue.settled = [settlement, { timeMs: venue.nowMs + 1, rate: 0.0001 }];
    const first = await observer.observe();
    expect(first.settlements).toEqual([settlement]);
    observer.tookIn(first);
    venue.settled.length = 1;
    expect((await observer.observe()).settlements).toEqual([]);
  });

  it('carry the instrument only when it changed or the canister does not know it', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    expect(await observer.observe()).toMatchObject({
      instrument: null,
      instrumentHash: instrumentHash(INSTRUMENT),
    });
    venue.rules = { ...INSTRUMENT, takerFee: 0.0004 };
    const changed = await observer.observe();
    expect(changed).toMatchObject({ instrument: venue.rules, instrumentHash: instrumentHash(venue.rules) });
    observer.tookIn(changed);
    expect((await observer.observe()).instrument).toBeNull();
    observer.forgetInstrument();
    expect((await observer.observe()).instrument).toEqual(venue.rules);
  });

  it('report of several protective stops the one that the price meets last, and never more than is held', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    const restingStop = async (): Promise<[number, number]> => {
      const { restingStopPrice, restingStopQuantity } = await observer.observe();
      return [restingStopPrice, restingStopQuantity];
    };
    venue.orders = [stopOrder({})];
    expect(await restingStop()).toEqual([0, 0]);
    venue.held = {
      side: 1,
      quantity: 150,
      entryPrice: 10,
      walletUsdt: 100,
      venueLiquidationPrice: 8,
      openedMs: 1,
    };
    expect(await restingStop()).toEqual([9, 100]);
    venue.orders = [stopOrder({ triggerPrice: 9.5 }), stopOrder({}), stopOrder({ triggerPrice: 9.2 })];
    expect(await restingStop()).toEqual([9, 150]);
    venue.orders = [
      stopOrder({ side: 'buy' }),
      stopOrder({ type: 'take-profit' }),
      stopOrder({ state: 'triggered' }),
      stopOrder({ trigger: 'last' }),
      stopOrder({ reduceOnly: false }),
    ];
    expect(await restingStop()).toEqual([0, 0]);
    venue.held = { ...venue.held, side: -1 };
    venue.orders = [
      stopOrder({ side: 'buy', triggerPrice: 11 }),
      stopOrder({ side: 'buy', triggerPrice: 12, quantity: 0 }),
    ];
    expect(await restingStop()).toEqual([12, 150]);
  });

  it('fail when any part of the account cannot be read', async () => {
    const venue = new FakeVenue();
    const observer = await warm(venue);
    venue.position = () => Promise.reject(new Error('unreachable'));
    await expect(observer.observe()).rejects.toThrow('unreachable');
  });

  it('of the same replay have the same ids', async () => {
    const [one, other] = await Promise.all([warm(new FakeVenue()), warm(new FakeVenue())]);
    expect((await one.observe()).id).toEqual((await other.observe()).id);
  });
});

describe('after a restart', () => {
  let harbour: Harbour | undefined;
  afterEach(() => harbour?.remove());

  it('an observer goes on from the receipts of what was accepted', async () => {
    harbour = await openHarbour();
    await setSail(harbour);
    const venue = new FakeVenue();
    venue.nowMs = START_MS + (WARM_UP + 2) * BAR_MS;
    const observer = observerOf(venue, { relayed: await relayedIn(harbour.log.store) });
    const observation = await observer.observe();
    expect(observation.bars).toEqual([barOf(WARM_UP), barOf(WARM_UP + 1)]);
    await harbour.agent.observe(observation);
    venue.nowMs += 1_000;
    const restarted = observerOf(venue, { relayed: await relayedIn(harbour.log.store) });
    expect((await restarted.observe()).bars).toEqual([]);
    observer.tookIn(observation);
    expect(restarted.relayed).toEqual(observer.relayed);
  });
});
