import { BAR_MS, bindingLeverage, WARM_UP_BARS, type LeverageCap } from '@plimsoll/engine';
import type { Picture } from './Picture.ts';
import { barAt, stretches, type Recorded } from './Recorded.ts';
import { keepWatch, watchBar } from './Watch.ts';

const NOTIONAL_USDT = 10_000;
const DAY_MS = 86_400_000;
/** Two pixels a day. */
const WIDTH = 712;

/** What each cap guards, in a trader's words. */
const MEANINGS: Readonly<Record<LeverageCap, string>> = {
  L_FP: 'L_FP: liquidation touch, 8 h',
  L_BB: 'L_BB: Bollinger width',
  L_REGIME: 'L_REGIME: volatility rank',
  L_STOPBUF: 'L_STOPBUF: stop distance',
  L_FUND: 'L_FUND: funding',
  L_TIER: 'L_TIER: venue',
  L_HARD: 'L_HARD: hard limit',
  L_USER: 'L_USER: owner',
};

interface Day {
  readonly day: number;
  readonly low: number;
  readonly high: number;
  readonly close: number;
  readonly least: number;
  readonly median: number;
  /** What bound most often that day. */
  readonly bound: string;
}

interface Moment {
  readonly leverage: number;
  readonly bound: LeverageCap;
}

function mostFrequent<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function percent(share: number): string {
  return `${String(Math.round(100 * share))} %`;
}

/** The leverage cap for a long of 10,000 USDT at every bar of 2024, summed up by day, under the price. */
export function leverageCap(recorded: Recorded): Picture {
  const first = barAt(recorded, Date.UTC(2024, 0, 1)) + WARM_UP_BARS;
  const end = barAt(recorded, Date.UTC(2025, 0, 1));
  const watch = keepWatch(recorded, first);
  const all: Moment[] = [];
  const days: Day[] = [];
  for (const { endMs, low, high, close } of stretches(recorded, first, end, DAY_MS / BAR_MS)) {
    const moments: Moment[] = [];
    while (watch.desk.state.timeMs < endMs) {
      // A flat account of that much equity is told the caps for a long of all of it.
      const decision = watchBar(watch, NOTIONAL_USDT);
      moments.push({ leverage: decision.leverage, bound: bindingLeverage(decision) });
    }
    const sorted = moments.map(({ leverage }) => leverage).sort((a, b) => a - b);
    days.push({
      day: endMs - DAY_MS,
      low,
      high,
      close,
      least: sorted[0] ?? 0,
      median: sorted[sorted.length >> 1] ?? 0,
      bound: MEANINGS[mostFrequent(moments.map(({ bound }) => bound)) ?? 'L_FP'],
    });
    all.push(...moments);
  }
  const sorted = all.map(({ leverage }) => leverage).sort((a, b) => a - b);
  const least = days.reduce((worst, day) => (day.least < worst.least ? day : worst));
  const share = (cap: LeverageCap): number => all.filter(({ bound }) => bound === cap).length / all.length;
  const caps = (Object.keys(MEANINGS) as LeverageCap[]).filter((cap) => share(cap) > 0);
  const bounds = caps.map((cap) => MEANINGS[cap]);
  return {
    name: 'leverage-cap',
    facts: [
      `bars ${String(all.length)}, ${String(days.length)} days`,
      `L* mean ${(sorted.reduce((a, b) => a + b) / sorted.length).toFixed(1)}, median ${String(sorted[sorted.length >> 1])}, least ${String(sorted[0])} on ${new Date(least.day).toISOString().slice(0, 10)}, most ${String(sorted.at(-1))}`,
      `at or above 10x ${percent(all.filter(({ leverage }) => leverage >= 10).length / all.length)} of the bars`,
      ...caps.map((cap) => `bound by ${cap} ${percent(share(cap))}`),
    ],
    spec: (theme) => {
      const x = {
        field: 'day',
        type: 'temporal' as const,
        scale: { type: 'utc' as const },
        title: null,
        axis: { format: '%b', tickCount: 'month' as const },
      };
      const cap = (field: string) => ({
        field,
        type: 'quantitative' as const,
        title: 'L*, multiple of margin',
        scale: { domain: [0, 12] },
        axis: { values: [0, 2, 4, 6, 8, 10, 12] },
      });
      const price = (field: string) => ({
        field,
        type: 'quantitative' as const,
        title: 'USDT, log scale',
        scale: { type: 'log' as const, domain: [5, 22], nice: false },
        axis: { values: [5, 7, 10, 14, 20], format: 'd' },
      });
      return {
        data: { values: days.map((day) => ({ ...day, end: day.day + DAY_MS })) },
        vconcat: [
          {
            title: 'ICP price in 2024',
            width: WIDTH,
            height: 130,
            encoding: { x: { ...x, axis: { ...x.axis, labels: false } } },
            layer: [
              {
                mark: { type: 'area', color: theme.muted, opacity: 0.45 },
                encoding: { y: price('low'), y2: { field: 'high' } },
              },
              { mark: { type: 'line', color: theme.text, strokeWidth: 1 }, encoding: { y: price('close') } },
            ],
          },
          {
            title:
              'Leverage cap, long of 10,000 USDT: the day’s least (solid), median (pale), by what bound it most',
            width: WIDTH,
            height: 190,
            layer: [
              ...(['least', 'median'] as const).map((field) => ({
                mark: { type: 'bar' as const, opacity: field === 'least' ? 1 : 0.45, binSpacing: 0 },
                encoding: {
                  x,
                  x2: { field: 'end' },
                  y: cap(field === 'least' ? 'zero' : 'least'),
                  y2: { field },
                  color: {
                    field: 'bound',
                    type: 'nominal' as const,
                    scale: { domain: bounds, range: [theme.blue, theme.orange, theme.green] },
                  },
                },
              })),
              {
                data: { values: [{ fixed: 10 }] },
                mark: { type: 'rule', color: theme.text, strokeDash: [5, 3] },
                encoding: { y: cap('fixed') },
              },
              {
                data: { values: [{ fixed: 10, text: 'a fixed 10x' }] },
                mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -2 },
                encoding: { x: { value: 0 }, y: cap('fixed'), text: { field: 'text' } },
              },
            ],
          },
        ],
        transform: [{ calculate: '0', as: 'zero' }],
      };
    },
  };
}
