import { choppinessStep, createChoppiness } from '../../../src/model/Choppiness.ts';
import { createEfficiencyRatio, efficiencyRatioStep } from '../../../src/model/EfficiencyRatio.ts';
import {
  ExitState,
  createExit,
  exitQuantityLeft,
  exitStop,
  exitStopReason,
  exitTakeProfits,
  exitTime,
  exitTrail,
} from '../../../src/model/Exit.ts';
import type { ExitPlan } from '../../../src/model/Exit.ts';
import { BAR_MS } from '../../../src/model/Hour.ts';
import {
  BREAK_EVEN_COST,
  LADDER_R,
  STALE_R,
  STOP_DISTANCE_MAX,
  STOP_DISTANCE_MIN,
  initialStop,
  initialStopDistance,
  ladder,
  type TickGrid,
} from '../../../src/model/Stops.ts';
import { kOf, trendScore } from '../../../src/model/TrendScore.ts';
import { createWilder, wilderStep } from '../../../src/model/Wilder.ts';
import { fixed, near, same } from '../Check.ts';
import type { Check } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter, Candle } from '../Vector.ts';

type TrailRow = { bar: number; ext: number; k: number; T: number; stop: number; be: boolean };
type TakeProfitRow = { bar: number; event: string; price: number; qty: number };
type Trade = {
  side: number;
  entryBar: number;
  entry: number;
  initStop: number;
  R: number;
  tps: [number, number];
  /** A row per bar, and before it a row per take-profit that the bar filled. */
  path: (TrailRow | TakeProfitRow)[];
  exit: { bar: number; price: number; reason: string; qty: number };
};
type Vector = {
  input: string;
  tick: number;
  beCost: number;
  params: { maxBars: number; kTrend: number; kChop: number };
  trendScore: (number | null)[];
  k: (number | null)[];
  trades: Trade[];
};

type Features = { trend: number[]; k: number[]; atr: number[] };

/** A decimal tick as a fraction of whole numbers. */
function gridOf(tick: number): TickGrid {
  let denominator = 1;
  while (Math.abs(tick * denominator - Math.round(tick * denominator)) > 1e-9) denominator *= 10;
  return { numerator: Math.round(tick * denominator), denominator };
}

/**
 * Where one of the three measures begins to speak of a trend and where it has said all, with the other two at opposite ends:
 * the engine has them as literals, and two points within tell the line.
 */
function rangeOf(score: (x: number) => number, x1: number, x2: number): number[] {
  const slope = (score(x2) - score(x1)) / (x2 - x1);
  const from = x1 - score(x1) / slope;
  return [from, from + 1 / slope];
}

/** Share of the original quantity that a rung of the ladder takes. */
function shareOf(rung: number): number {
  const left = (legs: number): number => exitQuantityLeft(Object.assign(new ExitState(), { legs }));
  return left(rung - 1) - left(rung);
}

