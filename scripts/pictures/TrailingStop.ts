import { BAR_MS, FLAT, tableOf, type Plan, type Position } from '@plimsoll/engine';
import {
  STOP_DISTANCE_MAX,
  STOP_DISTANCE_MIN,
  stopFill,
  takeProfitReached,
} from '../../engine/src/model/Stops.ts';
import type { Picture } from './Picture.ts';
import { barAt, stretches, type Recorded } from './Recorded.ts';
import type { Theme } from './Theme.ts';
import { filled, keepWatch, watchBar, watchFill, wish, type Watch } from './Watch.ts';

const FIRST_MS = Date.UTC(2024, 0, 12);
const LAST_MS = Date.UTC(2024, 11, 30);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BARS_PER_HOUR = 12;
const BEFORE_H = 3;
const DAY_BARS = DAY_MS / BAR_MS;
const NOTIONAL_USDT = 10_000;
/** A quarter of an hour. */
const STRETCH_BARS = 3;

interface Day {
  readonly startMs: number;
  /** Mean of the trend score over the day. */
  readonly score: number;
}

/** A fill or an exit, hours from entry. */
interface Event {
  readonly hours: number;
  readonly price: number;
  readonly text: string;
}

interface Voyage {
  readonly title: string;
  readonly plan: Plan;
  /** Multiples of ATR between price and stop at entry. */
  readonly stopMultiple: number;
  readonly stops: readonly { readonly hours: number; readonly stop: number }[];
  readonly events: readonly Event[];
  readonly price: readonly { readonly hours: number; readonly low: number; readonly high: number }[];
}

/** Every whole UTC day of 2024 with its mean trend score, in the order of the score. */
function daysByScore(recorded: Recorded): Day[] {
  const watch = keepWatch(recorded, barAt(recorded, FIRST_MS));
  const days: Day[] = [];
  for (let startMs = FIRST_MS; startMs <= LAST_MS; startMs += DAY_MS) {
    let sum = 0;
    for (let i = 0; i < DAY_BARS; i++) sum += tableOf(watchBar(watch, NOTIONAL_USDT)).statistics.trendScore;
    days.push({ startMs, score: sum / DAY_BARS });
  }
  return days.sort((a, b) => a.score - b.score);
}

/** One trade from midnight on, the way of the day before, carried out as the decisions say. Fills are simulated. */
function sail(recorded: Recorded, { startMs, score }: Day, what: string): Voyage {
  const first = barAt(recorded, startMs);
  const watch = keepWatch(recorded, first - 1);
  watchBar(watch, NOTIONAL_USDT);
  const [now = 0, before = 0] = [first - 1, first - 1 - DAY_BARS].map((i) => recorded.bars[i]?.close);
  const date = new Date(startMs).toISOString().slice(0, 10);
  const wished = wish(watch, now >= before ? 1 : -1, NOTIONAL_USDT);
  const { plan, reason } = wished;
  if (plan === null) throw new RangeError(`expected a plan on ${date}, got ${reason}`);
  const { stops, events } = carryOut(watch, plan, startMs);
  return {
    title: `${what}: ${plan.side > 0 ? 'long' : 'short'} on ${date}, mean score ${score.toFixed(2)}`,
    plan,
    stopMultiple: tableOf(wished).statistics.stopMultiple,
    stops,
    events,
    price: stretches(recorded, first - BEFORE_H * BARS_PER_HOUR, first + DAY_BARS, STRETCH_BARS).map(
      ({ endMs, low, high }) => ({ hours: (endMs - startMs) / HOUR_MS, low, high }),
    ),
  };
}

/** A day of the plan's life in the model's order: the old stop, take-profits, then the decision on the closed bar. */
function carryOut(watch: Watch, plan: Plan, startMs: number): Pick<Voyage, 'stops' | 'events'> {
  const { side } = plan;
  const stops = [{ hours: 0, stop: plan.stopPrice }];
  const events: Event[] = [{ hours: 0, price: plan.referencePrice, text: 'entry' }];
  let position = filled(plan, plan.leverage);
  let stop = plan.stopPrice;
  let rungs = plan.takeProfits;
  watchFill(watch, NOTIONAL_USDT, position);
  while (position.side !== 0) {
    const bar = watch.recorded.bars[watch.next];
    if (bar === undefined || bar.timeMs >= startMs + DAY_MS) break;
    const { timeMs, open, high, low } = bar;
    const hours = (timeMs + BAR_MS - startMs) / HOUR_MS;
    const fill = stopFill(side, stop, open, high, low);
    if (fill > 0) {
      events.push({ hours, price: fill, text: 'stop' });
      break;
    }
    const reached = rungs.filter(({ price }) => takeProfitReached(side, price, high, low));
    rungs = rungs.slice(reached.length);
    for (const { price, quantity } of reached) {
      events.push({ hours, price, text: 'take-profit' });
      position = reducedTo(position, position.quantity - quantity);
    }
    const { action, reason, stopPrice, markPrice, targetQuantity } = watchBar(watch, NOTIONAL_USDT, position);
    if (position.side === 0) break;
    stop = stopPrice;
    stops.push({ hours, stop });
    if (action === 'REDUCE') events.push({ hours, price: markPrice, text: `reduced: ${reason}` });
    if (action === 'CLOSE') events.push({ hours, price: markPrice, text: `closed: ${reason}` });
    position = reducedTo(position, targetQuantity);
  }
  return { stops, events };
}

