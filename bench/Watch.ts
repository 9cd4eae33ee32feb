import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  FLAT,
  instrumentHash,
  loadHistory,
  NO_BOOK,
  observe,
  WARM_UP_BARS,
  type Bar,
  type Desk,
  type Observation,
} from '../engine/src/index.ts';
import { historyOf, INSTRUMENT } from '../engine/test/market.ts';
import { emptyBar, fillBar, type Columns, type MutableBar } from './Bare.ts';

const FUNDING_MS = 8 * 3_600_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A warm desk that is shown recorded bars through one observation, filled anew for each. */
export interface Watch {
  readonly desk: Desk;
  readonly own: Columns;
  readonly leader: Columns;
  readonly observation: Writable<Observation>;
  readonly funding: { timeMs: number; readonly rate: number; readonly intervalHours: number };
  readonly bar: MutableBar;
  readonly leaderBar: MutableBar;
}

/** Made up, as none was recorded with these candles: some bars open positions, some close them. */
export function openInterestAt(i: number): number {
  return 5_000_000 + ((i * 7_919) % 50_000);
}

export function createWatch(own: Columns, leader: Columns): Watch {
  const first = (columns: Columns): Bar[] =>
    Array.from({ length: WARM_UP_BARS }, (_, i) => {
      const bar = emptyBar();
      fillBar(bar, columns, i);
      return bar;
    });
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(first(own), { leaderBars: first(leader) }));
  const bar = emptyBar();
  const leaderBar = emptyBar();
  const funding = { timeMs: 0, rate: 0.0001, intervalHours: 8 };
  return {
    desk,
    own,
    leader,
    bar,
    leaderBar,
    funding,
    observation: {
      id: new Uint8Array(16),
      timeMs: 0,
      markPrice: 0,
      funding,
      account: { equityUsdt: 10_000 },
      position: FLAT,
      restingStopPrice: 0,
      restingStopQuantity: 0,
      instrumentHash: instrumentHash(INSTRUMENT),
      instrument: null,
      bars: [bar],
      leaderBars: [leaderBar],
      settlements: [],
      openInterest: 0,
      book: NO_BOOK,
      longPrintsUsdt: 0,
      shortPrintsUsdt: 0,
    },
  };
}

/** Shows the bar of index `i` as if it had opened `lateMs` later; returns something of the decision. */
export function watchBar(watch: Watch, i: number, lateMs = 0): number {
  const { observation, bar, leaderBar, funding } = watch;
  fillBar(bar, watch.own, i);
  fillBar(leaderBar, watch.leader, i);
  bar.timeMs += lateMs;
  leaderBar.timeMs += lateMs;
  observation.timeMs = bar.timeMs + BAR_MS;
  observation.markPrice = bar.close;
  observation.openInterest = openInterestAt(i);
  funding.timeMs = (Math.floor(observation.timeMs / FUNDING_MS) + 1) * FUNDING_MS;
  // The decision is its frame, as the canister answers; whoever wants an object reads it from there.
  const { bytes } = observe(watch.desk, observation);
  return bytes[41]! + bytes.length;
}