function replayTrade(
  check: Check,
  at: string,
  trade: Trade,
  candles: Candle[],
  features: Features,
  { grid, maxBars }: { grid: TickGrid; maxBars: number },
): void {
  const { side, entry, entryBar } = trade;
  const k = features.k[entryBar] as number;
  const atr = features.atr[entryBar] as number;
  const stop = initialStop(side, entry, initialStopDistance(k, atr, entry), grid);
  near(check, `${at}.initStop`, trade.initStop, stop);
  const r = Math.abs(entry - stop);
  near(check, `${at}.R`, trade.R, r);
  const takeProfits = ladder(side, entry, r, grid);
  near(check, `${at}.tps[0]`, trade.tps[0], takeProfits[0]);
  near(check, `${at}.tps[1]`, trade.tps[1], takeProfits[1]);
  const exitPlan: ExitPlan = { side, entry, r, takeProfits, grid, maxHoldMs: maxBars * BAR_MS };
  const state = createExit(exitPlan, stop);
  let row = 0;
  for (let bar = entryBar + 1; bar < candles.length; bar++) {
    const [, open, high, low, close] = candles[bar] as Candle;
    let reason: string;
    let price = exitStop(state, exitPlan, open, high, low);
    if (price > 0) {
      reason = exitStopReason(state);
    } else {
      const filled = exitTakeProfits(state, exitPlan, high, low);
      for (let leg = state.legs - filled; leg < state.legs; leg++) {
        const expected = trade.path[row++] as TakeProfitRow | undefined;
        same(check, `${at}.path[${row}].event`, expected?.event ?? '', `TP${leg + 1}`);
        same(check, `${at}.path[${row}].bar`, expected?.bar ?? -1, bar);
        near(check, `${at}.path[${row}].price`, expected?.price, takeProfits[leg] as number);
        near(check, `${at}.path[${row}].qty`, expected?.qty, 1 / 3);
      }
      exitTrail(state, exitPlan, high, low, features.k[bar] as number, features.atr[bar] as number);
      reason = exitTime(state, exitPlan, (bar - entryBar) * BAR_MS);
      price = close;
      const expected = trade.path[row++] as TrailRow | undefined;
      same(check, `${at}.path[${row}].bar`, expected?.bar ?? -1, bar);
      near(check, `${at}.path[${row}].ext`, expected?.ext, state.extreme);
      near(check, `${at}.path[${row}].k`, expected?.k, features.k[bar] as number);
      near(check, `${at}.path[${row}].T`, expected?.T, features.trend[bar] as number);
      near(check, `${at}.path[${row}].stop`, expected?.stop, state.stop);
      same(check, `${at}.path[${row}].be`, expected?.be ?? false, state.breakEven);
    }
    if (reason === 'NONE') continue;
    same(check, `${at}.exit.bar`, trade.exit.bar, bar);
    near(check, `${at}.exit.price`, trade.exit.price, price);
    same(check, `${at}.exit.reason`, trade.exit.reason, reason);
    near(check, `${at}.exit.qty`, trade.exit.qty, exitQuantityLeft(state));
    break;
  }
  same(check, `${at}.path.length`, trade.path.length, row);
}

export const stops: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('stops.json');
    const { kTrend, kChop, maxBars } = vector.params;
    fixed(check, 'beCost', vector.beCost, BREAK_EVEN_COST);
    fixed(check, 'params', vector.params, {
      er: rangeOf((x) => trendScore(x, -Infinity, -Infinity), 0.25, 0.45),
      adx: rangeOf((x) => trendScore(-Infinity, x, -Infinity), 20, 35),
      ci: rangeOf((x) => trendScore(-Infinity, Infinity, x), 45, 55).reverse(),
      stopFloor: STOP_DISTANCE_MIN,
      stopCap: STOP_DISTANCE_MAX,
      tp: LADDER_R,
      tpFrac: [shareOf(1), shareOf(2)],
      halfBars: maxBars / 2,
      staleMFE_R: STALE_R,
    });
    const candles = candlesOf(load, vector.input);
    const wilder = createWilder(14);
    const efficiency = createEfficiencyRatio(20);
    const choppiness = createChoppiness(14);
    const features: Features = { trend: [], k: [], atr: [] };
    candles.forEach(([, , high, low, close], i) => {
      wilderStep(wilder, high, low, close);
      efficiencyRatioStep(efficiency, close);
      choppinessStep(choppiness, high, low, close);
      const trend = trendScore(efficiency.value, wilder.adx, choppiness.value);
      features.trend.push(trend);
      const k = kOf(trend, kTrend, kChop);
      features.k.push(k);
      features.atr.push(wilder.atr);
      near(check, `trendScore[${i}]`, vector.trendScore[i], wilder.adxReady ? trend : null);
      near(check, `k[${i}]`, vector.k[i], wilder.adxReady ? k : null);
    });
    const plan = { grid: gridOf(vector.tick), maxBars };
    vector.trades.forEach((trade, i) => replayTrade(check, `trades[${i}]`, trade, candles, features, plan));
  },
};