function reducedTo(position: Position, quantity: number): Position {
  if (!(quantity > 0)) return FLAT;
  const walletUsdt = position.walletUsdt * (quantity / position.quantity);
  return { ...position, quantity, walletUsdt };
}

/** The first of the days on which the distance of the stop follows from ATR, not from its bounds. */
function firstOf(recorded: Recorded, days: readonly Day[], what: string): Voyage {
  for (const day of days) {
    const voyage = sail(recorded, day, what);
    const x = Math.abs(voyage.plan.stopPrice / voyage.plan.referencePrice - 1);
    if (x > STOP_DISTANCE_MIN && x < STOP_DISTANCE_MAX) return voyage;
  }
  throw new RangeError('expected a day whose stop is within its bounds, got none');
}

/** One trade on the day with the highest trend score of 2024, one on the day with the lowest. */
export function trailingStop(recorded: Recorded): Picture {
  const days = daysByScore(recorded);
  const voyages = [firstOf(recorded, days.toReversed(), 'Trend'), firstOf(recorded, days, 'Chop')];
  return {
    name: 'trailing-stop',
    facts: voyages.flatMap(({ title, plan, stops, events }) => [
      `${title}: ${String(plan.leverage)}x, entry ${String(plan.referencePrice)}, first stop ${String(plan.stopPrice)}, R ${(100 * Math.abs(plan.stopPrice / plan.referencePrice - 1)).toFixed(1)} %, ${String(new Set(stops.map(({ stop }) => stop)).size - 1)} moves`,
      ...events.map(({ hours, price, text }) => `  ${hours.toFixed(1)} h ${price.toFixed(3)} ${text}`),
    ]),
    spec: (theme) => ({ hconcat: voyages.map((voyage, i) => panelOf(voyage, i === 0, theme)) }),
  };
}

/** Where the words of an event go: those of an exit in profit away from the stop, of a reduction over the entry's. */
const PLACES = [
  { of: /^take-profit/, dx: -7, dy: 13, align: 'right' },
  { of: /^reduced/, dx: 7, dy: -34, align: 'left' },
  { of: /^(entry|stop|closed)/, dx: 7, dy: -10, align: 'left' },
] as const;

function panelOf(
  { title, plan, stopMultiple, stops, events, price }: Voyage,
  isFirst: boolean,
  theme: Theme,
) {
  const away = (value: number): number => 100 * (value / plan.referencePrice - 1);
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: isFirst ? '% from entry' : null,
    scale: { domain: [-7, 7], nice: false },
    axis: { values: [-6, -4, -2, 0, 2, 4, 6] },
  });
  const points = events.map((event) => ({ ...event, away: away(event.price) }));
  return {
    title,
    width: 346,
    height: 300,
    encoding: {
      x: {
        field: 'hours',
        type: 'quantitative' as const,
        title: 'hours from entry at 00:00 UTC',
        scale: { domain: [-BEFORE_H, 24], nice: false },
        axis: { values: [0, 6, 12, 18, 24] },
      },
    },
    layer: [
      {
        data: { values: price.map(({ hours, low, high }) => ({ hours, low: away(low), high: away(high) })) },
        mark: { type: 'area' as const, color: theme.muted, opacity: 0.7 },
        encoding: { y: y('low'), y2: { field: 'high' } },
      },
      {
        data: { values: stops.map(({ hours, stop }) => ({ hours, stop: away(stop) })) },
        mark: {
          type: 'line' as const,
          interpolate: 'step-after' as const,
          color: theme.orange,
          strokeWidth: 2,
        },
        encoding: { y: y('stop') },
      },
      {
        data: { values: points },
        mark: { type: 'point' as const, filled: true, size: 60, color: theme.blue, opacity: 1 },
        encoding: { y: y('away') },
      },
      ...PLACES.map(({ of, ...place }) => ({
        data: { values: points.filter(({ text }) => of.test(text)) },
        mark: { type: 'text' as const, ...place },
        encoding: { y: y('away'), text: { field: 'text' } },
      })),
      {
        data: {
          values: [
            { hours: 0, away: away(plan.stopPrice), text: `stop, ${stopMultiple.toFixed(1)} ATR at entry` },
          ],
        },
        mark: { type: 'text' as const, align: 'left' as const, dx: 8 },
        encoding: { y: y('away'), text: { field: 'text' } },
      },
    ],
  };
}
