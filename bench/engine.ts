/*
 * How fast the engine is beside a bare loop over typed arrays and beside libraries of npm:
 *   npm run bench -- engine [--json] [--rounds N]     speed, contenders taking turns
 *   npm run bench -- engine --memory [--bars N]       heap while N bars (10,000,000) pass through one desk
 * Recorded five-minute candles of both series; what is printed are medians and the medians of ratios within a round.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WARM_UP_BARS } from '../engine/src/index.ts';
import { createFeed, step, stepLeader } from '../engine/src/Feed.ts';
import { bollingerStep, createBollinger } from '../engine/src/model/Bollinger.ts';
import { createWilder, wilderStep } from '../engine/src/model/Wilder.ts';
import { readBars } from '../engine/test/evaluation/Dataset.ts';
import { bareLoop, columnsOf, emptyBar, fillBar, type Columns } from './Bare.ts';
import { LIBRARIES } from './Libraries.ts';
import { memoryOver } from './Memory.ts';
import { createWatch, openInterestAt, watchBar } from './Watch.ts';

const CANDLES = new URL('../../shared/data/candles', import.meta.url).pathname;

function subset({ high, low, close }: Columns): number {
  const bollinger = createBollinger(20, 2, 168);
  const wilder = createWilder(14);
  let checksum = 0;
  for (let i = 0; i < close.length; i++) {
    bollingerStep(bollinger, close[i]!);
    wilderStep(wilder, high[i]!, low[i]!, close[i]!);
    checksum += bollinger.bandwidth + wilder.atr + wilder.adx;
  }
  return checksum;
}

function feedOnly(own: Columns, leader: Columns): number {
  const feed = createFeed();
  const bar = emptyBar();
  for (let i = 0; i < own.close.length; i++) {
    fillBar(bar, leader, i);
    stepLeader(feed, bar);
    fillBar(bar, own, i);
    step(feed, bar, openInterestAt(i));
  }
  return feed.volatility.sigma;
}

/** Everything: both series, open interest, an observation checked and a decision made at every bar. */
function full(own: Columns, leader: Columns): number {
  const watch = createWatch(own, leader);
  let checksum = 0;
  for (let i = WARM_UP_BARS; i < own.close.length; i++) checksum += watchBar(watch, i);
  return checksum;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

interface Row {
  readonly contender: string;
  readonly barsPerSecond: number;
  /** Median over the rounds of the time against the bare loop's in the same round, and against the fastest library's. */
  readonly timesBare: number;
  readonly timesLibrary: number;
}

function measure(own: Columns, leader: Columns, rounds: number): Row[] {
  const count = own.close.length;
  const contenders: readonly (readonly [string, number, () => number])[] = [
    ['bare loop', count, () => bareLoop(own)],
    ['subset', count, () => subset(own)],
    ['feed, both series', count, () => feedOnly(own, leader)],
    ['full engine', count - WARM_UP_BARS, () => full(own, leader)],
    ...Object.entries(LIBRARIES).map(([name, run]) => [name, count, () => run(own)] as const),
  ];
  const perBar = contenders.map((): number[] => []);
  // The first two rounds only warm the compiler up.
  for (let round = -2; round < rounds; round++) {
    contenders.forEach(([name, bars, run], c) => {
      const from = performance.now();
      const checksum = run();
      const seconds = (performance.now() - from) / 1_000;
      if (!Number.isFinite(checksum)) {
        throw new Error(
          `${name}: expected a sum of numbers, got ${String(checksum)}: it did not do its work`,
        );
      }
      if (round >= 0) perBar[c]!.push(seconds / bars);
    });
  }
  const against = (c: number, other: number): number =>
    median(perBar[c]!.map((seconds, round) => seconds / perBar[other]![round]!));
  const libraries = contenders.flatMap(([name], c) => (name in LIBRARIES ? [c] : []));
  const fastest = libraries.reduce((a, b) => (median(perBar[a]!) < median(perBar[b]!) ? a : b));
  return contenders.map(([contender], c) => ({
    contender,
    barsPerSecond: Math.round(1 / median(perBar[c]!)),
    timesBare: against(c, 0),
    timesLibrary: against(c, fastest),
  }));
}

/** Both series where both have the bar. */
function recorded(): { readonly own: Columns; readonly leader: Columns } {
  const read = (coin: string) => readBars(join(CANDLES, `${coin}USDT_binance-spot_5m.csv.gz`));
  const byTime = new Map(read('ETH').map((bar) => [bar.timeMs, bar]));
  const bars = read('ICP').filter(({ timeMs }) => byTime.has(timeMs));
  return { own: columnsOf(bars), leader: columnsOf(bars.map(({ timeMs }) => byTime.get(timeMs)!)) };
}

if (!existsSync(CANDLES)) {
  console.error(`expected recorded candles in ${CANDLES}, found none; nothing was measured.`);
  process.exit(2);
}
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    memory: { type: 'boolean', default: false },
    bars: { type: 'string', default: '10000000' },
  },
});
const { own, leader } = recorded();
if (values.memory) {
  const report = memoryOver(own, leader, Number(values.bars));
  console.log(values.json ? JSON.stringify(report) : report);
} else {
  const rows = measure(own, leader, Number(values.rounds));
  if (values.json) console.log(JSON.stringify({ bars: own.close.length, contenders: rows }));
  else {
    console.log(`${String(own.close.length)} bars`);
    for (const { contender, barsPerSecond, timesBare, timesLibrary } of rows) {
      const rate = `${(barsPerSecond / 1e6).toFixed(3)} Mbars/s`;
      const ratios = `${timesBare.toFixed(2).padStart(8)} × bare ${timesLibrary.toFixed(2).padStart(8)} × fastest library`;
      console.log(`${contender.padEnd(26)} ${rate.padStart(16)} ${ratios}`);
    }
  }
}
