import {
  BAR_MS,
  createDesk,
  DEFAULT_LIMITS,
  FLAT,
  instrumentHash,
  intend,
  loadHistory,
  NO_BOOK,
  observe,
  WARM_UP_BARS,
  type Bar,
  type Decision,
  type Desk,
  type Instrument,
  type Plan,
  type Position,
  type Settlement,
  type Side,
} from '@plimsoll/engine';
import type { Recorded } from './Recorded.ts';

/** Fee and slippage of an entry, taken from its margin. */
const COST_ENTRY = 0.0005;
const FUNDING_HOURS = 8;
const FUNDING_MS = FUNDING_HOURS * 3_600_000;

/**
 * A desk that is shown a recording bar by bar. It sees what an agent would have seen, except the order book and open
 * interest, which were not recorded; the mark is the last close, the funding to come the rate settled last.
 */
export interface Watch {
  readonly desk: Desk;
  readonly recorded: Recorded;
  /** Index of the bar that closes next. */
  next: number;
  settled: number;
  instrument: Instrument;
}

function idOf(n: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, n);
  return id;
}

function instrumentAt(recorded: Recorded, timeMs: number): Instrument {
  return {
    symbol: 'ICPUSDT',
    tickNumerator: 1,
    tickDenominator: 1000,
    quantityStep: 1,
    minNotionalUsdt: 5,
    takerFee: 0.0005,
    tiers: recorded.tiers(timeMs),
  };
}

/** A desk warmed by the ten days before the bar of index `first`, with the default limits. */
export function keepWatch(recorded: Recorded, first: number): Watch {
  const bars = recorded.bars.slice(first - WARM_UP_BARS, first);
  const fromMs = bars[0]?.timeMs ?? 0;
  const untilMs = fromMs + bars.length * BAR_MS;
  const before = recorded.settlements.findIndex(({ timeMs }) => timeMs >= fromMs);
  const after = recorded.settlements.findIndex(({ timeMs }) => timeMs > untilMs);
  const instrument = instrumentAt(recorded, untilMs);
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, {
    id: idOf(0),
    kind: 'replay',
    venue: 'recorded',
    accountHash: new Uint8Array(32),
    instrument,
    leaderSymbol: 'ETHUSDT',
    bars,
    leaderBars: bars.flatMap(({ timeMs }) => recorded.leaderBars.get(timeMs) ?? []),
    settlements: recorded.settlements.slice(before, after),
    openInterest: [],
  });
  return { desk, recorded, next: first, settled: after, instrument };
}

/** Shows the desk the next closed bar. */
export function watchBar(watch: Watch, equityUsdt: number, position: Position = FLAT): Decision {
  const { recorded } = watch;
  const bar = recorded.bars[watch.next];
  if (bar === undefined) throw new RangeError('expected a bar to go on with, the recording has ended');
  watch.next++;
  const leader = recorded.leaderBars.get(bar.timeMs);
  const leaderBars = leader === undefined ? [] : [leader];
  return look(watch, bar.timeMs + BAR_MS, bar.close, equityUsdt, position, [bar], leaderBars);
}

/** Shows the desk a change of position before the next bar closes, as an agent does right after a fill. */
export function watchFill(watch: Watch, equityUsdt: number, position: Position): Decision {
  const { timeMs, markPrice } = watch.desk.state;
  return look(watch, timeMs, markPrice, equityUsdt, position, [], []);
}

function look(
  watch: Watch,
  timeMs: number,
  markPrice: number,
  equityUsdt: number,
  position: Position,
  bars: readonly Bar[],
  leaderBars: readonly Bar[],
): Decision {
  const { desk, recorded } = watch;
  const settlements: Settlement[] = [];
  for (let due = recorded.settlements[watch.settled]; due !== undefined && due.timeMs <= timeMs;) {
    settlements.push(due);
    due = recorded.settlements[++watch.settled];
  }
  const instrument = instrumentAt(recorded, timeMs);
  const isChanged = instrument.tiers !== watch.instrument.tiers;
  watch.instrument = instrument;
  return observe(desk, {
    id: idOf(watch.next),
    timeMs,
    markPrice,
    funding: {
      timeMs: Math.floor(timeMs / FUNDING_MS + 1) * FUNDING_MS,
      rate: recorded.settlements[watch.settled - 1]?.rate ?? 0,
      intervalHours: FUNDING_HOURS,
    },
    account: { equityUsdt },
    position,
    restingStopPrice: 0,
    restingStopQuantity: 0,
    instrumentHash: instrumentHash(instrument),
    instrument: isChanged ? instrument : null,
    bars,
    leaderBars,
    settlements,
    openInterest: 0,
    book: NO_BOOK,
    longPrintsUsdt: 0,
    shortPrintsUsdt: 0,
  }).decision;
}

/** Wishes to enter right after the last closed bar. */
export function wish(watch: Watch, side: Side, notionalUsdt: number): Decision {
  const { timeMs } = watch.desk.state;
  return intend(watch.desk, { id: idOf(1e9 + watch.next), timeMs, side, notionalUsdt }).decision;
}

/** What the account holds once a plan was filled at its reference price, on margin of its notional over `leverage`. */
export function filled(plan: Plan, leverage: number): Position {
  const { side, quantity, referencePrice, createdMs } = plan;
  const notional = quantity * referencePrice;
  return {
    side,
    quantity,
    entryPrice: referencePrice,
    walletUsdt: notional / leverage - notional * COST_ENTRY,
    venueLiquidationPrice: 0,
    openedMs: createdMs,
  };
}
