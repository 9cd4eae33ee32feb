import { FAN_HOURS, tableOf, type Decision } from '@plimsoll/engine';
import { cone, type FanMarket } from '../../engine/src/model/Fan.ts';
import type { Picture } from './Picture.ts';
import { barAt, stretches, type Recorded, type Stretch } from './Recorded.ts';
import type { Theme } from './Theme.ts';
import { filled, keepWatch, watchBar, watchFill, wish } from './Watch.ts';

/** Half a day before the crash of 5 August 2024. */
const NOW_MS = Date.UTC(2024, 7, 4, 12);
const NOTIONAL_USDT = 10_000;
const FIXED_LEVERAGE = 10;
const HOUR_MS = 3_600_000;
const BEFORE_H = 12;
const AFTER_H = 24;
/** A quarter of an hour. */
const STRETCH_BARS = 3;
const WIDTH = 640;

interface Panel {
  readonly title: string;
  readonly decision: Decision;
}

function percent(probability: number): string {
  const value = 100 * probability;
  return `${value.toFixed(value < 0.095 ? 2 : value < 9.5 ? 1 : 0)} %`;
}

/** A long as the model would open it before the crash of 5 August 2024, and the same quantity held at ten times. */
export function liquidationFan(recorded: Recorded): Picture {
  const first = barAt(recorded, NOW_MS) - 1;
  const watch = keepWatch(recorded, first);
  watchBar(watch, NOTIONAL_USDT);
  const allowed = wish(watch, 1, NOTIONAL_USDT);
  const { plan } = allowed;
  if (plan === null) throw new RangeError(`expected a plan for a long, got ${allowed.reason}`);
  const other = keepWatch(recorded, first);
  watchBar(other, NOTIONAL_USDT);
  const fixed = watchFill(other, NOTIONAL_USDT, filled(plan, FIXED_LEVERAGE));
  const now = first + 1;
  const price = stretches(recorded, now - BEFORE_H * 12, now + AFTER_H * 12, STRETCH_BARS);
  const panels: Panel[] = [
    {
      title: `A long at the cap of ${String(plan.leverage)}x. The answer: ${allowed.action}`,
      decision: allowed,
    },
    {
      title: `The same quantity already held at ${String(FIXED_LEVERAGE)}x. The answer: ${fixed.action} (${fixed.reason})`,
      decision: fixed,
    },
  ];
  const lowest = Math.min(...price.filter(({ endMs }) => endMs > NOW_MS).map(({ low }) => low));
  return {
    name: 'liquidation-fan',
    facts: [
      `price ${String(plan.referencePrice)}, ${String(plan.quantity)} ICP, lowest in ${String(AFTER_H)} h ${String(lowest)}`,
      ...panels.map(({ title, decision }) => {
        const points = decision.fan.map(
          ({ liquidationPrice, touchProbability }, i) =>
            `${String(FAN_HOURS[i])} h ${liquidationPrice.toFixed(4)} ${percent(touchProbability)}`,
        );
        return `${title}: stop ${String(decision.stopPrice)}, ${points.join(', ')}`;
      }),
    ],
    spec: (theme) => ({ vconcat: panels.map((panel, i) => panelOf(panel, price, i === 0, theme)) }),
  };
}

/** What the cone needs of the market; funding moves no price. */
function marketOf(decision: Decision): FanMarket {
  const { markPrice } = decision;
  const { statistics } = tableOf(decision);
  return {
    mark: markPrice,
    sigmaSide: statistics.sigmaSideHour,
    sigmaHour: statistics.sigmaHour,
    rBar: 0,
    rNext: 0,
    phi: 0,
    intervalHours: 8,
    nextFundingHours: 8,
    borrowPerHour: 0,
  };
}

/** What the shapes are, where there is room to say it. */
const NOTES = [
  { hours: 13.5, price: 8.05, text: 'nine prices in ten, as seen at 0' },
  { hours: 13.5, price: 6.25, text: 'what followed' },
];

/** Price before and after now, the cone, the stop, and the liquidation price with its touch probabilities. */
function panelOf({ title, decision }: Panel, stretch: readonly Stretch[], isFirst: boolean, theme: Theme) {
  const edges = Array.from({ length: AFTER_H * 2 + 1 }, (_, i) => {
    const [low, high] = cone(1, marketOf(decision), i / 2);
    return { hours: i / 2, low, high };
  });
  const barrier = [
    { hours: 0, price: decision.liquidationEffective, text: '' },
    ...decision.fan.map(({ liquidationPrice, touchProbability }, i) => ({
      hours: FAN_HOURS[i] ?? 0,
      price: liquidationPrice,
      text: percent(touchProbability),
    })),
  ];
  const ends = barrier.slice(-1).map(({ price, text, hours }) => ({
    hours,
    price,
    text: [`liquidation ${price.toFixed(2)}`, `${text} in ${String(hours)} h`],
  }));
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: 'USDT',
    scale: { domain: [6, 9], nice: false, zero: false },
    axis: { tickCount: 6 },
  });
  const price = stretch.map((part) => ({ ...part, hours: (part.endMs - NOW_MS) / HOUR_MS }));
  const before = price.filter(({ hours }) => hours <= 0);
  const after = price.filter(({ hours }) => hours >= 0);
  return {
    title,
    width: WIDTH,
    height: 170,
    encoding: {
      x: {
        field: 'hours',
        type: 'quantitative' as const,
        title: isFirst ? null : 'hours from 4 August 2024, 12:00 UTC',
        scale: { domain: [-BEFORE_H, AFTER_H], nice: false },
        axis: { values: [-12, -8, -4, 0, 1, 4, 8, 12, 16, 20, 24] },
      },
    },
    layer: [
      {
        data: { values: edges },
        mark: { type: 'area' as const, color: theme.blue, opacity: 0.18 },
        encoding: { y: y('low'), y2: { field: 'high' } },
      },
      {
        data: { values: after },
        mark: { type: 'area' as const, color: theme.muted, opacity: 0.6 },
        encoding: { y: y('low'), y2: { field: 'high' } },
      },
      {
        data: { values: before },
        mark: { type: 'line' as const, color: theme.text, strokeWidth: 1.4 },
        encoding: { y: y('close') },
      },
      {
        data: { values: [0, AFTER_H].map((hours) => ({ hours, price: decision.stopPrice })) },
        mark: { type: 'line' as const, color: theme.green, strokeWidth: 2, strokeDash: [6, 3] },
        encoding: { y: y('price') },
      },
      {
        data: { values: barrier },
        mark: {
          type: 'line' as const,
          color: theme.orange,
          strokeWidth: 2,
          point: { color: theme.orange, size: 36, filled: true },
        },
        encoding: { y: y('price') },
      },
      {
        data: { values: barrier.slice(0, -1) },
        mark: { type: 'text' as const, dy: 13 },
        encoding: { y: y('price'), text: { field: 'text' } },
      },
      {
        data: { values: ends },
        mark: { type: 'text' as const, align: 'left' as const, dx: 6, dy: 8 },
        encoding: { y: y('price'), text: { field: 'text' } },
      },
      {
        data: {
          values: [
            { hours: AFTER_H, price: decision.stopPrice, text: `stop ${decision.stopPrice.toFixed(2)}` },
          ],
        },
        mark: { type: 'text' as const, align: 'left' as const, dx: 6, dy: -5 },
        encoding: { y: y('price'), text: { field: 'text' } },
      },
      {
        data: { values: isFirst ? NOTES : [] },
        mark: { type: 'text' as const, align: 'left' as const, color: theme.muted },
        encoding: { y: y('price'), text: { field: 'text' } },
      },
    ],
  };
}
