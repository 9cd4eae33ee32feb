/*
 * How fast the engine is beside a bare loop over typed arrays: npm run bench -- engine [--json] [--rounds N]
 * Recorded five-minute candles of both series; contenders take turns, so that a noisy machine is noisy for all.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  BAR_MS,
  createDesk,
  createFeed,
  DEFAULT_LIMITS,
  FLAT,
  instrumentHash,
  loadHistory,
  NO_BOOK,
  observe,
  step,
  stepLeader,
  WARM_UP_BARS,
  type Bar,
  type Observation,
} from '../engine/src/index.ts';
import { readBars } from '../engine/test/evaluation/Dataset.ts';
import { bollingerStep, createBollinger } from '../engine/src/model/Bollinger.ts';
import { createWilder, wilderStep } from '../engine/src/model/Wilder.ts';
import { historyOf, INSTRUMENT } from '../engine/test/market.ts';
import { bareLoop, columnsOf } from './Bare.ts';

const CANDLES = new URL('../../shared/data/candles', import.meta.url).pathname;
const HOUR_MS = 3_600_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function subset(bars: readonly Bar[]): number {
  const bollinger = createBollinger(20, 2, 168);
  const wilder = createWilder(14);
  let checksum = 0;
  for (let i = 0; i < bars.length; i++) {
    const { high, low, close } = bars[i]!;
    bollingerStep(bollinger, close);
    wilderStep(wilder, high, low, close);
    checksum += bollinger.bandwidth + wilder.atr + wilder.adx;
  }
  return checksum;
}

function feedOnly(bars: readonly Bar[], leader: readonly Bar[]): number {
  const feed = createFeed();
  for (let i = 0; i < bars.length; i++) {
    stepLeader(feed, leader[i]!);
    step(feed, bars[i]!);
  }
  return feed.volatility.sigma;
}

/** Everything: both series, open interest, an observation checked and a decision made at every bar. */
function full(bars: readonly Bar[], leader: readonly Bar[]): number {
  const desk = createDesk(DEFAULT_LIMITS);
  const warm = WARM_UP_BARS;
  loadHistory(desk, historyOf(bars.slice(0, warm), { leaderBars: leader.slice(0, warm) }));
  const one: [Bar] = [bars[0]!];
  const other: [Bar] = [leader[0]!];
  const funding = { timeMs: 0, rate: 0.0001, intervalHours: 8 };
  const observation: Writable<Observation> = {
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
    bars: one,
    leaderBars: other,
    settlements: [],
    openInterest: 0,
    book: NO_BOOK,
    longPrintsUsdt: 0,
    shortPrintsUsdt: 0,
  };
  let checksum = 0;
  for (let i = warm; i < bars.length; i++) {
    const bar = bars[i]!;
    one[0] = bar;
    other[0] = leader[i]!;
    observation.timeMs = bar.timeMs + BAR_MS;
    observation.markPrice = bar.close;
    observation.openInterest = 5_000_000 + ((i * 7_919) % 50_000);
    funding.timeMs = (Math.floor(observation.timeMs / (8 * HOUR_MS)) + 1) * 8 * HOUR_MS;
    const { decision } = observe(desk, observation);
    checksum += decision.leverage + decision.notionalUsdt;
  }
  return checksum;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

interface Row {
  readonly contender: string;
  readonly barsPerSecond: number;
  /** Median over the rounds of the time against the bare loop's in the same round. */
  readonly timesBare: number;
}

function measure(bars: readonly Bar[], leader: readonly Bar[], rounds: number): Row[] {
  const columns = columnsOf(bars);
  const contenders: readonly (readonly [string, number, () => number])[] = [
    ['bare loop', bars.length, () => bareLoop(columns)],
    ['subset', bars.length, () => subset(bars)],
    ['feed, both series', bars.length, () => feedOnly(bars, leader)],
    ['full engine', bars.length, () => full(bars, leader)],
  ];
  const perBar = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    contenders.forEach(([, count, run], c) => {
      const from = performance.now();
      run();
      // The first round only warms the compiler up.
      if (round >= 0) perBar[c]!.push((performance.now() - from) / 1_000 / count);
    });
  }
  return contenders.map(([contender], c) => ({
    contender,
    barsPerSecond: Math.round(1 / median(perBar[c]!)),
    timesBare: median(perBar[c]!.map((seconds, round) => seconds / perBar[0]![round]!)),
  }));
}

/** Both series where both have the bar. */
function joined(): { readonly bars: Bar[]; readonly leader: Bar[] } {
  const read = (coin: string): Bar[] => readBars(join(CANDLES, `${coin}USDT_binance-spot_5m.csv.gz`));
  const byTime = new Map(read('ETH').map((bar) => [bar.timeMs, bar]));
  const bars = read('ICP').filter(({ timeMs }) => byTime.has(timeMs));
  return { bars, leader: bars.map(({ timeMs }) => byTime.get(timeMs)!) };
}

if (!existsSync(CANDLES)) {
  console.error(`expected recorded candles in ${CANDLES}, found none; nothing was measured.`);
  process.exit(2);
}
const at = process.argv.indexOf('--rounds');
const { bars, leader } = joined();
const rows = measure(bars, leader, at < 0 ? 9 : Number(process.argv[at + 1]));
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bars: bars.length, contenders: rows }));
} else {
  console.log(`${String(bars.length)} bars`);
  for (const { contender, barsPerSecond, timesBare } of rows) {
    const rate = `${(barsPerSecond / 1e6).toFixed(3)} Mbars/s`;
    console.log(`${contender.padEnd(20)} ${rate.padStart(16)} ${timesBare.toFixed(2).padStart(8)} × bare`);
  }
}
